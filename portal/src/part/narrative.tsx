/** The narrative of a resource: what its author wrote as XHTML, without anything that runs, loads or leads astray. https://hl7.org/fhir/R4B/narrative.html */
import { Typography } from '@mantine/core';
import createDOMPurify, { type Config } from 'dompurify';
import { type ReactElement, useEffect, useRef } from 'react';

const purifier = createDOMPurify(window);

/** Narratives are text, lists, tables and links; images would be requests to other hosts, styles could cover the page. */
const allowed: Config & { RETURN_DOM_FRAGMENT: true } = {
  ALLOWED_TAGS:
    'a abbr b blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var'.split(
      ' ',
    ),
  ALLOWED_ATTR: ['href', 'title', 'lang', 'dir', 'colspan', 'rowspan', 'abbr', 'scope', 'start', 'value'],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  RETURN_DOM_FRAGMENT: true,
};

/** The page's policy objects to style attributes as soon as they are parsed, before the purifier takes them away. */
const withoutStyles = (xhtml: string): string =>
  xhtml.replace(/<[^<>]*>/g, (tag) => tag.replace(/\bstyle\s*=\s*(?:"[^"]*"|'[^']*')/gi, ''));

export function Narrative({ xhtml }: { xhtml: string }): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const safe = purifier.sanitize(withoutStyles(xhtml), allowed);
    for (const link of safe.querySelectorAll('a')) link.rel = 'noopener noreferrer nofollow';
    place.current?.replaceChildren(safe);
  }, [xhtml]);
  return (
    <Typography>
      <div ref={place} dir="auto" />
    </Typography>
  );
}
