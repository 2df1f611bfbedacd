/** Reads current resources by key; all reads of one turn of the event loop share a query. https://hl7.org/fhir/R4B/http.html#read */
import type { Int64 } from '../search/index-rows.ts';
import type { Sql, TransactionSql } from './connect.ts';
import { arrayText } from './row-buffer.ts';

/** One version of a resource as stored. `tail` is the JSON text after meta.lastUpdated; null in a tombstone. */
export interface StoredResource {
  key: Int64;
  type: string;
  id: string;
  version: number;
  /** Milliseconds since 1970. */
  updated: number;
  class: number;
  tail: string | null;
  /** Its content is long and was left where it is; `tail` is empty. See wholeOf. */
  isCut?: true;
}

/** What a query found, and the epoch of the statements at the moment it ran. */
export interface AtEpoch<T> {
  epoch: number;
  found: T;
}

const columns = 'r.key, r.type, r.id, r.version, r.updated, r.class, r.content';
const readText = `
  select e.value, ${columns} from statement_epoch e left join resource r on r.key = any($1::bigint[])`;
/**
 * Content that PostgreSQL keeps beside the row is left there until it is known that the asker may have it: fetching it
 * takes time in proportion to its length, by which what is withheld could be told from what is not there.
 */
const isLong = 'coalesce(pg_column_size(r.content), 0) > 2000';
const contentIfShort = `case when ${isLong} then '' else r.content end as content, ${isLong} as cut`;
const readShortText = readText.replace('r.content', contentIfShort);

/** More keys than this in one query gain nothing and make the others wait. */
const largestRead = 512;

export function storedOf(row: Record<string, unknown>): StoredResource {
  return {
    key: row['key'] as string,
    type: row['type'] as string,
    id: row['id'] as string,
    version: row['version'] as number,
    updated: Number(row['updated']),
    class: row['class'] as number,
    tail: row['content'] as string | null,
    ...(row['cut'] === true ? { isCut: true } : {}),
  };
}

/** Reads `keys` in one query. Missing keys are absent from the map; tombstones are there with `tail` null. */
export async function readMany(
  sql: Sql | TransactionSql,
  keys: readonly Int64[],
  text = readText,
): Promise<AtEpoch<Map<Int64, StoredResource>>> {
  const rows = await sql.unsafe(text, [arrayText(keys)], { prepare: true });
  const found = new Map<Int64, StoredResource>();
  for (const row of rows) if (row['key'] !== null) found.set(row['key'] as string, storedOf(row));
  return { epoch: Number(rows[0]!['value']), found };
}

interface Waiting {
  key: Int64;
  resolve(value: AtEpoch<StoredResource | undefined>): void;
  reject(reason: unknown): void;
}

/** A reader that gathers the keys asked for within one turn. */
export function coalescedReader(sql: Sql): (key: Int64) => Promise<AtEpoch<StoredResource | undefined>> {
  let waiting: Waiting[] = [];
  const flush = (): void => {
    const all = waiting;
    waiting = [];
    for (let at = 0; at < all.length; at += largestRead) void answer(sql, all.slice(at, at + largestRead));
  };
  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      if (waiting.length === 1) setImmediate(flush);
    });
}

async function answer(sql: Sql, waiting: readonly Waiting[]): Promise<void> {
  try {
    const { epoch, found } = await readMany(sql, [...new Set(waiting.map((one) => one.key))], readShortText);
    for (const one of waiting) one.resolve({ epoch, found: found.get(one.key) });
  } catch (error) {
    for (const one of waiting) one.reject(error);
  }
}

// Who may see a superseded version is decided by what holds for the resource today, so its class is the current one.
const superseded = `r.key, r.type, r.id, r.version, r.updated, c.class, ${contentIfShort}`;
const supersededFrom = 'resource_version r join resource c on c.key = r.key';
const versionText = `
  select e.value, q.* from statement_epoch e left join (
    select ${columns.replace('r.content', contentIfShort)} from resource r where r.key = $1 and r.version = $2
    union all
    select ${superseded} from ${supersededFrom} where r.key = $1 and r.version = $2
  ) q on true`;

/** One version, current or superseded, with the access class of the current one. */
export async function readVersion(sql: Sql, key: Int64, version: number): Promise<AtEpoch<StoredResource | undefined>> {
  const rows = await sql.unsafe(versionText, [key, version], { prepare: true });
  const row = rows[0]!;
  return { epoch: Number(row['value']), found: row['key'] === null ? undefined : storedOf(row) };
}

const contentText = `
  select r.content from resource r where r.key = $1 and r.version = $2
  union all select r.content from resource_version r where r.key = $1 and r.version = $2`;

/** The resource with its content; undefined when it was erased meanwhile. */
export async function wholeOf(sql: Sql, stored: StoredResource): Promise<StoredResource | undefined> {
  const { isCut, ...rest } = stored;
  if (isCut === undefined) return stored;
  const [row] = await sql.unsafe(contentText, [stored.key, stored.version], { prepare: true });
  return row === undefined ? undefined : { ...rest, tail: row['content'] as string | null };
}

const countText = `
  select (select count(*) from resource r where r.key = $1) + (select count(*) from resource_version r where r.key = $1) as total`;

/** How many versions of a resource are kept. */
export async function countVersions(sql: Sql, key: Int64): Promise<number> {
  const [row] = await sql.unsafe(countText, [key], { prepare: true });
  return Number(row!['total']);
}
