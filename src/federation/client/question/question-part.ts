/** Reads the parts of a question, each refused where it stands when it is wrong. https://www.rfc-editor.org/rfc/rfc8259 */
import type { Json, JsonObject } from '../../../fhir/json.ts';
import { FhirError } from '../../../fhir/outcome.ts';

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A fault in a question, at its place. */
export function refuse(expression: string, message: string): never {
  throw new FhirError('value', `question: ${expression} ${message}`, { expression });
}

/** An object of which only `known` members are set; absent is empty. */
export function objectAt(value: Json | undefined, at: string, known: readonly string[]): JsonObject {
  if (value === undefined) return {};
  if (!isObject(value)) refuse(at, 'must be an object');
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) refuse(`${at}.${key}`, `is not known; known are ${known.join(', ')}`);
  }
  return value;
}

export function textAt(value: Json | undefined, at: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.trim() === '') refuse(at, 'must be text that is not empty');
  if (value.length > mostText) refuse(at, `must not be longer than ${mostText} characters`);
  return value.trim();
}

const mostText = 10_000;

/** One text or a list of texts. */
export function textsAt(value: Json | undefined, at: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) refuse(at, 'must not be an empty list');
  return list.map((item, index) => textAt(item, `${at}[${index}]`)!);
}

export function oneOf<T extends string>(value: Json | undefined, at: string, allowed: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((item) => item === value);
  return found ?? refuse(at, `must be one of ${allowed.join(', ')}, not ${JSON.stringify(value)}`);
}

/** Texts each of which looks as it should. */
export function matchingAt(
  value: Json | undefined,
  at: string,
  pattern: RegExp,
  right: string,
): readonly string[] | undefined {
  const texts = textsAt(value, at);
  for (const text of texts ?? []) if (!pattern.test(text)) refuse(at, `"${text}" is no ${right}`);
  return texts;
}

export function dayAt(value: Json | undefined, at: string): string | undefined {
  const day = textAt(value, at);
  if (day !== undefined && !isDay(day)) refuse(at, `must be a day such as 2026-11-24, not "${day}"`);
  return day;
}

/** A day that exists, as FHIR writes dates. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Without the members that are undefined. */
export function present<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // A member that is undefined is gone, so what stays is never undefined.
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}

/** Frozen through and through. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) frozen(inner);
    Object.freeze(value);
  }
  return value;
}
