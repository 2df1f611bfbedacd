/** Tries the routes beyond read and search of a type: histories, compartments, the system, operations, words, filters, patches. See docs/adr/0003-access-classes-and-the-door.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idsOf, type TestServer } from '../server.ts';
import { secret, startWorld } from './world.ts';

let server: TestServer;
const get = (path: string) => server.ask('GET', path, { as: '' });
const withheld = ['closed-1', 'closed-c', 'stray-1', 'counted-1', 'counted-c1'];

/** Neither the secret nor any withheld resource stands in the text. What an open resource refers to is its own content. */
function showsNothing(answer: string): void {
  const text = answer.replaceAll(/"(?:reference|url)":"[^"]*"/g, '');
  expect(text).not.toContain(secret);
  for (const id of withheld) expect(text).not.toMatch(new RegExp(`"id":"${id}"|/${id}"`));
}

beforeAll(async () => {
  server = await startWorld();
  await server.ask('PUT', 'List/mixed', {
    body: {
      resourceType: 'List',
      id: 'mixed',
      status: 'current',
      mode: 'working',
      entry: [{ item: { reference: 'Patient/closed-1' } }, { item: { reference: 'Patient/open-1' } }],
    },
  });
  await server.ask('PUT', 'Group/mixed', {
    body: {
      resourceType: 'Group',
      id: 'mixed',
      type: 'person',
      actual: true,
      member: [{ entity: { reference: 'Patient/closed-1' } }, { entity: { reference: 'Patient/open-1' } }],
    },
  });
  await server.ask('DELETE', 'Patient/counted-23');
});
afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
});

describe('histories', () => {
  test.each([
    '_history?_count=1000',
    'Patient/_history?_count=1000',
    'Condition/_history?_count=1000',
    'Patient/_history?_since=2000-01-01&_count=1000',
    'Patient/_history?_at=ge2000',
    'Patient/_history?_sort=_lastUpdated&_count=1000',
  ])('%s', async (path) => {
    const answer = await get(path.replace('=ge2000', '=2090'));
    expect(answer.status).toBe(200);
    showsNothing(answer.text);
    expect(answer.text).not.toContain('counted-23');
    expect(answer.text).not.toContain('/Patient/closed');
  });

  test('one who may sees them', async () => {
    const { text } = await server.ask('GET', 'Patient/_history?_count=1000', { as: 'reader' });
    expect(text).toContain(secret);
    expect(text).toContain('counted-23');
  });
});

describe('searches', () => {
  test.each<[string, string[]]>([
    ['?_type=Patient,Condition', ['bridge', 'open-1', 'open-c']],
    ['?_type=Patient&_content=geheimrat', []],
    ['Patient?_content=geheimrat', []],
    ['Patient?_content=-nothing&_sort=_score', ['open-1']],
    ['Patient?_text=geheimrat', []],
    ['Patient?_filter=name co "heim"', []],
    ['Patient?_filter=name co "heim" or gender eq female', ['open-1']],
    ['Patient?_filter=not (gender eq male)', ['open-1']],
    ['Condition?_filter=subject.name sw "geheim"', []],
    ['Condition?_filter=code eq urn:c|rare', []],
    ['Condition?code:code-text=rar', []],
    ['Condition?code:in=http://none.example', []],
    ['Patient?_list=mixed', []],
    ['Patient?_in=Group/mixed', []],
    ['Condition?subject:in=Group/mixed', []],
    ['Condition?subject:not-in=Group/mixed', ['bridge', 'open-c']],
    ['Patient/closed-1/Condition', ['bridge']],
    ['Patient/closed-1/*', ['bridge']],
    ['Patient/stray-1/*', []],
    ['Patient?link:missing=false', []],
    ['Patient?name:missing=false', []],
    ['Patient?_language:missing=false', []],
  ])('%s', async (path, expected) => {
    const answer = await get(path.replaceAll(' ', '%20').replaceAll('"', '%22'));
    if (path.includes('none.example')) {
      expect(answer.status).toBe(400);
      return;
    }
    expect(idsOf(answer).sort()).toEqual(expected);
    showsNothing(answer.text);
    expect(answer.body['total']).toBe(expected.length);
  });

  test.each([
    'Condition?_id=bridge&_include=*',
    'Condition?_id=bridge&_include=Condition:*&_include:iterate=Condition:subject',
    'Patient?_id=open-1&_revinclude=*',
    'Patient?_id=open-1&_revinclude:iterate=Patient:link&_include:iterate=Condition:subject',
    'Condition?_id=bridge,open-c&_elements=subject',
    'Patient?_summary=true',
    'Patient?_total=estimate&_count=1',
    'Patient?_format=xml',
    'Patient?_format=ttl',
    'Patient?_format=ndjson',
  ])('%s brings nothing that is withheld', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    showsNothing(answer.text.replaceAll(/(?:Patient|Condition)\/closed-[1c]/g, ''));
    if (path.includes('estimate')) expect(answer.body['total']).toBe(1);
  });
});

describe('operations look the same for what is withheld and what is not there', () => {
  test.each(['$everything', '$meta', '$validate'])('GET %s', async (operation) => {
    for (const id of ['closed-1', 'stray-1', 'counted-1']) {
      const [there, nowhere] = [await get(`Patient/${id}/${operation}`), await get(`Patient/never-was/${operation}`)];
      expect(there.status).toBe(404);
      expect(there.text.replaceAll(id, 'I')).toBe(nowhere.text.replaceAll('never-was', 'I'));
    }
  });

  test('$everything of an open patient stays within what is open; of a closed group nothing', async () => {
    const { status, text } = await get('Patient/open-1/$everything');
    expect(status).toBe(200);
    showsNothing(text);
    expect((await get('Group/mixed/$everything')).status).toBe(404);
  });

  test('$lastn reads observations through the same door', async () => {
    await server.load([
      {
        resourceType: 'Observation',
        id: 'o1',
        status: 'final',
        code: { text: secret },
        subject: { reference: 'Patient/closed-1' },
      },
    ]);
    const { body, text } = await get('Observation/$lastn?patient=Patient/closed-1');
    expect(body['total']).toBe(0);
    showsNothing(text);
  });
});

describe('writing', () => {
  const patch = [{ op: 'test', path: '/name/0/family', value: secret }];
  const headers = { 'content-type': 'application/json-patch+json' };

  test.each(['', 'reader'])('an asker without the right to write ("%s") learns nothing by trying', async (as) => {
    for (const [method, path, body] of [
      ['PATCH', 'Patient/closed-1', patch],
      ['PATCH', 'Patient/never-was', patch],
      ['PATCH', 'Patient?name=Geheimrat', patch],
      ['PUT', 'Patient?name=Geheimrat', { resourceType: 'Patient' }],
      ['DELETE', 'Patient?name=Geheimrat', undefined],
      ['POST', 'Patient/closed-1/$meta-add', { resourceType: 'Parameters' }],
      ['POST', 'Patient/closed-1/$expunge', { resourceType: 'Parameters' }],
    ] as const) {
      const answer = await server.ask(method, path, {
        as,
        ...(body === undefined ? {} : { body }),
        headers: method === 'PATCH' ? headers : {},
      });
      expect([method, path, answer.status]).toEqual([method, path, as === '' ? 401 : 403]);
      expect(answer.text).not.toContain(secret);
    }
  });

  test('one who may write but not read cannot find out by conditions or patches', async () => {
    const as = 'blind-writer';
    const asked = { as, body: patch, headers };
    expect((await server.ask('PATCH', 'Patient/closed-1', asked)).status).toBe(404);
    expect((await server.ask('PATCH', 'Patient?name=Geheimrat', asked)).status).toBe(404);
    expect((await server.ask('DELETE', 'Patient?birthdate=1940-01-01', { as })).status).toBe(204);
    const reason = { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'x' }] };
    for (const id of ['closed-1', 'never-was']) {
      expect((await server.ask('POST', `Patient/${id}/$expunge`, { as, body: reason })).status).toBe(403);
    }
    expect((await server.ask('GET', 'Patient/closed-1', { as: 'reader' })).status).toBe(200);
    expect(
      (
        await server.ask('POST', 'Patient/closed-1/$meta-delete', {
          as,
          body: { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: {} }] },
        })
      ).status,
    ).toBe(404);
  });

  test('in a Bundle too', async () => {
    const entry = [
      { request: { method: 'GET', url: 'Patient/closed-1' } },
      { request: { method: 'GET', url: 'Patient/closed-1/_history' } },
      { request: { method: 'GET', url: 'Patient/_history?_count=1000' } },
      { request: { method: 'GET', url: '?_type=Patient&_count=1000' } },
      { request: { method: 'GET', url: 'Patient/closed-1/$everything' } },
      { request: { method: 'GET', url: 'Patient/closed-1/Condition' } },
    ];
    const { body, text } = await server.ask('POST', '', {
      as: '',
      body: { resourceType: 'Bundle', type: 'batch', entry },
    });
    expect(body['entry'].map((one: any) => one.response.status).join(' ')).toBe('404 404 200 200 404 200');
    showsNothing(text);
  });
});
