/** Contained resources: which types a resource contains is indexed; whether they match is decided one by one. https://hl7.org/fhir/R4B/search.html#contained */
import { type JsonObject, objectsOf, type Resource } from '../fhir/json.ts';
import type { Hash, IndexSink, Int64 } from './index-rows.ts';
import { holds, keepRows } from './match.ts';
import type { Expression } from './tree.ts';

/** Under which the types of contained resources are filed. */
export const containedKey = (hash: Hash): Int64 => hash('contained types');

/** One row for each type that `resource` contains. */
export function extractContained(resource: Resource, hash: Hash, sink: IndexSink): void {
  for (const one of objectsOf(resource['contained'])) {
    const type = one['resourceType'];
    if (typeof type === 'string') sink.token(containedKey(hash), hash(type), 0, type);
  }
}

/** The resources of `type` inside `container` for which all of `where` hold. */
export function matchingContained(
  container: JsonObject,
  type: string,
  where: readonly Expression[],
  extract: (resource: Resource, sink: IndexSink) => void,
  hash: Hash,
): JsonObject[] {
  return objectsOf(container['contained']).filter((one) => {
    if (one['resourceType'] !== type) return false;
    const { sink, rows } = keepRows(hash);
    extract(one as Resource, sink); // it has a resourceType
    return where.every((expression) => holds(expression, rows));
  });
}
