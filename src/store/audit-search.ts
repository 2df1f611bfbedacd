/** Finds entries of the audit log by what they are about, newest first. https://hl7.org/fhir/R4B/auditevent.html#search */
import type { Hash, Int64 } from '../search/index-rows.ts';
import { aboutKey, outcomeClass } from './audit-about.ts';
import { blockReader } from './audit-block.ts';
import type { ChainedEntry } from './audit-entry.ts';
import type { Sql } from './connect.ts';
import { type StoredResource, storedOf } from './read.ts';
import { arrayText } from './row-buffer.ts';

/** All that are there must hold. */
export interface AuditCriteria {
  /** recorded then or later, and before that: milliseconds since 1970 */
  from?: number;
  to?: number;
  /** subject, name or client */
  agent?: string;
  /** patient of whom resources were disclosed or changed */
  patient?: Int64;
  /** resource that was disclosed, changed or asked for, and what a block of it is found by: any of these; anything when absent */
  entity?: { key: Int64; among?: readonly Int64[] };
  interactions?: readonly string[];
  /** any but these */
  otherThan?: readonly string[];
  /** HTTP status, both ends included */
  status?: { low: number; high: number };
  /** `system|code`, or the code alone */
  purpose?: string;
  /** older than this entry */
  before?: number;
  limit: number;
}

/** Blocks that are read at once. */
const atOnce = 20;

/** Newest first. What the block promises by its hashes is looked up in its entries. */
export async function findEntries(sql: Sql, hash: Hash, criteria: AuditCriteria): Promise<ChainedEntry[]> {
  const { from, to, limit } = criteria;
  const where: string[] = [];
  const values: (string | number)[] = [];
  const value = (one: string | number): string => `$${values.push(one)}`;
  let before = criteria.before ?? Number.MAX_SAFE_INTEGER;
  values.push(before);
  for (const [all, keys] of keysOf(criteria, hash)) {
    where.push(`about ${all ? '@>' : '&&'} ${value(arrayText(keys))}::bigint[]`);
  }
  if (from !== undefined) where.push(`recorded_to >= ${value(from)}::bigint`);
  if (to !== undefined) where.push(`recorded_from < ${value(to)}::bigint`);
  const text = `
    select first, entries, shared from audit where first < $1::bigint ${where.map((one) => `and ${one}`).join(' ')}
    order by first desc limit ${atOnce}`;
  const found: ChainedEntry[] = [];
  for (;;) {
    const rows = await sql.unsafe(text, [before, ...values.slice(1)]);
    for (const row of rows) {
      const first = Number(row['first']);
      const { lines, entry } = blockReader(first, row['entries'] as string, row['shared'] as string); // texts, as selected
      for (let at = lines.length - 1; at >= 0; at--) {
        if (criteria.before !== undefined && first + at >= criteria.before) continue;
        if (criteria.entity !== undefined && !lines[at]!.includes(criteria.entity.key)) continue;
        const one = entry(at);
        if (holds(one, criteria)) found.push(one);
        if (found.length === limit) return found;
      }
      before = first;
    }
    if (rows.length < atOnce) return found;
  }
}

/** Hashes that a block must have, all or one of each list. */
function keysOf(criteria: AuditCriteria, hash: Hash): [all: boolean, keys: Int64[]][] {
  const { agent, patient, entity, interactions, status, purpose } = criteria;
  const all: Int64[] = [];
  if (agent !== undefined) all.push(aboutKey(hash, 'agent', agent));
  if (patient !== undefined) all.push(patient);
  if (purpose !== undefined) all.push(aboutKey(hash, 'purpose', purpose));
  const lists: [boolean, Int64[]][] = all.length === 0 ? [] : [[true, all]];
  if (entity?.among !== undefined) lists.push([false, [...entity.among]]);
  if (interactions !== undefined) lists.push([false, interactions.map((one) => aboutKey(hash, 'interaction', one))]);
  if (status !== undefined) {
    const [low, high] = [Number(outcomeClass(status.low)), Number(outcomeClass(status.high))];
    const classes = Array.from({ length: high - low + 1 }, (_, at) => String(low + at));
    lists.push([false, classes.map((one) => aboutKey(hash, 'outcome', one))]);
  }
  return lists;
}

function holds(entry: ChainedEntry, criteria: AuditCriteria): boolean {
  const { from, to, agent, patient, entity, interactions, status, purpose } = criteria;
  if (from !== undefined && entry.recorded < from) return false;
  if (to !== undefined && entry.recorded >= to) return false;
  const { subject, name, client, purposes } = entry.agent;
  if (agent !== undefined && agent !== subject && agent !== name && agent !== client) return false;
  if (patient !== undefined && !entry.owners.includes(patient)) return false;
  if (entity !== undefined && entity.key !== entry.asked && !entry.keys.includes(entity.key)) return false;
  if (interactions !== undefined && !interactions.includes(entry.interaction)) return false;
  if (criteria.otherThan?.includes(entry.interaction) === true) return false;
  if (status !== undefined && (entry.status < status.low || entry.status > status.high)) return false;
  return purpose === undefined || purposes.split(' ').some((one) => one === purpose || one.split('|')[1] === purpose);
}

/** `Type/id` by key, of resources that are there or have a tombstone. */
export async function namesOf(sql: Sql, keys: ReadonlySet<Int64>): Promise<Map<Int64, string>> {
  const rows = await sql.unsafe(
    `select key::text as key, type || '/' || id as name from resource where key = any($1::bigint[])`,
    [arrayText([...keys])],
    { prepare: true },
  );
  return new Map(rows.map((row) => [row['key'] as string, row['name'] as string]));
}

/** All versions of a resource that are kept, without tombstones; undefined when some were erased for good. */
export async function versionsOf(sql: Sql, key: Int64, target: string): Promise<StoredResource[] | undefined> {
  const erased = await sql`select 1 from erasure where target = ${target} limit 1`;
  if (erased.length > 0) return undefined;
  const part = (table: string): string =>
    `select key, type, id, version, updated, class, content from ${table} where key = $1 and content is not null`;
  const rows = await sql.unsafe(`${part('resource')} union all ${part('resource_version')}`, [key], { prepare: true });
  return rows.map(storedOf);
}
