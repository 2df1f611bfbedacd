/** A sorted page reads about as many rows as it shows, however many resources there are. See docs/adr/0026-sorted-pages.md */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions/load.ts';
import type { Definitions } from '../../src/fhir/definitions/model.ts';
import { compile, compileFew, type PageKey, type Statement } from '../../src/search/compile/index.ts';
import { parseSearch } from '../../src/search/parse.ts';
import type { Search } from '../../src/search/tree.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { startServer, type TestServer } from '../server.ts';

const count = 4000;
const limit = 10;
let server: TestServer;
let store: Store;
let definitions: Definitions;
beforeAll(async () => {
  server = await startServer();
  const two = (at: number): string => String(at % 28).padStart(2, '0');
  await server.load(
    Array.from({ length: count }, (_, at) => ({
      resourceType: 'RiskAssessment',
      id: `r${(at * 7919) % count}`,
      meta: { source: `https://example.org/${at}`, tag: [{ system: 'urn:t', code: at % 2 === 0 ? 'even' : 'odd' }] },
      identifier: [{ system: 'urn:i', value: `i${at}` }],
      status: 'final',
      subject: { reference: `Patient/p${at}` },
      occurrenceDateTime: `20${two(at)}-01-${two(at * 3).replace('00', '01')}`,
      prediction: [{ probabilityDecimal: (at % 900) / 1000 }],
    })),
  );
  await server.load(
    Array.from({ length: count }, (_, at) => ({
      resourceType: 'Observation',
      id: `o${at}`,
      status: 'final',
      code: { coding: [{ system: 'urn:s', code: 'c' }] },
      valueQuantity: { value: at, system: 'http://unitsofmeasure.org', code: 'mg' },
    })),
  );
  await server.load(
    Array.from({ length: count }, (_, at) => ({
      resourceType: 'Patient',
      id: `p${at}`,
      name: [{ family: `Family${at}`, given: ['Anna', 'Maria'] }],
    })),
  );
  store = await openStore({ database: server.address, now: Date.now });
  await store.settle();
  definitions = await loadDefinitions('R4B');
});
afterAll(async () => {
  await store.close();
  await server.close();
  expect(server.errors).toEqual([]);
});

function searchFor(query: string): Search {
  const [type = '', rest = ''] = query.split('?');
  return parseSearch(type, [...new URLSearchParams(rest)], {
    definitions,
    hash: store.hash,
    baseUrls: [],
    now: Date.now,
    handling: 'strict',
    defaultCount: limit,
    maxCount: 100,
  });
}

interface PlanNode {
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Join Filter'?: number;
  Plans?: PlanNode[];
}

const rowsOf = (node: PlanNode): number =>
  (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0)) *
  node['Actual Loops'];
const mostRows = (node: PlanNode): number => Math.max(rowsOf(node), ...(node.Plans ?? []).map(mostRows));

/** The most rows that one step of the statement's plan goes through, as the store plans it. */
async function rowsRead({ text, values }: Statement): Promise<number> {
  const written = values.map((value) => (Array.isArray(value) ? `{${value.join(',')}}` : value));
  const [row] = await store.sql.unsafe(`explain (analyze, format json) ${text}`, written as string[]);
  const [plan] = row!['QUERY PLAN'] as [{ Plan: PlanNode }];
  return mostRows(plan.Plan);
}

const searches = [
  'RiskAssessment?_sort=date',
  'RiskAssessment?_sort=probability',
  'RiskAssessment?_sort=identifier',
  'RiskAssessment?_sort=_source',
  'RiskAssessment?_sort=subject',
  'RiskAssessment?_sort=_id',
  'RiskAssessment?_sort=_lastUpdated',
  'RiskAssessment?_sort=date,identifier',
  'RiskAssessment?_tag=urn:t|odd&_sort=date',
  'RiskAssessment?_tag=urn:t|odd&_sort=_id',
  'RiskAssessment?_tag=odd&_sort=probability,_id',
  'Patient?_sort=family',
  'Observation?_sort=value-quantity',
  // nobody has a value
  'RiskAssessment?_sort=condition',
];

test.each(searches.flatMap((one) => [one, one.replace('_sort=', '_sort=-')]))('%s', async (query) => {
  const search = searchFor(query);
  const statement = compile(search, { permitted: [0, 1], page: { limit } });
  expect(statement.isPlannedOnce).toBe(false);
  expect(await rowsRead(statement)).toBeLessThan(count / 4);
  const { found } = await store.query(statement);
  expect(found).toHaveLength(limit + 1);
  const middle = found.at(-1)!;
  const after: PageKey = {
    sorts: search.sort.map((_, at) => (middle[`s${at}`] === null ? null : String(middle[`s${at}`]))),
    key: String(middle['key']),
  };
  expect(await rowsRead(compile(search, { permitted: [0, 1], page: { limit, after } }))).toBeLessThan(count / 4);
});

test.each(['Patient?given=anna', 'RiskAssessment?_tag=odd', 'RiskAssessment?date=ge2000'])(
  '%s, of which there are many, is not sorted for a page',
  async (query) => {
    const search = searchFor(query);
    const options = { permitted: [0, 1], page: { limit } };
    expect(compileFew(search, options)?.values).toContain(3001);
    const statement = compile(search, options);
    expect(await rowsRead(statement)).toBeLessThan(count / 4);
    expect((await store.query(statement)).found).toHaveLength(limit + 1);
  },
);
