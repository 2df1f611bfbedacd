/** Publishing, pinging and the commands for both, over separate servers. See docs/reference/harvest.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noAccess } from '../../src/auth/access-file.ts';
import { tokenDigest } from '../../src/auth/static-token.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { run } from '../cli/run.ts';
import { diagnosticsOf, type TestServer, tokens } from '../server.ts';
import {
  dataSet,
  found,
  identifier,
  memberRecords,
  putAll,
  reportIn,
  startRegistry,
  startRepository,
  until,
} from './harvest-world.ts';

const byIdentifier = (id: string): string => `Library?identifier=${encodeURIComponent(identifier(id))}`;
let repository: TestServer;
let stranger: TestServer;
let registry: TestServer;

beforeAll(async () => {
  [repository, stranger] = [await startRepository(), await startRepository()];
  const publisher = {
    subject: { kind: 'service' as const, name: 'publisher' },
    rights: { readAll: false, write: false, publishes: [repository.base] },
  };
  registry = await startRegistry({
    access: { ...noAccess, tokens: new Map([...tokens, [tokenDigest('publisher'), publisher]]) },
    harvestSeconds: 3600,
  });
  await putAll(registry, [...memberRecords(repository, 'member'), ...memberRecords(stranger, 'other')]);
  await putAll(repository, [dataSet(repository.base, 'one'), dataSet(repository.base, 'two')]);
});
afterAll(async () => {
  for (const one of [repository, stranger, registry]) await one.close();
});

const publishing = (records: JsonObject[], more: JsonObject[] = []): JsonObject => ({
  resourceType: 'Parameters',
  parameter: [
    ...more,
    {
      name: 'records',
      resource: { resourceType: 'Bundle', type: 'collection', entry: records.map((resource) => ({ resource })) },
    },
  ],
});

describe('$publish', () => {
  test('takes what a token may publish, checked like what is harvested', async () => {
    const answer = await registry.ask('POST', '$publish', {
      as: 'publisher',
      body: publishing([
        dataSet(repository.base, 'sent'),
        { resourceType: 'Patient', id: 'p' },
        dataSet(stranger.base, 'others'),
      ]),
    });
    const { counts, issues } = reportIn(answer);
    expect(counts).toEqual({ taken: 1, refused: 2 });
    expect(issues.join('\n')).toContain('Patient/p: only metadata are taken');
    expect(issues.join('\n')).toContain('Library/others: it names data that are not at this member');
    expect(await found(registry, byIdentifier('sent'))).toMatchObject([
      { meta: { source: `${repository.base}/Library/sent` } },
    ]);
  });

  test('replaces what the member said before where it is complete, and only then', async () => {
    await registry.ask('POST', '$publish', { as: 'publisher', body: publishing([dataSet(repository.base, 'next')]) });
    expect(await found(registry, byIdentifier('sent'))).toMatchObject([{ status: 'active' }]);
    const complete = { name: 'complete', valueBoolean: true };
    const all = publishing([dataSet(repository.base, 'next')], [complete]);
    expect(reportIn(await registry.ask('POST', '$publish', { as: 'publisher', body: all })).counts).toMatchObject({
      retired: 1,
    });
    expect(await found(registry, byIdentifier('sent'))).toMatchObject([{ status: 'retired' }]);
  });

  test.each([
    ['nobody', '', 401, 'publishing needs a bearer token'],
    ['a token that may only read', 'reader', 403, 'this token may not publish for'],
  ])('is refused to %s', async (_, as, status, said) => {
    const address = { name: 'address', valueUrl: repository.base };
    const answer = await registry.ask('POST', '$publish', { as, body: publishing([], [address]) });
    expect([answer.status, diagnosticsOf(answer)]).toEqual([status, expect.stringContaining(said)]);
  });

  test('is refused for another member, for no member, without records, and by a repository', async () => {
    const at = (valueUrl: string): JsonObject => ({ name: 'address', valueUrl });
    const ask = async (as: string, body: JsonObject, server = registry): Promise<string> => {
      const answer = await server.ask('POST', '$publish', { as, body });
      return `${answer.status} ${diagnosticsOf(answer)}`;
    };
    expect(await ask('publisher', publishing([], [at(stranger.base)]))).toMatch(/^403 this token may not publish for/);
    expect(await ask('writer', publishing([], [at('https://none.example')]))).toMatch(
      /^404 .* is no member of this community/,
    );
    expect(await ask('writer', publishing([]))).toMatch(/^400 \$publish needs the address/);
    expect(await ask('publisher', { resourceType: 'Parameters' })).toMatch(/^400 \$publish needs records/);
    expect(await ask('writer', publishing([]), repository)).toMatch(/^400 \$publish is for registries/);
  });
});

describe('$harvest', () => {
  test('by anyone is a ping: the member is looked at soon, and not again within a minute', async () => {
    await putAll(repository, [dataSet(repository.base, 'pinged')]);
    const ping = () => registry.ask('POST', `$harvest?address=${encodeURIComponent(repository.base)}`, { as: '' });
    expect((await ping()).status).toBe(200);
    await until(async () => (await found(registry, byIdentifier('pinged'))).length === 1);
    const again = await ping();
    expect([again.status, diagnosticsOf(again)]).toEqual([429, expect.stringContaining('less than a minute ago')]);
  });

  test('tells what is wrong with it', async () => {
    const ask = async (path: string, as: string): Promise<string> => {
      const answer = await registry.ask('POST', path, { as });
      return `${answer.status} ${diagnosticsOf(answer)}`;
    };
    expect(await ask('$harvest', '')).toMatch(/^400 \$harvest needs the address/);
    expect(await ask('$harvest?address=https://none.example', '')).toMatch(/^404 /);
    expect(await ask('$harvest?endpoint=Endpoint/none', 'writer')).toMatch(/^404 Endpoint\/none is no member/);
    expect(await ask('$harvest?endpoint=member&full=true', '')).toMatch(/^403 full and run are for stewards/);
    expect(await ask('$harvest?endpoint=member&full=perhaps', 'writer')).toMatch(/^400 full must be true or false/);
  });

  test('says when a member is being harvested already', async () => {
    // A run that an earlier ping began may still go on, and would give the member free.
    for (let taken = 0; taken === 0; await new Promise((done) => setTimeout(done, 50))) {
      const now = Date.now();
      const rows = await registry.app.store.sql`
        update harvest_member set busy_until = ${now + 60_000}
        where address = ${repository.base} and busy_until < ${now} returning address`;
      taken = rows.length;
    }
    const answer = await registry.ask('POST', `$harvest?endpoint=member`);
    expect([answer.status, diagnosticsOf(answer)]).toEqual([
      409,
      expect.stringContaining('is being harvested at the moment'),
    ]);
    await registry.app.store.sql`update harvest_member set busy_until = 0`;
  });
});

describe('the commands', () => {
  const publish = (...more: string[]) => run('publish', '--from', repository.base, '--to', registry.base, ...more);

  test('publish sends all metadata, and shows what came of them', async () => {
    const { code, out } = await publish('--token', 'publisher');
    expect(out).toMatch(/^MEMBER +READ +TAKEN/);
    expect([code, out]).toEqual([0, expect.stringContaining(`${repository.base}  published`)]);
    expect(await found(registry, byIdentifier('two'))).toMatchObject([{ status: 'active' }]);
    expect(await found(registry, byIdentifier('next'))).toMatchObject([{ status: 'retired' }]);
  });

  test('publish sends one data set with its summary, by its id or identifier', async () => {
    await putAll(repository, [
      dataSet(repository.base, 'alone', { title: 'Alone' }),
      {
        resourceType: 'MeasureReport',
        id: 'alone',
        meta: { profile: [canonical.contentSummary] },
        identifier: [{ system: canonical.uri, value: `${identifier('alone')}/content-summary` }],
        status: 'complete',
        type: 'summary',
        measure: canonical.contentSummaryMeasure,
        period: { start: '2020' },
        extension: [{ url: canonical.summaryDataSet, valueReference: { reference: 'Library/alone' } }],
      },
    ]);
    const { code, out } = await publish('--token', 'publisher', '--data-set', identifier('alone'), '--json');
    expect([code, JSON.parse(out).parameter[0].part.find((one: any) => one.name === 'taken').valueInteger]).toEqual([
      0, 2,
    ]);
    const [library] = await found(registry, byIdentifier('alone'));
    expect(await found(registry, `MeasureReport?data-set=Library/${library!['id']}`)).toHaveLength(1);
    expect(await publish('--token', 'publisher', '--data-set', 'none')).toMatchObject({
      code: 1,
      err: expect.stringContaining('has no data set none'),
    });
  });

  test('publish --ping only tells that there is news', async () => {
    await registry.app.store.sql`update harvest_member set pinged = 0`;
    expect(await publish('--ping')).toMatchObject({ code: 0, out: `${repository.base} is looked at soon\n` });
  });

  test('publish without a right, from nowhere or to nonsense says so', async () => {
    expect(await publish()).toMatchObject({ code: 1, err: expect.stringContaining('answered 401') });
    expect(await run('publish', '--from', `${repository.base}x`, '--to', registry.base)).toMatchObject({
      code: 1,
      err: expect.stringContaining('it answered 404'),
    });
    expect(await run('publish', '--from', 'nonsense', '--to', registry.base)).toMatchObject({ code: 2 });
  });

  test('harvest shows a report for each member, and exits with 3 where something was refused', async () => {
    await putAll(stranger, [dataSet('https://elsewhere.example', 'elsewhere')]);
    const harvest = (...more: string[]) => run('harvest', '--registry', registry.base, '--token', 'writer', ...more);
    await until(async () => !(await registry.app.jobs.states())[0]!.isRunning);
    const { code, out } = await harvest('--full');
    expect(code).toBe(3);
    expect(out).toMatch(/everything/);
    expect(out).toContain('error: Library/elsewhere: it names data that are not at this member');
    expect((await harvest('--reports', '--member', `${repository.base}/`)).out.split('\n')).toHaveLength(3);
    expect(JSON.parse((await harvest('--reports', '--json')).out).parameter).toHaveLength(2);
  });

  test('harvest of a registry without members says so', async () => {
    const empty = await startRegistry();
    expect((await run('harvest', '--registry', empty.base, '--token', 'writer')).out).toBe(
      'this registry has no members to harvest\n',
    );
    await putAll(empty, memberRecords(repository, 'member'));
    expect((await run('harvest', '--registry', empty.base, '--token', 'writer', '--reports')).out).toMatch(/never/);
    await empty.close();
  });
});
