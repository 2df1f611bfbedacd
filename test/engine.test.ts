/** The embedded PostgreSQL ends before another one begins in its folder, however long its last checkpoint takes. See src/store/engine.ts */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { connect, ensureDatabase } from '../src/store/connect.ts';
import { type Engine, startEngine } from '../src/store/engine.ts';
import { newFolder, removeFolder } from './process.ts';

const folder = newFolder();
afterAll(() => removeFolder(folder));

const start = (): Promise<Engine> => startEngine({ folder, sharedMegabytes: 32 });
/** Longer than a stop ever waited for anything but the end itself. */
const long = 6_000;

/** The process that writes the last checkpoint, as a disk would that is slow. */
async function frozenWriter(engine: Engine): Promise<{ thaw(): void }> {
  await ensureDatabase(engine, 'engine');
  const sql = connect({ engine, database: 'engine' }, { connections: 1, name: 'test' });
  const [row] = await sql`select pid from pg_stat_activity where backend_type = 'checkpointer'`;
  await sql.end();
  const pid = row!['pid'] as number;
  process.kill(pid, 'SIGSTOP');
  return { thaw: () => process.kill(pid, 'SIGCONT') };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('stopping waits for the end', async () => {
  const engine = await start();
  const writer = await frozenWriter(engine);
  let isStopped = false;
  const stopping = engine.stop().then(() => {
    isStopped = true;
  });
  await sleep(long);
  expect([isStopped, isAlive(engine.pid)]).toEqual([false, true]);
  writer.thaw();
  await stopping;
  const next = await start();
  expect(next.pid).not.toBe(engine.pid);
  await next.stop();
});

test('one that begins while another one is ending waits for it, and one that begins with another one shares it', async () => {
  const engine = await start();
  const writer = await frozenWriter(engine);
  const stopping = engine.stop();
  await sleep(200);
  const next = start();
  await sleep(1000);
  writer.thaw();
  const [one, two] = await Promise.all([next, start()]);
  await stopping;
  expect(one.pid).not.toBe(engine.pid);
  expect(two.pid).toBe(one.pid);
  await one.stop();
  await one.stop();
});
