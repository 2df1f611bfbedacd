/** Keeps the search parameters that were added, and indexes what was there before them. See docs/adr/0006. */
import type { SearchParameterModel } from '../fhir/definitions/model.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { Sql, TransactionSql } from './connect.ts';
import { type StoredResource, storedOf } from './read.ts';
import { arrayText, indexTableNames, insertStatements, type RowBuffer } from './row-buffer.ts';

const channel = 'fairway_search_parameter';

/** A parameter with how far its indexing is. */
export interface StoredParameter {
  /** of the SearchParameter resource */
  key: Int64;
  model: SearchParameterModel;
  done: number;
  total: number;
}

/** In the transaction that writes the SearchParameter; `parameters` are the numbers of rows that are no longer wanted. */
export async function replaceParameter(
  sql: TransactionSql,
  key: Int64,
  model: SearchParameterModel | undefined,
  now: number,
  stale: (model: SearchParameterModel) => readonly Int64[],
): Promise<void> {
  const before = await sql`delete from custom_parameter where key = ${key} returning definition::text as definition`;
  if (before.length === 0 && model === undefined) return;
  if (before[0] !== undefined)
    await removeRows(sql, stale(JSON.parse(before[0]['definition'] as string) as SearchParameterModel));
  if (model !== undefined) {
    await sql`insert into custom_parameter (key, definition, started) values (${key}, ${JSON.stringify(model)}::text::jsonb, ${now})`;
  }
  await sql`select pg_notify(${channel}, '')`;
}

async function removeRows(sql: TransactionSql, parameters: readonly Int64[]): Promise<void> {
  for (const table of indexTableNames) {
    await sql.unsafe(`delete from ${table} where parameter = any($1::bigint[])`, [arrayText(parameters)]);
  }
}

export async function loadParameters(sql: Sql): Promise<StoredParameter[]> {
  const rows =
    await sql`select key::text as key, definition::text as definition, ready, done, total from custom_parameter order by key`;
  return rows.map((row) => ({
    key: row['key'] as string,
    model: { ...(JSON.parse(row['definition'] as string) as SearchParameterModel), isReady: row['ready'] as boolean }, // written above
    done: Number(row['done']),
    total: Number(row['total']),
  }));
}

/** How far the indexing of one is; undefined when there is none such. */
export async function indexingOf(
  sql: Sql,
  key: Int64,
): Promise<{ ready: boolean; done: number; total: number } | undefined> {
  const [row] = await sql`select ready, done, total from custom_parameter where key = ${key}`;
  return row === undefined
    ? undefined
    : { ready: row['ready'] as boolean, done: Number(row['done']), total: Number(row['total']) };
}

/** Calls `changed` whenever a parameter was added, changed, taken away or became ready, in whichever process. */
export async function listenToParameters(sql: Sql, changed: () => void): Promise<() => Promise<void>> {
  const { unlisten } = await sql.listen(channel, changed, changed);
  return unlisten;
}

/** Makes the rows of one parameter for one resource. */
export type MakeRows = (stored: StoredResource) => { rows: RowBuffer; parameters: readonly Int64[] };

const batch = 500;
/** Other processes know a new parameter within this time (milliseconds), and index it themselves from then on. */
const learning = 60_000;

/**
 * Indexes what is there, some hundreds of resources per transaction, from where an earlier run ended. Done by one
 * process at a time; gives false when another one is at it, or `isWanted` says that it is no longer.
 */
export async function indexParameter(
  sql: Sql,
  { key, model }: StoredParameter,
  makeRows: MakeRows,
  isWanted: () => boolean,
): Promise<boolean> {
  const worker = await sql.reserve();
  try {
    const [lock] = await worker`select pg_try_advisory_lock(${key}::bigint) as had`;
    if (lock?.['had'] !== true) return false;
    try {
      const [start] =
        await worker`select position::text as position, started::text as started from custom_parameter where key = ${key} and not ready`;
      if (start === undefined) return true;
      await worker.unsafe(
        `update custom_parameter set total = (select count(*) from resource where type = any(string_to_array($2, ',')) and not deleted)
         where key = $1::bigint and total = 0`,
        [key, model.base.join(',')],
      );
      let position = start['position'] as string;
      while (isWanted()) {
        const next = await indexBatch(sql, key, model, 'key > $2::bigint', position, makeRows);
        if (next === undefined) break;
        position = next;
      }
      if (!isWanted()) return false;
      // What was written while this process alone knew the parameter.
      const since = Number(start['started']) - learning;
      let after = '-9223372036854775808';
      for (;;) {
        const next = await indexBatch(
          sql,
          key,
          model,
          `key > $2::bigint and updated >= ${since}`,
          after,
          makeRows,
          false,
        );
        if (next === undefined) break;
        after = next;
      }
      await worker`update custom_parameter set ready = true where key = ${key}`;
      await worker`select pg_notify(${channel}, '')`;
      return true;
    } finally {
      await worker`select pg_advisory_unlock(${key}::bigint)`;
    }
  } finally {
    worker.release();
  }
}

/** The rows of the next resources, locked while they are made; gives the key of the last one. */
async function indexBatch(
  sql: Sql,
  key: Int64,
  model: SearchParameterModel,
  condition: string,
  position: Int64,
  makeRows: MakeRows,
  counts = true,
): Promise<Int64 | undefined> {
  return (await sql.begin(async (inside) => {
    const rows = await inside.unsafe(
      `select r.key, r.type, r.id, r.version, r.updated, r.class, r.content from resource r
       where r.type = any(string_to_array($1, ',')) and not r.deleted and ${condition} order by r.key limit ${batch} for share`,
      [model.base.join(','), position],
    );
    if (rows.length === 0) return undefined;
    const made = rows.map((row) => ({ stored: storedOf(row), ...makeRows(storedOf(row)) }));
    const parameters = [...new Set(made.flatMap((one) => one.parameters))];
    const keys = arrayText(made.map(({ stored }) => stored.key));
    for (const table of indexTableNames) {
      await inside.unsafe(`delete from ${table} where key = any($1::bigint[]) and parameter = any($2::bigint[])`, [
        keys,
        arrayText(parameters),
      ]);
    }
    const owners = made.map(({ stored, rows: of }) => ({ key: stored.key, class: stored.class, rows: of }));
    for (const { text, values } of insertStatements(owners)) await inside.unsafe(text, values);
    const last = made.at(-1)!.stored.key;
    if (counts)
      await inside`update custom_parameter set done = done + ${rows.length}, position = ${last} where key = ${key}`;
    return last;
  })) as Int64 | undefined;
}
