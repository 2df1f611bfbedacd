/** Nobody writes without the right to, and writing tells nothing of what is withheld. See docs/adr/0003-access-classes-and-the-door.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../server.ts';
import { library, person, secret, startWorld } from './world.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startWorld();
});
afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
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
      const imported = await registry.load([person('1', 'open'), library('l', [])]);
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
