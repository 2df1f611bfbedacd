/** Harvesting when things go wrong or in circles: conflicts, moves, loops, strangers, servers that end in the middle. See docs/reference/harvest.md */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { covers } from '../../src/federation/harvest/member.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import type { JsonObject, Resource } from '../../src/fhir/json.ts';
import type { TestServer } from '../server.ts';
import {
  dataSet,
  found,
  harvest,
  identifier,
  memberRecords,
  putAll,
  startRegistry,
  startRepository,
  until,
} from './harvest-world.ts';

const servers: TestServer[] = [];
const strangers: Server[] = [];
const start = async (server: Promise<TestServer>): Promise<TestServer> => {
  const one = await server;
  servers.push(one);
  return one;
};
afterAll(async () => {
  for (const one of servers) await one.close();
  for (const one of strangers) one.close();
});

const byIdentifier = (id: string): string => `Library?identifier=${encodeURIComponent(identifier(id))}`;
const primaryOf = (resource: Resource | undefined): unknown =>
  (((resource?.['extension'] ?? []) as JsonObject[]).find((one) => one['url'] === canonical.primaryRecord) as any)
    ?.valueReference.reference;
const everything: JsonObject = { url: canonical.speaksFor, valueString: '*' };

describe('one data set described by several members', () => {
  test('has a primary record: what lies nearer to its source, then what is newer; the others are kept and say so', async () => {
    const [first, second, registry] = await Promise.all([
      start(startRepository()),
      start(startRepository()),
      start(startRegistry()),
    ]);
    await putAll(registry, [...memberRecords(first, 'first'), ...memberRecords(second, 'second')]);
    await putAll(first, [dataSet(first.base, 'both', { title: 'Older', date: '2026-01-01' })]);
    await putAll(second, [dataSet(second.base, 'both', { title: 'Newer', date: '2026-06' })]);
    await harvest(registry, second.base);
    await harvest(registry, first.base);
    const records = await found(registry, byIdentifier('both'));
    const newer = records.find((one) => one['title'] === 'Newer');
    const older = records.find((one) => one['title'] === 'Older');
    expect([records.length, primaryOf(newer), primaryOf(older)]).toEqual([2, undefined, `Library/${newer!['id']}`]);

    // It moves: the one that had it has it no more.
    await second.ask('DELETE', 'Library/both');
    await harvest(registry, second.base);
    const moved = await found(registry, byIdentifier('both'));
    expect(moved.find((one) => one['status'] === 'active')).toMatchObject({ title: 'Older' });
    expect(primaryOf(moved.find((one) => one['status'] === 'active'))).toBeUndefined();
    expect(primaryOf(moved.find((one) => one['status'] === 'retired'))).toBe(`Library/${older!['id']}`);
  });

  test('is primary where a steward of the registry wrote it', async () => {
    const [repository, registry] = await Promise.all([start(startRepository()), start(startRegistry())]);
    await putAll(registry, [...memberRecords(repository, 'member'), dataSet(repository.base, 'own', { date: '2020' })]);
    await putAll(repository, [dataSet(repository.base, 'own', { date: '2026' })]);
    await harvest(registry, repository.base);
    const records = await found(registry, byIdentifier('own'));
    expect(records.map((one) => primaryOf(one)).toSorted()).toEqual(['Library/own', undefined]);
  });
});

test('registries that harvest each other neither loop nor double, and believe the shorter way', async () => {
  const [repository, one, two] = await Promise.all([
    start(startRepository()),
    start(startRegistry()),
    start(startRegistry()),
  ]);
  await putAll(one, [...memberRecords(repository, 'repository'), ...memberRecords(two, 'two', [everything])]);
  await putAll(two, [...memberRecords(one, 'one', [everything])]);
  await putAll(repository, [...memberRecords(repository, 'self'), dataSet(repository.base, 'shared')]);
  for (let round = 0; round < 2; round++) {
    await harvest(one, repository.base);
    await harvest(two, one.base);
    const back = await harvest(one, two.base);
    // What the second registry says of its own is new the first time.
    if (round > 0) expect(back.counts).not.toHaveProperty('taken');
    expect(back.counts['returned']).toBeGreaterThan(0);
  }
  for (const registry of [one, two]) {
    const records = await found(registry, byIdentifier('shared'));
    expect(records).toHaveLength(1);
    expect(records[0]!['meta']).toMatchObject({ source: `${repository.base}/Library/shared` });
  }
  // The same thing has the same id everywhere, and its references lead to it.
  const [here] = await found(one, byIdentifier('shared'));
  expect((await found(two, byIdentifier('shared')))[0]!['id']).toBe(here!['id']);
  expect(await found(two, `Organization?name=Organisation`)).not.toEqual([]);

  // Now the second one harvests the repository itself: the shorter way is believed, and the longer one when that ends.
  await putAll(two, memberRecords(repository, 'repository'));
  await harvest(two, repository.base);
  const hops = async (): Promise<unknown[]> =>
    ((await found(two, byIdentifier('shared')))[0]!['extension'] as JsonObject[])
      .filter((ext) => ext['url'] === canonical.hop)
      .map((ext) => ext['valueUrl']);
  expect(await hops()).toEqual([repository.base]);
  expect((await harvest(two, one.base, [{ name: 'full', valueBoolean: true }])).counts['known']).toBeGreaterThan(0);
  expect(await hops()).toEqual([repository.base]);
});

test('what another says by a longer way is taken when the shorter way ends', async () => {
  const [repository, one, two] = await Promise.all([
    start(startRepository()),
    start(startRegistry()),
    start(startRegistry()),
  ]);
  await putAll(one, memberRecords(repository, 'repository'));
  await putAll(two, [...memberRecords(repository, 'repository'), ...memberRecords(one, 'one', [everything])]);
  await putAll(repository, [dataSet(repository.base, 'kept')]);
  await harvest(one, repository.base);
  await harvest(two, repository.base);
  await harvest(two, one.base);
  // The repository refuses to describe it to the second registry any longer.
  await putAll(two, memberRecords(repository, 'repository', [{ url: canonical.membership, valueCode: 'refused' }]));
  const worker = await start(startRegistry({ database: two.address, baseUrl: two.base, harvestSeconds: 3600 }));
  const hops = async (): Promise<number> =>
    ((await found(two, byIdentifier('kept')))[0]!['extension'] as JsonObject[]).filter(
      (ext) => ext['url'] === canonical.hop,
    ).length;
  await until(async () => (await hops()) === 2);
  expect((await found(two, byIdentifier('kept')))[0]).toMatchObject({ status: 'active' });
  await worker.app.jobs.close();
});

test('copies that a registry may not speak for are refused', async () => {
  const [repository, one, two] = await Promise.all([
    start(startRepository()),
    start(startRegistry()),
    start(startRegistry()),
  ]);
  await putAll(one, memberRecords(repository, 'repository'));
  await putAll(two, memberRecords(one, 'one'));
  await putAll(repository, [dataSet(repository.base, 'copied')]);
  await harvest(one, repository.base);
  const { issues } = await harvest(two, one.base);
  expect(issues.join('\n')).toContain(
    `its origin ${repository.base}/Library/copied is not what this member speaks for`,
  );
  expect(await found(two, byIdentifier('copied'))).toEqual([]);
});

describe('a server that is no fairway', () => {
  test('without history is compared as a whole each time', async () => {
    const libraries = new Map([
      ['a', 'A'],
      ['b', 'B'],
    ]);
    const base = await stranger((url) => {
      if (url === '/metadata') return statement(['Library', 'Group'], ['search-type']);
      if (url.startsWith('/Group'))
        return bundle([
          {
            resourceType: 'Group',
            id: 'g',
            type: 'person',
            actual: true,
            member: [{ entity: { reference: 'Patient/1' } }],
          },
        ]);
      const all = [...libraries].map(([id, title]) => dataSet(base, id, { title, meta: { source: '#request' } }));
      const page = url.includes('page=2') ? 1 : 0;
      return bundle(all.slice(page, page + 1), page === 0 && all.length > 1 ? `${base}/Library?page=2` : undefined);
    });
    const registry = await start(startRegistry());
    await putAll(registry, memberRecords({ base }, 'stranger'));
    const first = await harvest(registry, base);
    expect([first.how, first.counts['taken'], first.counts['refused']]).toEqual(['everything', 2, 1]);
    expect(first.issues).toContain('Group/g: it tells of patients, and only metadata are taken');
    expect((await found(registry, byIdentifier('a')))[0]!['meta']).toMatchObject({ source: `${base}/Library/a` });
    libraries.delete('b');
    libraries.set('a', 'A, renewed');
    const second = await harvest(registry, base);
    expect([second.counts['taken'], second.counts['retired']]).toEqual([1, 1]);
    expect(await found(registry, byIdentifier('a'))).toMatchObject([{ title: 'A, renewed' }]);
  });

  test('that states a history and has none is compared as a whole', async () => {
    let asked = 0;
    const base = await stranger((url) => {
      if (url === '/metadata') return statement(['Library'], ['search-type', 'history-type']);
      if (url.includes('_history')) {
        asked++;
        return 501;
      }
      return bundle([dataSet(base, 'h')]);
    });
    const registry = await start(startRegistry());
    await putAll(registry, memberRecords({ base }, 'stranger'));
    await harvest(registry, base);
    expect((await harvest(registry, base)).counts['unchanged']).toBe(1);
    expect(asked).toBe(1);
  });

  test('that ends in the middle loses nothing, and the next run goes on', async () => {
    let isUp = false;
    const base = await stranger((url) => {
      if (url === '/metadata') return statement(['Library'], ['search-type']);
      if (!url.includes('page=2')) return bundle([dataSet(base, 'c')], `${base}/Library?page=2`);
      return isUp ? bundle([dataSet(base, 'd')]) : 404;
    });
    const registry = await start(startRegistry());
    await putAll(registry, memberRecords({ base }, 'stranger'));
    const broken = await harvest(registry, base);
    expect(broken.issues[0]).toContain('it answered 404');
    expect(await found(registry, byIdentifier('c'))).toHaveLength(1);
    expect(await found(registry, byIdentifier('d'))).toHaveLength(0);
    isUp = true;
    expect((await harvest(registry, base)).counts).toMatchObject({ taken: 1, unchanged: 1 });
    isUp = false;
    await harvest(registry, base);
    expect(await found(registry, byIdentifier('d'))).toMatchObject([{ status: 'active' }]);
  });

  test.each([
    ['an answer that is no FHIR', (): JsonObject => ({ hello: 'world' }), 'it states no capabilities'],
    ['nothing', (): number => 404, 'it answered 404'],
  ])('with %s is told as such', async (_, answer, said) => {
    const base = await stranger(answer);
    const registry = await start(startRegistry());
    await putAll(registry, memberRecords({ base }, 'stranger'));
    expect((await harvest(registry, base)).issues[0]).toContain(said);
  });

  test('whose records are not valid has them refused with the reason, and hears what they lack of FHIR for FAIR', async () => {
    const base = await stranger((url) =>
      url === '/metadata'
        ? statement(['Library', 'Organization'], ['search-type'])
        : url.startsWith('/Library')
          ? bundle([
              dataSet(base, 'bad', { nonsense: true }),
              dataSet(base, 'poor', { content: [{ contentType: 'text/csv' }] }),
              dataSet(base, 'hidden', { contained: [{ resourceType: 'Patient', id: 'p' }] }),
            ])
          : bundle([{ resourceType: 'Organization', id: '../x', name: 'X' }]),
    );
    const registry = await start(startRegistry());
    await putAll(registry, memberRecords({ base }, 'stranger'));
    const { issues, counts } = await harvest(registry, base);
    expect(counts).toMatchObject({ taken: 1, refused: 3 });
    expect(issues.join('\n')).toMatch(/Library\/bad: it is not valid: .*nonsense/);
    expect(issues.join('\n')).toMatch(/Library\/poor: .*content/);
    expect(issues.join('\n')).toContain('Library/hidden: it contains a Patient, and only metadata are taken');
    expect(issues.join('\n')).toContain('it has no id that could be one');
  });
});

test('what a beginning covers ends at a border', () => {
  const base = ['https://repo.example/fhir', 'urn:oid:1.2.', 'urn:isbn|'];
  for (const inside of [
    'https://repo.example/fhir',
    'https://repo.example/fhir/Library/1',
    'https://repo.example/fhir?x',
    'urn:oid:1.2.3',
    'urn:isbn|7',
  ])
    expect([inside, covers(base, inside)]).toEqual([inside, true]);
  for (const outside of [
    'https://repo.example/fhir2',
    'https://repo.example/fhir/../other',
    'https://repo.example/fhir/%2e%2e/other',
    'https://repo.example@evil.example/fhir',
    'https://repo.example/',
    'urn:oid:1.20',
    'https://',
  ])
    expect([outside, covers(base, outside)]).toEqual([outside, false]);
  expect(covers(['https://repo.example'], 'https://repo.example.evil.example/x')).toBe(false);
  expect(covers(['https://repo.example'], 'https://repo.example/x')).toBe(true);
  expect(covers(['*'], 'https://any.example')).toBe(true);
});

const statement = (types: string[], interactions: string[]): JsonObject => ({
  resourceType: 'CapabilityStatement',
  fhirVersion: '4.3.0',
  rest: [
    { mode: 'server', resource: types.map((type) => ({ type, interaction: interactions.map((code) => ({ code })) })) },
  ],
});

const bundle = (resources: Resource[], next?: string): JsonObject => ({
  resourceType: 'Bundle',
  type: 'searchset',
  ...(next === undefined ? {} : { link: [{ relation: 'next', url: next }] }),
  entry: resources.map((resource) => ({ resource, search: { mode: 'match' } })),
});

/** A server that answers as told: JSON, or a status. */
async function stranger(answer: (url: string) => JsonObject | number): Promise<string> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const said = answer(request.url!);
    response.writeHead(typeof said === 'number' ? said : 200, { 'content-type': 'application/fhir+json' });
    response.end(typeof said === 'number' ? '' : JSON.stringify(said));
  });
  strangers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
