/** Says a question's criteria as one search for patients. https://hl7.org/fhir/R4B/search.html#has */
import type { Extent } from '../answer.ts';
import type { Code, CodedCriterion, Criterion, WhereCriterion } from '../question/criterion.ts';
import type { CodedKind, QuantityFilter } from '../question/question.ts';
import { isShaping } from '../question/where.ts';
import { escapeValue } from '../server/bundle.ts';
import type { Peer } from '../server/peer.ts';

export type Parameter = readonly [name: string, value: string];

/** A resource type that can carry a criterion, and the search parameter of its code. */
export interface Carrier {
  readonly type: string;
  readonly code: string;
}

const byCode = (...types: string[]): Carrier[] => types.map((type) => ({ type, code: 'code' }));

/** The carriers of each kind. */
export const carriersOf: Readonly<Record<CodedKind, readonly Carrier[]>> = {
  medication: byCode('MedicationRequest', 'MedicationStatement', 'MedicationAdministration', 'MedicationDispense'),
  condition: byCode('Condition'),
  procedure: byCode('Procedure'),
  observation: byCode('Observation'),
  immunization: [{ type: 'Immunization', code: 'vaccine-code' }],
};

/** How a code is found that stands in a resource of its own. */
export const medicationByReference = 'medication:Medication.code';

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

const tokenOf = ({ system, code }: Code): string =>
  system === undefined ? escapeValue(code) : `${escapeValue(system)}|${escapeValue(code)}`;

function quantityOf({ comparator, number, unit }: QuantityFilter): string {
  const prefix = comparator === 'eq' ? '' : comparator;
  return `${prefix}${number}${unit === undefined ? '' : `||${escapeValue(unit)}`}`;
}

/** The parameters of a carrier's own search that ask for the criterion. */
export function codeParameters({ codes, below, values, valueCodes }: CodedCriterion, code = 'code'): Parameter[] {
  return [
    [below ? `${code}:below` : code, codes.map(tokenOf).join(',')],
    ...values.map((value): Parameter => ['value-quantity', quantityOf(value)]),
    ...(valueCodes.length === 0 ? [] : [['value-concept', valueCodes.map(tokenOf).join(',')] as const]),
  ];
}

/**
 * The parameter of a Patient search for the criterion, carried by resources of a type. Two conditions on one record
 * cannot be said by two `_has`, which different records may meet: undefined where no composite says them.
 */
export function hasParameter(
  criterion: CodedCriterion,
  { type, code }: Carrier,
  reference: string,
): Parameter | undefined {
  const { codes, below, values, valueCodes, during } = criterion;
  if (during !== undefined) return undefined;
  const [coded] = codeParameters(criterion, code);
  const [value, ...more] = values;
  const prefix = `_has:${type}:${reference}:`;
  if (value === undefined && valueCodes.length === 0) return [`${prefix}${coded![0]}`, coded![1]];
  if (more.length > 0 || below || (value !== undefined && valueCodes.length > 0)) return undefined;
  const seconds = value === undefined ? valueCodes.map(tokenOf) : [quantityOf(value)];
  const pairs = codes.flatMap((one) => seconds.map((second) => `${tokenOf(one)}$${second}`));
  return [`${prefix}code-value-${value === undefined ? 'concept' : 'quantity'}`, pairs.join(',')];
}

/** What a search that stands in the question asks of patients; undefined where one search cannot say it. */
export function whereParameters(
  { type, parameters }: WhereCriterion,
  reference: string,
): readonly Parameter[] | undefined {
  if (type === 'Patient') return parameters;
  const [only, ...more] = parameters;
  return only === undefined || more.length > 0 ? undefined : [[`_has:${type}:${reference}:${only[0]}`, only[1]]];
}

/** What a search asks of resources, without what shapes its result. */
export const askedBy = (query: string): Parameter[] =>
  [...new URLSearchParams(query)].filter(([name]) => !isShaping(name));

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
      const asked = askedBy(extent.query);
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
