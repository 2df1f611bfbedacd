/** Looks into resources whose FHIR version is not known: texts, codes and references wherever they stand. https://hl7.org/fhir/R4B/datatypes.html */
import { type Json, type JsonObject, objectOf } from '../../fhir/json.ts';

/** A text that says something. */
const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

export const textIn = (holder: JsonObject | undefined, name: string): string | undefined => textOf(holder?.[name]);

/** Whether an element is there and holds anything. */
export function isStated(holder: JsonObject, name: string): boolean {
  const value = holder[name];
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'string' ? value.trim() !== '' : value !== undefined && value !== null;
}

export interface Coding {
  system?: string;
  code: string;
}

/** All codes in it that name their system, and those of Codings that should. Security labels and tags are about the server, not in it. */
export function codingsIn(value: Json | undefined, name = ''): Coding[] {
  if (Array.isArray(value)) return value.flatMap((one) => codingsIn(one, name));
  const object = objectOf(value);
  if (object === undefined) return [];
  const code = textIn(object, 'code');
  const system = textIn(object, 'system');
  // Quantities have codes too: those of their units.
  if (code !== undefined && (system !== undefined || /^coding$|Coding$/.test(name))) {
    return [system === undefined ? { code } : { system, code }];
  }
  return Object.entries(object).flatMap(([below, inner]) => (below === 'meta' ? [] : codingsIn(inner, below)));
}

export interface FoundReference {
  /** names of the elements that lead to it, such as `subject` or `entry.item` */
  path: string;
  reference?: string;
  identifier?: JsonObject;
}

/** All References in it with the way to them. */
export function referencesIn(value: Json | undefined, path = ''): FoundReference[] {
  if (Array.isArray(value)) return value.flatMap((one) => referencesIn(one, path));
  const object = objectOf(value);
  if (object === undefined) return [];
  const reference = textIn(object, 'reference');
  const identifier = objectOf(object['identifier']);
  const isReference = reference !== undefined || (identifier !== undefined && path.endsWith('Reference'));
  if (isReference) {
    return [
      { path, ...(reference === undefined ? {} : { reference }), ...(identifier === undefined ? {} : { identifier }) },
    ];
  }
  return Object.entries(object).flatMap(([name, inner]) => referencesIn(inner, path === '' ? name : `${path}.${name}`));
}
