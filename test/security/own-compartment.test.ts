/** Persons read what is their own though it is closed to everybody else, and nothing of the patient beside them. See docs/adr/0011-views.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../server.ts';
import { patient, scopes, withAskers } from './askers.ts';
import { confidential, consent, group, tagged, value } from './statements.ts';
import { finding, library, licence, person } from './world.ts';

const procedure = (id: string, of: string, parent?: string) => ({
  resourceType: 'Procedure',
  id,
  ...tagged('closed'),
  status: 'completed',
  subject: { reference: `Patient/${of}` },
  ...(parent === undefined ? {} : { partOf: [{ reference: `Procedure/${parent}` }] }),
});

const world = [
  library('open', [licence('CC0-1.0')]),
  library('closed', [licence('CC-BY-NC-4.0')]),
  person('a', 'closed', { gender: 'female', name: [{ family: 'Anders' }] }),
  person('b', 'closed', {
    gender: 'male',
    name: [{ family: 'Berger' }],
    link: [{ other: { reference: 'Patient/a' }, type: 'seealso' }],
  }),
  person('everyones', 'open'),
  value('value-a', 'a', 'closed', 5),
  value('value-b', 'b', 'closed', 7),
  // Very restricted: for the person alone.
  { ...finding('cond-a', 'a', 'closed', 'x'), ...tagged('closed', confidential('V')) },
  finding('cond-b', 'b', 'closed', 'rare'),
  { ...finding('open-c', 'everyones', 'open', 'x'), evidence: [{ detail: [{ reference: 'Condition/cond-b' }] }] },
  group('cohort', 'Patient/a', 'Patient/b'),
  procedure('top', 'a'),
  procedure('middle-b', 'b', 'top'),
  procedure('bottom', 'a', 'middle-b'),
  procedure('direct', 'a', 'top'),
  consent('refusal-of-a', 'a', { provision: { type: 'deny' } }),
  {
    resourceType: 'ValueSet',
    id: 'secret-set',
    ...tagged(undefined, confidential('V')),
    url: 'http://x.example/secret-set',
    status: 'active',
    compose: { include: [{ system: 'urn:c', concept: [{ code: 'x' }] }] },
  },
];
const askers = {
  a: patient('a'),
  b: patient('b'),
  'a-by-app-of-b': patient('a', { patient: 'b', scopes: scopes('patient/*.rs') }),
  'a-by-app': patient('a', { patient: 'a', scopes: scopes('patient/Observation.rs', 'patient/Patient.rs') }),
  'a-by-narrow-app': patient('a', { patient: 'a', scopes: scopes('patient/Observation.rs?code=none') }),
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

describe('searches', () => {
  test.each<[as: string, path: string, expected: string[]]>([
    ['', 'Patient', ['everyones']],
    ['a', 'Patient', ['a', 'everyones']],
    ['b', 'Patient', ['b', 'everyones']],
    ['a', 'Patient?link=Patient/a', []],
    ['a', 'Patient?_id=a&_revinclude=Patient:link', ['a']],
    ['a', 'Patient?_has:Patient:link:name=Berger', []],
    ['b', 'Patient?link.name=Anders', []],
    ['b', 'Patient?_id=b&_include=Patient:link', ['b']],
    ['a', 'Observation', ['value-a']],
    ['a', 'Observation?value-quantity=gt6', []],
    ['a', 'Observation?_sort=-value-quantity', ['value-a']],
    ['a', 'Patient?_has:Observation:patient:value-quantity=gt6', []],
    ['a', 'Patient?_has:Observation:patient:value-quantity=gt4', ['a']],
    ['a', 'Condition', ['cond-a', 'open-c']],
    ['a', 'Condition?evidence-detail:Condition.code=rare', []],
    ['b', 'Condition?evidence-detail:Condition.code=rare', ['open-c']],
    ['a', 'Condition?_include=Condition:evidence-detail', ['cond-a', 'open-c']],
    ['a', 'Group', []],
    ['a', 'Group?member=Patient/a', []],
    ['a', 'Patient?_in=Group/cohort', []],
    ['a', 'Patient?_has:Group:member:_id=cohort', []],
    ['a', 'Patient?_id=a&_revinclude=*', ['a', 'bottom', 'cond-a', 'direct', 'refusal-of-a', 'top', 'value-a']],
    ['a', 'Patient/a/$everything', ['a', 'bottom', 'cond-a', 'direct', 'refusal-of-a', 'top', 'value-a']],
    ['a', 'Patient/b/Observation', []],
    ['a', 'Consent', ['refusal-of-a']],
    ['b', 'Consent', []],
    ['a', 'Patient/_history', ['a', 'everyones']],
    ['a', '_history?_count=100&_since=2000-01-01', []],
    ['a-by-app', 'Patient', ['a']],
    ['a-by-app', 'Condition', []],
    ['a-by-app', 'Patient?_id=a&_revinclude=*', ['a', 'value-a']],
    ['a-by-narrow-app', 'Observation', []],
    ['a-by-app-of-b', 'Patient', []],
    ['a-by-app-of-b', 'Observation', []],
  ])('%s: %s', async (as, path, expected) => {
    const found = await ids(path, as);
    if (path.startsWith('_history')) {
      expect(found).not.toContain('b');
      expect(found).not.toContain('cohort');
      expect(found).toContain('value-a');
      expect(found).not.toContain('value-b');
      return;
    }
    expect(found).toEqual(expected);
  });

  test('counts are of what is one’s own and what is open', async () => {
    const total = async (as: string) => (await server.ask('GET', 'Patient?_summary=count', { as })).body['total'];
    expect([await total(''), await total('a'), await total('reader')]).toEqual([1, 2, 3]);
  });

  test('hierarchies are not followed through what is another’s', async () => {
    const below = 'Procedure?part-of:below=Procedure/top';
    expect(await ids(below, 'reader')).toEqual(['bottom', 'direct', 'middle-b']);
    expect(await ids(below, 'a')).toEqual(['direct']);
    expect(await ids(below, '')).toEqual([]);
    expect(await ids('Procedure?part-of:above=Procedure/middle-b', 'b')).not.toContain('bottom');
  });

  test('a value set that is withheld is not known to persons either', async () => {
    const path = 'Condition?code:in=http://x.example/secret-set';
    expect((await server.ask('GET', path, { as: 'reader' })).status).toBe(200);
    const [there, nowhere] = await Promise.all(
      [path, path.replace('secret-set', 'nowhere-at-all')].map((one) => server.ask('GET', one, { as: 'a' })),
    );
    expect(there!.status).toBe(400);
    expect(there!.text.replaceAll('secret-set', 'nowhere-at-all')).toBe(nowhere!.text);
  });
});

describe('reads', () => {
  test.each([
    'Patient/b',
    'Patient/b/_history',
    'Observation/value-b',
    'Condition/cond-b/_history/1',
    'Group/cohort',
    'Procedure/middle-b',
    'Patient/b/$everything',
  ])('a: %s looks as if it had never been', async (path) => {
    const nowhere = path.replace(/\/[^/]+/, '/never-was');
    const [there, missing] = await Promise.all([path, nowhere].map((one) => server.ask('GET', one, { as: 'a' })));
    expect(there!.status).toBe(404);
    expect(there!.text.replaceAll(path.split('/')[1]!, 'never-was').replaceAll('never-wasasis', 'basis')).toBe(
      missing!.text.replaceAll(path.split('/')[1]!, 'never-was'),
    );
  });

  test('what is one’s own is read in all its versions, also where it is refused to everyone else', async () => {
    for (const path of ['Patient/a', 'Patient/a/_history', 'Patient/a/_history/1', 'Condition/cond-a']) {
      expect((await server.ask('GET', path, { as: 'a' })).status).toBe(200);
      expect((await server.ask('GET', path, { as: 'b' })).status).toBe(404);
    }
  });

  test('that it is one’s own gives no right to write', async () => {
    expect((await server.ask('PUT', 'Patient/a', { body: person('a', 'open'), as: 'a' })).status).toBe(403);
    expect((await server.ask('DELETE', 'Consent/refusal-of-a', { as: 'a' })).status).toBe(403);
  });
});

test('how many resources are withheld is not told by what a page may bring along', async () => {
  // More encounters of others at the hospital than one page may include.
  const many = Array.from({ length: 10_050 }, (_, at) => ({
    resourceType: 'Encounter',
    id: `e${at}`,
    ...tagged('closed'),
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: { reference: at === 7 ? 'Patient/a' : 'Patient/b' },
    serviceProvider: { reference: 'Organization/hospital' },
  }));
  await server.load([{ resourceType: 'Organization', id: 'hospital', name: 'H' }, ...many]);
  const path = 'Organization?_id=hospital&_revinclude=Encounter:service-provider';
  expect((await server.ask('GET', path, { as: 'reader' })).status).toBe(403);
  expect(await ids(path, 'a')).toEqual(['e7', 'hospital']);
});

test('a Group that named persons once is not open when it names none any more', async () => {
  const put = (body: object) => server.ask('PUT', 'Group/former', { body });
  await put(group('former', 'Patient/b'));
  await put(group('former'));
  for (const path of ['Group/former', 'Group/former/_history', 'Group/former/_history/1']) {
    expect((await server.ask('GET', path, { as: '' })).status).toBe(404);
  }
  expect((await server.ask('GET', 'Group/_history', { as: '' })).text).not.toContain('Patient/b');
  // A definition that never named anyone is metadata.
  await server.ask('PUT', 'Group/definition', { body: group('definition') });
  expect((await server.ask('GET', 'Group/definition', { as: '' })).status).toBe(200);
  // Re-classing by a policy leaves it closed.
  await server.ask('PUT', 'Consent/house', {
    body: consent('house', undefined, {
      base: 'OPTIN',
      provision: { type: 'deny', class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Media' }] },
    }),
  });
  expect((await server.ask('GET', 'Group/former/_history/1', { as: '' })).status).toBe(404);
});
