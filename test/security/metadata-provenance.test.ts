/** Provenance of metadata is for everyone, other Provenance for those who may read what it is about. https://hl7.org/fhir/R4B/provenance.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { diagnosticsOf, idsOf, startServer, type TestServer } from '../server.ts';

const provenance = (id: string, targets: readonly string[], more: JsonObject = {}) => ({
  resourceType: 'Provenance',
  id,
  target: targets.map((reference) => ({ reference })),
  recorded: '2026-01-01T00:00:00Z',
  activity: { text: 'made' },
  agent: [{ who: { reference: 'Organization/one' } }],
  ...more,
});
const library = { resourceType: 'Library', id: 'set', status: 'active', type: { text: 'x' } };
const closed = {
  meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] },
};

describe.each(fhirVersions)('in a repository of %s', (fhirVersion) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ fhirVersion });
    await server.load([
      { resourceType: 'Organization', id: 'one', name: 'One' },
      library,
      { resourceType: 'Patient', id: 'p' },
      provenance('open', ['Library/set']),
      provenance('of-patient', ['Patient/p']),
      provenance('of-both', ['Library/set', 'Patient/p']),
      provenance('made-of-data', ['Library/set'], { entity: [{ role: 'source', what: { reference: 'Patient/p' } }] }),
      provenance('of-group', ['Group/g']),
      provenance('labelled', ['Library/set'], closed),
    ]);
  });
  afterAll(async () => {
    expect(server.errors).toEqual([]);
    await server.close();
  });

  test('everyone finds that of metadata, and nothing of any other', async () => {
    const asked = async (path: string, as = ''): Promise<string[]> =>
      idsOf(await server.ask('GET', path, { as })).sort();
    expect(await asked('Provenance')).toEqual(['open']);
    expect(await asked('Provenance?target=Library/set')).toEqual(['open']);
    expect(await asked('Provenance?target=Patient/p')).toEqual([]);
    expect(await asked('Provenance?entity=Patient/p')).toEqual([]);
    expect(await asked('Provenance?target=Library/set', 'reader')).toEqual([
      'labelled',
      'made-of-data',
      'of-both',
      'open',
    ]);
    for (const id of ['of-patient', 'of-both', 'made-of-data', 'of-group', 'labelled'])
      expect((await server.ask('GET', `Provenance/${id}`, { as: '' })).status).toBe(404);
    const included = await server.ask('GET', 'Library?_id=set&_revinclude=Provenance:target', { as: '' });
    const entries = included.body['entry'] as { resource: { id: string } }[];
    expect(entries.map(({ resource }) => resource.id).sort()).toEqual(['open', 'set']);
    const { body } = await server.ask('GET', 'Patient?_has:Provenance:target:recorded=2026&_summary=count', { as: '' });
    expect(body['total']).toBe(0);
  });

  test('one that was about a patient once stays closed, since its history tells it', async () => {
    await server.ask('PUT', 'Provenance/of-patient', { body: provenance('of-patient', ['Library/set']) });
    for (const path of ['Provenance/of-patient', 'Provenance/of-patient/_history', 'Provenance/of-patient/_history/1'])
      expect((await server.ask('GET', path, { as: '' })).status).toBe(404);
    expect(idsOf(await server.ask('GET', 'Provenance', { as: '' }))).toEqual(['open']);
  });

  test('one that becomes one of a patient is closed from then on', async () => {
    const put = (target: string) => server.ask('PUT', 'Provenance/turns', { body: provenance('turns', [target]) });
    await put('Library/set');
    expect((await server.ask('GET', 'Provenance/turns', { as: '' })).status).toBe(200);
    await put('Patient/p');
    expect((await server.ask('GET', 'Provenance/turns', { as: '' })).status).toBe(404);
    await server.ask('DELETE', 'Provenance/turns');
  });
});

test.each(['registry', 'discovery'] as const)('a %s takes it, and no other', async (role) => {
  const server = await startServer({ roles: [role] });
  const put = (id: string, targets: string[], more: JsonObject = {}) =>
    server.ask('PUT', `Provenance/${id}`, { body: provenance(id, targets, more) });
  expect((await put('open', ['Library/set', 'Endpoint/x'])).status).toBe(201);
  expect((await server.ask('GET', 'Provenance/open', { as: '' })).status).toBe(200);
  expect((await put('of-group', ['Group/g'])).status).toBe(201);
  expect((await server.ask('GET', 'Provenance/of-group', { as: '' })).status).toBe(404);
  const refused = await put('of-patient', ['Library/set', 'Patient/p']);
  expect([refused.status, diagnosticsOf(refused)]).toEqual([400, expect.stringMatching(/must lead to metadata/)]);
  const { body } = await server.ask('GET', 'metadata', { as: '' });
  const types = (body['rest'][0].resource as { type: string }[]).map(({ type }) => type);
  expect(types).toContain('Provenance');
  await server.close();
});
