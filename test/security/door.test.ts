/** Tries every way in which data could leave: none gives what its data set does not grant. See docs/adr/0003-access-classes-and-the-door.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import { idsOf, startServer, type TestServer } from '../server.ts';

let server: TestServer;
const anonymous = { as: '' };
const get = (path: string) => server.ask('GET', path, anonymous);

const tagOf = (code: string) => ({ meta: { tag: [{ system: 'urn:ds', code }] } });
const granularityOf = (level: string) => ({
  url: canonical.granularity,
  extension: [{ url: 'level', valueCode: level }],
});
const licence = (code: string) => ({
  url: canonical.licenceCodeable,
  valueCodeableConcept: { coding: [{ system: canonical.spdx, code }] },
});
const library = (id: string, extension: object[], more: object = {}) => ({
  resourceType: 'Library',
  id,
  status: 'active',
  type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
  ...(extension.length === 0 ? {} : { extension }),
  content: [{ url: `Patient?_tag=urn:ds|${id}` }],
  ...more,
});
const person = (id: string, set: string | undefined, more: object = {}) => ({
  resourceType: 'Patient',
  id,
  ...(set === undefined ? {} : tagOf(set)),
  ...more,
});
const finding = (id: string, patient: string, set: string | undefined, code: string) => ({
  resourceType: 'Condition',
  id,
  ...(set === undefined ? {} : tagOf(set)),
  subject: { reference: `Patient/${patient}` },
  code: { coding: [{ system: 'urn:c', code }] },
});

const secret = 'Geheimrat';
/** `open` grants records, `counted` counts of ten and more, `closed` nothing; `stray` is in no data set. */
function* world() {
  yield library('open', [licence('CC-BY-4.0')]);
  yield library('counted', [licence('CC-BY-4.0'), granularityOf('count')]);
  yield library('closed', [licence('CC-BY-NC-4.0')]);
  yield person('open-1', 'open', { gender: 'female', birthDate: '1950-01-01' });
  yield finding('open-c', 'open-1', 'open', 'x');
  yield person('closed-1', 'closed', { name: [{ family: secret }], gender: 'female', birthDate: '1940-01-01' });
  yield finding('closed-c', 'closed-1', 'closed', 'rare');
  yield person('stray-1', undefined, {
    name: [{ family: secret }],
    link: [{ other: { reference: 'Patient/open-1' }, type: 'seealso' }],
  });
  // Open, but pointing at what is closed.
  yield {
    ...finding('bridge', 'closed-1', 'open', 'bridge'),
    evidence: [{ detail: [{ reference: 'Condition/closed-c' }] }],
  };
  for (let at = 0; at < 24; at++) {
    yield person(`counted-${at}`, 'counted', { gender: at < 4 ? 'male' : 'female', name: [{ family: secret }] });
    yield finding(`counted-c${at}`, `counted-${at}`, 'counted', at < 3 ? 'few' : 'many');
  }
}

beforeAll(async () => {
  server = await startServer();
  const { body } = await server.load(world() as any);
  expect(body['parameter'][2]).toEqual({ name: 'refused', valueInteger: 0 });
});
afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
});

const withheld = [
  'Patient/closed-1',
  'Patient/stray-1',
  'Patient/counted-1',
  'Condition/closed-c',
  'Condition/counted-c1',
];
const absent = (target: string) => target.replace(/[^/]+$/, 'never-was');

describe('an asker who may not sees the same as where nothing is', () => {
  const plain = (text: string, target: string) => text.replaceAll(target, 'T').replaceAll(target.split('/')[1]!, 'I');

  test.each(withheld.flatMap((target) => ['', '/_history', '/_history/1'].map((rest) => [target, rest] as const)))(
    'GET %s%s',
    async (target, rest) => {
      const [there, nowhere] = [await get(`${target}${rest}`), await get(`${absent(target)}${rest}`)];
      expect(there.status).toBe(404);
      expect(plain(there.text, target)).toBe(plain(nowhere.text, absent(target)));
      expect([...there.headers.keys()].sort()).toEqual([...nowhere.headers.keys()].sort());
    },
  );

  test.each(withheld)('a conditional read of %s gives no 304', async (target) => {
    const answer = await server.ask('GET', target, { ...anonymous, headers: { 'if-none-match': 'W/"1", *' } });
    expect(answer.status).toBe(404);
    expect((await server.ask('HEAD', target, anonymous)).status).toBe(404);
  });

  test('a deleted one is 404 too, and its history stays closed', async () => {
    await server.ask('PUT', 'Patient/gone', { body: person('gone', 'closed', { name: [{ family: secret }] }) });
    await server.ask('DELETE', 'Patient/gone');
    expect((await get('Patient/gone')).status).toBe(404);
    expect((await get('Patient/gone/_history')).status).toBe(404);
    expect((await get('Patient/gone/_history/1')).status).toBe(404);
    expect((await server.ask('GET', 'Patient/gone', { as: 'reader' })).status).toBe(410);
  });
});

describe('search shows what is granted and nothing of the rest', () => {
  test.each([
    ['Patient', ['open-1']],
    ['Patient?gender=female', ['open-1']],
    ['Patient?gender:not=male', ['open-1']],
    ['Patient?name:missing=true', ['open-1']],
    ['Patient?name=Geheim', []],
    ['Patient?name:contains=heim', []],
    ['Patient?_id=closed-1,stray-1,counted-1', []],
    ['Patient?_tag=urn:ds|closed', []],
    ['Patient?birthdate=lt1945', []],
    ['Patient?_lastUpdated=gt2000', ['open-1']],
    ['Patient?_sort=name', ['open-1']],
    ['Patient?_sort=-birthdate', ['open-1']],
    ['Patient?link=Patient/open-1', []],
    ['Condition', ['bridge', 'open-c']],
    ['Condition?code=rare', []],
    ['Condition?code=many', []],
    ['Condition?code:not=x', ['bridge']],
  ])('%s', async (query, expected) => {
    const answer = await get(query);
    expect(idsOf(answer).sort()).toEqual(expected);
    expect(answer.text).not.toContain(secret);
    expect(answer.body['total'] ?? expected.length).toBe(expected.length);
  });

  test.each([
    'Condition?subject:Patient.name=Geheimrat',
    'Condition?subject.birthdate=1940-01-01',
    'Patient?_has:Condition:subject:code=rare',
    'Patient?_has:Condition:subject:code=many',
    'Condition?evidence-detail:Condition.code=rare',
    'Patient?_has:Patient:link:name=Geheimrat',
  ])('chain and _has do not pass through what is withheld: %s', async (query) => {
    expect(idsOf(await get(query))).toEqual([]);
    expect((await server.ask('GET', query, { as: 'reader' })).body['entry'] ?? []).not.toEqual([]);
  });

  test.each([
    'Condition?_id=bridge&_include=Condition:subject',
    'Condition?_id=bridge&_include=Condition:evidence-detail',
    'Patient?_id=open-1&_revinclude=Patient:link',
    'Patient?_id=open-1&_revinclude=Condition:subject',
  ])('includes bring nothing that is withheld: %s', async (query) => {
    const { text } = await get(query);
    for (const id of ['closed-1', 'closed-c', 'stray-1']) expect(text).not.toContain(`"id":"${id}"`);
    expect(text).not.toContain(secret);
  });

  test('_total counts what may be read', async () => {
    expect((await get('Patient?_total=accurate&_count=1')).body['total']).toBe(1);
  });

  test('a page link does not outlive the right to it', async () => {
    await server.load([
      person('page-1', 'shifting'),
      person('page-2', 'shifting'),
      person('page-3', 'shifting'),
    ] as any);
    const shifting = (extension: object[]) => library('shifting', extension);
    await server.ask('PUT', 'Library/shifting', { body: shifting([licence('CC0-1.0')]) });
    const { body } = await get('Patient?_tag=urn:ds|shifting&_count=2');
    const next = body['link'].find((link: any) => link.relation === 'next').url;
    await server.ask('PUT', 'Library/shifting', { body: shifting([licence('CC-BY-ND-4.0')]) });
    expect(idsOf(await get(next))).toEqual([]);
  });
});

describe('counts', () => {
  const count = async (query: string) => (await get(`${query}${query.includes('?') ? '&' : '?'}_summary=count`)).body;
  const disclosure = (body: any): Record<string, unknown> =>
    Object.fromEntries(
      (body['_total']?.extension[0].extension ?? []).map((part: any) => [
        part.url,
        part.valueInteger ?? part.valueBoolean ?? part.valueCode,
      ]),
    );

  test('of count-only data are rounded and say so', async () => {
    const body = await count('Patient?_tag=urn:ds|counted');
    expect(body['total']).toBe(20);
    expect(disclosure(body)).toEqual({ granularity: 'count', threshold: 10, rounding: 10, suppressed: false });
  });

  test.each([
    'Patient?_tag=urn:ds|counted&gender=male',
    'Patient?_tag=urn:ds|counted&_has:Condition:subject:code=few',
    'Patient?_tag=urn:ds|counted&gender=other',
  ])('small ones are withheld, zero among them: %s', async (query) => {
    const body = await count(query);
    expect([body['total'], disclosure(body)['suppressed']]).toEqual([0, true]);
  });

  test('of a mix state the open part exactly and never a sum that reveals', async () => {
    expect((await count('Patient?gender=female'))['total']).toBe(21);
    expect((await count('Patient?gender=male'))['total']).toBe(0);
  });

  test('of closed and stray data are zero', async () => {
    expect((await count('Patient?_tag=urn:ds|closed'))['total']).toBe(0);
    expect((await count('Patient?birthdate=1940-01-01'))['total']).toBe(0);
  });

  test('of a page and _count=0 go the same way', async () => {
    expect((await get('Patient?_tag=urn:ds|counted&_count=0')).body['total']).toBe(20);
    expect((await get('Patient?_tag=urn:ds|counted&_total=accurate')).body['total']).toBe(0);
    expect(idsOf(await get('Patient?_tag=urn:ds|counted&_sort=gender'))).toEqual([]);
  });
});

describe('a change of statements holds from the next request on', () => {
  const set = (extension: object[], more: object = {}) =>
    server.ask('PUT', 'Library/moving', { body: library('moving', extension, more) });

  test('opened, narrowed to counts, closed, deleted', async () => {
    await server.load(Array.from({ length: 12 }, (_, at) => person(`moving-${at}`, 'moving')) as any);
    expect((await get('Patient/moving-1')).status).toBe(404);
    await set([licence('CC-BY-4.0')]);
    expect((await get('Patient/moving-1')).status).toBe(200);
    await set([licence('CC-BY-4.0'), granularityOf('count')]);
    expect((await get('Patient/moving-1')).status).toBe(404);
    expect((await get('Patient?_tag=urn:ds|moving&_summary=count')).body['total']).toBe(10);
    await set([licence('CC-BY-4.0')]);
    expect((await get('Patient/moving-1')).status).toBe(200);
    await server.ask('DELETE', 'Library/moving');
    expect((await get('Patient/moving-1')).status).toBe(404);
    expect((await get('Patient?_tag=urn:ds|moving&_summary=count')).body['total']).toBe(0);
  });

  test.each([
    [
      'a condition of ours that this version does not know',
      [licence('CC-BY-4.0'), { url: `${canonical.structureDefinitions}embargo-until`, valueDate: '2999-01-01' }],
      {},
    ],
    [
      'a licence that is a document',
      [licence('CC-BY-4.0'), { url: canonical.licenceAttachment, valueAttachment: { url: 'http://x.example' } }],
      {},
    ],
    ['a granularity that is not understood', [licence('CC-BY-4.0'), granularityOf('perhaps')], {}],
    ['two granularities', [licence('CC-BY-4.0'), granularityOf('record'), granularityOf('none')], {}],
    ['a licence that is not open', [licence('CC-BY-NC-4.0'), granularityOf('record')], {}],
    ['no licence', [], {}],
    ['a data set that is not active', [licence('CC-BY-4.0')], { status: 'draft' }],
  ])('%s closes', async (_, extension, more) => {
    await set([licence('CC-BY-4.0')]);
    expect((await get('Patient/moving-1')).status).toBe(200);
    expect((await set(extension, more)).status).toBe(200);
    expect((await get('Patient/moving-1')).status).toBe(404);
  });

  test.each(['Group', 'List', 'DocumentManifest'])('members come and go with a %s', async (type) => {
    const id = `listing-${type.toLowerCase()}`;
    const url = `${server.base}/${type}/${id}`;
    const related = {
      url: canonical.relatedContent,
      valueRelatedArtifact: {
        type: 'composed-of',
        extension: [{ url: canonical.relatedArtifactResourceReference, valueReference: { reference: url } }],
      },
    };
    const listing = (patients: string[]): object => {
      const references = patients.map((one) => ({ reference: `Patient/${one}` }));
      if (type === 'Group') return { type: 'person', actual: true, member: references.map((entity) => ({ entity })) };
      if (type === 'List') return { status: 'current', mode: 'working', entry: references.map((item) => ({ item })) };
      return { status: 'current', content: references };
    };
    const put = (patients: string[]) =>
      server.ask('PUT', `${type}/${id}`, { body: { resourceType: type, id, ...listing(patients) } });
    const [one, two] = [`${id}-1`, `${id}-2`];
    await server.load([person(one, undefined), person(two, undefined), finding(`${id}-c`, two, undefined, 'x')] as any);
    await server.ask('PUT', `Library/${id}`, {
      body: { ...library(id, [licence('CC0-1.0'), related]), content: undefined },
    });
    const seen = async () => [
      (await get(`Patient/${one}`)).status,
      (await get(`Patient/${two}`)).status,
      (await get(`Condition/${id}-c`)).status,
    ];
    expect(await seen()).toEqual([404, 404, 404]);
    expect((await put([one])).status).toBe(201);
    expect(await seen()).toEqual([200, 404, 404]);
    await put([one, two]);
    expect(await seen()).toEqual([200, 200, 200]);
    await server.load([finding(`${id}-d`, two, undefined, 'later')] as any);
    expect((await get(`Condition/${id}-d`)).status).toBe(200);
    await put([two]);
    expect(await seen()).toEqual([404, 200, 200]);
    await server.ask('DELETE', `${type}/${id}`);
    expect(await seen()).toEqual([404, 404, 404]);
  });

  test('a resource that loses its tag leaves the data set', async () => {
    await server.ask('PUT', 'Patient/leaver', { body: person('leaver', 'open') });
    expect((await get('Patient/leaver')).status).toBe(200);
    await server.ask('PUT', 'Patient/leaver', { body: person('leaver', undefined) });
    expect((await get('Patient/leaver')).status).toBe(404);
    expect((await get('Patient/leaver/_history/1')).status).toBe(404);
  });
});

describe('writing', () => {
  const body = person('new-1', 'open');
  const bundle = (type: string, entry: object[]) => ({ resourceType: 'Bundle', type, entry });
  const entry = { request: { method: 'PUT', url: 'Patient/new-1' }, resource: body };

  test.each([
    ['POST', 'Patient', body],
    ['PUT', 'Patient/new-1', body],
    ['PUT', 'Patient/closed-1', person('closed-1', 'open')],
    ['DELETE', 'Patient/open-1', undefined],
    ['DELETE', 'Patient/closed-1', undefined],
    ['POST', '', bundle('transaction', [entry])],
  ])('%s %s without a right is refused', async (method, path, sent) => {
    const asked = sent === undefined ? {} : { body: sent };
    expect((await server.ask(method, path, { ...asked, as: '' })).status).toBe(401);
    expect((await server.ask(method, path, { ...asked, as: 'reader' })).status).toBe(403);
    expect((await server.ask(method, path, { ...asked, as: 'guessed' })).status).toBe(401);
  });

  test('a batch and an import are refused too', async () => {
    const answer = await server.ask('POST', '', {
      body: bundle('batch', [entry, { request: { method: 'GET', url: 'Patient/closed-1' } }]),
      as: '',
    });
    expect(answer.body['entry'].map((one: any) => one.response.status.slice(0, 3))).toEqual(['401', '404']);
    const imported = await server.ask('POST', '$import', {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/fhir+ndjson' },
      as: '',
    });
    expect(imported.status).toBe(401);
    expect((await server.ask('GET', 'Patient/new-1')).status).toBe(404);
  });

  test('a transaction reads through the door', async () => {
    const answer = await server.ask('POST', '', {
      body: bundle('transaction', [{ request: { method: 'GET', url: 'Patient?name=Geheim' } }]),
      as: '',
    });
    expect(answer.text).not.toContain(secret);
    const read = await server.ask('POST', '', {
      body: bundle('transaction', [{ request: { method: 'GET', url: 'Patient/closed-1' } }]),
      as: '',
    });
    expect(read.status).toBe(404);
  });

  test('conditional matches see only what the asker may read', async () => {
    const asked = {
      body: { resourceType: 'Patient' },
      headers: { 'if-none-exist': `name=${secret}` },
      as: 'blind-writer',
    };
    expect((await server.ask('POST', 'Patient', asked)).status).toBe(201);
    const reference = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      subject: { reference: `Patient?name=${secret}` },
    };
    const answer = await server.ask('POST', '', {
      body: bundle('transaction', [{ request: { method: 'POST', url: 'Observation' }, resource: reference }]),
      as: 'blind-writer',
    });
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('closed-1');
  });

  test('what cannot be a token is refused, not taken for nobody', async () => {
    for (const authorization of ['Bearer', 'Basic d3JpdGVyOng=', 'Bearer a b', 'Bearer ../x', 'writer']) {
      expect((await server.ask('GET', 'metadata', { as: '', headers: { authorization } })).status).toBe(401);
    }
  });
});

describe('a server without the role of a repository', () => {
  test('takes no patient data by any way', async () => {
    const registry = await startServer({ roles: ['registry'] });
    try {
      expect((await registry.ask('POST', 'Patient', { body: { resourceType: 'Patient' } })).status).toBe(400);
      expect((await registry.ask('PUT', 'Patient/1', { body: person('1', 'open') })).status).toBe(400);
      const imported = await registry.load([person('1', 'open') as any, library('l', []) as any]);
      expect(imported.body['parameter'].slice(0, 3).map((one: any) => one.valueInteger)).toEqual([1, 0, 1]);
      const entry = { request: { method: 'PUT', url: 'Patient/1' }, resource: person('1', 'open') };
      expect(
        (await registry.ask('POST', '', { body: { resourceType: 'Bundle', type: 'transaction', entry: [entry] } }))
          .status,
      ).toBe(400);
    } finally {
      await registry.close();
    }
  });
});
