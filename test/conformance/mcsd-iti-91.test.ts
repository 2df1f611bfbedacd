/** Request Care Services Updates: what changed since, deletions among it. https://profiles.ihe.net/ITI/mCSD/ITI-91.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import { type Answer, startServer, type TestServer } from '../server.ts';
import { careServices } from './mcsd-world.ts';

const types = [
  'Organization',
  'Endpoint',
  'OrganizationAffiliation',
  'Location',
  'HealthcareService',
  'Practitioner',
  'PractitionerRole',
];

describe.each(fhirVersions)('ITI-91 in %s', (fhirVersion) => {
  let server: TestServer;
  let clock = Date.parse('2026-01-01T00:00:00Z');
  const world = careServices(fhirVersion);
  beforeAll(async () => {
    server = await startServer({ fhirVersion, roles: ['discovery'], now: () => clock });
    await server.load(world);
    clock = Date.parse('2026-02-01T00:00:00Z');
    const hospital = world.find(({ resourceType, id }) => resourceType === 'Organization' && id === 'hospital')!;
    await server.ask('PUT', 'Organization/hospital', { body: { ...hospital, name: 'Hospital North and West' } });
    await server.ask('DELETE', 'Organization/closed');
    await server.ask('POST', 'Organization', {
      body: { resourceType: 'Organization', name: 'New', identifier: [{ system: 'urn:mcsd', value: 'new' }] },
    });
  });
  afterAll(() => server.close());

  interface Entry {
    resource?: { id: string; name?: string };
    request: { method: string; url: string };
    response: { status: string; lastModified: string };
  }
  const entriesOf = ({ body }: Answer): Entry[] => (body['entry'] ?? []) as Entry[];

  test.each(types)('the history of %s tells everything to one who asks for the first time', async (type) => {
    const answer = await server.ask('GET', `${type}/_history?_since=2020-01-01T00:00:00Z`, { as: '' });
    expect(answer.body).toMatchObject({ resourceType: 'Bundle', type: 'history' });
    const told = new Set(entriesOf(answer).map(({ request }) => request.url.split('/')[1]));
    for (const one of world) if (one.resourceType === type) expect(told).toContain(one['id']);
  });

  test('one who asks again gets what was created, updated and deleted since, newest first', async () => {
    const answer = await server.ask('GET', 'Organization/_history?_since=2026-01-15T00:00:00Z', { as: '' });
    const entries = entriesOf(answer);
    const times = entries.map(({ response }) => Date.parse(response.lastModified));
    expect(times).toEqual([...times].sort((x, y) => y - x));
    expect(entries.map(({ request, response }) => `${request.method} ${response.status.slice(0, 3)}`).sort()).toEqual([
      'DELETE 204',
      'PUT 200',
      'PUT 201',
    ]);
    const deleted = entries.find(({ request }) => request.method === 'DELETE')!;
    expect(deleted.request.url).toBe('Organization/closed');
    expect(deleted.resource).toBeUndefined();
    expect(entries.find(({ response }) => response.status.startsWith('200'))!.resource!.name).toBe(
      'Hospital North and West',
    );
  });

  test('one who is up to date gets nothing', async () => {
    const answer = await server.ask('GET', 'Organization/_history?_since=2026-03-01T00:00:00Z', { as: '' });
    expect(answer.status).toBe(200);
    expect(entriesOf(answer)).toEqual([]);
  });

  test('one resource tells its own changes, in XML too', async () => {
    const path = 'Organization/hospital/_history?_since=2026-01-15T00:00:00Z';
    expect(entriesOf(await server.ask('GET', path, { as: '' }))).toHaveLength(1);
    const xml = await server.ask('GET', path, { as: '', headers: { accept: 'application/fhir+xml' } });
    expect(xml.text).toContain('<name value="Hospital North and West"/>');
  });
});
