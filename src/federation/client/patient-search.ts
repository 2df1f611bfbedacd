/** Says a question's criteria as one search for patients. https://hl7.org/fhir/R4B/search.html#has */
import type { Extent } from './answer.ts';
import { escapeValue } from './bundle.ts';
import type { Code, CodedCriterion, Criterion } from './criterion.ts';
import type { Peer } from './peer.ts';
import type { CodedKind } from './question.ts';

export type Parameter = readonly [name: string, value: string];

/** The resource types that can carry a criterion. */
export const carriersOf: Readonly<Record<CodedKind, readonly string[]>> = {
  medication: ['MedicationRequest', 'MedicationStatement', 'MedicationAdministration', 'MedicationDispense'],
  condition: ['Condition'],
  procedure: ['Procedure'],
  observation: ['Observation'],
};

/** The parameter that leads from a record to its patient; undefined where the server states none. */
export function patientParameter(peer: Peer, type: string): string | undefined {
  const names = peer.types.get(type);
  // Who states no parameters at all may still have FHIR's own.
  if (names === undefined || names.size === 0 || names.has('patient')) return 'patient';
  return names.has('subject') ? 'subject' : undefined;
}

/** Ages in completed years on the day `asOf`, and sex. */
export function demographicParameters(criteria: readonly Criterion[], asOf: string): Parameter[] {
  return criteria.flatMap((criterion): Parameter[] => {
    if (criterion.kind === 'sex') return [['gender', criterion.sex]];
    if (criterion.kind !== 'age') return [];
    const parameters: Parameter[] = [];
    if (criterion.from !== undefined) parameters.push(['birthdate', `le${yearsBefore(asOf, criterion.from)}`]);
    if (criterion.to !== undefined) parameters.push(['birthdate', `gt${yearsBefore(asOf, criterion.to + 1)}`]);
    return parameters;
  });
}

/** The same day so many years before; the 29th of February becomes the 28th where the year has none. */
export function yearsBefore(day: string, years: number): string {
  const year = String(Number(day.slice(0, 4)) - years).padStart(4, '0');
  const isLeapDay = day.endsWith('-02-29');
  const hasLeapDay = new Date(Date.UTC(Number(year), 1, 29)).getUTCMonth() === 1;
  return isLeapDay && !hasLeapDay ? `${year}-02-28` : `${year}${day.slice(4)}`;
}

/** The parameter of a carrier's own search that asks for the criterion. */
export function codeParameter({ codes, below, value }: CodedCriterion): Parameter {
  const tokens = codes.map(tokenOf);
  if (value === undefined) return [below ? 'code:below' : 'code', tokens.join(',')];
  const prefix = value.comparator === 'eq' ? '' : value.comparator;
  const quantity = `${prefix}${value.number}${value.unit === undefined ? '' : `||${escapeValue(value.unit)}`}`;
  return ['code-value-quantity', tokens.map((token) => `${token}$${quantity}`).join(',')];
}

const tokenOf = ({ system, code }: Code): string =>
  system === undefined ? escapeValue(code) : `${escapeValue(system)}|${escapeValue(code)}`;

/** The parameter of a Patient search for the criterion, carried by resources of `type`. */
export function hasParameter(criterion: CodedCriterion, type: string, reference: string): Parameter {
  const [name, value] = codeParameter(criterion);
  return [`_has:${type}:${reference}:${name}`, value];
}

const shaping = new Set(['_count', '_sort', '_summary', '_total', '_format', '_elements', '_include', '_revinclude']);

/** What restricts a Patient search to the data set; undefined where a search cannot say it. */
export function extentParameters(extent: Extent): Parameter[] | undefined {
  switch (extent.kind) {
    case 'whole':
      return [];
    case 'group':
      return [['_has:Group:member:_id', extent.id]];
    case 'list':
      return [['_has:List:item:_id', extent.id]];
    case 'manifest':
      return [['_has:DocumentManifest:item:_id', extent.id]];
    case 'search': {
      const asked = [...new URLSearchParams(extent.query)].filter(([name]) => !shaping.has(name.split(':')[0]!));
      if (extent.type === 'Patient') return asked;
      // Two conditions on one record cannot be said by two `_has`, which different records may meet.
      const [only] = asked;
      return asked.length === 1 && only !== undefined
        ? [[`_has:${extent.type}:patient:${only[0]}`, only[1]]]
        : undefined;
    }
  }
}

/** The way that a search can say comes first, then those that must be listed. */
export function mainExtent(extents: readonly Extent[]): Extent | undefined {
  const rank = (extent: Extent): number =>
    extent.kind === 'search' ? (extent.type === 'Patient' ? 0 : 2) : extent.kind === 'whole' ? 3 : 1;
  return [...extents].sort((one, two) => rank(one) - rank(two))[0];
}
