/** Searches what is inside other resources, page by page of the resources that contain something of the type. https://hl7.org/fhir/R4B/search.html#contained */
import type { Definitions } from '../fhir/definitions/model.ts';
import type { JsonObject } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { compile, containedKey, type Extractor, lookUp, matchingContained } from '../search/index.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { PermittedClasses, Search } from '../search/tree.ts';
import { type AtEpoch, type StoredResource, storedOf } from '../store/read.ts';
import type { Store } from '../store/store.ts';
import { createLookUp } from './look-up.ts';
import { resourceOf } from './stored.ts';

/** A container and what in it matches. */
export interface ContainedMatch {
  container: StoredResource;
  contained: JsonObject[];
}

/** Containers read for one page. */
const mostRead = 10_000;
const batch = 500;

/** Containers with a match, in the order of their keys, after `after`; one more than wanted tells that there is another page. */
export async function searchContained(
  means: { store: Store; definitions: Definitions; extract: Extractor },
  search: Search,
  after: Int64 | undefined,
  permitted: PermittedClasses,
): Promise<AtEpoch<ContainedMatch[]>> {
  const { store, definitions, extract } = means;
  const [type, ...more] = search.types;
  if (type === undefined || more.length > 0)
    throw new FhirError('not-supported', '_contained goes with one resource type');
  if (search.sort.length > 0 || search.includes.length > 0) {
    throw new FhirError('not-supported', '_contained goes with neither _sort nor _include');
  }
  const { where } = await lookUp(search, createLookUp(store, definitions, permitted));
  const { hash } = store;
  const candidates: Search = {
    ...search,
    types: definitions.resourceTypes,
    where: [
      {
        kind: 'match',
        parameter: containedKey(hash),
        test: { table: 'token', codes: [{ code: hash(type), system: 0 }] },
      },
    ],
  };
  const matches: ContainedMatch[] = [];
  let position = after;
  let epoch = 0;
  for (let read = 0; matches.length <= search.count; read += batch) {
    if (read >= mostRead)
      throw new FhirError(
        'too-costly',
        `more than ${mostRead} resources contain a ${type} that does not match; narrow the search`,
      );
    const page = { limit: batch - 1, ...(position === undefined ? {} : { after: { sorts: [], key: position } }) };
    const result = await store.query(compile(candidates, { permitted, page }));
    epoch = Math.max(epoch, result.epoch);
    for (const container of result.found.map(storedOf)) {
      position = container.key;
      const contained = matchingContained(resourceOf(container), type, where, extract, hash);
      if (contained.length > 0) matches.push({ container, contained });
      if (matches.length > search.count) break;
    }
    if (result.found.length < batch) break;
  }
  return { epoch, found: matches };
}
