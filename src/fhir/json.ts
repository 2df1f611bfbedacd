/** The types of parsed JSON. https://www.rfc-editor.org/rfc/rfc8259 */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}
/** A parsed resource: an object that says its type. */
export interface Resource extends JsonObject {
  resourceType: string;
}

/** The value when it is a JSON object. */
export function objectOf(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** The JSON objects of a list; none when it is no list. */
export function objectsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf).filter((one) => one !== undefined) : [];
}

/** The value of a JSON text; undefined when it is none. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // all that JSON.parse gives
  } catch {
    return undefined;
  }
}
