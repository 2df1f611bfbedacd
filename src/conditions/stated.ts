/** Takes stated values apart and refuses what is not understood: a condition nobody can apply must not be passed over. https://hl7.org/fhir/R4B/extensibility.html */
import { canonical } from '../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { parseReference } from '../fhir/reference.ts';
import { intervalOf } from '../search/index.ts';
import type { CodeText } from './model.ts';

/** Ends the reading of a statement; `attempt` turns it into the reason for which the statement closes. */
export function notUnderstood(text: string): never {
  throw new FhirError('value', text);
}

/** What `read` gives, or why it could not be understood. */
export function attempt<T>(read: () => T): { value: T; because?: undefined } | { because: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof FhirError) return { because: error.message };
    throw error;
  }
}

/** The objects of a list that may be absent. Anything else in its place is not understood. */
export function listOf(value: Json | undefined, name: string): JsonObject[] {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value.map(objectOf) : [];
  if (list.length === 0 || list.some((one) => one === undefined)) notUnderstood(`${name} is no list of objects`);
  return list as JsonObject[]; // none is undefined, as tested
}

/** Refuses elements that are not among `known`; `_name` beside a primitive and foreign extensions may be passed over, by FHIR's rule. */
export function onlyKnown(object: JsonObject, known: ReadonlySet<string>, name: string): void {
  for (const key of Object.keys(object)) {
    if (key === 'id' || key === 'extension' || key.startsWith('_') || known.has(key)) continue;
    notUnderstood(`${name}.${key} is not understood`);
  }
  for (const extension of listOf(object['extension'], `${name}.extension`)) {
    if (isOurs(extension['url']))
      notUnderstood(`the condition ${String(extension['url'])} on ${name} is not understood`);
  }
}

/** Whether an extension is a statement of ours, which must be understood. */
export function isOurs(url: Json | undefined): boolean {
  return typeof url === 'string' && url.startsWith(canonical.structureDefinitions);
}

/** `system|code` of a Coding that has both. */
export function codingText(value: Json | undefined, name: string): CodeText {
  const coding = objectOf(value);
  const { system, code } = coding ?? {};
  if (typeof system !== 'string' || typeof code !== 'string' || system === '' || code === '') {
    return notUnderstood(`${name} has no coding with system and code`);
  }
  return `${system}|${code}`;
}

/** All codings of a CodeableConcept; one that is words only is not understood. */
export function conceptTexts(value: Json | undefined, name: string): CodeText[] {
  const codings = listOf(objectOf(value)?.['coding'], `${name}.coding`);
  if (codings.length === 0) notUnderstood(`${name} has no coding`);
  return codings.map((coding) => codingText(coding, name));
}

/** A Period in milliseconds since 1970; both ends belong to it, and a day that ends it does to its last moment. */
export function periodOf(value: Json | undefined, name: string): { from?: number; to?: number } {
  const { start, end } = objectOf(value) ?? {};
  if (start === undefined && end === undefined) notUnderstood(`${name} has neither start nor end`);
  const from = start === undefined ? undefined : momentOf(start, name).low;
  const to = end === undefined ? undefined : momentOf(end, name).high - 1;
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** The time that a date or dateTime covers, half-open. */
export function momentOf(value: Json | undefined, name: string): { low: number; high: number } {
  const interval = typeof value === 'string' ? intervalOf(value) : undefined;
  return interval ?? notUnderstood(`${name} has no valid date`);
}

/** `Type/id` of a resource on the server with these base addresses, else undefined. */
export function localTarget(reference: Json | undefined, bases: readonly string[]): string | undefined {
  const parsed = typeof reference === 'string' ? parseReference(reference) : undefined;
  if (parsed === undefined || (parsed.base !== undefined && !bases.includes(parsed.base))) return undefined;
  return `${parsed.type}/${parsed.id}`;
}

/** `system|value` of an Identifier, or its value when it is a URL or names no system. */
export function identifierText(value: Json | undefined): string | undefined {
  const { system, value: text } = objectOf(value) ?? {};
  if (typeof text !== 'string' || text === '') return undefined;
  return typeof system === 'string' && system !== canonical.uri ? `${system}|${text}` : text;
}
