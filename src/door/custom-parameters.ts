/** The definitions of a server with the search parameters that were added to it, kept up to date in every process. See docs/adr/0006. */
import type { Definitions } from '../fhir/definitions/model.ts';
import { extractOne } from '../search/index.ts';
import type { Hash } from '../search/index-rows.ts';
import {
  indexParameter,
  listenToParameters,
  loadParameters,
  type MakeRows,
  type StoredParameter,
} from '../store/custom-parameter.ts';
import { RowBuffer } from '../store/row-buffer.ts';
import type { Store } from '../store/store.ts';
import { resourceOf } from './stored.ts';

export interface CustomParameters {
  /** The specification's definitions and what was added. */
  definitions(): Definitions;
  close(): Promise<void>;
}

interface Means {
  store: Store;
  base: Definitions;
  baseUrls: readonly string[];
  now(): number;
  /** called with the new definitions */
  changed(definitions: Definitions): void;
  failed(error: unknown): void;
}

/** Loads what was added, listens for changes, and indexes what is not ready, in the background. */
export async function openCustomParameters(means: Means): Promise<CustomParameters> {
  const { store, base } = means;
  let definitions = base;
  let signature = '[]';
  let isOpen = true;
  let work: Promise<void> = Promise.resolve();

  const load = async (): Promise<StoredParameter[]> => {
    const all = await loadParameters(store.sql);
    const now = JSON.stringify(all.map(({ model }) => model));
    if (now !== signature) {
      signature = now;
      definitions = { ...base, searchParameters: [...base.searchParameters, ...all.map(({ model }) => model)] };
      means.changed(definitions);
    }
    return all;
  };
  const indexAll = async (): Promise<void> => {
    for (const one of await load()) if (one.model.isReady === false && isOpen) await index(one);
  };
  const index = (parameter: StoredParameter): Promise<boolean> =>
    indexParameter(store.sql, parameter, rowMaker(parameter, definitions, store.hash, means), () => isOpen);
  // One after the other: a change during indexing is seen after it.
  const enqueue = (): void => {
    work = work.then(() => (isOpen ? indexAll() : undefined)).catch(means.failed);
  };
  // Known before the first request; indexed after it. Listening begins with a load of its own.
  await load();
  const stopListening = await listenToParameters(store.sql, enqueue);
  return {
    definitions: () => definitions,
    async close() {
      isOpen = false;
      await stopListening();
      await work;
    },
  };
}

function rowMaker(
  { model }: StoredParameter,
  definitions: Definitions,
  hash: Hash,
  { baseUrls, now }: Means,
): MakeRows {
  const byType = new Map<string, ReturnType<typeof extractOne>>();
  return (stored) => {
    let one = byType.get(stored.type);
    if (one === undefined)
      byType.set(stored.type, (one = extractOne(model, stored.type, { definitions, hash, baseUrls, now })));
    const rows = new RowBuffer(hash);
    one.extract(resourceOf(stored), rows);
    return { rows, parameters: one.parameters };
  };
}
