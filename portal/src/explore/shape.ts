/** Tells which FHIR type a value is, from what it holds: no definitions are needed, and any version is read. https://hl7.org/fhir/R4B/datatypes.html */
import { isList, isObject, NumberText, type Value, type ValueObject } from './value.ts';

export type Shape =
  | 'CodeableConcept'
  | 'Coding'
  | 'Quantity'
  | 'Money'
  | 'Range'
  | 'Ratio'
  | 'Period'
  | 'Identifier'
  | 'ContactPoint'
  | 'HumanName'
  | 'Address'
  | 'Reference'
  | 'CodeableReference'
  | 'Attachment'
  | 'Annotation'
  | 'Extension'
  | 'Narrative'
  | 'Resource'
  /** an element with elements of its own */
  | 'nested';

const has = (value: ValueObject, ...names: string[]): boolean => names.some((name) => name in value);

/** Whether it holds nothing else than these, beside what every element may have. */
function only(value: ValueObject, ...names: string[]): boolean {
  return Object.keys(value).every(
    (name) => name === 'id' || name === 'extension' || names.includes(name.replace(/^_/, '')),
  );
}

const contactSystems = new Set(['phone', 'fax', 'email', 'pager', 'url', 'sms', 'other']);

/** In this order: the first that fits. `name` is the element's, which tells where content alone does not. */
const tests: readonly [Shape, (value: ValueObject, name: string) => boolean][] = [
  ['Resource', (one) => typeof one['resourceType'] === 'string'],
  ['Narrative', (one) => has(one, 'div') && only(one, 'status', 'div')],
  ['Extension', (one, name) => has(one, 'url') && /^(modifierE|e)xtension$/.test(name)],
  ['CodeableConcept', (one) => isList(one['coding']) && only(one, 'coding', 'text')],
  [
    'CodeableReference',
    (one) => has(one, 'concept', 'reference') && only(one, 'concept', 'reference') && !isText(one['reference']),
  ],
  [
    'Quantity',
    (one) => one['value'] instanceof NumberText && only(one, 'value', 'comparator', 'unit', 'system', 'code'),
  ],
  ['Money', (one) => has(one, 'currency') && only(one, 'value', 'currency')],
  ['Range', (one) => has(one, 'low', 'high') && only(one, 'low', 'high') && isObject(one['low'] ?? one['high'])],
  ['Ratio', (one) => has(one, 'numerator', 'denominator') && only(one, 'numerator', 'denominator')],
  ['Period', (one) => has(one, 'start', 'end') && only(one, 'start', 'end')],
  ['Attachment', (one) => has(one, 'url', 'data', 'contentType') && only(one, ...attachment)],
  ['ContactPoint', isContact],
  [
    'Reference',
    (one) => has(one, 'reference', 'identifier', 'display') && only(one, 'reference', 'type', 'identifier', 'display'),
  ],
  ['Coding', (one) => has(one, 'code', 'display') && only(one, 'system', 'version', 'code', 'display', 'userSelected')],
  [
    'HumanName',
    (one, name) => (has(one, 'family', 'given') || (name === 'name' && has(one, 'text'))) && only(one, ...humanName),
  ],
  [
    'Address',
    (one, name) =>
      (has(one, 'line', 'city', 'postalCode', 'country') || (name === 'address' && has(one, 'text'))) &&
      only(one, ...address),
  ],
  ['Identifier', (one) => has(one, 'value') && only(one, 'use', 'type', 'system', 'value', 'period', 'assigner')],
  [
    'Annotation',
    (one) =>
      isText(one['text']) &&
      only(one, 'authorString', 'authorReference', 'time', 'text') &&
      has(one, 'time', 'authorString', 'authorReference'),
  ],
  ['CodeableConcept', (one, name) => isText(one['text']) && only(one, 'text') && name !== 'note'],
];

const attachment = [
  'contentType',
  'language',
  'data',
  'url',
  'size',
  'hash',
  'title',
  'creation',
  'height',
  'width',
  'frames',
  'duration',
  'pages',
];
const humanName = ['use', 'text', 'family', 'given', 'prefix', 'suffix', 'period'];
const address = ['use', 'type', 'text', 'line', 'city', 'district', 'state', 'postalCode', 'country', 'period'];

const isText = (value: Value | undefined): value is string => typeof value === 'string';

function isContact(one: ValueObject): boolean {
  const { system } = one;
  return isText(system) && contactSystems.has(system) && only(one, 'system', 'value', 'use', 'rank', 'period');
}

export function shapeOf(value: ValueObject, name: string): Shape {
  return tests.find(([, fits]) => fits(value, name))?.[0] ?? 'nested';
}

/** `valueQuantity` and `effectiveDateTime` are read as `value` and `effective`. */
const choice =
  /^(value|effective|onset|abatement|deceased|multipleBirth|occurrence|performed|medication|reported|asNeeded|dose|rate|timing|scheduled|product|defaultValue|fixed|pattern|minValue|maxValue|author|allowed|item|location|serviced|diagnosis|procedure|subject|born|age|collected|content|target|source|data|probability|time|versionAlgorithm|answer|entity|legallyBinding|topic|term|amount|characteristic|detail|due|start|used)(Quantity|String|CodeableConcept|CodeableReference|DateTime|Date|Period|Timing|Instant|Boolean|Integer|Integer64|Decimal|Range|Ratio|Reference|Coding|Code|Uri|Url|Canonical|Identifier|Attachment|Time|SampledData|Age|Duration|Money|Annotation|HumanName|Address|ContactPoint|Markdown|Id|Oid|Uuid|PositiveInt|UnsignedInt|Base64Binary|Expression|Count|Distance|Signature|Dosage|Meta)$/;

export const elementName = (name: string): string => choice.exec(name)?.[1] ?? name;

/** `birthDate` as people write it. */
export function labelOf(name: string): string {
  const words = elementName(name).replace(
    /([a-z0-9])([A-Z])/g,
    (_, before: string, letter: string) => `${before} ${letter.toLowerCase()}`,
  );
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Elements that hold canonicals. */
const canonicalNames = new Set([
  'profile',
  'instantiatesCanonical',
  'valueSet',
  'supportedProfile',
  'targetProfile',
  'baseDefinition',
  'derivedFrom',
  'definition',
  'questionnaire',
  'measure',
  'library',
  'instantiates',
  'imports',
  'valueCanonical',
  'compose',
  'sourceCanonical',
  'targetCanonical',
  'typeCanonical',
  'definitionCanonical',
]);

export const isCanonicalName = (name: string): boolean => canonicalNames.has(name);
