/** Codes as `system|code`, the way searches write them, and as Codings. https://hl7.org/fhir/R4B/datatypes.html#Coding */
import type { JsonObject } from './json.ts';

/** The Coding that `system|code` stands for. */
export function codingOf(text: string, display?: string): JsonObject {
  const at = text.lastIndexOf('|');
  return {
    ...(at > 0 ? { system: text.slice(0, at) } : {}),
    code: text.slice(at + 1),
    ...(display === undefined ? {} : { display }),
  };
}
