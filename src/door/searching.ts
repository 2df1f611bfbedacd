/** Searches and counts what the asker may see. https://hl7.org/fhir/R4B/search.html */
import { FhirError } from '../fhir/outcome.ts';
import {
  classesOfViews,
  compile,
  compileCount,
  compileEstimate,
  compileFew,
  compileIncludes,
  lookUp,
  type PageKey,
  pageKeyOf,
  pairUp,
  type RowsOf,
  rarestFirst,
  restrict,
  type View,
} from '../search/index.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { Include, PermittedClasses, Search } from '../search/tree.ts';
import { type AtEpoch, type StoredResource, storedOf } from '../store/read.ts';
import type { Row } from '../store/store.ts';
import type { StandingDecision } from './decision-memory.ts';
import { holdStill } from './holding.ts';
import { createLookUp } from './look-up.ts';
import type { ReadingMeans } from './reading.ts';
import { leaving, passing, viewsOf, visible } from './visible.ts';

export interface Page {
  matches: StoredResource[];
  /** how well each match fits the words that were asked for, 0 to 1; absent where none were */
  scores?: number[];
  included: StoredResource[];
  /** where the next page begins; absent on the last one */
  next?: PageKey;
}

/** Included resources that one page may bring along. */
const mostIncluded = 10_000;

/** The search with what only the store knows, as it is asked in the views. */
export async function fillIn(search: Search, views: readonly View[], means: ReadingMeans): Promise<Search> {
  const { store, definitions } = means;
  const isVeiled = views.some(({ veil }) => veil !== undefined);
  // Rows of a code with its dates tell of both: where something is hidden, each is asked by itself.
  const paired = isVeiled ? search : pairUp(search, definitions, store.hash);
  const [plain] = views;
  // Hierarchies and value sets are read where nothing leaves changed: nothing leads from one view to another.
  const opened = plain?.opened ?? (isVeiled ? (plain?.classes ?? []) : classesOfViews(views));
  const must = plain?.rowsOf;
  const sees = must === undefined ? undefined : (keys: readonly Int64[]) => seenOf(keys, must, opened, means);
  const filled = await lookUp(restrict(paired, views), createLookUp(store, definitions, opened, sees));
  const permitted = classesOfViews(views);
  return rarestFirst(filled, (matches) => store.estimate(compileEstimate(matches, { permitted })));
}

/** Those of the keys whose resources the rows let through. */
async function seenOf(
  keys: readonly Int64[],
  rowsOf: RowsOf,
  classes: PermittedClasses,
  means: ReadingMeans,
): Promise<ReadonlySet<Int64>> {
  const { found } = await means.store.readMany(keys);
  return passing([...found.values()], { rowsOf, classes }, means);
}

export async function searchPage(search: Search, after: PageKey | undefined, means: ReadingMeans): Promise<Page> {
  const [{ rows, filled }, at] = await holdStill(means.decision, async (standing) => {
    const { all } = standing.views('s');
    const filled = await fillIn(search, all, means);
    const page = after === undefined ? { limit: search.count } : { limit: search.count, after };
    const { epoch, found } = await runPage(means, filled, { permitted: classesOfViews(all), page });
    return { epoch, found: { rows: found, filled } };
  });
  const more = rows.length > search.count;
  const shown = more ? rows.slice(0, search.count) : rows;
  const found = shown.map(storedOf);
  const [matches, included] = await Promise.all([leave(found, at, means), include(search, found, at, means)]);
  const page: Page = { matches, included };
  if (search.score !== undefined) page.scores = shown.map((row) => Number(row['score']));
  return more ? { ...page, next: pageKeyOf(filled, shown.at(-1)!) } : page;
}

/** What was found by the views' own conditions needs no second look, only the changes that it leaves with. */
async function leave(
  found: readonly StoredResource[],
  at: StandingDecision,
  means: ReadingMeans,
): Promise<StoredResource[]> {
  const views = at.views('s');
  if (views.all.length === 1) return [...found];
  const viewOf = await viewsOf(found, views, means);
  return found.flatMap((one) => leaving(one, viewOf(one), means));
}

export async function countRecords(search: Search, means: ReadingMeans): Promise<number> {
  const [total] = await holdStill(means.decision, async (standing) => {
    const { all } = standing.views('s');
    return countOf(means, await fillIn(search, all, means), classesOfViews(all));
  });
  return total;
}

/** Few matches are sorted; many are met in the order of the sort's index. */
async function runPage(
  { store }: ReadingMeans,
  search: Search,
  options: Parameters<typeof compile>[1],
): Promise<AtEpoch<Row[]>> {
  const few = compileFew(search, options);
  if (few === undefined) return store.query(compile(search, options));
  const { epoch, found } = await store.query(few);
  if (found[0]?.['many'] === true) return store.query(compile(search, options));
  return { epoch, found: found.filter((row) => row['key'] !== null) };
}

async function countOf(
  { store }: Pick<ReadingMeans, 'store'>,
  search: Search,
  permitted: PermittedClasses,
): Promise<AtEpoch<number>> {
  const { epoch, found } = await store.query(compileCount(search, { permitted }));
  return { epoch, found: Number(found[0]!['total']) };
}

/** What the page brings along. Nothing leads from what leaves as it is to what leaves changed, or back. */
async function include(
  search: Search,
  matches: readonly StoredResource[],
  at: StandingDecision,
  means: ReadingMeans,
): Promise<StoredResource[]> {
  if (search.includes.length === 0 || matches.length === 0) return [];
  const views = at.views('s');
  const viewOf = await viewsOf(matches, views, means);
  const included: StoredResource[] = [];
  for (const view of views.all) {
    const own = matches.filter((one) => viewOf(one) === view);
    included.push(...(await includeIn(view, search.includes, own, at, means, mostIncluded - included.length)));
  }
  return included;
}

/** What is iterated also from what was brought, until nothing new comes. */
async function includeIn(
  view: View,
  asked: readonly Include[],
  matches: readonly StoredResource[],
  at: StandingDecision,
  means: ReadingMeans,
  most: number,
): Promise<StoredResource[]> {
  const included: StoredResource[] = [];
  const known = new Set(matches.map((one) => one.key));
  const { veil } = view;
  const all =
    veil === undefined
      ? asked
      : asked.map((one) => ({ ...one, parameters: one.parameters.filter((key) => !veil.hides(key)) }));
  let from: Int64[] = [...known];
  let includes = all;
  while (includes.length > 0 && from.length > 0) {
    const next: Int64[] = [];
    for (let isMore = true; isMore; ) {
      const limit = most - included.length + 1;
      const { found } = await means.store.query(
        compileIncludes(includes, from, [...known], { permitted: view.classes, limit }),
      );
      const stored = found.map(storedOf);
      const seen = await visible(stored, at.views('s'), means, view);
      included.push(...seen);
      if (included.length > most) {
        throw new FhirError(
          'too-costly',
          `the page includes more than ${mostIncluded} resources; ask for fewer with _count`,
        );
      }
      const passed = new Set(seen.map((one) => one.key));
      for (const { key } of stored) {
        known.add(key);
        if (passed.has(key)) next.push(key);
      }
      // Only what is seen counts: how much else there is must not be told.
      isMore = found.length === limit;
    }
    from = next;
    includes = all.filter((one) => one.isIterated);
  }
  return included;
}
