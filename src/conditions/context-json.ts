/** Reads an access context that someone writes down, to ask what it would be given. See docs/adr/0010. */
import { type Json, type JsonObject, objectOf } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { type AccessContext, anonymous, type ResearchPurpose, type Subject, type Visa } from './access-context.ts';
import { parseScope, type Scope } from './scope.ts';

type Reader<T> = (value: Json, where: string) => T;

const fault = (where: string, wanted: string): FhirError =>
  new FhirError('value', `the asker's ${where} must be ${wanted}`);

const text: Reader<string> = (value, where) => {
  if (typeof value !== 'string' || value === '') throw fault(where, 'a text');
  return value;
};
const truth: Reader<boolean> = (value, where) => {
  if (typeof value !== 'boolean') throw fault(where, 'true or false');
  return value;
};
const texts: Reader<readonly string[]> = (value, where) => listOf(text)(value, where);
const listOf =
  <T>(one: Reader<T>): Reader<readonly T[]> =>
  (value, where) => {
    if (!Array.isArray(value)) throw fault(where, 'a list');
    return value.map((item, at) => one(item, `${where}[${at}]`));
  };
const time: Reader<number> = (value, where) => {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw fault(where, 'a time such as 2026-01-31T12:00:00Z');
  return at;
};
const scope: Reader<Scope> = (value, where) => {
  const parsed = parseScope(text(value, where));
  if (parsed === undefined) throw fault(where, 'a SMART scope such as user/Observation.rs');
  return parsed;
};

/** Reads an object with these members; others are errors. */
function members(value: Json, where: string, readers: Readonly<Record<string, Reader<unknown>>>): JsonObject {
  const object = objectOf(value);
  if (object === undefined) throw fault(where, 'an object');
  const read: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(object)) {
    const reader = readers[name];
    if (reader === undefined) throw fault(`${where}.${name}`, `one of ${Object.keys(readers).join(', ')}`);
    read[name] = reader(one, `${where}.${name}`);
  }
  return read as JsonObject; // read above; only carried on
}

const subject: Reader<Subject> = (value, where) => {
  const read = members(value, where, { kind: text, name: text, issuer: text, id: text, patient: text });
  const { kind, name, issuer, id } = read;
  if (kind === 'anonymous') return { kind };
  if (kind === 'service' && typeof name === 'string') return { kind, name };
  if (kind === 'person' && typeof issuer === 'string' && typeof id === 'string') {
    return { ...read, kind, issuer, id };
  }
  throw fault(where, 'anonymous, a service with a name, or a person with issuer and id');
};

const research: Reader<ResearchPurpose> = (value, where) => ({
  diseases: [],
  kinds: [],
  ...members(value, where, { diseases: texts, kinds: texts, commercial: truth }),
});

const visa: Reader<Visa> = (value, where) => {
  const read = members(value, where, {
    type: text,
    value: text,
    source: text,
    by: text,
    asserted: time,
    expires: time,
  }) as Partial<Visa>; // read by these readers
  if (read.type === undefined || read.value === undefined || read.source === undefined)
    throw fault(where, 'a visa with type, value and source');
  return {
    type: read.type,
    value: read.value,
    source: read.source,
    asserted: 0,
    expires: Number.POSITIVE_INFINITY,
    ...read,
  };
};

/** Throws FhirError that says what is wrong and where. What is not stated is not known. */
export function contextFromJson(value: Json): AccessContext {
  const read = members(value, 'context', {
    subject,
    rights: (one, where) => members(one, where, { readAll: truth, write: truth, steward: truth, breakGlass: truth }),
    client: text,
    scopes: listOf(scope),
    patient: text,
    visas: listOf(visa),
    purposes: texts,
    research,
    project: text,
    affiliations: texts,
    forProfit: truth,
    country: text,
    acceptedTerms: texts,
    breakGlass: (one, where) => members(one, where, { reason: text }),
  }) as Partial<AccessContext>; // read by these readers
  return { ...anonymous, ...read, rights: { ...anonymous.rights, ...read.rights } };
}
