/** Leaves out what _summary and _elements do not ask for, and says so by the tag SUBSETTED. https://hl7.org/fhir/R4B/search.html#summary */
import type { Definitions, ElementModel } from '../definitions/model.ts';
import { type Json, type JsonObject, objectOf, objectsOf } from '../json.ts';
import { FhirError } from '../outcome.ts';
import { parseLosslessObject } from './lossless.ts';

/** Which part of a resource is wanted. */
export type Part = { kind: 'elements'; names: readonly string[] } | { kind: 'summary'; of: 'true' | 'text' | 'data' };

/** The part that `_elements` names. Throws `value`. */
export function elementsPart(value: string): Part {
  const names = value.split(',').map((one) => one.trim());
  if (names.some((one) => !/^(?:[A-Z][A-Za-z]+\.)?[a-z][A-Za-z]*$/.test(one))) {
    throw new FhirError('value', `_elements must name elements such as id,name or Patient.name, not ${value}`);
  }
  return { kind: 'elements', names };
}

/** The part that `_summary` means; undefined for all of it. Throws `value`. */
export function summaryPart(value: string): Part | undefined {
  if (value === 'false') return undefined;
  if (value === 'true' || value === 'text' || value === 'data') return { kind: 'summary', of: value };
  throw new FhirError('value', `_summary must be true, text, data or false, or count in a search, not ${value}`);
}

const subsetted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

/** Always there, so that what is left is a resource. */
const always = new Set(['resourceType', 'id', 'meta']);

/** The JSON text of the wanted part of the resource `text`. */
export function partOf(text: string, part: Part, definitions: Definitions): string {
  const resource = parseLosslessObject(text);
  const type = resource['resourceType'] as string; // stored resources have one
  const left = reduce(resource, (name, element) => isWanted(name, element, type, part), part, definitions, type);
  return JSON.stringify(tagged(left));
}

function isWanted(name: string, element: ElementModel | undefined, type: string, part: Part): boolean {
  if (always.has(name)) return true;
  if (element === undefined) return false;
  if (part.kind === 'elements') {
    const stated = element.choice ?? name;
    return element.min > 0 || part.names.includes(stated) || part.names.includes(`${type}.${stated}`);
  }
  if (part.of === 'data') return name !== 'text';
  if (part.of === 'text') return name === 'text' || element.min > 0;
  return element.summary === true || element.min > 0;
}

function reduce(
  value: JsonObject,
  wanted: (name: string, element: ElementModel | undefined) => boolean,
  part: Part,
  definitions: Definitions,
  type: string,
): JsonObject {
  const elements = definitions.types[type]?.elements ?? {};
  const left: JsonObject = {};
  for (const [key, inner] of Object.entries(value)) {
    const name = key.startsWith('_') ? key.slice(1) : key;
    const element = Object.hasOwn(elements, name) ? elements[name] : undefined;
    if (!wanted(name, element)) continue;
    left[key] = part.kind === 'summary' && part.of === 'true' ? summary(inner, element, definitions) : inner;
  }
  return left;
}

/** Nested elements say for themselves which of theirs belong to the summary; types come whole. */
function summary(value: Json, element: ElementModel | undefined, definitions: Definitions): Json {
  if (element === undefined || definitions.types[element.type]?.kind !== 'nested') return value;
  if (Array.isArray(value)) return value.map((one) => summary(one, element, definitions));
  const object = objectOf(value);
  if (object === undefined) return value;
  const wanted = (_: string, inner: ElementModel | undefined): boolean =>
    inner?.summary === true || (inner?.min ?? 0) > 0;
  return reduce(object, wanted, { kind: 'summary', of: 'true' }, definitions, element.type);
}

function tagged(resource: JsonObject): JsonObject {
  const meta = objectOf(resource['meta']) ?? {};
  const tags = objectsOf(meta['tag']);
  return { ...resource, meta: { ...meta, tag: [...tags, subsetted] } };
}
