/** Work that a server does by itself: on a schedule, by one process at a time, going on after crashes. See docs/adr/0024-jobs.md */
import { randomUUID } from 'node:crypto';
import type { Sql } from './connect.ts';

export interface Jobs {
  /**
   * From now on `name` is performed every so many seconds, by whichever process is free; the first time at once, or
   * when it is due by an earlier schedule. Replaces the schedule of the name. What is cut short is begun anew.
   */
  every(name: string, seconds: number, perform: (signal: AbortSignal) => Promise<void>): Promise<void>;
  /** It is performed as soon as it can be; once more when it is under way. Nothing happens where it has no schedule. */
  soon(name: string): Promise<void>;
  states(): Promise<JobState[]>;
  /** Cuts short what is under way, and waits for it. */
  close(): Promise<void>;
}

/** Times in milliseconds since 1970. */
interface JobState {
  name: string;
  seconds: number;
  due: number;
  /** whether a process holds it */
  isRunning: boolean;
  succeeded?: number;
  /** in a row */
  failures: number;
  /** of the last run, when that failed */
  error?: string;
}

interface JobSettings {
  sql: Sql;
  log(level: 'info' | 'warn' | 'error', message: string, details?: Record<string, unknown>): void;
}

interface Scheduled {
  name: string;
  perform(signal: AbortSignal): Promise<void>;
  timer?: NodeJS.Timeout;
  turn?: Promise<void>;
}

const channel = 'fairway_job';
/** Milliseconds: how long a process holds a job without a word, how often it says one, and how often the others look at least. */
const lease = 10_000;
const beat = 3_000;
const longestSleep = 60_000;
/** Seconds until a job that failed is tried again; doubled with each failure in a row, never beyond its own interval. */
const retry = 5;
const clock = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

/** Nothing is asked of the database before there is a job. */
export function openJobs({ sql, log }: JobSettings): Jobs {
  const holder = randomUUID();
  const scheduled = new Map<string, Scheduled>();
  const closing = new AbortController();
  let listening: Promise<() => Promise<void>> | undefined;

  const wake = (one: Scheduled): void => {
    clearTimeout(one.timer);
    if (closing.signal.aborted || one.turn !== undefined) return;
    one.turn = turn(one).then((wait) => {
      delete one.turn;
      if (closing.signal.aborted) return;
      one.timer = setTimeout(() => wake(one), wait);
    });
  };
  /** Performs the job if it is due and free; gives the milliseconds until the next look. */
  const turn = async (one: Scheduled): Promise<number> => {
    try {
      if (await claim(sql, one.name, holder)) await run(one);
      return closing.signal.aborted ? 0 : await untilNext(sql, one.name);
    } catch (error) {
      log('error', 'a job could not be looked after', { job: one.name, error: textOf(error) });
      return lease;
    }
  };
  const run = async (one: Scheduled): Promise<void> => {
    const held = holding(sql, one.name, holder);
    let error: unknown;
    try {
      await one.perform(AbortSignal.any([held.signal, closing.signal]));
    } catch (thrown) {
      error = thrown ?? new Error('failed without saying why');
    } finally {
      held.release();
    }
    if (error !== undefined && closing.signal.aborted) return await giveBack(sql, one.name, holder);
    if (error !== undefined) log('error', 'a job failed', { job: one.name, error: textOf(error) });
    await settle(sql, one.name, holder, error === undefined ? undefined : textOf(error));
  };
  const listen = async (): Promise<() => Promise<void>> => {
    const wakeNamed = (name: string): void => {
      const one = scheduled.get(name);
      if (one !== undefined) wake(one);
    };
    const { unlisten } = await sql.listen(channel, wakeNamed, () => scheduled.forEach(wake));
    return unlisten;
  };

  return {
    async every(name, seconds, perform) {
      await sql.unsafe(
        `insert into job (name, seconds, due) values ($1, $2::float8, ${clock}) on conflict (name) do update
         set seconds = excluded.seconds, due = least(job.due, ${clock} + ($2::float8 * 1000)::bigint)`,
        [name, seconds],
      );
      const known = scheduled.get(name);
      const one: Scheduled = known ?? { name, perform };
      one.perform = perform;
      scheduled.set(name, one);
      await (listening ??= listen());
      wake(one);
    },
    async soon(name) {
      await sql.unsafe(
        `with asked as (update job set due = least(due, ${clock}) where name = $1 returning name)
         select pg_notify('${channel}', name) from asked`,
        [name],
      );
    },
    states: () => statesOf(sql),
    async close() {
      closing.abort(new Error('the server ends'));
      for (const one of scheduled.values()) clearTimeout(one.timer);
      await Promise.all([...scheduled.values()].map((one) => one.turn));
      await (await listening)?.();
    },
  };
}

/** Takes the job if it is due, or was held by a process that says no more. */
async function claim(sql: Sql, name: string, holder: string): Promise<boolean> {
  const rows = await sql.unsafe(
    `update job set holder = $2, lease = ${clock} + ${lease}, started = ${clock}, due = ${clock} + (seconds * 1000)::bigint
     where name = $1 and (lease is null or lease < ${clock}) and (due <= ${clock} or holder is not null) returning name`,
    [name, holder],
  );
  return rows.length > 0;
}

async function untilNext(sql: Sql, name: string): Promise<number> {
  const [row] = await sql.unsafe(`select coalesce(lease, due) - ${clock} as wait from job where name = $1`, [name]);
  return Math.min(Math.max(Number(row?.['wait'] ?? longestSleep), 0) + 1, longestSleep);
}

/** Says from time to time that the job is held; the signal is given when it no longer is. */
function holding(sql: Sql, name: string, holder: string): { signal: AbortSignal; release(): void } {
  const lost = new AbortController();
  let until = Date.now() + lease;
  const timer = setInterval(async () => {
    try {
      const said = Date.now();
      const rows = await sql.unsafe(
        `update job set lease = ${clock} + ${lease} where name = $1 and holder = $2 returning name`,
        [name, holder],
      );
      if (rows.length === 0) lost.abort(new Error('another process has taken the job over'));
      else until = said + lease;
    } catch (cause) {
      if (Date.now() > until) lost.abort(new Error('the database does not answer', { cause }));
    }
  }, beat);
  return { signal: lost.signal, release: () => clearInterval(timer) };
}

async function settle(sql: Sql, name: string, holder: string, error: string | undefined): Promise<void> {
  const outcome =
    error === undefined
      ? `failures = 0, error = null, succeeded = ${clock}`
      : `failures = failures + 1, error = $3,
         due = least(due, ${clock} + (least(seconds, ${retry} * 2 ^ least(failures, 20)) * 1000)::bigint)`;
  await sql.unsafe(`update job set holder = null, lease = null, ${outcome} where name = $1 and holder = $2`, [
    name,
    holder,
    ...(error === undefined ? [] : [error]),
  ]);
}

/** Another process, or this one when it comes again, begins it anew at once. */
async function giveBack(sql: Sql, name: string, holder: string): Promise<void> {
  await sql.unsafe(
    `with given as (update job set holder = null, lease = null, due = ${clock} where name = $1 and holder = $2 returning name)
     select pg_notify('${channel}', name) from given`,
    [name, holder],
  );
}

async function statesOf(sql: Sql): Promise<JobState[]> {
  const rows = await sql.unsafe(
    `select name, seconds, due, succeeded, failures, error, coalesce(lease > ${clock}, false) as running from job order by name`,
  );
  return rows.map((row) => ({
    name: row['name'] as string,
    seconds: Number(row['seconds']),
    due: Number(row['due']),
    isRunning: row['running'] === true,
    ...(row['succeeded'] === null ? {} : { succeeded: Number(row['succeeded']) }),
    failures: Number(row['failures']),
    ...(row['error'] === null ? {} : { error: row['error'] as string }),
  }));
}

/** Long enough to see what was wrong, short enough for a row. */
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 2000);
