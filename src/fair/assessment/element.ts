/** Looks into resources whose FHIR version is not known: texts, codes and references wherever they stand. https://hl7.org/fhir/R4B/datatypes.html */
import { type Json, type JsonObject, objectOf } from '../../fhir/json.ts';

/** A text that says something. */
export const textOf = (value: Json | undefined): string | undefined =>
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

/** All Codings in it, extensions and contained resources included. Security labels and tags are about the server, not in it. */
export function codingsIn(value: Json | undefined): Coding[] {
  if (Array.isArray(value)) return value.flatMap(codingsIn);
  const object = objectOf(value);
  if (object === undefined) return [];
  return Object.entries(object).flatMap(([name, inner]) => {
    if (name === 'meta') return [];
    if (name === 'coding' || name.endsWith('Coding') || name === 'connectionType')
      return listOf(inner).flatMap(codingOf);
    return codingsIn(inner);
  });
}

const listOf = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);

function codingOf(value: Json): Coding[] {
  const object = objectOf(value);
  const code = textIn(object, 'code');
  if (code === undefined) return [];
  const system = textIn(object, 'system');
  return [system === undefined ? { code } : { system, code }];
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
