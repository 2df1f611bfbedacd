/** What goes with one download: what data sets state of it, and what servers said while it was fetched. See docs/reference/terms.md */
import type { CodeText, DataUseTerm, Obligation, Requirement } from '../conditions/model.ts';
import { canonical } from '../fhir/canonical.ts';
import { isIri } from './code.ts';
import { dataUseOfObligation } from './duo.ts';
import { meaningOf } from './obligation.ts';
import type { Licence, Stated } from './stated.ts';

/** What servers said with the data, beside the records of data sets. */
export interface Said {
  obligations: readonly Obligation[];
  /** security labels that are no obligations: confidentiality, sensitivity, how the data were changed */
  labels: readonly CodeText[];
  /** addresses of licences and of records of data sets whose conditions hold for the answer */
  licences: readonly string[];
  acceptedTerms: readonly string[];
  /** up to which level the server grants the data */
  granularity?: string;
  /** milliseconds since 1970: when what was granted ends */
  accessUntil?: number;
}

export const nothingSaid: Said = { obligations: [], labels: [], licences: [], acceptedTerms: [] };

/** All terms of one download. */
export interface Terms {
  title: string;
  /** of the data set, `system|value` or a URI; the first names it */
  identifiers: readonly string[];
  publisher?: string;
  /** of the data set itself first, then of others whose data came with it */
  stated: readonly Stated[];
  said: Said;
  /** milliseconds since 1970: when the last of it came */
  received: number;
  /** what was stated to the server when asking */
  purposes: readonly CodeText[];
  project?: string;
}

function unique<T>(list: readonly T[], keyOf: (one: T) => string): T[] {
  const seen = new Map<string, T>();
  for (const one of list) if (!seen.has(keyOf(one))) seen.set(keyOf(one), one);
  return [...seen.values()];
}

const dataUseKey = ({ id, parameter }: DataUseTerm): string => `${id} ${parameter ?? ''}`;

/** What must be done or refrained from, wherever it was said; each once. Terms of data use are among those, not among these. */
export function obligationsOf(terms: Terms): Obligation[] {
  const { stated, said } = terms;
  const all = [...stated.flatMap(({ statement }) => statement.obligations), ...said.obligations];
  return unique(
    all.filter((one) => dataUseOfObligation(one) === undefined),
    ({ code, parameter }) => `${code} ${parameter ?? ''}`,
  );
}

export function requirementsOf({ stated }: Terms): Requirement[] {
  return unique(
    stated.flatMap(({ statement }) => statement.requirements),
    (one) => JSON.stringify(one),
  );
}

/** Terms of data use that records state, or that servers hand on as obligations. */
export function dataUseOf({ stated, said }: Terms): DataUseTerm[] {
  const handedOn = [...stated.flatMap(({ statement }) => statement.obligations), ...said.obligations]
    .map(dataUseOfObligation)
    .filter((one) => one !== undefined);
  return unique([...stated.flatMap(({ statement }) => statement.dataUse), ...handedOn], dataUseKey);
}

export function unknownOf({ stated }: Terms): Stated['unknown'][number][] {
  return unique(
    stated.flatMap(({ unknown }) => unknown),
    (one) => JSON.stringify(one),
  );
}

/** Licences of the records, then those that servers named which are no record that was read. */
export function licencesOf({ stated, said }: Terms): Licence[] {
  const read = new Set(stated.map(({ source }) => source));
  const named: Licence[] = said.licences.filter((url) => !read.has(url)).map((url) => ({ url }));
  return unique([...stated.flatMap(({ licences }) => licences), ...named], (one) => JSON.stringify(one));
}

/** The earliest end that anyone stated. */
export function endOf(terms: Terms): number | undefined {
  const ends = requirementsOf(terms).flatMap((one) => (one.kind === 'not-after' ? [one.at] : []));
  if (terms.said.accessUntil !== undefined) ends.push(terms.said.accessUntil);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** An IRI that names the data set: an identifier that is one, else the address of its record. */
export function targetOf({ identifiers, stated }: Terms): string | undefined {
  return identifiers.find((one) => !one.includes('|') && isIri(one)) ?? stated.map(({ source }) => source).find(isIri);
}

/** Reads `NORELINK, DELAU;12`: codes of v3-ActCode or `system|code`, each with a parameter. What is not known is kept. */
export function obligationsOfHeader(header: string): Obligation[] {
  return header
    .split(',')
    .map((item) => {
      const [code = '', ...rest] = item.split(';').map((part) => part.trim());
      const parameter = rest.join(';').replace(/^"(.*)"$/, '$1');
      const full = code.includes('|') ? code : `${canonical.actCode}|${code}`;
      return { code: full, ...(parameter === '' ? {} : { parameter }), isEmpty: code === '' };
    })
    .filter(({ isEmpty }) => !isEmpty)
    .map(({ isEmpty: _, ...obligation }) => obligation);
}

/** Whether a security label is something to do or to refrain from, as far as this version knows. */
export const isObligation = (label: CodeText): boolean => meaningOf(label) !== undefined;

const link = /<([^<>]*)>((?:\s*;\s*[^\s;,="]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]*))?)*)/g;
const linkParameter = /;\s*([^\s;,="]+)\s*=\s*(?:"([^"]*)"|([^\s;,"]*))/g;

/** Targets of a header that lists links; of those with the relation, where one is asked for. https://www.rfc-editor.org/rfc/rfc8288#section-3 */
export function linksOfHeader(header: string, relation?: string): string[] {
  const found: string[] = [];
  for (const [, target = '', parameters = ''] of header.matchAll(link)) {
    // Of several rel the first counts.
    const rel = [...parameters.matchAll(linkParameter)].find(([, name]) => name?.toLowerCase() === 'rel');
    const relations = (rel?.[2] ?? rel?.[3] ?? '').toLowerCase().split(/\s+/);
    if (relation === undefined || relations.includes(relation)) found.push(target.trim());
  }
  return found;
}
