/** While the database is away the server says so, and goes on when it is back. https://hl7.org/fhir/R4B/http.html#Status-Codes */
import { expect, test } from 'vitest';
import { ensureDatabase } from '../src/store/connect.ts';
import { startEngine } from '../src/store/engine.ts';
import { newFolder, removeFolder } from './process.ts';
import { startServer } from './server.ts';

test('503 with an outcome while PostgreSQL is stopped, answers again when it is started', async () => {
  const folder = newFolder();
  const engine = await startEngine({ folder, sharedMegabytes: 64 });
  await ensureDatabase(engine, 'outage');
  const server = await startServer({ database: { engine, database: 'outage' } });
  const ready = `${server.base.replace('/fhir', '')}/health/ready`;
  const patient = { resourceType: 'Patient', id: 'p' };
  expect((await server.ask('PUT', 'Patient/p', { body: patient })).status).toBe(201);
  await engine.stop();
  for (const asked of [
    () => server.ask('GET', 'Patient/p'),
    () => server.ask('GET', 'Patient?_id=p'),
    () => server.ask('PUT', 'Patient/p', { body: patient }),
  ]) {
    const answer = await asked();
    expect([answer.status, answer.body['resourceType']]).toEqual([503, 'OperationOutcome']);
  }
  expect((await server.ask('GET', ready)).status).toBe(503);
  expect((await server.ask('GET', 'metadata')).status).toBe(200);
  await startEngine({ folder, sharedMegabytes: 64 });
  await expect.poll(async () => (await server.ask('GET', 'Patient/p')).status, { timeout: 20_000 }).toBe(200);
  expect((await server.ask('GET', ready)).status).toBe(200);
  await server.close();
  await removeFolder(folder);
});
