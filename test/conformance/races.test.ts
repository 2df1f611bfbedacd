/** Conditional interactions do not race: of 32 that try the same at once, one creates. https://hl7.org/fhir/R4B/http.html#ccreate */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../server.ts';

let server: TestServer;
let other: TestServer;
beforeAll(async () => {
  server = await startServer();
  other = await startServer({ database: server.address });
});
afterAll(async () => {
  await other.close();
  await server.close();
  expect([...server.errors, ...other.errors]).toEqual([]);
});

const resource = (value: string, more: object = {}) => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:race', value }],
  ...more,
});
/** Half of the requests go to another process on the same database. */
const atOnce = <T>(work: (at: TestServer, index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: 32 }, (_, index) => work(index % 2 === 0 ? server : other, index)));
const countOf = async (value: string): Promise<number> =>
  (await server.ask('GET', `Patient?identifier=urn:race|${value}&_summary=count`)).body['total'];
const tally = (statuses: number[]): Record<number, number> =>
  Object.fromEntries(
    [...new Set(statuses)].sort().map((one) => [one, statuses.filter((status) => status === one).length]),
  );

test('conditional create', async () => {
  const answers = await atOnce((at) =>
    at.ask('POST', 'Patient', { body: resource('create'), headers: { 'if-none-exist': 'identifier=urn:race|create' } }),
  );
  expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 31, 201: 1 });
  expect(await countOf('create')).toBe(1);
});

test('conditional update', async () => {
  const answers = await atOnce((at, index) =>
    at.ask('PUT', 'Patient?identifier=urn:race|update', { body: resource('update', { multipleBirthInteger: index }) }),
  );
  expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 31, 201: 1 });
  expect(await countOf('update')).toBe(1);
  expect(new Set(answers.map(({ body }) => body['meta'].versionId)).size).toBe(32);
});

test('conditional create inside transactions', async () => {
  const answers = await atOnce((at) =>
    at.ask('POST', '', {
      body: {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          {
            resource: resource('transaction'),
            request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=urn:race|transaction' },
          },
        ],
      },
    }),
  );
  const statuses = answers.map(({ body }) => Number(body['entry'][0].response.status));
  expect(tally(statuses)).toEqual({ 200: 31, 201: 1 });
  expect(await countOf('transaction')).toBe(1);
});

test('conditional delete and patch', async () => {
  await server.ask('PUT', 'Patient/race', { body: resource('patch', { id: 'race', multipleBirthInteger: 0 }) });
  const add = [{ op: 'add', path: '/name', value: [{ family: 'x' }] }];
  const headers = { 'content-type': 'application/json-patch+json' };
  const patched = await atOnce((at) => at.ask('PATCH', 'Patient?identifier=urn:race|patch', { body: add, headers }));
  expect(patched.every(({ status }) => status === 200)).toBe(true);
  expect((await server.ask('GET', 'Patient/race')).body['meta'].versionId).toBe('33');
  const deleted = await atOnce((at) => at.ask('DELETE', 'Patient?identifier=urn:race|patch'));
  expect(deleted.every(({ status }) => status === 204)).toBe(true);
  expect((await server.ask('GET', 'Patient/race/_history')).body['total']).toBe(34);
});

test('a condition that is badly encoded is no defect', async () => {
  for (let at = 0; at < 2; at++) await server.ask('POST', 'Patient', { body: resource('%zz') });
  const asked = { body: resource('%zz'), headers: { 'if-none-exist': 'identifier=urn:race|%zz' } };
  expect((await server.ask('POST', 'Patient', asked)).status).toBe(412);
});

test('If-Match lets one of 32 through', async () => {
  await server.ask('PUT', 'Patient/match', { body: resource('match', { id: 'match' }) });
  const answers = await atOnce((at, index) =>
    at.ask('PUT', 'Patient/match', {
      body: resource('match', { id: 'match', multipleBirthInteger: index }),
      headers: { 'if-match': 'W/"1"' },
    }),
  );
  expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 1, 412: 31 });
});
