/** SMART scopes at the door: no application reaches more than its scopes name, by whatever way. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccessContext } from '../../src/conditions/access-context.ts';
import { type Asked, idsOf, startServer, type TestServer } from '../server.ts';
import { human, scopes, withAskers } from './askers.ts';
import { concept, loinc, value } from './statements.ts';
import { finding, library, licence, person } from './world.ts';

const categorySystem = 'http://terminology.hl7.org/CodeSystem/observation-category';
const vital = { category: [concept(`${categorySystem}|vital-signs`)], code: concept(`${loinc}|8867-4`) };

/** Two patients whose data are open to everyone, so that scopes alone decide; one resource of each leads to the other's. */
const world = [
  library('open', [licence('CC0-1.0')]),
  library('closed', [licence('CC-BY-NC-4.0')]),
  person('a', 'open', { gender: 'female', name: [{ family: 'Anders' }] }),
  person('b', 'open', {
    gender: 'male',
    name: [{ family: 'Berger' }],
    link: [{ other: { reference: 'Patient/a' }, type: 'seealso' }],
  }),
  value('lab-a', 'a', 'open', 5),
  value('lab-b', 'b', 'open', 7),
  value('vital-a', 'a', 'open', 60, vital),
  value('vital-b', 'b', 'open', 70, vital),
  { ...finding('cond-a', 'a', 'open', 'x'), evidence: [{ detail: [{ reference: 'Observation/lab-b' }] }] },
  { ...finding('cond-b', 'b', 'open', 'y'), evidence: [{ detail: [{ reference: 'Observation/vital-a' }] }] },
  { resourceType: 'Organization', id: 'org', name: 'Hospital' },
  value('hidden', 'a', 'closed', 9),
];

const restricted = (more: Partial<AccessContext>, ...texts: string[]): AccessContext => ({
  subject: { kind: 'service', name: 'app' },
  rights: { readAll: true, write: true },
  scopes: scopes(...texts),
  ...more,
});
const ofA = { patient: 'a' };
const lab = `category=${categorySystem}|laboratory`;
const askers: Record<string, AccessContext> = {
  lab: restricted({}, 'user/Observation.rs?category=laboratory'),
  'lab-of-system': restricted({}, `system/Observation.rs?${lab}`, 'system/Patient.rs', 'system/Condition.rs'),
  union: restricted({}, 'user/Observation.rs?category=vital-signs', 'user/Observation.r'),
  both: restricted({}, 'user/Observation.rs?category=vital-signs', 'user/Observation.rs?category=laboratory'),
  narrow: restricted({}, 'user/Observation.rs?category=laboratory&code=8867-4'),
  patients: restricted({}, 'user/Patient.rs'),
  everything: restricted({}, 'user/*.cruds'),
  'v1-read': restricted({}, 'user/*.read'),
  of: restricted(ofA, 'patient/*.cruds'),
  'of-nobody': restricted({}, 'patient/*.cruds'),
  'of-a-lab': restricted(ofA, 'patient/Observation.cruds?category=laboratory'),
  none: restricted({}),
  c: restricted({}, 'user/Observation.c'),
  r: restricted({}, 'user/Observation.r'),
  u: restricted({}, 'user/Observation.u'),
  d: restricted({}, 'user/Observation.d'),
  s: restricted({}, 'user/Observation.s'),
  ...Object.fromEntries(
    [
      'user/Observation.sr',
      'user/Observation.rr',
      'user/Observation.',
      'user/Observation.rs?',
      'user/Observation.rs?category:not=laboratory',
      'user/Observation.rs?subject.name=Berger',
      'user/Observation.rs?_has:Condition:evidence-detail:code=x',
      'user/Observation.rs?_filter=status eq final',
      'user/Observation.rs?nonsense=1',
      'user/Observation.rs?category=',
      'user/Observation.rs?_include=Observation:subject',
      'user/Observation.rs?_id=lab-a&_count=9',
      'Observation.rs',
      'users/Observation.rs',
      'user/observation.rs',
      'user/Observation.rs#x',
      'launch/patient',
    ].map((text, index) => [`malformed-${index}`, restricted({}, text)]),
  ),
  // Writes, and reads nothing but what is open.
  'blind-lab': { ...restricted({}, `system/Observation.cuds?${lab}`), rights: { readAll: false, write: true } },
  researcher: human('ada', { scopes: scopes('user/Observation.rs', 'user/Patient.rs') }),
  steward: { ...restricted({}, 'user/Observation.rs'), rights: { readAll: true, write: true, steward: true } },
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

const ids = async (path: string, as: string): Promise<string[]> => {
  const answer = await server.ask('GET', path, { as });
  expect([path, answer.status]).toEqual([path, 200]);
  return (answer.body['entry'] ?? []).flatMap((one: any) => one.resource?.id ?? []).sort();
};
const status = async (method: string, path: string, as: string, asked: Asked = {}): Promise<number> =>
  (await server.ask(method, path, { ...asked, as })).status;

describe('what is searched stays within the scopes', () => {
  test.each<[as: string, path: string, expected: string[]]>([
    ['lab', 'Observation', ['hidden', 'lab-a', 'lab-b']],
    ['lab', 'Observation?category=vital-signs', []],
    ['lab', 'Observation?_id=vital-a,lab-a', ['lab-a']],
    ['lab', 'Observation?category:not=laboratory', []],
    ['lab', 'Observation?_filter=category eq vital-signs or status eq final', ['hidden', 'lab-a', 'lab-b']],
    ['lab', 'Observation?_include=Observation:subject', ['hidden', 'lab-a', 'lab-b']],
    ['lab', 'Observation?_revinclude=Condition:evidence-detail', ['hidden', 'lab-a', 'lab-b']],
    ['lab', 'Observation?subject.name=Berger', []],
    ['lab', 'Observation?_has:Condition:evidence-detail:code=x', []],
    ['lab', 'Observation/_history', ['hidden', 'lab-a', 'lab-b']],
    ['lab', '_history', ['hidden', 'lab-a', 'lab-b']],
    ['lab', 'Patient', []],
    ['lab', 'Patient?name=Anders', []],
    ['lab', 'Patient/a/Observation', ['hidden', 'lab-a']],
    ['lab', 'Patient/a/*', ['hidden', 'lab-a']],
    ['lab', '?_type=Patient,Observation,Condition', ['hidden', 'lab-a', 'lab-b']],
    ['lab', 'Observation/$lastn?patient=Patient/a&code=8867-4', []],
    ['patients', 'Patient?_has:Observation:patient:code=8867-4', []],
    ['patients', 'Patient?_revinclude=Observation:subject', ['a', 'b']],
    ['lab-of-system', 'Patient?_has:Observation:patient:code=8867-4', []],
    ['lab-of-system', 'Patient?_has:Observation:patient:value-quantity=gt6', ['a', 'b']],
    ['lab-of-system', 'Patient?_has:Observation:patient:value-quantity=gt50', []],
    ['lab-of-system', 'Condition?evidence-detail:Observation.value-quantity=gt6', ['cond-a']],
    ['lab-of-system', 'Condition?evidence-detail:Observation.value-quantity=gt50', []],
    ['lab-of-system', 'Condition?_include=Condition:evidence-detail', ['cond-a', 'cond-b', 'lab-b']],
    ['lab-of-system', 'Patient?_id=a&_revinclude=Observation:subject', ['a', 'hidden', 'lab-a']],
    ['lab-of-system', 'Patient/b/$everything', ['a', 'b', 'cond-b', 'lab-b']],
    ['both', 'Observation', ['hidden', 'lab-a', 'lab-b', 'vital-a', 'vital-b']],
    ['narrow', 'Observation', []],
    ['union', 'Observation', ['vital-a', 'vital-b']],
    ['union', 'Observation?_id=lab-a', []],
    ['union', 'Observation/_history', ['vital-a', 'vital-b']],
    ['s', 'Observation?_id=lab-a', ['lab-a']],
    ['r', 'Observation', []],
    ['none', 'Observation', []],
    ['none', 'Organization', []],
    ['v1-read', 'Observation?_id=lab-a', ['lab-a']],
    ['of', 'Patient', ['a']],
    ['of', 'Observation', ['hidden', 'lab-a', 'vital-a']],
    ['of', 'Observation?subject=Patient/b', []],
    ['of', 'Condition?subject.name=Berger', []],
    ['of', 'Condition?evidence-detail:Observation.value-quantity=gt6', []],
    ['of', 'Condition?_include=Condition:evidence-detail', ['cond-a']],
    ['of', 'Patient?_has:Observation:patient:value-quantity=gt65', []],
    ['of', 'Patient?link=Patient/a', []],
    ['of', 'Patient?_id=a&_revinclude=Patient:link', ['a']],
    ['of', 'Patient?name=Berger', []],
    ['of', 'Patient?_sort=-name', ['a']],
    ['of', 'Organization', ['org']],
    ['of', 'Patient/a/$everything', ['a', 'cond-a', 'hidden', 'lab-a', 'vital-a']],
    ['of', 'Patient/b/Observation', []],
    ['of', 'Patient/_history', ['a']],
    ['of', 'Observation/$lastn?patient=Patient/b', []],
    ['of-a-lab', 'Observation', ['hidden', 'lab-a']],
    ['of-nobody', 'Patient', []],
    ['of-nobody', 'Organization', []],
    ['of-nobody', '_history', []],
    ['researcher', 'Observation', ['lab-a', 'lab-b', 'vital-a', 'vital-b']],
    ['researcher', 'Condition', []],
  ])('%s: %s', async (as, path, expected) => {
    expect(await ids(path, as)).toEqual(expected);
    const [place, query = ''] = path.split('?');
    if (/[$/_]/.test(place!)) return;
    const form = { body: query, headers: { 'content-type': 'application/x-www-form-urlencoded' }, as };
    const posted = await server.ask('POST', `${place}${place === '' ? '' : '/'}_search`, form);
    expect(idsOf(posted).filter((id) => !expected.includes(id))).toEqual([]);
    const matches = idsOf(posted).length;
    const counted = await server.ask('GET', `${path}${path.includes('?') ? '&' : '?'}_summary=count`, { as });
    expect(counted.body['total']).toBe(matches);
  });

  test('a batch is judged entry by entry', async () => {
    const urls = [
      'Observation/lab-a',
      'Observation/vital-a',
      'Patient/a',
      'Observation?_id=vital-a',
      'Patient/a/$everything',
    ];
    const entry = urls.map((url) => ({ request: { method: 'GET', url } }));
    const { body, text } = await server.ask('POST', '', {
      as: 'lab',
      body: { resourceType: 'Bundle', type: 'batch', entry },
    });
    expect(body['entry'].map((one: any) => one.response.status.slice(0, 3))).toEqual([
      '200',
      '404',
      '404',
      '200',
      '404',
    ]);
    expect(text).not.toContain('Anders');
  });
});

describe('what is read stays within the scopes', () => {
  test.each<[as: string, path: string, expected: number]>([
    ['lab', 'Observation/lab-a', 200],
    ['lab', 'Observation/lab-a/_history', 200],
    ['lab', 'Observation/vital-a', 404],
    ['lab', 'Observation/vital-a/_history', 404],
    ['lab', 'Observation/vital-a/_history/1', 404],
    ['lab', 'Observation/vital-a/$meta', 404],
    ['lab', 'Patient/a', 404],
    ['union', 'Observation/lab-a', 200],
    ['s', 'Observation/lab-a', 404],
    ['c', 'Observation/lab-a', 404],
    ['u', 'Observation/lab-a', 404],
    ['of', 'Patient/b', 404],
    ['of', 'Patient/b/$everything', 404],
    ['of', 'Observation/lab-b', 404],
    ['of', 'Observation/lab-b/_history/1', 404],
    ['of', 'Observation/lab-a', 200],
    ['of-nobody', 'Patient/a', 404],
    ['none', 'Organization/org', 404],
    ['researcher', 'Observation/hidden', 404],
  ])('%s: %s is %i', async (as, path, expected) => {
    const answer = await server.ask('GET', path, { as, headers: expected === 404 ? { 'if-none-match': 'W/"1"' } : {} });
    expect(answer.status).toBe(expected);
    const nowhere = await server.ask('GET', path.replace(/\/[a-z-]+(?=\/|$)/, '/never-was'), { as });
    if (expected === 404)
      expect(answer.text.replaceAll(/[a-z]+-[ab]|hidden|\/[ab]\b|\/org/g, '/never-was').replaceAll('//', '/')).toBe(
        nowhere.text,
      );
  });

  test.each(Object.keys(askers).filter((name) => name.startsWith('malformed')))('%s grants nothing', async (as) => {
    expect(await ids('Observation', as)).toEqual([]);
    expect(await ids('Patient', as)).toEqual([]);
    expect(await status('GET', 'Observation/lab-a', as)).toBe(404);
    expect(await status('POST', 'Observation', as, { body: value('x', 'a', 'open', 1) })).toBe(403);
  });
});

describe('what is written stays within the scopes', () => {
  const put = (id: string, patient: string, as: string, more: object = {}) =>
    server.ask('PUT', `Observation/${id}`, { body: value(id, patient, 'open', 1, more), as });

  test('by letters', async () => {
    const body = value('x', 'a', 'open', 1);
    const patch = {
      body: [{ op: 'test', path: '/status', value: 'final' }],
      headers: { 'content-type': 'application/json-patch+json' },
    };
    const tried = async (as: string) => [
      await status('POST', 'Observation', as, { body }),
      await status('PUT', 'Observation/lab-a', as, { body: value('lab-a', 'a', 'open', 5) }),
      await status('PATCH', 'Observation/lab-a', as, patch),
      await status('DELETE', 'Observation/never-was', as),
    ];
    expect(await tried('c')).toEqual([201, 403, 404, 403]);
    expect(await tried('r')).toEqual([403, 403, 403, 403]);
    expect(await tried('u')).toEqual([403, 200, 404, 403]);
    expect(await tried('d')).toEqual([403, 403, 404, 204]);
    expect(await tried('s')).toEqual([403, 403, 404, 403]);
    expect(await tried('none')).toEqual([403, 403, 404, 403]);
    expect(await tried('everything')).toEqual([201, 200, 200, 204]);
  });

  test('a patient’s application writes for that patient alone, and cannot move data to or from another', async () => {
    expect((await server.ask('POST', 'Observation', { body: value('x', 'a', 'open', 1), as: 'of' })).status).toBe(201);
    expect((await server.ask('POST', 'Observation', { body: value('x', 'b', 'open', 1), as: 'of' })).status).toBe(403);
    expect((await put('lab-b', 'b', 'of')).status).toBe(403);
    expect((await put('lab-b', 'a', 'of')).status).toBe(403);
    expect((await put('lab-a', 'b', 'of')).status).toBe(403);
    expect((await put('lab-a', 'a', 'of')).status).toBe(200);
    expect((await put('vital-a', 'a', 'of-a-lab')).status).toBe(403);
    expect((await put('lab-a', 'a', 'of-a-lab', vital)).status).toBe(403);
    expect(
      (await server.ask('POST', 'Observation', { body: value('x', 'a', 'open', 1), as: 'of-nobody' })).status,
    ).toBe(403);
  });

  test.each(['of', 'of-a-lab', 'blind-lab'])('%s: whether a stated id is taken is not told', async (as) => {
    const patch = {
      body: [{ op: 'test', path: '/status', value: 'final' }],
      headers: { 'content-type': 'application/json-patch+json' },
    };
    const taken = as === 'blind-lab' ? 'hidden' : 'vital-b';
    const subject = as === 'blind-lab' ? 'b' : 'a';
    const tries = async (id: string) => {
      const answers = [
        await put(id, subject, as),
        await server.ask('PUT', `Observation/${id}`, {
          body: value(id, subject, 'open', 1),
          as,
          headers: { 'if-match': 'W/"1"' },
        }),
        await server.ask('PUT', `Observation/${id}`, {
          body: value(id, subject, 'open', 1),
          as,
          headers: { 'if-match': 'W/"7"' },
        }),
        await server.ask('PUT', `Observation?_id=${id}`, { body: value(id, subject, 'open', 1), as }),
        await server.ask('PATCH', `Observation/${id}`, { ...patch, as }),
        await server.ask('DELETE', `Observation/${id}`, { as }),
        await server.ask('DELETE', `Observation/${id}`, { as, headers: { 'if-match': 'W/"1"' } }),
        await server.ask('DELETE', `Observation?_id=${id}`, { as }),
      ];
      return answers.map(({ status: code, text, headers }) => [code, text.replaceAll(id, 'ID'), headers.get('etag')]);
    };
    expect(await tries(taken)).toEqual(await tries('never-was'));
    expect((await server.ask('GET', `Observation/${taken}`, { as: 'reader' })).status).toBe(200);
    expect((await server.ask('GET', 'Observation/never-was', { as: 'reader' })).status).toBe(404);
  });

  test('conditions match within the scopes only', async () => {
    const headers = { 'if-none-exist': '_id=vital-b' };
    const created = await server.ask('POST', 'Observation', { body: value('x', 'a', 'open', 1), as: 'of', headers });
    expect(created.status).toBe(201);
    expect(await status('DELETE', 'Observation?subject=Patient/b', 'of')).toBe(204);
    expect((await server.ask('GET', 'Observation/vital-b', { as: 'reader' })).status).toBe(200);
    const patch = {
      body: [{ op: 'replace', path: '/status', value: 'amended' }],
      headers: { 'content-type': 'application/json-patch+json' },
    };
    expect(await status('PATCH', 'Observation?_id=vital-b', 'of', patch)).toBe(404);
  });

  test('a transaction with one forbidden entry does nothing at all', async () => {
    const entry = [
      { request: { method: 'POST', url: 'Observation' }, resource: value('x', 'a', 'open', 4711) },
      { request: { method: 'PUT', url: 'Observation/lab-b' }, resource: value('lab-b', 'b', 'open', 4711) },
    ];
    const body = { resourceType: 'Bundle', type: 'transaction', entry };
    expect(await status('POST', '', 'of', { body })).toBe(403);
    expect(await ids('Observation?value-quantity=4711', 'reader')).toEqual([]);
    const batch = await server.ask('POST', '', { as: 'of', body: { ...body, type: 'batch' } });
    expect(batch.body['entry'].map((one: any) => one.response.status.slice(0, 3))).toEqual(['201', '403']);
  });

  test('many at once, more than there are connections, are all answered', async () => {
    const patch = {
      body: [{ op: 'replace', path: '/status', value: 'final' }],
      headers: { 'content-type': 'application/json-patch+json' },
    };
    const made = await Promise.all(
      Array.from({ length: 24 }, () =>
        server.ask('POST', 'Observation', { body: value('x', 'a', 'open', 2), as: 'of' }),
      ),
    );
    const answers = await Promise.all(
      made.map(({ body }) => server.ask('PATCH', `Observation/${body['id']}`, { ...patch, as: 'of' })),
    );
    expect(new Set(answers.map((one) => one.status))).toEqual(new Set([200]));
  });

  test('scopes bind stewards too: no statements, no erasing, no decisions beyond them', async () => {
    expect(await status('PUT', 'Library/open', 'steward', { body: library('open', []) })).toBe(403);
    expect(
      await status('POST', 'Consent', 'steward', { body: { resourceType: 'Consent', status: 'active' } }),
    ).not.toBe(201);
    const reason = { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'x' }] };
    expect(await status('POST', 'Observation/lab-a/$expunge', 'steward', { body: reason })).toBe(403);
    expect(await status('GET', '$access-requests', 'steward')).toBe(403);
    expect(
      await status('POST', 'Task/x/$decide-access', 'steward', {
        body: { resourceType: 'Parameters', parameter: [{ name: 'decision', valueCode: 'grant' }] },
      }),
    ).toBe(403);
    const url = { resourceType: 'Parameters', parameter: [{ name: 'url', valueUri: 'Patient?name=Anders' }] };
    expect((await server.ask('POST', '$explain', { as: 'steward', body: url })).text).not.toContain('Patient/a');
  });

  test('contained resources are not searched by tokens that are restricted to rows', async () => {
    expect(await status('GET', 'Observation?_contained=true', 'lab')).toBeGreaterThanOrEqual(400);
  });
});
