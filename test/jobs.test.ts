/** Work that servers do by themselves: one process at a time, going on after crashes. See docs/adr/0024-jobs.md */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type DatabaseAddress, migrate, type Sql } from '../src/store/connect.ts';
import { type Jobs, openJobs } from '../src/store/jobs.ts';
import { newDatabase, startServer } from './server.ts';

let address: DatabaseAddress;
let sql: Sql;
const logged: string[] = [];
const open: Jobs[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  address = await newDatabase();
  sql = connect(address);
  await migrate(sql);
  await sql`create table ran (id serial primary key, process int, began timestamptz default clock_timestamp(), ended timestamptz)`;
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const jobs of open) await jobs.close();
  await sql.end();
});

function jobsHere(): Jobs {
  const jobs = openJobs({
    sql,
    log: (level, message, details) => logged.push(`${level} ${message} ${details?.['job']} ${details?.['error']}`),
  });
  open.push(jobs);
  return jobs;
}

async function startChild(name: string, seconds: number, milliseconds: number): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'jobs-process.ts');
  const child = spawn(
    process.execPath,
    [script, JSON.stringify(address), name, String(seconds), String(milliseconds)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  await once(child.stdout!, 'data');
  return child;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

const stateOf = async (name: string) => (await jobsHere().states()).find((one) => one.name === name)!;

describe('jobs of one process', () => {
  test('run at once, then on schedule', async () => {
    const jobs = jobsHere();
    // By the database's clock, since this process may be late to hear of its turn.
    const runs: { started: number; due: number }[] = [];
    await jobs.every('ticks', 0.2, async () => {
      const [row] = await sql`select started, due from job where name = 'ticks'`;
      runs.push({ started: Number(row!['started']), due: Number(row!['due']) });
    });
    await until(() => runs.length >= 3);
    const [first, second, third] = runs;
    expect(first!.due).toBeGreaterThan(first!.started);
    expect(second!.started).toBeGreaterThanOrEqual(first!.due);
    expect(third!.started).toBeGreaterThanOrEqual(second!.due);
    expect((await stateOf('ticks')).succeeded).toBeGreaterThan(0);
    await jobs.close();
  });

  test('run when asked for, and once more when asked for meanwhile', async () => {
    const jobs = jobsHere();
    let runs = 0;
    let finish = (): void => {};
    await jobs.every('asked', 3600, () => {
      runs++;
      return new Promise<void>((resolve) => (finish = resolve));
    });
    await until(() => runs === 1);
    expect((await stateOf('asked')).isRunning).toBe(true);
    // Asked for twice while it is under way: one more run covers both.
    await jobs.soon('asked');
    await jobs.soon('asked');
    finish();
    await until(() => runs === 2);
    finish();
    await until(async () => !(await stateOf('asked')).isRunning);
    await jobs.soon('nobody-performs-this');
    await jobs.soon('asked');
    await until(() => runs === 3);
    finish();
    await jobs.close();
  });

  test('are shown and logged when they fail, tried again before their time, and are well again after a success', async () => {
    const jobs = jobsHere();
    let fails = true;
    await jobs.every('brittle', 3600, async () => {
      if (fails) throw new Error('the disk is full');
    });
    await until(async () => (await stateOf('brittle')).failures === 1);
    const state = await stateOf('brittle');
    expect(state.error).toBe('the disk is full');
    expect(state.due - Date.now()).toBeLessThan(6000);
    expect(logged).toContain('error a job failed brittle the disk is full');
    fails = false;
    await jobs.soon('brittle');
    await until(async () => (await stateOf('brittle')).failures === 0);
    expect(await stateOf('brittle')).not.toHaveProperty('error');
    await jobs.close();
  });

  test('keep to their schedule over a restart, and to a new one', async () => {
    const first = jobsHere();
    let runs = 0;
    await first.every('daily', 86_400, async () => void runs++);
    await until(() => runs === 1);
    await first.close();
    const second = jobsHere();
    await second.every('daily', 86_400, async () => void runs++);
    await sleep(300);
    expect(runs).toBe(1);
    await second.every('daily', 0.1, async () => void (runs += 10));
    await until(() => runs >= 11);
    await second.close();
  });

  test('that are cut short by the end of their server are begun anew by the next', async () => {
    const first = jobsHere();
    let began = 0;
    await first.every('long', 3600, async (signal) => {
      began++;
      await sleep(3_600_000, undefined, { signal });
    });
    await until(() => began === 1);
    await first.close();
    expect((await stateOf('long')).failures).toBe(0);
    const second = jobsHere();
    let done = false;
    await second.every('long', 3600, async () => void (done = true));
    await until(() => done);
    await second.close();
  });

  test('are told to stop when another process has taken them over', async () => {
    const jobs = jobsHere();
    let reason = '';
    let runs = 0;
    await jobs.every('stolen', 3600, async (signal) => {
      if (runs++ > 0) return;
      await sleep(3_600_000, undefined, { signal }).catch(() => {});
      reason = (signal.reason as Error).message;
    });
    await until(() => runs === 1);
    await sql`update job set holder = 'another' where name = 'stolen'`;
    await until(() => reason !== '');
    expect(reason).toBe('another process has taken the job over');
    expect((await stateOf('stolen')).isRunning).toBe(true);
    await jobs.close();
  });
});

describe('jobs of two processes', () => {
  test('never run twice at the same time, and each process gets its turn', async () => {
    const pair = [await startChild('shared', 0.05, 60), await startChild('shared', 0.05, 60)];
    await until(async () => Number((await sql`select count(*) as n from ran`)[0]!['n']) >= 12);
    for (const child of pair) child.kill('SIGTERM');
    await Promise.all(pair.map((child) => once(child, 'exit')));
    const overlapping = await sql`
      select a.id from ran a join ran b on a.id < b.id and a.ended > b.began where a.ended is not null`;
    expect(overlapping).toHaveLength(0);
  });

  test('go on in the other one when one is killed in the middle', async () => {
    await sql`truncate ran`;
    const killed = await startChild('killed', 3600, 3_600_000);
    await until(async () => (await sql`select 1 from ran`).length === 1);
    const jobs = jobsHere();
    let done = false;
    await jobs.every('killed', 3600, async () => void (done = true));
    killed.kill('SIGKILL');
    await until(() => done);
    expect(await sql`select 1 from ran where ended is not null`).toHaveLength(0);
    await jobs.close();
  });
});

test('a server without jobs has none, and says so in its metrics', async () => {
  const server = await startServer({ roles: ['repository'] });
  expect(await server.app.jobs.states()).toEqual([]);
  await server.app.jobs.every('failing', 3600, async () => {
    throw new Error('no');
  });
  await until(async () => (await server.app.jobs.states())[0]?.failures === 1);
  const metrics = await (await fetch(server.base.replace('/fhir', '/metrics'))).text();
  expect(metrics).toContain('fairway_job_failures{job="failing"} 1');
  expect(server.errors.join()).toContain('a job failed');
  await server.close();
});
