/** Keeps what was told of counts that rest on data which may not be read, shared by all processes of a database. See docs/adr/0012-counts.md */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ReleasedSet } from '../conditions/disclosure/model.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { Sql, TransactionSql } from './connect.ts';
import { arrayText } from './row-buffer.ts';

/** A question about a group of data sets, in a window. */
export interface AskedOf {
  pool: string;
  period: number;
  question: Int64;
}

type AnySql = Sql | TransactionSql;

/** The set that answered the question in its window, and whether it was given to the asker already. */
export async function standingAnswer(
  sql: AnySql,
  { pool, period, question }: AskedOf,
  asker: Int64,
): Promise<{ set: number; told?: number; isKnown: boolean } | undefined> {
  const [row] = await sql.unsafe(
    `select s.id, s.told, a.asker = $4::bigint as known from disclosed_answer a join disclosed_set s on s.id = a.set
     where a.pool = $1 and a.period = $2::int and a.question = $3::bigint order by known desc limit 1`,
    [pool, period, question, asker],
    { prepare: true },
  );
  if (row === undefined) return undefined;
  const told = row['told'] as string | null;
  return { set: Number(row['id']), ...(told === null ? {} : { told: Number(told) }), isKnown: row['known'] === true };
}

/** Questions that were answered in the window: of the asker, and of all. */
export async function countAnswers(
  sql: TransactionSql,
  pool: string,
  period: number,
  asker: Int64,
): Promise<{ own: number; all: number }> {
  const [row] = await sql.unsafe(
    `select count(*) filter (where asker = $3::bigint)::int as own, count(distinct question)::int as all
     from disclosed_answer where pool = $1 and period = $2::int`,
    [pool, period, asker],
    { prepare: true },
  );
  return { own: row!['own'] as number, all: row!['all'] as number };
}

/** Numbers of the sets that got a number of their own and that one of `askers` (all when absent) was given, the newest `most`. */
export async function setsGiven(
  sql: TransactionSql,
  pool: string,
  askers: readonly Int64[] | undefined,
  since: number,
  most: number,
): Promise<number[]> {
  const ofAskers = askers === undefined ? '' : 'and a.asker = any($4::bigint[])';
  const rows = await sql.unsafe(
    `select distinct coalesce(s.root, s.id) as id from disclosed_answer a join disclosed_set s on s.id = a.set
     where a.pool = $1 and a.period >= $2::int and s.told is not null ${ofAskers} order by 1 desc limit $3::int`,
    [pool, since, most, ...(askers === undefined ? [] : [arrayText(askers)])],
    { prepare: true },
  );
  return rows.map((row) => Number(row['id'])).reverse();
}

export async function addSet(sql: TransactionSql, pool: string, set: Omit<ReleasedSet, 'id'>): Promise<number> {
  const [row] = await sql.unsafe(
    `insert into disclosed_set (pool, period, root, fresh, told, threshold, size, sketch)
     values ($1, $2::int, $3::bigint, $4::boolean, $5::bigint, $6::int, $7::bigint, decode($8, 'base64')) returning id`,
    [
      pool,
      set.period,
      set.root ?? null,
      set.isFresh,
      set.told ?? null,
      set.threshold,
      set.size,
      deflateRawSync(set.sketch).toString('base64'),
    ],
    { prepare: true },
  );
  return Number(row!['id']);
}

export async function addAnswer(sql: TransactionSql, asked: AskedOf, asker: Int64, set: number): Promise<void> {
  await sql.unsafe(
    `insert into disclosed_answer (pool, period, question, asker, set)
     values ($1, $2::int, $3::bigint, $4::bigint, $5::bigint) on conflict do nothing`,
    [asked.pool, asked.period, asked.question, asker, set],
    { prepare: true },
  );
}

/** The sets of each pool, read once and then only what is new. */
export interface SetMemory {
  /** Those of the window `since` and later, the oldest first. To be asked under the lock of the pool. */
  of(sql: TransactionSql, pool: string, since: number): Promise<readonly ReleasedSet[]>;
}

export function rememberSets(): SetMemory {
  const pools = new Map<string, ReleasedSet[]>();
  let forgotten = Number.NEGATIVE_INFINITY;
  return {
    async of(sql, pool, since) {
      if (since > forgotten) {
        await sql.unsafe('delete from disclosed_set where period < $1::int', [since], { prepare: true });
        forgotten = since;
      }
      const known = (pools.get(pool) ?? []).filter((one) => one.period >= since);
      const rows = await sql.unsafe(
        `select id, period, root, fresh, told, threshold, size, encode(sketch, 'base64') as sketch from disclosed_set
         where pool = $1 and id > $2::bigint and period >= $3::int order by id`,
        [pool, known.at(-1)?.id ?? 0, since],
        { prepare: true },
      );
      const all = [...known, ...rows.map(setOf)];
      pools.set(pool, all);
      return all;
    },
  };
}

function setOf(row: Record<string, unknown>): ReleasedSet {
  const root = row['root'] as string | null;
  const told = row['told'] as string | null;
  return {
    id: Number(row['id']),
    period: row['period'] as number,
    ...(root === null ? {} : { root: Number(root) }),
    isFresh: row['fresh'] === true,
    ...(told === null ? {} : { told: Number(told) }),
    threshold: row['threshold'] as number,
    size: Number(row['size']),
    sketch: new Uint8Array(inflateRawSync(Buffer.from(row['sketch'] as string, 'base64'))),
  };
}
