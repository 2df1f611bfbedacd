/** Which diseases lie below the one that a data set is open for is said by CodeSystems in the store, and by stewards only. See docs/adr/0010-statements-and-effects.md */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../server.ts';
import { human, withAskers } from './askers.ts';
import * as state from './statements.ts';
import { library, person } from './world.ts';

const system = 'https://diseases.example/codes';
const studying = (code: string) => human(code, { research: { kinds: ['disease'], diseases: [`${system}|${code}`] } });
const codes = (...concepts: object[]) => ({
  resourceType: 'CodeSystem',
  id: 'diseases',
  url: system,
  status: 'active',
  content: 'complete',
  hierarchyMeaning: 'is-a',
  concept: concepts,
});
const lungCancer = { code: 'lung-cancer' };

let server: TestServer;
const has = async (as: string) => (await server.ask('GET', 'Patient/p', { as })).status === 200;

beforeAll(async () => {
  const askers = Object.fromEntries(['cancer', 'lung-cancer', 'gout', 'disease'].map((code) => [code, studying(code)]));
  server = await startServer(
    withAskers({ ...askers, loader: { ...human('loader'), rights: { readAll: false, write: true } } }),
  );
  const open = library('set', [state.dataUse('DUO_0000007', { valueCoding: { system, code: 'cancer' } })]);
  await server.load([open, person('p', 'set')]);
});
afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
});

test('what lies below is included from the next request on, what lies above is not', async () => {
  expect([await has('cancer'), await has('lung-cancer'), await has('gout')]).toEqual([true, false, false]);
  const body = codes({ code: 'disease', concept: [{ code: 'cancer', concept: [lungCancer] }, { code: 'gout' }] });
  expect((await server.ask('PUT', 'CodeSystem/diseases', { body })).status).toBe(201);
  expect([await has('cancer'), await has('lung-cancer')]).toEqual([true, true]);
  expect([await has('gout'), await has('disease')]).toEqual([false, false]);
  expect((await server.ask('PUT', 'CodeSystem/diseases', { body: codes({ code: 'cancer' }, lungCancer) })).status).toBe(
    200,
  );
  expect([await has('cancer'), await has('lung-cancer')]).toEqual([true, false]);
});

test('whoever may merely write data cannot widen it, under another id neither', async () => {
  const widened = codes({ code: 'cancer', concept: [{ code: 'gout' }] });
  for (const id of ['diseases', 'other']) {
    const answer = await server.ask('PUT', `CodeSystem/${id}`, { body: { ...widened, id }, as: 'loader' });
    expect(answer.status).toBe(403);
  }
  expect((await server.ask('DELETE', 'CodeSystem/diseases', { as: 'loader' })).status).toBe(403);
  expect((await server.ask('POST', 'CodeSystem', { body: widened, as: 'loader' })).status).toBe(403);
  expect(await has('gout')).toBe(false);
  const elsewhere = { ...widened, id: 'else', url: 'https://elsewhere.example/codes' };
  expect((await server.ask('PUT', 'CodeSystem/else', { body: elsewhere, as: 'loader' })).status).toBe(201);
});
