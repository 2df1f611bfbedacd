/** Counts the values of facets over what the asker may read, and names them by resources that the asker may read. See docs/adr/0029-facets.md */
import type { Resource } from '../fhir/json.ts';
import {
  classesOfViews,
  compileFacets,
  type Facet,
  type FacetSearch,
  type FacetView,
  tokenName,
  type View,
  valuesOf,
} from '../search/index.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { Expression } from '../search/tree.ts';
import type { Row } from '../store/store.ts';
import type { StandingDecision } from './decision-memory.ts';
import { holdStill } from './holding.ts';
import { createLookUp } from './look-up.ts';
import type { ReadingMeans } from './reading.ts';
import { fillIn } from './searching.ts';
import { resourceOf } from './stored.ts';
import { typeMust } from './type-must.ts';
import { visible } from './visible.ts';

/** One value and how many data sets have it. */
export interface FacetCount {
  /** of a code; absent where it has none */
  system?: string;
  /** a code, a text, a reference, `ge1000` or a year */
  text: string;
  display?: string;
  count: number;
  isChosen: boolean;
}

export interface FacetCounts {
  /** how many match with all that was chosen */
  total: number;
  facets: readonly {
    facet: Facet;
    values: readonly FacetCount[];
    /** values beside those that are told */
    more: number;
    /** how many match without what was chosen here */
    matches: number;
  }[];
}

export interface FacetMeans extends ReadingMeans {
  /** addresses of this server */
  baseUrls: readonly string[];
  /** milliseconds since 1970 */
  now(): number;
}

export async function countFacets(asked: FacetSearch, most: number, means: FacetMeans): Promise<FacetCounts> {
  const [rows, at] = await holdStill(means.decision, async (standing) => {
    const { all } = standing.views('s');
    const [search, ...choices] = await Promise.all(
      [asked.search, ...asked.choices].map((one) => fillIn(one, all, means)),
    );
    const views = await Promise.all(all.map((view) => facetView(view, asked.facets, means)));
    const thisYear = new Date(means.now()).getUTCFullYear();
    const question = { search: search!, choices, facets: asked.facets, views, most, thisYear };
    return means.store.query(compileFacets(question, classesOfViews(all)));
  });
  const values = rows.filter((row) => row['kind'] === 'value');
  const owners = await ownersOf(values, at, means);
  const total = Number(rows.find((row) => row['kind'] === 'total')?.['n'] ?? 0);
  const facets = asked.facets.map((facet, place) => {
    const own = values.filter((row) => row['facet'] === place);
    const matches = rows.find((row) => row['kind'] === 'matches' && row['facet'] === place);
    return {
      facet,
      values: named(facet, own, owners, means),
      more: own.length === 0 ? 0 : Number(own[0]!['of']) - own.length,
      matches: matches === undefined ? total : Number(matches['n']),
    };
  });
  return { total, facets };
}

/** What the view asks of the resources that lead to values, looked up as in any search. */
async function facetView(view: View, facets: readonly Facet[], means: ReadingMeans): Promise<FacetView> {
  const types = new Set(facets.flatMap(({ steps }) => steps.map(({ type }) => type)));
  const musts = new Map<string, Expression>();
  const known = createLookUp(means.store, means.definitions, view.opened ?? view.classes);
  for (const type of types) {
    const must = view.rowsOf?.(type);
    if (must !== undefined) musts.set(type, await typeMust(type, must, known));
  }
  return {
    classes: view.classes,
    ...(view.veil === undefined ? {} : { veil: view.veil }),
    must: (type) => musts.get(type),
  };
}

/** The resources that values are named by, as the asker sees them; those that are referred to among them. */
async function ownersOf(
  rows: readonly Row[],
  at: StandingDecision,
  means: ReadingMeans,
): Promise<ReadonlyMap<Int64, Resource>> {
  // A row with a target and no system is a reference.
  const keys = rows.flatMap((row) => [row['owner'], row['b'] === null ? row['a'] : null]);
  const asked = [...new Set(keys)].filter((key): key is Int64 => typeof key === 'string');
  if (asked.length === 0) return new Map();
  const { found } = await means.store.readMany(asked);
  const stored = [...found.values()].filter(({ tail }) => tail !== null);
  return new Map((await visible(stored, at.views('s'), means)).map((one) => [one.key, resourceOf(one)]));
}

/** Most data sets first, and those in the order of their names. */
function named(
  facet: Facet,
  rows: readonly Row[],
  owners: ReadonlyMap<Int64, Resource>,
  means: FacetMeans,
): FacetCount[] {
  const values = namer(facet, owners, means);
  const counts = rows.flatMap((row): FacetCount[] => {
    const own = row['text'] === null ? values(row) : { text: row['text'] as string };
    return own === undefined ? [] : [{ ...own, count: Number(row['n']), isChosen: row['chosen'] === true }];
  });
  const { bands, definition } = facet;
  if (bands !== undefined || definition.isByYear) return counts;
  const name = ({ display, text }: FacetCount): string => display ?? text;
  return counts.sort((one, two) => two.count - one.count || (name(one) < name(two) ? -1 : 1));
}

/** Names a row by a resource that has its value. */
function namer(
  facet: Facet,
  owners: ReadonlyMap<Int64, Resource>,
  means: FacetMeans,
): (row: Row) => Pick<FacetCount, 'system' | 'text' | 'display'> | undefined {
  const { store, definitions, baseUrls, now } = means;
  const ofResource = valuesOf(facet, { definitions, hash: store.hash, baseUrls, now });
  const known = new Map<Int64, ReturnType<typeof ofResource>>();
  return (row) => {
    const owner = row['owner'] as Int64;
    const resource = owners.get(owner);
    if (resource === undefined) return undefined;
    let values = known.get(owner);
    if (values === undefined) known.set(owner, (values = ofResource(resource)));
    const [a, b] = [row['a'] as Int64, row['b'] as number | null];
    const value = values.get(b === null ? a : tokenName(a, b));
    const target = b === null ? owners.get(a) : undefined;
    const display = target?.['title'] ?? target?.['name'] ?? value?.display;
    return value === undefined ? undefined : { ...value, ...(typeof display === 'string' ? { display } : {}) };
  };
}
