/** Persons see what is their own as it is, where its data set lets everybody else have it only changed; and of others nothing more for it. See docs/adr/0011-views.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { profileLibrary, safeHarborLike } from '../../src/conditions/deidentify/index.ts';
import { startServer, type TestServer } from '../server.ts';
import { human, patient, scopes, withAskers } from './askers.ts';
import { level, value } from './statements.ts';
import { finding, library, licence, person } from './world.ts';

const names = { a: 'Anders', b: 'Berger', c: 'Celik', d: 'Dietz' };
const born = { a: '1950-02-03', b: '1931-04-05', c: '1979-06-07', d: '1962-08-09' };
type Who = keyof typeof names;
const linked = (to: string) => ({ link: [{ other: { reference: `Patient/${to}` }, type: 'seealso' }] });
const own = (id: Who, more: object = {}) =>
  person(id, 'changed', { gender: 'female', name: [{ family: names[id] }], birthDate: born[id], ...more });

const world = [
  { ...profileLibrary(safeHarborLike), id: 'safe-harbor-like' },
  library('changed', [
    licence('CC0-1.0'),
    level('record-deidentified', { url: 'profile', valueCanonical: safeHarborLike.url }),
  ]),
  own('a', linked('b')),
  own('b', linked('a')),
  own('c'),
  own('d'),
  value('old-a', 'a', 'changed', 4, { effectiveDateTime: '2019-01-01' }),
  value('new-a', 'a', 'changed', 5, { effectiveDateTime: '2024-01-01' }),
  value('mid-a', 'a', 'changed', 6, { effectiveDateTime: '2021-01-01' }),
  // Made from a value of somebody else.
  value('from-b', 'a', 'changed', 8, {
    effectiveDateTime: '2018-01-01',
    derivedFrom: [{ reference: 'Observation/value-b' }],
  }),
  value('value-b', 'b', 'changed', 7),
  value('value-c', 'c', 'changed', 9),
  { ...finding('finding-a', 'a', 'changed', 'x'), evidence: [{ detail: [{ reference: 'Observation/value-b' }] }] },
  finding('finding-b', 'b', 'changed', 'rare'),
];
const app = scopes('patient/Observation.rs');
const askers = {
  a: patient('a'),
  b: patient('b'),
  // The same login, of whom it is not known which patient she is: her pseudonyms are the same.
  'a-unknown': human('login-of-a'),
  'a-by-app': patient('a', { patient: 'a', scopes: app }),
  'a-by-app-of-b': patient('a', { patient: 'b', scopes: app }),
  'values-only': human('service', { scopes: scopes('user/Observation.rs') }),
};

let server: TestServer;
beforeAll(async () => {
  server = await startServer(withAskers(askers));
  expect((await server.load(world)).body['parameter'][2]).toEqual({ name: 'refused', valueInteger: 0 });
});
afterAll(async () => {
  expect(server.errors).toEqual([]);
  await server.close();
});

const get = async (path: string, as: string) => {
  const answer = await server.ask('GET', path, { as });
  expect([path, answer.status]).toEqual([path, 200]);
  return answer;
};
const found = async (path: string, as: string): Promise<any[]> =>
  ((await get(path, as)).body['entry'] ?? []).map((one: any) => one.resource);
/** Ids, pseudonyms as a star. */
const ids = async (path: string, as: string): Promise<string[]> =>
  (await found(path, as)).map(({ id }) => (id.startsWith('p-') ? '*' : id)).sort();
/** What must not be seen of anybody but `who`. */
const secretsBut = (who: Who): string[] =>
  (Object.keys(names) as Who[])
    .filter((one) => one !== who)
    .flatMap((one) => [names[one], born[one], `Patient/${one}"`]);
/** That a links to b she may know: it is in her own record. */
const isToldOf = (text: string, who: Who): string[] =>
  secretsBut(who).filter((one) => !one.startsWith('Patient/') && text.includes(one));

describe('one’s own', () => {
  test.each(['Patient/a', 'Patient/a/_history/1', 'Observation/new-a', 'Condition/finding-a/_history/1'])(
    'is read as it is: %s',
    async (path) => {
      const { body } = await get(path, 'a');
      expect(body).toEqual((await get(path, 'reader')).body);
      for (const other of ['b', 'a-unknown', '']) {
        expect((await server.ask('GET', path, { as: other })).status).toBe(404);
      }
    },
  );

  test('has all its versions', async () => {
    await server.ask('PUT', 'Observation/new-a', {
      body: value('new-a', 'a', 'changed', 5, { effectiveDateTime: '2024-01-01', note: [{ text: 'again' }] }),
    });
    expect(await ids('Observation/new-a/_history', 'a')).toEqual(['new-a', 'new-a']);
    expect(await ids('Patient/a/_history', 'a')).toEqual(['a']);
    expect(await ids('Patient/_history', 'a')).toEqual(['a']);
    expect(await ids('Observation/_history', 'a')).toEqual(['from-b', 'mid-a', 'new-a', 'new-a', 'old-a']);
    const { text } = await get('_history?_count=1000', 'a');
    expect(text).toContain(names.a);
    expect(isToldOf(text, 'a')).toEqual([]);
    for (const path of ['Patient/a/_history', 'Observation/new-a/_history']) {
      expect((await server.ask('GET', path, { as: 'b' })).status).toBe(404);
    }
  });

  test.each<[path: string, expected: string[]]>([
    ['Patient?_id=a', ['a']],
    ['Patient?family=Anders', ['a']],
    [`Patient?birthdate=${born.a}`, ['a']],
    ['Patient?_has:Observation:patient:date=2024-01-01', ['a']],
    ['Observation?patient=a', ['from-b', 'mid-a', 'new-a', 'old-a']],
    ['Observation?patient.family=Anders', ['from-b', 'mid-a', 'new-a', 'old-a']],
    ['Observation?date=2024-01-01', ['new-a']],
    ['Patient/a/Observation', ['from-b', 'mid-a', 'new-a', 'old-a']],
    ['Patient?_id=a&_revinclude=Observation:patient', ['a', 'from-b', 'mid-a', 'new-a', 'old-a']],
    ['Observation?_id=new-a&_include=Observation:patient', ['a', 'new-a']],
    ['Patient/a/$everything', ['a', 'finding-a', 'from-b', 'mid-a', 'new-a', 'old-a']],
  ])('is found by what others cannot search by: %s', async (path, expected) => {
    expect(await ids(path, 'a')).toEqual(expected);
    const { text } = await get(path, 'a');
    expect(isToldOf(text, 'a')).toEqual([]);
    if (!path.startsWith('Patient/a/$')) expect(await ids(path, 'b')).toEqual([]);
  });

  test('stands beside what others have, each as it may be seen, and is counted once', async () => {
    expect(await ids('Patient', 'a')).toEqual(['*', '*', '*', 'a']);
    expect(await ids('Patient', 'a-unknown')).toEqual(['*', '*', '*', '*']);
    expect(await ids('Observation', 'a')).toEqual(['*', '*', 'from-b', 'mid-a', 'new-a', 'old-a']);
    for (const type of ['Patient', 'Observation', 'Condition']) {
      const total = async (as: string) => (await get(`${type}?_summary=count`, as)).body['total'];
      expect(await total('a')).toBe(await total('a-unknown'));
      const { text } = await get(type, 'a');
      expect(isToldOf(text, 'a')).toEqual([]);
    }
  });

  test('is sorted by its values', async () => {
    const order = async (path: string) =>
      (await found(path, 'a')).map(({ id }) => id).filter((id) => !id.startsWith('p-'));
    expect(await order('Observation?_sort=date')).toEqual(['from-b', 'old-a', 'mid-a', 'new-a']);
    expect(await order('Observation?_sort=-date')).toEqual(['new-a', 'mid-a', 'old-a', 'from-b']);
    expect(await order('Observation?_sort=-_id')).toEqual(['old-a', 'new-a', 'mid-a', 'from-b']);
  });

  test('is as it is in pages, too', async () => {
    const seen: string[] = [];
    let path: string | undefined = 'Observation?_count=1&_sort=-date';
    while (path !== undefined) {
      const { body }: { body: any } = await get(path, 'a');
      seen.push(...(body.entry ?? []).map((one: any) => one.resource.id));
      path = body.link.find((one: any) => one.relation === 'next')?.url;
    }
    expect(seen.slice(0, 4)).toEqual(['new-a', 'mid-a', 'old-a', 'from-b']);
    expect(seen).toHaveLength(6);
  });
});

describe('of others nothing more', () => {
  test.each([
    'Patient/b',
    'Patient/b/_history',
    'Patient/b/_history/1',
    'Observation/value-b',
    'Condition/finding-b/_history/1',
    'Patient/b/$everything',
  ])('%s looks as if it had never been', async (path) => {
    const id = path.split('/')[1]!;
    const [there, missing] = await Promise.all(
      [path, path.replace(id, 'never-was')].map((one) => server.ask('GET', one, { as: 'a' })),
    );
    expect(there!.status).toBe(404);
    expect(there!.text.replaceAll(`/${id}`, '/never-was')).toBe(missing!.text);
  });

  test.each<[path: string, expected: string[]]>([
    ['Patient?_id=b', []],
    ['Patient?family=Berger', []],
    [`Patient?birthdate=${born.b}`, []],
    ['Observation?patient=b', []],
    ['Observation?patient.family=Berger', []],
    ['Patient/b/Observation', []],
    // Neither along a link to her own record nor from it.
    ['Patient?link=Patient/a', []],
    ['Patient?link:Patient.family=Anders', []],
    ['Patient?link:Patient.family=Berger', []],
    ['Patient?_has:Patient:link:family=Berger', []],
    ['Patient?_has:Patient:link:family=Anders', []],
    ['Observation?derived-from:Observation.value-quantity=7', []],
    ['Observation?derived-from=Observation/value-b', ['from-b']],
    ['Observation?_has:Observation:derived-from:patient=a', []],
    ['Condition?evidence-detail:Observation.value-quantity=7', []],
    // What is brought along is of the view that brings it.
    ['Patient?_id=a&_include=Patient:link', ['a']],
    ['Patient?_id=a&_revinclude=Patient:link', ['a']],
    ['Observation?_id=from-b&_include=Observation:derived-from', ['from-b']],
    ['Observation?_id=from-b&_include=*&_include:iterate=*', ['a', 'from-b']],
    ['Condition?_id=finding-a&_include=*', ['a', 'finding-a']],
    ['Patient?_id=a&_revinclude=*&_include:iterate=*', ['a', 'finding-a', 'from-b', 'mid-a', 'new-a', 'old-a']],
  ])('%s', async (path, expected) => {
    expect(await ids(path, 'a')).toEqual(expected);
    expect((await get(`${path}&_summary=count`.replace('Observation&', 'Observation?'), 'a')).body['total']).toBe(
      path.includes('nclude') ? 1 : expected.length,
    );
  });

  test('they are not put in an order that tells what is hidden', async () => {
    for (const [type, by] of [
      ['Patient', 'birthdate'],
      ['Patient', 'family'],
      ['Observation', 'date'],
    ] as const) {
      const others = async (sort: string) =>
        (await found(`${type}?_sort=${sort}`, 'a')).map(({ id }) => id).filter((id) => id.startsWith('p-'));
      expect(await others(`${by},_id`)).toEqual(await others(`-${by},_id`));
    }
  });

  test('she is not found under her pseudonym, and so nobody else by leaving her out', async () => {
    const unknown = await found('Patient', 'a-unknown');
    const others = new Set((await found('Patient', 'a')).map(({ id }) => id));
    const [pseudonym, ...more] = unknown.map(({ id }) => id).filter((id) => !others.has(id));
    expect(more).toEqual([]);
    expect((await get(`Patient/${pseudonym}`, 'a-unknown')).body['id']).toBe(pseudonym);
    const missing = await server.ask('GET', `Patient/${pseudonym}`, { as: 'a' });
    expect(missing.status).toBe(404);
    expect(await found(`Patient?_id=${pseudonym}`, 'a')).toEqual([]);
    expect((await found(`Observation?patient=${pseudonym}`, 'a-unknown')).length).toBe(4);
    expect(await found(`Observation?patient=${pseudonym}`, 'a')).toEqual([]);
    expect(await found(`Patient/${pseudonym}/Observation`, 'a')).toEqual([]);
  });

  test('whoever has a pseudonym finds what it stands for, whatever number its key is', async () => {
    for (const type of ['Patient', 'Observation', 'Condition']) {
      for (const { id } of await found(type, '')) {
        expect((await found(`${type}?_id=${id}`, '')).map((one) => one.id)).toEqual([id]);
        if (type === 'Patient') await get(`Observation?patient=${id}`, '');
      }
    }
  });

  test('another’s changed records still bring along what is in the same view', async () => {
    const brought = await found('Observation?_id=none,value-b&_include=Observation:patient', 'a');
    expect(brought).toEqual([]);
    const all = await ids('Observation?_include=Observation:patient', 'a');
    expect(all).toEqual(['*', '*', '*', '*', 'a', 'from-b', 'mid-a', 'new-a', 'old-a']);
  });
});

describe('scopes', () => {
  test('narrow one’s own as all else', async () => {
    expect(await ids('Observation', 'a-by-app')).toEqual(['from-b', 'mid-a', 'new-a', 'old-a']);
    expect((await server.ask('GET', 'Patient/a', { as: 'a-by-app' })).status).toBe(404);
    expect((await get('Observation/new-a', 'a-by-app')).body['id']).toBe('new-a');
    expect(await ids('Observation?_include=Observation:patient', 'a-by-app')).toEqual([
      'from-b',
      'mid-a',
      'new-a',
      'old-a',
    ]);
    expect(await ids('Observation?_sort=-date', 'a-by-app-of-b')).toEqual(['*']);
    expect((await server.ask('GET', 'Observation/new-a', { as: 'a-by-app-of-b' })).status).toBe(404);
  });

  test('hold for what changed records bring along', async () => {
    expect(await ids('Observation?_include=Observation:patient', 'values-only')).toEqual(Array(6).fill('*'));
    expect(await ids('Observation?_revinclude=Condition:evidence-detail', 'values-only')).toEqual(Array(6).fill('*'));
  });
});

test('that it is one’s own gives no right to write', async () => {
  expect((await server.ask('PUT', 'Patient/a', { body: own('a'), as: 'a' })).status).toBe(403);
});

test('it is still one’s own, and whole, when the data set is closed or its profile is gone', async () => {
  const closed = library('changed', [licence('CC-BY-NC-4.0')]);
  await server.ask('PUT', 'Library/changed', { body: closed });
  expect(await ids('Patient', 'a')).toEqual(['a']);
  await server.ask('PUT', 'Library/changed', {
    body: library('changed', [
      licence('CC0-1.0'),
      level('record-deidentified', { url: 'profile', valueCanonical: 'urn:none' }),
    ]),
  });
  expect(await ids('Patient', 'a')).toEqual(['a']);
  expect(await ids('Patient', '')).toEqual([]);
});
