/** Lets through of stored resources what the asker may see, as it may be seen. See docs/adr/0011-views.md */
import type { Definitions } from '../fhir/definitions/model.ts';
import { compile, lookUp, type View } from '../search/index.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { Expression, Search } from '../search/tree.ts';
import { type StoredResource, storedOf } from '../store/read.ts';
import type { Store } from '../store/store.ts';
import { createLookUp } from './look-up.ts';
import type { ChangedView, Views } from './view.ts';

export interface VisibleMeans {
  store: Store;
  definitions: Definitions;
  /** keys of the patients whose data a resource is */
  personsOf(stored: StoredResource): readonly Int64[];
}

/**
 * The view in which each resource stands, by its class and by whose it is: what is the asker's own leaves as it is. What
 * the view asks of its rows is not looked at.
 */
export async function viewsOf(
  found: readonly StoredResource[],
  views: Views,
  means: Pick<VisibleMeans, 'store' | 'definitions'>,
): Promise<(stored: StoredResource) => View | ChangedView> {
  const { own } = views.plain;
  const changed = own === undefined ? [] : found.filter((one) => views.changedOf(one.class) !== undefined);
  const whole = own === undefined ? new Set() : await passing(changed, { classes: 'all', rowsOf: own }, means);
  return ({ key, class: number }) => (whole.has(key) ? undefined : views.changedOf(number)) ?? views.plain;
}

/** The resources that the asker may see by any view, or by `only` this one, in their order, each as it leaves. */
export async function visible(
  found: readonly StoredResource[],
  views: Views,
  means: VisibleMeans,
  only?: View,
): Promise<StoredResource[]> {
  const viewOf = await viewsOf(found, views, means);
  const seen = new Set<Int64>();
  for (const view of only === undefined ? views.all : [only]) {
    const own = found.filter((one) => viewOf(one) === view && (view !== views.plain || views.permits(one.class)));
    for (const key of await passing(own, view, means)) seen.add(key);
  }
  return found.flatMap((one) => (seen.has(one.key) ? leaving(one, viewOf(one), means) : []));
}

/** A resource as it leaves by the view; nothing where it does not. */
export function leaving(
  stored: StoredResource,
  view: View | ChangedView,
  { personsOf }: Pick<VisibleMeans, 'personsOf'>,
): StoredResource[] {
  if (!('deidentification' in view)) return [stored];
  return stored.tail === null ? [] : [view.deidentification.apply(stored, personsOf(stored))];
}

/** The keys of those for which holds what the view asks of the rows of their type. */
export async function passing(
  found: readonly StoredResource[],
  { rowsOf, classes }: Pick<View, 'rowsOf' | 'classes'>,
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
      const filled = await lookUp(search, createLookUp(store, definitions, classes));
      const page = { limit: keys.length };
      const { found: rows } = await store.query(compile(filled, { permitted: classes, page }));
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
