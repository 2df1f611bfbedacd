/** What is told of several data sets with rules of their own: numbers, existence, noise, and what rests on more than one of them. See docs/adr/0012-counts.md */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AccessContext, anonymous } from '../../src/conditions/access-context.ts';
import { groupClasses } from '../../src/conditions/disclosure/group.ts';
import type { DisclosedCount } from '../../src/conditions/disclosure/model.ts';
import type { Disclosure } from '../../src/conditions/model.ts';
import { type Counter, createCounter } from '../../src/door/count.ts';
import { loadDefinitions } from '../../src/fhir/definitions/load.ts';
import type { Definitions } from '../../src/fhir/definitions/model.ts';
import { parseSearch } from '../../src/search/index.ts';
import { resourceKey } from '../../src/search/index-rows.ts';
import type { PermittedClasses } from '../../src/search/tree.ts';
import type { Store } from '../../src/store/store.ts';
import { startServer, type TestServer } from '../server.ts';
import { finding, library, person } from './world.ts';

const rules: Disclosure = { threshold: 10, rounding: 10 };
const exact: Disclosure = { threshold: 1, rounding: 1 };
const metadata = 1;

/** `big` has 100 persons, `small` 20, `open` 30; findings of `big` are in `codes`, whose code `open` the persons of `open` have. */
function* world() {
  for (const id of ['big', 'small', 'open', 'codes']) yield library(id, []);
  for (let at = 0; at < 100; at++) {
    yield person(`b${at}`, 'big', { gender: at < 60 ? 'female' : 'male' });
    yield finding(`x${at}`, `b${at}`, 'codes', at < 4 ? 'rare' : 'common');
  }
  for (let at = 0; at < 20; at++) yield person(`s${at}`, 'small', { gender: 'female' });
  for (let at = 0; at < 30; at++) {
    yield person(`o${at}`, 'open', { gender: 'female' });
    yield finding(`y${at}`, `o${at}`, 'codes', 'open');
  }
  for (let at = 0; at < 12; at++) {
    yield { resourceType: 'Practitioner', id: `d${at}` };
    yield {
      resourceType: 'Schedule',
      id: `sch${at}`,
      meta: { tag: [{ system: 'urn:ds', code: 'big' }] },
      actor: [{ reference: 'Patient/b1' }, { reference: `Practitioner/d${at}` }],
    };
    yield {
      resourceType: 'Medication',
      id: `m${at}`,
      meta: { tag: [{ system: 'urn:ds', code: 'big' }] },
      code: { text: 'x' },
    };
  }
}

let server: TestServer;
let store: Store;
let definitions: Definitions;
let classOf: (id: string) => number;
let groupOf: (accessClass: number) => string;
let epoch: number;

beforeAll(async () => {
  server = await startServer();
  expect((await server.load(world())).body['parameter'][2]).toEqual({ name: 'refused', valueInteger: 0 });
  ({ store } = server.app);
  definitions = await loadDefinitions('R4B');
  // A query knows the newest epoch.
  ({ epoch } = await store.query({ text: 'select 1 as one', values: [], isPlannedOnce: true }));
  const statements = await store.statements(epoch);
  classOf = (id) =>
    statements.classes.find(({ dataSets }) => dataSets.join() === resourceKey(store.hash, 'Library', id))!.class;
  const groups = groupClasses(statements.classes);
  groupOf = (accessClass) => groups.get(accessClass) ?? '';
});
beforeEach(() => store.sql.unsafe('delete from disclosed_set'));
afterAll(() => server.close());

const counterOf = (of: Store = store): Counter =>
  createCounter({ store: of, definitions, secret: 'secret', now: () => 0, settings: { perAsker: 1000 } });

interface Asked {
  records?: PermittedClasses;
  counts?: Record<string, Disclosure>;
  exists?: Record<string, Disclosure>;
  as?: AccessContext;
  epoch?: number;
  counter?: Counter;
}

async function ask(query: string, asked: Asked): Promise<{ epoch: number; found: DisclosedCount }> {
  const [type = '', parameters = ''] = query.split('?');
  const search = parseSearch(type, [...new URLSearchParams(parameters)], {
    definitions,
    hash: store.hash,
    baseUrls: [server.base],
    now: Date.now,
    defaultCount: 10,
    maxCount: 10,
    handling: 'strict',
  });
  const of = (all: Record<string, Disclosure> = {}): Map<number, Disclosure> =>
    new Map(Object.entries(all).map(([id, one]) => [classOf(id), one]));
  return (asked.counter ?? counterOf()).count(
    search,
    { records: asked.records ?? [metadata], counts: of(asked.counts), exists: of(asked.exists) },
    asked.as ?? anonymous,
    { fillIn: async (one) => one, groupOf, isOfOpenData: async () => false, epoch: asked.epoch ?? epoch },
  );
}
const count = async (query: string, asked: Asked): Promise<DisclosedCount> => (await ask(query, asked)).found;
const kept = async (): Promise<number> =>
  Number((await store.sql.unsafe('select count(*) as n from disclosed_set'))[0]!['n']);

describe('existence only', () => {
  test('is told from the threshold on, and no number', async () => {
    expect(await count('Patient?gender=male', { exists: { big: rules } })).toEqual({
      total: 0,
      disclosure: { granularity: 'exists', threshold: 10, rounding: 10, read: 0, suppressed: true, exists: true },
    });
    const few = await count('Patient?gender=male', { exists: { big: { threshold: 41, rounding: 1 } } });
    expect(few.disclosure?.exists).toBe(false);
    expect((await count('Patient?gender=other', { exists: { big: rules } })).disclosure?.exists).toBe(false);
    expect((await count('Patient?gender=other', { exists: { big: exact } })).disclosure?.exists).toBe(false);
    expect((await count('Condition?code=rare', { exists: { codes: exact } })).disclosure?.exists).toBe(true);
  });

  test('numbers of other data do not rest on it', async () => {
    const found = await count('Patient?_has:Condition:subject:code=common', {
      counts: { big: rules },
      exists: { codes: rules },
    });
    expect(found).toEqual({
      total: 0,
      disclosure: { granularity: 'count', threshold: 10, rounding: 10, read: 0, suppressed: true, exists: true },
    });
  });
});

describe('several data sets', () => {
  const strict: Disclosure = { threshold: 50, rounding: 20 };

  test('each keeps its own rules', async () => {
    expect(await count('Patient?gender=female', { counts: { big: rules, small: strict } })).toEqual({
      total: 60,
      disclosure: { granularity: 'count', threshold: 50, rounding: 20, read: 0, suppressed: true },
    });
    expect((await count('Patient?gender=female,unknown', { counts: { big: rules, small: exact } })).total).toBe(80);
    expect((await count('Patient?gender=female,other', { counts: { small: rules, big: exact } })).total).toBe(80);
  });

  test('where one decides who of another is counted, the strictest rules hold', async () => {
    const asked = { counts: { big: rules, codes: strict } };
    expect((await count('Patient?_has:Condition:subject:code=common', asked)).total).toBe(100);
    const by = `Patient?_has:Condition:subject:code=common&gender=male`;
    expect((await count(by, { counts: { big: rules, codes: strict } })).total).toBe(0);
    expect((await count(by, { counts: { big: rules, codes: rules } })).total).toBe(40);
  });

  test('who may be read is exact without what may only be counted, and told apart with it', async () => {
    const records = [metadata, classOf('open')];
    const query = 'Patient?_has:Condition:subject:code=open';
    expect(await count(query, { records })).toEqual({ total: 0 });
    expect((await count(query, { records, counts: { codes: rules, big: rules } })).total).toBe(30);
    expect((await count(query, { records, counts: { codes: rules } })).total).toBe(30);
    expect((await count(query, { records, counts: { codes: { ...rules, threshold: 31 } } })).total).toBe(0);
    expect((await count('Patient?gender=female', { records, counts: { small: rules } })).total).toBe(50);
  });

  test('performers are no persons, and what is no one’s is counted by itself', async () => {
    expect((await count('Schedule', { counts: { big: rules } })).total).toBe(0);
    expect((await count('Medication', { counts: { big: rules } })).total).toBe(10);
    expect((await count('Schedule', { counts: { big: exact } })).total).toBe(12);
  });
});

describe('exact numbers', () => {
  test('are told where one person may be counted, none too, and nothing is kept of them', async () => {
    const before = await kept();
    const asked = { counts: { codes: exact } };
    expect(await count('Condition?code=rare', asked)).toEqual({
      total: 4,
      disclosure: { granularity: 'count', threshold: 1, rounding: 1, read: 0, suppressed: false },
    });
    expect((await count('Condition?code=nothing', asked)).disclosure?.suppressed).toBe(false);
    expect(await kept()).toBe(before);
    expect(await count('Condition', { records: 'all', counts: { codes: exact } })).toEqual({ total: 130 });
  });

  test('are not told where noise is asked for', async () => {
    const noisy = { counts: { codes: { threshold: 1, rounding: 1, epsilon: 0.05 } } };
    const before = await kept();
    const { total } = await count('Condition?code=common', noisy);
    expect(await kept()).toBe(before + 1);
    for (let at = 0; at < 20; at++) expect((await count('Condition?code=common', noisy)).total).toBe(total);
    const other = { ...noisy, as: { ...anonymous, subject: { kind: 'service', name: 'other' } } as const };
    expect((await count('Condition?code=common,common', other)).total).toBe(total);
    expect((await count('Condition?code=nothing', noisy)).disclosure?.suppressed).toBe(true);
  });
});

describe('statements that change meanwhile', () => {
  test('nothing is told on old ones, and nothing kept', async () => {
    const before = await kept();
    expect(await ask('Patient?gender=male', { counts: { big: rules }, epoch: epoch - 1 })).toEqual({
      epoch,
      found: { total: 0 },
    });
    let queries = 0;
    const changing: Store = {
      ...store,
      query: async (statement) => ({ ...(await store.query(statement)), epoch: epoch + queries++ }),
    };
    const counter = counterOf(changing);
    const answer = await ask('Patient?gender=male&_tag=urn:ds|big', { counts: { big: rules }, counter });
    expect(answer).toEqual({ epoch: epoch + 1, found: { total: 0 } });
    expect(await kept()).toBe(before);
  });
});
