/** A search that takes too long is given up with a hint, and disturbs nobody else. https://hl7.org/fhir/R4B/search.html#errors */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../src/store/connect.ts';
import { diagnosticsOf, startServer, type TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ searchMilliseconds: 300 });
  await server.ask('PUT', 'Patient/a', { body: { resourceType: 'Patient', id: 'a', gender: 'male' } });
});
afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
});

test('too-costly after the time that a search has, while reads go on', async () => {
  const sql = connect(server.address, { connections: 1, name: 'test' });
  // A lock makes any search of tokens take as long as it is held.
  await sql.begin(async (inside) => {
    await inside`lock table token in access exclusive mode`;
    const [slow, read] = await Promise.all([server.ask('GET', 'Patient?gender=male'), server.ask('GET', 'Patient/a')]);
    expect(read.status).toBe(200);
    expect([slow.status, slow.body['issue'][0].code]).toEqual([403, 'too-costly']);
    expect(diagnosticsOf(slow)).toContain('narrow it');
  });
  await sql.end();
  expect((await server.ask('GET', 'Patient?gender=male')).body['total']).toBe(1);
});

test('a hierarchy larger than a list is asked as a whole', async () => {
  const concept = Array.from({ length: 30 }, (_, one) => ({
    code: `c${one}`,
    concept: Array.from({ length: 60 }, (_, two) => ({ code: `c${one}-${two}` })),
  }));
  await server.ask('PUT', 'CodeSystem/large', {
    body: {
      resourceType: 'CodeSystem',
      id: 'large',
      url: 'urn:large',
      status: 'active',
      content: 'complete',
      concept: [{ code: 'root', concept }],
    },
  });
  const observation = (id: string, code: string) => ({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: 'urn:large', code }] },
  });
  await server.load([observation('o1', 'c29-59'), observation('o2', 'c3'), observation('o3', 'elsewhere')]);
  const total = async (query: string) => (await server.ask('GET', `Observation?${query}&_summary=count`)).body['total'];
  expect(await total('code:below=urn:large|root')).toBe(2);
  expect(await total('code:below=urn:large|c29')).toBe(1);
  expect(await total('code:above=urn:large|c29-59')).toBe(1);
  expect(await total('code:not-in=http://none')).toBeUndefined();
  await server.ask('DELETE', 'CodeSystem/large');
  expect(await total('code:below=urn:large|root')).toBe(0);
});
