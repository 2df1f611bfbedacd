/** Care Services Feed: data sources create, update and delete entries, one by one and in transactions. https://profiles.ihe.net/ITI/mCSD/ITI-130.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import { idsOf, startServer, type TestServer } from '../server.ts';
import { careServices } from './mcsd-world.ts';

describe.each(fhirVersions)('ITI-130 in %s', (fhirVersion) => {
  let server: TestServer;
  const world = careServices(fhirVersion);
  beforeAll(async () => {
    server = await startServer({ fhirVersion, roles: ['discovery'] });
  });
  afterAll(() => server.close());

  test('a transaction feeds a whole directory; sent again, it doubles nothing', async () => {
    const entry = world.map((resource) => ({
      fullUrl: `https://source.example/fhir/${resource.resourceType}/${resource['id']}`,
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource['id']}` },
    }));
    const bundle = { resourceType: 'Bundle', type: 'transaction', entry };
    const first = await server.ask('POST', '', { body: bundle });
    expect(first.status, first.text).toBe(200);
    expect((first.body['entry'] as { response: { status: string } }[]).map(({ response }) => response.status)).toEqual(
      world.map(() => expect.stringMatching(/^201/)),
    );
    expect((await server.ask('POST', '', { body: bundle })).status).toBe(200);
    expect(idsOf(await server.ask('GET', 'Organization', { as: '' }))).toHaveLength(3);
  });

  test('an organisation and its endpoint are created together, by references that hold after', async () => {
    const [, , , endpoint] = world;
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          fullUrl: 'urn:uuid:6d8a2c8e-3c40-4c6c-9a53-0c0f1c2d3e4f',
          resource: { resourceType: 'Organization', name: 'Together', type: world[0]!['type']! },
          request: { method: 'POST', url: 'Organization', ifNoneExist: 'name:exact=Together' },
        },
        {
          resource: {
            ...endpoint!,
            identifier: [{ system: 'urn:mcsd', value: 'together' }],
            managingOrganization: { reference: 'urn:uuid:6d8a2c8e-3c40-4c6c-9a53-0c0f1c2d3e4f' },
          },
          request: { method: 'POST', url: 'Endpoint' },
        },
      ],
    };
    const answer = await server.ask('POST', '', { body: bundle });
    expect(answer.status, answer.text).toBe(200);
    const found = await server.ask('GET', 'Endpoint?organization.name:exact=Together', { as: '' });
    expect(idsOf(found)).toHaveLength(1);
  });

  test.each(['application/fhir+json', 'application/fhir+xml'])(
    'an entry is created, updated and deleted as %s',
    async (type) => {
      const written = (name: string, id: string): string =>
        type.endsWith('xml')
          ? `<Organization xmlns="http://hl7.org/fhir">${id && `<id value="${id}"/>`}<name value="${name}"/></Organization>`
          : JSON.stringify({ resourceType: 'Organization', ...(id && { id }), name });
      const headers = { 'content-type': type };
      const created = await server.ask('POST', 'Organization', { headers, body: written('One', '') });
      expect(created.status).toBe(201);
      const id = created.headers.get('location')!.split('/').at(-3)!;
      const updated = await server.ask('PUT', `Organization/${id}`, { headers, body: written('Two', id) });
      expect(updated.status).toBe(200);
      expect((await server.ask('GET', `Organization/${id}`, { as: '' })).body['name']).toBe('Two');
      expect((await server.ask('DELETE', `Organization/${id}`)).status).toBe(204);
      expect((await server.ask('GET', `Organization/${id}`, { as: '' })).status).toBe(410);
    },
  );

  test('whoever has no right to write feeds nothing', async () => {
    const body = { resourceType: 'Organization', name: 'Stranger' };
    expect((await server.ask('POST', 'Organization', { as: '', body })).status).toBe(401);
    expect((await server.ask('POST', 'Organization', { as: 'reader', body })).status).toBe(403);
  });
});
