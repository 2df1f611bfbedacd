/** Reads texts from parsed JSON of strangers. https://hl7.org/fhir/R4B/datatypes.html#string */
import type { Json } from '../../../fhir/json.ts';

/** The value when it is a text that says something. */
export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;
