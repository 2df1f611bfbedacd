/** The lines of the list of attacks that no other test tries. Which test tries which line: docs/guarantees/attacks.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import type { Store } from '../../src/store/store.ts';
import { idsOf, startServer, type TestServer } from '../server.ts';
import { human, research, withAskers } from './askers.ts';
import { committee, concept, confidential, tagged, value } from './statements.ts';
import { finding, library, licence, person } from './world.ts';

const secret = 'Geheimrat';
const picture = Buffer.from(secret.repeat(20)).toString('base64');
const world = [
  library('open', [licence('CC0-1.0')]),
  library('closed', [committee('urn:dac')]),
  person('open-p', 'open', { gender: 'female', name: [{ family: 'Offen' }] }),
  person('closed-p', 'closed', { name: [{ family: secret }], gender: 'male' }),
  // A visible resource that leads to a visible one through a hidden one.
  { ...finding('far', 'open-p', 'open', 'far'), evidence: [{ detail: [{ reference: 'Condition/middle' }] }] },
  { ...finding('middle', 'open-p', 'closed', 'middle'), evidence: [{ detail: [{ reference: 'Condition/near' }] }] },
  finding('near', 'open-p', 'open', 'near'),
  { resourceType: 'Binary', id: 'picture', ...tagged('closed'), contentType: 'text/plain', data: picture },
  {
    resourceType: 'DocumentReference',
    id: 'document',
    ...tagged('open'),
    status: 'current',
    content: [{ attachment: { url: 'Binary/picture' } }],
  },
  {
    ...value('holder', 'closed-p', 'closed', 5, { note: [{ text: secret }] }),
    contained: [{ resourceType: 'Device', id: 'd', manufacturer: secret }],
    device: { reference: '#d' },
  },
  { ...person('sourced', 'closed'), meta: { ...tagged('closed').meta, source: `urn:source:${secret}` } },
  {
    resourceType: 'List',
    id: 'ordered',
    ...tagged('closed'),
    status: 'current',
    mode: 'working',
    entry: [{ item: { reference: 'Patient/open-p' } }],
  },
];
const askers = {
  ada: human('ada', { purposes: [research] }),
  eve: human('eve', { purposes: [research] }),
  // May write, and read what is open.
  'writing-ada': human('ada-who-writes', { rights: { readAll: false, write: true } }),
  'revoked-soon': human('leaver', { rights: { readAll: true, write: true }, tokenId: 'token-of-leaver' }),
};

const logged: string[] = [];
let server: TestServer;
/** the same database, as another process has it */
let second: TestServer;
beforeAll(async () => {
  const log = (_: string, message: string, details?: object) =>
    void logged.push(`${message} ${JSON.stringify(details)}`);
  server = await startServer({ ...withAskers(askers), log });
  second = await startServer({ ...withAskers(askers), database: server.address, baseUrl: server.base, log });
  expect((await server.load(world)).body['parameter'][2]).toEqual({ name: 'refused', valueInteger: 0 });
});
afterAll(async () => {
  expect([...server.errors, ...second.errors]).toEqual([]);
  await second.close();
  await server.close();
});
const get = (path: string, as = 'ada', headers: Record<string, string> = {}) =>
  server.ask('GET', path, { as, headers });
const patchHeaders = { 'content-type': 'application/json-patch+json' };

describe('searches', () => {
  test.each<[path: string, expected: string[]]>([
    // Through a hidden middle to what is visible.
    ['Condition?evidence-detail:Condition.evidence-detail:Condition.code=near', []],
    ['Condition?evidence-detail:Condition.patient.name=Offen', []],
    ['Condition?_has:Condition:evidence-detail:_has:Condition:evidence-detail:code=far', []],
    ['Condition?_id=far&_include=Condition:evidence-detail&_include:iterate=Condition:evidence-detail', ['far']],
    ['Condition?_id=near&_revinclude:iterate=Condition:evidence-detail', ['near']],
    ['Patient?_source=urn:source:Geheimrat', []],
    ['Patient?_source:missing=false', []],
    ['Patient?_list=ordered', []],
    ['Patient?_has:List:item:_id=ordered', []],
    ['DocumentReference?_include=*', ['document']],
    ['Binary', []],
    ['Device?_contained=true', []],
    ['Device?_contained=both&manufacturer=Geheimrat', []],
    ['Observation?_content=Geheimrat', []],
    ['Observation?device:Device.manufacturer=Geheimrat', []],
    ['Condition?_sort=-_lastUpdated', ['far', 'near']],
    ['Condition?_sort=evidence-detail', ['far', 'near']],
    ['Patient?_security:not=R', ['open-p']],
    ['Patient?_type=Patient', ['open-p']],
  ])('%s', async (path, expected) => {
    const { status, body, text } = await get(path);
    if (status !== 400)
      expect(
        (body['entry'] ?? []).flatMap((one: any) => (one.search.mode === 'outcome' ? [] : one.resource.id)).sort(),
      ).toEqual(expected);
    expect(text.replaceAll(path, '').replaceAll(encodeURIComponent(secret), '')).not.toMatch(
      /"id":"(?:closed-p|middle|picture|holder|sourced|ordered)"/,
    );
  });

  test('added search parameters have rows of what is withheld, and find none of it', async () => {
    const parameter = {
      resourceType: 'SearchParameter',
      id: 'note',
      url: 'http://x.example/note',
      name: 'note',
      status: 'active',
      description: 'd',
      code: 'note-text',
      base: ['Observation'],
      type: 'string',
      expression: 'Observation.note.text',
    };
    expect((await server.ask('PUT', 'SearchParameter/note', { body: parameter })).status).toBe(201);
    const status = async (as: string) => (await get('SearchParameter/note/$index-status', as)).body['parameter'];
    while (!(await status('reader')).some((one: any) => one.name === 'ready' && one.valueBoolean)) {
      await new Promise((done) => setTimeout(done, 20));
    }
    expect(idsOf(await get('Observation?note-text=Geheim', 'reader'))).toEqual(['holder']);
    expect(idsOf(await get('Observation?note-text=Geheim'))).toEqual([]);
    expect((await get('Observation?note-text:missing=false&_summary=count')).body['total']).toBe(0);
    // How many there are is not told either.
    expect((await status('reader')).map((one: any) => one.name)).toEqual(['ready', 'done', 'total']);
    expect(await status('ada')).toEqual([{ name: 'ready', valueBoolean: true }]);
  });

  test('a page link is for whom and what it was made', async () => {
    const { body } = await get('Condition?_count=1');
    const next: string = body['link'].find((one: any) => one.relation === 'next').url;
    expect((await get(next)).status).toBe(200);
    for (const as of ['', 'eve', 'reader']) expect((await get(next, as)).status).toBe(400);
    const token = new URL(next).searchParams.get('_page')!;
    expect((await get(`Condition?_count=2&_page=${token}`)).status).toBe(400);
    expect((await get(`Patient?_count=1&_page=${token}`)).status).toBe(400);
  });
});

describe('contents by other ways', () => {
  test('a Binary by its address, in whatever format', async () => {
    for (const accept of ['text/plain', 'image/png', '*/*', 'application/fhir+json', 'application/fhir+xml']) {
      const [there, nowhere] = [
        await get('Binary/picture', 'ada', { accept }),
        await get('Binary/never-was', 'ada', { accept }),
      ];
      expect([there.status, there.headers.get('content-type')]).toEqual([
        nowhere.status,
        nowhere.headers.get('content-type'),
      ]);
      expect(there.text.replaceAll('picture', 'never-was')).toBe(nowhere.text);
    }
    expect((await get('Binary/picture', 'reader', { accept: 'text/plain' })).text).toContain(secret);
  });

  test('what one asker was answered opens nothing for another', async () => {
    const whole = await get('Patient/closed-p', 'reader');
    const headers = {
      'if-none-match': whole.headers.get('etag')!,
      'if-modified-since': whole.headers.get('last-modified')!,
    };
    expect((await get('Patient/closed-p', 'reader', headers)).status).toBe(304);
    expect((await get('Patient/closed-p', 'ada', headers)).status).toBe(404);
    expect(whole.headers.get('cache-control') ?? '').not.toContain('public');
    expect(whole.headers.get('cache-control') ?? '').not.toContain('s-maxage');
  });

  test('logs and metrics hold nothing of what is stored or asked', async () => {
    await get(`Patient?name=${secret}`, 'reader');
    await get(`Patient?nonsense=${secret}`);
    await server.ask('POST', 'Patient', { body: { resourceType: 'Patient', name: secret } });
    const metrics = await (await fetch(server.base.replace(/\/fhir$/, '/metrics'))).text();
    for (const text of [metrics, logged.join('\n')]) {
      expect(text).not.toContain(secret);
      expect(text).not.toMatch(/closed-p|holder/);
    }
    expect(metrics).toContain('fairway_requests_total');
  });

  test('references to what is withheld are written as those to what is not there', async () => {
    for (const reference of ['Patient/closed-p', 'Patient/never-was']) {
      const body = { ...finding('x', 'open-p', 'open', 'x'), subject: { reference } };
      expect((await server.ask('POST', 'Condition', { body, as: 'writing-ada' })).status).toBe(201);
      const validated = await server.ask('POST', 'Condition/$validate', { body, as: 'writing-ada' });
      expect(validated.text).not.toContain('never-was');
      expect(validated.text).not.toContain('closed-p');
    }
  });
});

describe('whoever writes without the right to read', () => {
  test('learns nothing by If-Match', async () => {
    const tries = async (id: string) => {
      const headers = { 'if-match': 'W/"4711"' };
      const answers = [
        await server.ask('PUT', `Patient/${id}`, { body: person(id, 'open'), headers, as: 'blind-writer' }),
        await server.ask('DELETE', `Patient/${id}`, { headers, as: 'blind-writer' }),
        await server.ask('PATCH', `Patient/${id}`, {
          body: [],
          headers: { ...headers, ...patchHeaders },
          as: 'blind-writer',
        }),
        await server.ask('POST', '', {
          as: 'blind-writer',
          body: {
            resourceType: 'Bundle',
            type: 'batch',
            entry: [{ request: { method: 'DELETE', url: `Patient/${id}`, ifMatch: 'W/"4711"' } }],
          },
        }),
      ];
      return answers.map(({ status, text }) => [
        status,
        text.replaceAll(id, 'ID').replace(/"id":"[^"]*","meta":\{[^}]*\}/, ''),
      ]);
    };
    const there = await tries('closed-p');
    expect(there).toEqual(await tries('never-was'));
    expect(there.map(([status]) => status)).toEqual([412, 412, 404, 200]);
    expect((await get('Patient/closed-p', 'reader')).status).toBe(200);
  });

  test('states no conditions', async () => {
    const tag = { content: [{ url: 'Patient?_tag=urn:ds|closed' }] };
    const bodies: object[] = [
      { ...library('mine', [licence('CC0-1.0')]), ...tag },
      library('closed', [licence('CC0-1.0')]),
      { ...library('closed', []), type: { text: 'no data set any more' } },
      {
        resourceType: 'Consent',
        id: 'mine',
        status: 'active',
        scope: concept(`${canonical.consentScope}|research`),
        category: [concept('x|y')],
      },
    ];
    for (const body of bodies as { resourceType: string; id: string }[]) {
      for (const as of ['blind-writer', 'writing-ada']) {
        expect((await server.ask('PUT', `${body.resourceType}/${body.id}`, { body, as })).status).toBe(403);
        const entry = [{ request: { method: 'PUT', url: `${body.resourceType}/${body.id}` }, resource: body }];
        expect(
          (await server.ask('POST', '', { as, body: { resourceType: 'Bundle', type: 'transaction', entry } })).status,
        ).toBe(403);
      }
    }
    expect((await server.ask('DELETE', 'Library/closed', { as: 'writing-ada' })).status).toBe(403);
    expect((await get('Patient/closed-p')).status).toBe(404);
  });
});

describe('in every process from the next request on', () => {
  const status = (on: TestServer, as: string) =>
    on.ask('PUT', 'Basic/probe', { as, body: { resourceType: 'Basic', id: 'probe', code: { text: 'x' } } });

  test('a revoked token writes no more, though nothing was read meanwhile', async () => {
    for (const on of [server, second]) expect([200, 201]).toContain((await status(on, 'revoked-soon')).status);
    await server.app.store.revoke('token-of-leaver', Date.now() + 3_600_000);
    for (const on of [second, server]) {
      expect((await status(on, 'revoked-soon')).status).toBe(401);
      expect((await on.ask('GET', 'Patient/open-p', { as: 'revoked-soon' })).status).toBe(401);
    }
  });

  test('what was closed elsewhere is neither patched nor matched by a condition', async () => {
    const closing = (extension: object[]) => server.ask('PUT', 'Library/open', { body: library('open', extension) });
    const patch = {
      body: [{ op: 'test', path: '/gender', value: 'female' }],
      headers: patchHeaders,
      as: 'writing-ada',
    };
    const exist = { 'if-none-exist': 'name=Offen' };
    const body = { resourceType: 'Patient', active: false };
    expect((await second.ask('PATCH', 'Patient/open-p', patch)).status).toBe(200);
    await closing([committee('urn:dac')]);
    expect((await second.ask('PATCH', 'Patient/open-p', patch)).status).toBe(404);
    await closing([licence('CC0-1.0')]);
    expect((await second.ask('POST', 'Patient', { body, headers: exist, as: 'writing-ada' })).status).toBe(200);
    await closing([committee('urn:dac')]);
    expect((await second.ask('POST', 'Patient', { body, headers: exist, as: 'writing-ada' })).status).toBe(201);
    await closing([licence('CC0-1.0')]);
    expect((await second.ask('PATCH', 'Patient?name=Offen', patch)).status).toBe(200);
  });

  test('an effect of a kind that this version does not know denies', async () => {
    await server.ask('PUT', 'Patient/marked', {
      body: { ...person('marked', 'open'), ...tagged('open', `${canonical.actCode}|NORELINK`) },
    });
    expect((await get('Patient/marked')).status).toBe(200);
    const { sql } = server.app.store;
    await sql`update effect set body = '{"kind":"tidal"}' where body like '%NORELINK%'`;
    await sql`update statement_epoch set value = value + 1`;
    for (const on of [server, second]) expect((await on.ask('GET', 'Patient/marked', { as: 'ada' })).status).toBe(404);
    await server.ask('DELETE', 'Patient/marked');
  });
});

describe('by time', () => {
  /** What a request asks of the database: texts of statements, and how much they find. */
  async function work(run: () => Promise<unknown>): Promise<string[]> {
    const { store } = server.app;
    const kept: Pick<Store, 'query' | 'read' | 'readVersion' | 'readMany' | 'whole'> = { ...store };
    const seen: string[] = [];
    store.query = async (statement) => {
      const answer = await kept.query(statement);
      seen.push(`${statement.text} finds ${answer.found.length}`);
      return answer;
    };
    for (const name of ['read', 'readVersion', 'readMany', 'whole'] as const) {
      const original = kept[name] as (...all: unknown[]) => Promise<unknown>;
      Object.assign(store, {
        [name]: (...all: unknown[]) => {
          seen.push(name);
          return original(...all);
        },
      });
    }
    await run();
    Object.assign(store, kept);
    return seen;
  }

  test.each([
    'Patient/{id}',
    'Patient/{id}/_history',
    'Patient/{id}/_history/1',
    'Patient/{id}/$everything',
    'Patient/{id}/Observation',
    'Patient?_id={id}',
    'Patient?_id={id}&_revinclude=*',
    'Observation?subject=Patient/{id}',
    'Condition?subject:Patient._id={id}',
    'Patient?_has:Observation:subject:patient={id}',
    'Patient?name={name}&_sort=birthdate',
    'Patient?name={name}&_summary=count',
    'Condition?subject.name={name}',
    'Patient?_content={name}',
  ])('%s is as much work for what is withheld as for what is not there', async (template) => {
    const asked = (id: string, name: string) => template.replace('{id}', id).replace('{name}', name);
    const [there, nowhere] = [asked('closed-p', secret), asked('never-was', 'Niemand')];
    for (const as of ['', 'ada']) {
      await get(nowhere, as);
      const of = async (path: string) => (await work(() => get(path, as))).join('\n');
      expect(await of(there)).toBe(await of(nowhere));
      expect(await of(there)).not.toBe('');
    }
  });

  test('a long resource that is withheld takes no longer to be not found', async () => {
    const text = Array.from({ length: 60_000 }, (_, at) => ((at * 7919) % 10_007).toString(36)).join(' ');
    await server.ask('PUT', 'Patient/long', {
      body: person('long', 'closed', { name: [{ text: `${secret} ${text}` }] }),
    });
    expect((await get('Patient/long', 'reader')).text.length).toBeGreaterThan(200_000);
    // Its content is never asked for, so its length cannot tell.
    expect(await work(() => get('Patient/long'))).not.toContain('whole');
    expect(await work(() => get('Patient/long/_history/1'))).not.toContain('whole');
    expect(await work(() => get('Patient/long', 'reader'))).toContain('whole');
    const { found } = await server.app.store.read(server.app.store.hash('Patient/long'));
    expect([found?.isCut, found?.tail]).toEqual([true, '']);
    expect((await get('Patient?_id=open-p,long')).text).not.toContain(secret);
    // Versions and histories of it are whole for those who may read it.
    expect((await get('Patient/long/_history/1', 'reader')).text).toContain(secret);
    await server.ask('PUT', 'Patient/long', { body: person('long', 'closed') });
    expect((await get('Patient/long/_history/1', 'reader')).text).toContain(secret);
    expect((await get('Patient/long/_history/1')).status).toBe(404);
  });
});

test('very restricted metadata are as closed as data', async () => {
  const hidden = {
    ...library('cohort', [committee('urn:dac')], { title: secret }),
    ...tagged(undefined, confidential('V')),
  };
  await server.ask('PUT', 'Library/cohort', { body: hidden });
  for (const path of ['Library/cohort', 'Library/cohort/_history', 'Library/cohort/$meta'])
    expect((await get(path)).status).toBe(404);
  for (const path of ['Library', `Library?title=${secret}`, 'Library/_history', `?_type=Library&_content=${secret}`]) {
    const { status, text } = await get(path);
    expect(status).toBe(200);
    expect(text).not.toContain('"id":"cohort"');
  }
});
