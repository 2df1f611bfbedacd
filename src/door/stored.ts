/** A stored version as JSON text or value. https://hl7.org/fhir/R4B/json.html */
import { resourceText } from '../fhir/format/json.ts';
import type { Resource } from '../fhir/json.ts';
import type { StoredResource } from '../store/read.ts';

export type { StoredResource } from '../store/read.ts';

/** The exact JSON text to send. Must not be asked of a tombstone. */
export function textOf(stored: StoredResource): string {
  if (stored.tail === null) throw new Error(`${stored.type}/${stored.id} is deleted and has no text`);
  return resourceText(stored.type, stored.id, stored.version, stored.updated, stored.tail);
}

export function resourceOf(stored: StoredResource): Resource {
  return JSON.parse(textOf(stored)) as Resource; // only resources are stored
}
