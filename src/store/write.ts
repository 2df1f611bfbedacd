/** Writes a batch of resources in one transaction: versions, archive, index rows, access classes. https://hl7.org/fhir/R4B/http.html#versioning */
import type { Int64 } from '../search/index-rows.ts';
import { asBefore, type ClassMemory, classesOf, lockExtents, type Owner } from './access-class.ts';
import type { TransactionSql } from './connect.ts';
import { heldStatements } from './held-code.ts';
import {
  arrayText,
  combined,
  insertStatements,
  ownedTableNames,
  type RowBuffer,
  separator,
  wordsStatement,
} from './row-buffer.ts';

/** Runs in the transaction of the write, after the rows are in. */
type Effect = (sql: TransactionSql) => Promise<void>;

export interface WriteEntry {
  /** create: fails where the key is taken; put: creates or replaces; delete: leaves a tombstone. */
  how: 'create' | 'put' | 'delete';
  key: Int64;
  type: string;
  id: string;
  /** The JSON text after meta.lastUpdated; null for delete. */
  tail: string | null;
  rows: RowBuffer;
  /** What its class follows from. */
  owner: Owner;
  /** If-Match: the version that must be current. */
  expected?: number;
  /** What else must change with this resource (data set extents, code hierarchies). */
  effect?: Effect;
}

export type WriteResult =
  | { done: 'created' | 'replaced' | 'deleted'; version: number; updated: number; warnings?: readonly string[] }
  /** delete of what is not there or is deleted already */
  | { done: 'nothing'; version?: number; updated?: number }
  /** If-Match did not hold */
  | { done: 'version-conflict'; current?: number }
  /** create of an id that exists, or two ids with one key */
  | { done: 'taken'; by: { type: string; id: string } };

const input = `unnest($1::bigint[], string_to_array($2, E'\\x1f'), string_to_array($3, E'\\x1f'), $4::int[],
  string_to_array($5, E'\\x1f'), $6::int[]) as i (key, type, id, class, content, expected)`;
const insertSelect = `
  insert into resource as r (key, type, id, version, updated, class, deleted, content)
  select i.key, i.type, i.id, 1, $7::bigint, i.class, false, i.content from ${input} where i.expected < 0`;
const createText = `${insertSelect} on conflict (key) do nothing
  returning key, version, updated, true as fresh`;
const putText = `${insertSelect}
  on conflict (key) do update set version = r.version + 1, updated = greatest(excluded.updated, r.updated),
    class = excluded.class, deleted = false, content = excluded.content
    where r.type = excluded.type and r.id = excluded.id
  returning key, version, updated, (xmax = 0 and version = 1) as fresh`;
const replaceText = `
  update resource r set version = r.version + 1, updated = greatest($7::bigint, r.updated), class = i.class,
    deleted = false, content = i.content
  from ${input} where r.key = i.key and r.version = i.expected and r.type = i.type and r.id = i.id and not r.deleted
  returning r.key, r.version, r.updated, false as fresh`;
const deleteText = `
  update resource r set version = r.version + 1, updated = greatest($7::bigint, r.updated), deleted = true, content = null
  from ${input} where r.key = i.key and r.type = i.type and r.id = i.id and not r.deleted
    and (i.expected < 0 or r.version = i.expected)
  returning r.key, r.version, r.updated, false as fresh`;

const lost = 'select key, type, id, version, deleted from resource where key = any($1::bigint[])';

/**
 * Writes `entries` (no key twice) in the transaction `sql`. Each succeeds or fails alone; results come in the order of the entries.
 * A deadlock with another transaction is thrown as PostgreSQL states it (40P01); the caller tries again.
 */
export async function writeBatch(
  sql: TransactionSql,
  entries: readonly WriteEntry[],
  now: number,
  memory: ClassMemory,
): Promise<WriteResult[]> {
  // Sent together; the connection runs them in this order.
  const locked = lockExtents(sql, entries.some((entry) => entry.effect !== undefined) ? 'exclusive' : 'shared');
  const [classes] = await Promise.all([
    asBefore(sql, entries).then((owners) => classesOf(sql, owners, memory)),
    locked,
  ]);
  await noticeUnits(sql, entries, memory);
  const written = await writeResources(sql, entries, classes, now);
  await replaceRows(sql, entries, classes, written, memory);
  for (const [at, entry] of entries.entries()) if (written[at] !== undefined) await entry.effect?.(sql);
  return Promise.all(entries.map(async (entry, at) => written[at] ?? (await refusal(sql, entry))));
}

/** Units that no quantity had before, so that searches ask in them too. */
async function noticeUnits(sql: TransactionSql, entries: readonly WriteEntry[], memory: ClassMemory): Promise<void> {
  const fresh = new Set<string>();
  for (const { rows } of entries) for (const unit of rows.units) if (!memory.units.has(unit)) fresh.add(unit);
  if (fresh.size === 0) return;
  // In one order, so that two batches cannot wait for each other.
  for (const unit of [...fresh].sort()) await sql`insert into unit (code) values (${unit}) on conflict do nothing`;
  for (const unit of fresh) memory.freshUnits.add(unit);
}

type Written = Extract<WriteResult, { done: 'created' | 'replaced' | 'deleted' }>;

/** The resource rows. Locked in the order of their keys, so that two batches cannot wait for each other in a ring of one statement. */
async function writeResources(
  sql: TransactionSql,
  entries: readonly WriteEntry[],
  classes: readonly number[],
  now: number,
): Promise<(Written | undefined)[]> {
  const order = [...entries.keys()].sort((x, y) => (BigInt(entries[x]!.key) < BigInt(entries[y]!.key) ? -1 : 1));
  const position = new Map(entries.map((entry, at) => [entry.key, at]));
  const results = new Array<Written | undefined>(entries.length).fill(undefined);
  const groups: [text: string, takes: (entry: WriteEntry) => boolean][] = [
    [createText, (entry) => entry.how === 'create'],
    [putText, (entry) => entry.how === 'put' && entry.expected === undefined],
    [replaceText, (entry) => entry.how === 'put' && entry.expected !== undefined],
    [deleteText, (entry) => entry.how === 'delete'],
  ];
  for (const [text, takes] of groups) {
    const group = order.filter((at) => takes(entries[at]!));
    if (group.length === 0) continue;
    const rows = await sql.unsafe(text, columnsOf(entries, classes, group, now), { prepare: true });
    for (const row of rows) {
      const at = position.get(row['key'] as string)!;
      const done = entries[at]!.how === 'delete' ? 'deleted' : row['fresh'] === true ? 'created' : 'replaced';
      results[at] = { done, version: row['version'] as number, updated: Number(row['updated']) };
    }
  }
  return results;
}

function columnsOf(
  entries: readonly WriteEntry[],
  classes: readonly number[],
  group: readonly number[],
  now: number,
): (string | number)[] {
  const all = group.map((at) => entries[at]!);
  return [
    arrayText(all.map((entry) => entry.key)),
    all.map((entry) => entry.type).join(separator),
    all.map((entry) => entry.id).join(separator),
    arrayText(group.map((at) => classes[at]!)),
    all.map((entry) => entry.tail ?? '-').join(separator),
    arrayText(all.map((entry) => entry.expected ?? -1)),
    now,
  ];
}

/** Types of which rows of `held` may be there. */
const namesCodes: ReadonlySet<string> = new Set(['MeasureReport', 'CodeSystem']);

/**
 * Index rows. The statement that wrote a resource holds its row lock, and this one sees everything committed before
 * that lock was had: no other writer's rows of the same key can be missed.
 */
async function replaceRows(
  sql: TransactionSql,
  entries: readonly WriteEntry[],
  classes: readonly number[],
  written: readonly (Written | undefined)[],
  { hash }: ClassMemory,
): Promise<void> {
  const stale = entries.filter((_, at) => written[at] !== undefined && written[at].version > 1);
  const work: PromiseLike<unknown>[] = [];
  for (const table of ownedTableNames) {
    const keys = stale.filter(({ type }) => table !== 'held' || namesCodes.has(type)).map(({ key }) => key);
    if (keys.length === 0) continue;
    work.push(sql.unsafe(`delete from ${table} where key = any($1::bigint[])`, [arrayText(keys)], { prepare: true }));
  }
  const owners = entries
    .map(({ key, type, rows }, at) => ({ key, type, rows, class: classes[at]!, done: written[at]?.done }))
    .filter(({ done }) => done === 'created' || done === 'replaced');
  const statements = insertStatements(owners);
  if (owners.length > 0) statements.push(wordsStatement(owners));
  if (statements.length > 0) {
    const { text, values } = combined(statements);
    work.push(sql.unsafe(text, values, { prepare: true }));
  }
  const summaries = owners.flatMap(({ rows: { held }, ...owner }) => (held === undefined ? [] : [{ ...owner, held }]));
  for (const { text, values } of heldStatements(summaries, hash)) {
    work.push(sql.unsafe(text, values, { prepare: true }));
  }
  await Promise.all(work);
}

/** Why nothing was written for `entry`. */
async function refusal(sql: TransactionSql, entry: WriteEntry): Promise<WriteResult> {
  const [row] = await sql.unsafe(lost, [arrayText([entry.key])], { prepare: true });
  if (row !== undefined && (row['type'] !== entry.type || row['id'] !== entry.id)) {
    return { done: 'taken', by: { type: row['type'] as string, id: row['id'] as string } };
  }
  if (entry.how === 'create') return { done: 'taken', by: { type: entry.type, id: entry.id } };
  const current = row === undefined ? undefined : (row['version'] as number);
  const gone = row === undefined || row['deleted'] === true;
  // No version is at the one of If-Match where there is none. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
  if (entry.how === 'delete' && gone && entry.expected === undefined)
    return { done: 'nothing', ...(current === undefined ? {} : { version: current }) };
  return { done: 'version-conflict', ...(current === undefined ? {} : { current }) };
}
