/** Pages that are walked and pages that are sorted are the same, and those that FHIR asks for, whatever the values are. https://hl7.org/fhir/R4B/search.html#sort */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions/load.ts';
import type { Definitions } from '../../src/fhir/definitions/model.ts';
import { compile, compileFew, type PageKey, pageKeyOf, type Statement } from '../../src/search/compile/index.ts';
import { pairUp } from '../../src/search/pair.ts';
import { parseSearch } from '../../src/search/parse.ts';
import type { Search } from '../../src/search/tree.ts';
import { openStore, type Row, type Store } from '../../src/store/store.ts';
import { startServer, type TestServer } from '../server.ts';
import {
  type Kind,
  type Known,
  kinds,
  type Order,
  resourceOf,
  type Stated,
  sorted,
  statedArbitrary,
} from './sorted-world.ts';

let server: TestServer;
let store: Store;
let definitions: Definitions;
beforeAll(async () => {
  server = await startServer();
  store = await openStore({ database: server.address, now: Date.now });
  definitions = await loadDefinitions('R4B');
});
afterAll(async () => {
  await store.close();
  await server.close();
  expect(server.errors).toEqual([]);
});

function searchFor(type: string, pairs: readonly (readonly [string, string])[]): Search {
  const context = {
    definitions,
    hash: store.hash,
    baseUrls: [],
    now: Date.now,
    handling: 'strict' as const,
    defaultCount: 10,
    maxCount: 1000,
  };
  return pairUp(parseSearch(type, pairs, context), definitions, store.hash);
}

type Compile = (search: Search, options: Parameters<typeof compile>[1]) => Statement | undefined;

/** Ids from the first page to the last, or of as many pages as are asked for; undefined where the way is not open. */
async function idsOn(
  way: Compile,
  search: Search,
  limit: number,
  isPlannedOnce: boolean,
): Promise<string[] | undefined> {
  const ids: string[] = [];
  for (let after: PageKey | undefined; ; ) {
    const page = after === undefined ? { limit } : { limit, after };
    const statement = way(search, { permitted: 'all', page });
    if (statement === undefined) return undefined;
    const { found } = await store.query({ ...statement, isPlannedOnce });
    const rows: Row[] = found.filter((row) => row['key'] !== null);
    ids.push(...rows.slice(0, limit).map((row) => row['id'] as string));
    if (rows.length <= limit) return ids;
    after = pageKeyOf(search, rows[limit - 1]!);
  }
}

let made = 0;
async function keep(kind: Kind, stated: readonly Stated[], known: Known[]): Promise<void> {
  const fresh = stated.map((one) => ({ ...one, id: `r${made++}`, updated: 0 }));
  const answer = await server.load(fresh.map((one) => resourceOf(kind, one.id, one)));
  expect(answer.status).toBe(200);
  known.push(...fresh);
  const { found } = await store.query(compile(searchFor(kind.type, []), { permitted: 'all', page: { limit: 10_000 } }));
  const updated = new Map(found.map((row) => [row['id'], Number(row['updated'])]));
  for (const one of known) one.updated = updated.get(one.id)!;
}

describe.each(kinds)('$type', (kind) => {
  const known: Known[] = [];
  const order = fc.record({
    by: fc.constantFrom(...Object.keys(kind.sorts), '_id', '_lastUpdated'),
    descending: fc.boolean(),
  });
  const asked = fc.record({
    stated: fc.array(statedArbitrary(kind), { minLength: 1, maxLength: 25 }),
    orders: fc.uniqueArray(order, { minLength: 0, maxLength: 3, selector: ({ by }) => by }),
    tag: fc.constantFrom(undefined, 'x', 'urn:t|x'),
    limit: fc.integer({ min: 3, max: 30 }),
    isPlannedOnce: fc.boolean(),
  });

  test('every way leads through all pages in the order that is asked for, and back in the other', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async ({ stated, orders, tag, limit, isPlannedOnce }) => {
        await keep(kind, stated, known);
        const there = known.filter((one) => tag === undefined || one.isTagged);
        for (const each of [orders, orders.map((one): Order => ({ ...one, descending: !one.descending }))]) {
          const sort = each.map(({ by, descending }) => `${descending ? '-' : ''}${by}`).join(',');
          const pairs: [string, string][] = sort === '' ? [] : [['_sort', sort]];
          if (tag !== undefined) pairs.push(['_tag', tag]);
          const search = searchFor(kind.type, pairs);
          const expected = sorted(kind, there, each, store.hash);
          expect(await idsOn(compile, search, limit, isPlannedOnce)).toEqual(expected);
          // Nothing is to be sorted where all are asked for, or where the rows lie in the order of the page.
          const isSorted = tag !== undefined && (sort !== '' || tag === 'x');
          expect(await idsOn(compileFew, search, limit, isPlannedOnce)).toEqual(isSorted ? expected : undefined);
        }
      }),
      { numRuns: 25 },
    );
  });
});
