/** Lets through of stored resources what the asker may see, as it may be seen. See docs/adr/0011-views.md */
import type { Definitions } from '../fhir/definitions/model.ts';
import { compile, lookUp } from '../search/index.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { Expression, Search } from '../search/tree.ts';
import { type StoredResource, storedOf } from '../store/read.ts';
import type { Store } from '../store/store.ts';
import { createLookUp } from './look-up.ts';
import type { Views } from './view.ts';

export interface VisibleMeans {
  store: Store;
  definitions: Definitions;
  /** keys of the patients whose data a resource is */
  personsOf(stored: StoredResource): readonly Int64[];
}

/** The resources that the asker may see, in their order, each as it leaves. What was found by a view is of its classes already. */
export async function visible(
  found: readonly StoredResource[],
  views: Views,
  means: VisibleMeans,
): Promise<StoredResource[]> {
  const whole = await passing(
    found.filter((one) => views.deidentificationOf(one.class) === undefined && views.permits(one.class)),
    views,
    means,
  );
  return found.flatMap((one) => {
    const changed = leaving(one, views, means);
    if (changed !== undefined) return [changed];
    return whole.has(one.key) ? [one] : [];
  });
}

/** A resource of a class that leaves changed, as it leaves; undefined for others. */
export function leaving(
  stored: StoredResource,
  views: Views,
  { personsOf }: Pick<VisibleMeans, 'personsOf'>,
): StoredResource | undefined {
  const deidentification = views.deidentificationOf(stored.class);
  return deidentification?.apply(stored, stored.tail === null ? [] : personsOf(stored));
}

/** The keys of those for which holds what is asked of the rows of their type. */
export async function passing(
  found: readonly StoredResource[],
  { rowsOf, plain }: Pick<Views, 'rowsOf' | 'plain'>,
  { store, definitions }: Pick<VisibleMeans, 'store' | 'definitions'>,
): Promise<ReadonlySet<Int64>> {
  const passed = new Set<Int64>();
  if (rowsOf === undefined) {
    for (const one of found) passed.add(one.key);
    return passed;
  }
  const byType = new Map<string, Int64[]>();
  for (const one of found) byType.set(one.type, [...(byType.get(one.type) ?? []), one.key]);
  for (const [type, keys] of byType) {
    const must = rowsOf(type);
    if (must === undefined) for (const key of keys) passed.add(key);
    else if (must.kind !== 'none') {
      const search = keySearch(type, keys, must);
      const filled = await lookUp(search, createLookUp(store, definitions, plain.classes));
      const page = { limit: keys.length };
      const { found: rows } = await store.query(compile(filled, { permitted: plain.classes, page }));
      for (const row of rows) passed.add(storedOf(row).key);
    }
  }
  return passed;
}

function keySearch(type: string, keys: readonly Int64[], must: Expression): Search {
  return {
    types: [type],
    path: type,
    where: [{ kind: 'key', keys }, must],
    sort: [],
    includes: [],
    count: keys.length,
    countOnly: false,
    total: 'none',
    warnings: [],
    used: [],
  };
}
