/** A citation in CSL-JSON. https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html */
import type { JsonObject } from '../../fhir/json.ts';
import type { Citation } from './citation.ts';

/** A list of one item, as files of this type are. Names are literal: a record does not say which part is the family's. */
export function cslJsonOf(citation: Citation): JsonObject[] {
  const { key, title, authors, publisher, version, date, doi, url, description, language } = citation;
  const parts = date?.split('-').map(Number);
  return [
    {
      id: key,
      type: 'dataset',
      title,
      ...(authors.length === 0 ? {} : { author: authors.map(({ name }) => ({ literal: name })) }),
      ...(publisher === undefined ? {} : { publisher }),
      ...(version === undefined ? {} : { version }),
      ...(parts === undefined ? {} : { issued: { 'date-parts': [parts] } }),
      ...(doi === undefined ? {} : { DOI: doi }),
      URL: url,
      ...(description === undefined ? {} : { abstract: description }),
      ...(language === undefined ? {} : { language }),
    },
  ];
}
