/** `$jobs`: stewards see what the server does by itself, and what failed. See docs/adr/0024-jobs.md */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withAskers } from '../security/askers.ts';
import { type Answer, startServer, type TestServer } from '../server.ts';

let server: TestServer;
beforeAll(async () => {
  const nobody = { readAll: false, write: false };
  server = await startServer({
    summarySeconds: 3600,
    ...withAskers({ plain: { subject: { kind: 'person', issuer: 'i', id: 'p' }, rights: nobody } }),
  });
  await server.app.jobs.every('breaks', 3600, async () => {
    throw new Error('the disk is full');
  });
});
afterAll(() => server.close());

const jobsIn = ({ body }: Answer): Map<string, Record<string, unknown>> =>
  new Map(
    body['parameter'].map(({ part }: any) => {
      const parts = part.map((one: any) => [
        one.name,
        Object.entries(one).find(([key]) => key.startsWith('value'))![1],
      ]);
      const job = Object.fromEntries(parts) as Record<string, unknown>;
      return [job['name'], job];
    }),
  );

test('each job has a state, its last success, its last failure and when it is due next', async () => {
  let jobs = jobsIn(await server.ask('GET', '$jobs'));
  while (jobs.get('content-summary')?.['succeeded'] === undefined || jobs.get('breaks')?.['failures'] === 0) {
    await sleep(50);
    jobs = jobsIn(await server.ask('GET', '$jobs'));
  }
  expect(jobs.get('content-summary')).toMatchObject({ state: 'waiting', seconds: 3600, failures: 0 });
  expect(Date.parse(String(jobs.get('content-summary')!['due']))).toBeGreaterThan(Date.now());
  expect(jobs.get('breaks')).toMatchObject({ state: 'failed', error: 'the disk is full' });
});

test('nobody else sees them', async () => {
  expect((await server.ask('GET', '$jobs', { as: '' })).status).toBe(401);
  expect((await server.ask('GET', '$jobs', { as: 'plain' })).status).toBe(403);
  expect((await server.ask('GET', '$jobs', { as: 'reader' })).status).toBe(403);
});
