/** Public clients read and write through the server. https://www.npmjs.com/package/fhirclient https://www.npmjs.com/package/fhir-kit-client */

import { createRequire } from 'node:module';
import { Client as Kit } from 'fhir-kit-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
});
const patient = { resourceType: 'Patient' as const, name: [{ family: 'Client' }] };

// Its results are typed as resources without elements: what they hold is what is tested.
test('fhir-kit-client: capabilities, create, read, update, patch, search, pages, history, batch, delete', async () => {
  const client = new Kit({ baseUrl: server.base, bearerToken: 'writer' });
  const capabilities = (await client.capabilityStatement()) as any;
  expect(capabilities.fhirVersion).toBe('4.3.0');
  const created = (await client.create({ resourceType: 'Patient', body: patient })) as any;
  const read = (await client.read({ resourceType: 'Patient', id: created.id })) as any;
  expect(read.name).toEqual(patient.name);
  await client.update({ resourceType: 'Patient', id: created.id, body: { ...read, gender: 'female' } });
  const patched = (await client.patch({
    resourceType: 'Patient',
    id: created.id,
    jsonPatch: [{ op: 'replace', path: '/gender', value: 'other' }],
  })) as any;
  expect(patched.gender).toBe('other');
  for (let at = 0; at < 3; at++) await client.create({ resourceType: 'Patient', body: patient });
  let page = (await client.search({ resourceType: 'Patient', searchParams: { family: 'Client', _count: '2' } })) as any;
  const found: string[] = [];
  while (page !== undefined) {
    found.push(...(page.entry ?? []).map((one: any) => one.resource.id));
    page = await client.nextPage({ bundle: page });
  }
  expect(new Set(found).size).toBe(4);
  const history = (await client.history({ resourceType: 'Patient', id: created.id })) as any;
  expect(history.total).toBe(3);
  const batch = (await client.batch({
    body: {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ request: { method: 'GET', url: `Patient/${created.id}` } }],
    },
  } as any)) as any;
  expect(batch.entry[0].response.status).toBe('200');
  await client.delete({ resourceType: 'Patient', id: created.id });
  await expect(client.read({ resourceType: 'Patient', id: created.id })).rejects.toThrow();
});

test('fhirclient: create, read, references, search with pages, patch, delete', async () => {
  // Its entry for Node is CommonJS and takes the request of a web server.
  const smart = createRequire(import.meta.url)('fhirclient') as (
    request: object,
    response: object,
  ) => { client(state: object): any };
  const request = { headers: { host: 'localhost' }, url: '/', socket: { encrypted: false } };
  const client = smart(request, {}).client({
    serverUrl: server.base,
    tokenResponse: { access_token: 'writer', token_type: 'bearer' },
  });
  const created = await client.create(patient);
  const observation = await client.create({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: `Patient/${created.id}` },
  });
  const resolved = await client.request(`Observation/${observation.id}`, { resolveReferences: 'subject' });
  expect(resolved.subject.name).toEqual(patient.name);
  const pages = await client.request('Patient?family=Client&_count=1', { pageLimit: 0, flat: true });
  expect(pages.length).toBe(4);
  const patched = await client.patch(`Patient/${created.id}`, [{ op: 'add', path: '/gender', value: 'male' }]);
  expect(patched.gender).toBe('male');
  await client.update({ ...patched, active: true });
  await client.delete(`Observation/${observation.id}`);
  await expect(client.request(`Observation/${observation.id}`)).rejects.toThrow();
});
