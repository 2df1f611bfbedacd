/** Which elements of resources make sensible columns: those that people look for, in their order, as far as the page has them. https://hl7.org/fhir/R4B/resource.html */
import { elementName } from './shape.ts';
import type { ValueObject } from './value.ts';

/** What one looks for first. */
const wanted = [
  'title',
  'name',
  'code',
  'medication',
  'vaccineCode',
  'url',
  'type',
  'kind',
  'category',
  'class',
  'value',
  'component',
  'clinicalStatus',
  'status',
  'gender',
  'birthDate',
  'deceased',
  'address',
  'subject',
  'patient',
  'beneficiary',
  'for',
  'effective',
  'onset',
  'performed',
  'occurrence',
  'period',
  'authoredOn',
  'recordedDate',
  'date',
  'issued',
  'recorded',
  'created',
  'connectionType',
  'managingOrganization',
  'custodian',
  'publisher',
  'description',
];

const most = 6;

export interface Column {
  /** the element, without the type of a choice */
  name: string;
  /** of one resource: name and value as they stand */
  of(resource: ValueObject): readonly [name: string, value: ValueObject[string]] | undefined;
}

export function columnsOf(resources: readonly ValueObject[]): Column[] {
  const present = new Set(resources.flatMap((one) => Object.keys(one).map(elementName)));
  const known = wanted.filter((name) => present.has(name));
  const chosen = known.length > 0 ? known : [...present].filter((name) => !isFrame.has(name) && !name.startsWith('_'));
  return chosen.slice(0, most).map((name) => ({
    name,
    of: (resource) => Object.entries(resource).find(([key]) => elementName(key) === name),
  }));
}

const isFrame = new Set(['resourceType', 'id', 'meta', 'text', 'contained', 'extension', 'implicitRules', 'language']);
