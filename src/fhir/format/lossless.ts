/** JSON values whose numbers keep their digits: parsed, changed and written again without loss. https://hl7.org/fhir/R4B/json.html#decimal */
import type { Json, JsonObject } from '../json.ts';

/** A number as it was written: what JSON.rawJSON makes. */
interface RawNumber {
  rawJSON: string;
}

interface RawJsonApi {
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
}
type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

// TypeScript's library does not know them yet. https://github.com/tc39/proposal-json-parse-with-source
const raw = JSON as unknown as RawJsonApi;
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** Like JSON.parse, but numbers become objects that JSON.stringify writes with the digits of `text`. */
export function parseLossless(text: string): Json {
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? raw.rawJSON(source) : value,
  ) as Json; // what else JSON can hold
}

/** `parseLossless` of a text that is known to be an object. */
export function parseLosslessObject(text: string): JsonObject {
  return parseLossless(text) as JsonObject;
}

/** A number with these digits; `text` must be a JSON number. */
export function losslessNumber(text: string): Json {
  return raw.rawJSON(text) as unknown as Json;
}

/** The digits of a number that `parseLossless` made, else undefined. */
export function digitsOf(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return raw.isRawJSON(value) ? value.rawJSON : undefined;
}
