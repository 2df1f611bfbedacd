/** Reads single resources, their versions and histories, as far as the asker may see them. https://hl7.org/fhir/R4B/http.html#read */
import { FhirError } from '../fhir/outcome.ts';
import { isByPseudonym, type View } from '../search/index.ts';
import type { Int64 } from '../search/index-rows.ts';
import { type HistoryRange, historyStatement, type TypeRows } from '../store/history.ts';
import { type AtEpoch, type StoredResource, storedOf } from '../store/read.ts';
import type { DecisionMemory } from './decision-memory.ts';
import { holdStill } from './holding.ts';
import { createLookUp } from './look-up.ts';
import { typeMust } from './type-must.ts';
import { leaving, passing, type VisibleMeans, viewsOf } from './visible.ts';

/** One resource, some types, or everything. */
export type HistoryPlace = { type: string; id: string } | { types: readonly string[] } | 'system';

export interface Reading {
  /** The current version. Missing and withheld look the same. */
  read(type: string, id: string): Promise<StoredResource>;
  vread(type: string, id: string, version: number): Promise<StoredResource>;
  /** Versions of what the asker may read, in the order of time. */
  history(range: Omit<HistoryRange, 'of' | 'rows'> & { of: HistoryPlace }): Promise<StoredResource[]>;
  /** How many versions there are of one resource. */
  countVersions(type: string, id: string): Promise<number>;
}

/** What the asker sees of what was found, and whether it leaves changed. */
interface Seen {
  stored: StoredResource;
  isChanged: boolean;
}

export interface ReadingMeans extends VisibleMeans {
  decision: DecisionMemory;
  /** the key that `Type/id` stands for; marked when the id is a pseudonym */
  resolve(target: string): Int64;
}

export function readingOf(means: ReadingMeans): Reading {
  const { store, decision } = means;
  /** Whole resources are seen with all their versions or with none: what holds for the current one holds for all. */
  const see = async (
    { found, epoch }: AtEpoch<StoredResource | undefined>,
    asked: Int64,
  ): Promise<Seen | undefined> => {
    const views = (await decision.at(epoch)).views('r');
    if (found === undefined) return undefined;
    const view = (await viewsOf([found], views, means))(found);
    if (isByPseudonym(asked) !== (view.veil?.hasPseudonyms ?? false)) return undefined;
    if (view === views.plain && !views.permits(found.class)) return undefined;
    if ((await passing([found], view, means)).size === 0) return undefined;
    const whole = await store.whole(found);
    const [stored] = whole === undefined ? [] : leaving(whole, view, means);
    return stored === undefined ? undefined : { stored, isChanged: view !== views.plain };
  };
  return {
    async read(type, id) {
      const key = means.resolve(`${type}/${id}`);
      const seen = await see(await store.read(bare(key)), key);
      if (seen === undefined) throw notFound(type, id);
      if (seen.stored.tail === null) throw deleted(seen.stored);
      return seen.stored;
    },
    async vread(type, id, version) {
      const key = means.resolve(`${type}/${id}`);
      const seen = await see(await store.readVersion(bare(key), version), key);
      // What leaves changed has no history: old versions would tell what was changed since.
      if (seen === undefined || (seen.isChanged && !(await isCurrent(means, key, version))))
        throw new FhirError('not-found', `${type}/${id} has no version ${version} here`);
      if (seen.stored.tail === null) throw deleted(seen.stored);
      return seen.stored;
    },
    async history({ of, ...range }) {
      if (typeof of === 'object' && 'id' in of) {
        const key = means.resolve(`${of.type}/${of.id}`);
        const seen = await see(await store.read(bare(key)), key);
        if (seen === undefined) throw notFound(of.type, of.id);
        if (seen.isChanged) return range.after === undefined ? [seen.stored] : [];
        const [rows] = await holdStill(decision, (at) =>
          store.query(historyStatement({ ...range, of: { key: bare(key) } }, at.views('r').plain.classes)),
        );
        return rows.map(storedOf);
      }
      const [rows] = await holdStill(decision, async (at) => {
        const views = at.views('s');
        const rows = views.plain.rowsOf === undefined ? undefined : await rowsByType(of, views.plain, means);
        const place = { ...range, of, ...(rows === undefined ? {} : { rows }) };
        return store.query(historyStatement(place, views.plain.classes));
      });
      return rows.map(storedOf);
    },
    async countVersions(type, id) {
      const key = means.resolve(`${type}/${id}`);
      const seen = await see(await store.read(bare(key)), key);
      if (seen === undefined) return 0;
      return seen.isChanged ? 1 : store.countVersions(bare(key));
    },
  };
}

/** A key without the mark that tells how it was found. */
const bare = (key: Int64): Int64 => (isByPseudonym(key) ? key.slice(1) : key);

async function isCurrent({ store }: ReadingMeans, key: Int64, version: number): Promise<boolean> {
  return (await store.read(bare(key))).found?.version === version;
}

/** What is asked of the rows of each type of a history, looked up. */
async function rowsByType(
  of: { types: readonly string[] } | 'system',
  { rowsOf, classes }: View,
  { store, definitions }: ReadingMeans,
): Promise<TypeRows[]> {
  const types = of === 'system' ? definitions.resourceTypes : of.types;
  const known = createLookUp(store, definitions, classes);
  return Promise.all(
    types.map(async (type): Promise<TypeRows> => {
      const must = rowsOf!(type);
      if (must === undefined) return { type };
      return { type, must: await typeMust(type, must, known) };
    }),
  );
}

const notFound = (type: string, id: string): FhirError => new FhirError('not-found', `there is no ${type}/${id} here`);
const deleted = (stored: StoredResource): FhirError =>
  new FhirError('deleted', `${stored.type}/${stored.id} was deleted in version ${stored.version}`);
