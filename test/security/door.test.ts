/** Tries every way in which data could leave: none gives what its data set does not grant. See docs/adr/0003-access-classes-and-the-door.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import { idsOf, type TestServer } from '../server.ts';
import { finding, granularityOf, library, licence, person, secret, startWorld } from './world.ts';

let server: TestServer;
const anonymous = { as: '' };
const get = (path: string) => server.ask('GET', path, anonymous);

beforeAll(async () => {
  server = await startWorld();
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
    await server.load([person('page-1', 'shifting'), person('page-2', 'shifting'), person('page-3', 'shifting')]);
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
    expect(disclosure(body)).toEqual({ granularity: 'count', threshold: 10, rounding: 10, read: 0, suppressed: false });
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
    await server.load(Array.from({ length: 12 }, (_, at) => person(`moving-${at}`, 'moving')));
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
    await server.load([person(one, undefined), person(two, undefined), finding(`${id}-c`, two, undefined, 'x')]);
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
    await server.load([finding(`${id}-d`, two, undefined, 'later')]);
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

describe('landing pages', () => {
  const endings = ['', '.jsonld', '.bib', '.ris', '.csl.json', '.txt', '.linkset.json'];
  const page = (id: string, as = '', accept = 'text/html') =>
    server.ask('GET', `${server.base.replace(/fhir$/, 'data-set')}/${id}`, { as, headers: { accept } });

  test('tell of what data sets hold only what their summaries tell, whoever asks', async () => {
    await server.ask('POST', '$content-summary', { body: { resourceType: 'Parameters' } });
    for (const id of ['open', 'counted', 'closed']) {
      for (const ending of endings) {
        const [plain, asWriter] = [await page(id + ending), await page(id + ending, 'writer')];
        expect(plain.status).toBe(200);
        expect(asWriter.text).toBe(plain.text);
        expect(plain.text).not.toMatch(new RegExp(`${secret}|\\b(?:few|rare|closed-1|counted-1)\\b`));
      }
    }
    expect((await page('counted')).text).toContain('many');
    expect((await page('open')).text).toContain('bridge');
    expect((await page('closed')).text).toContain('No summary of its content is published');
  });

  test('of records that may not be read are as those of none, in each form and in the list', async () => {
    const label = { meta: { security: [{ system: canonical.confidentiality, code: 'V' }] } };
    await server.ask('PUT', 'Library/veiled', {
      body: library('veiled', [licence('CC0-1.0')], { ...label, title: secret }),
    });
    for (const accept of ['text/html', 'application/ld+json']) {
      for (const ending of endings) {
        const [veiled, nowhere] = [
          await page(`veiled${ending}`, '', accept),
          await page(`nought${ending}`, '', accept),
        ];
        expect(veiled.status).toBe(404);
        expect(veiled.text.replaceAll('veiled', 'nought')).toBe(nowhere.text);
        expect([...veiled.headers.keys()].sort()).toEqual([...nowhere.headers.keys()].sort());
      }
    }
    const list = await server.ask('GET', server.base.replace(/fhir$/, 'sitemap.xml'), { as: 'writer' });
    expect(list.text).toContain('/data-set/open<');
    expect(list.text).not.toContain('veiled');
  });
});
