/** Finds entries of the audit log by what they are about, newest first. https://hl7.org/fhir/R4B/auditevent.html#search */
import type { Int64 } from '../search/index-rows.ts';
import { chainedOf, entryColumns } from './audit-chain.ts';
import type { ChainedEntry } from './audit-entry.ts';
import type { Sql } from './connect.ts';
import { arrayText } from './row-buffer.ts';

/** All that are there must hold. */
export interface AuditCriteria {
  /** recorded then or later, and before that: milliseconds since 1970 */
  from?: number;
  to?: number;
  /** subject, name or client */
  agent?: string;
  /** patients of whom resources were disclosed or changed */
  patient?: Int64;
  /** resources that were disclosed, changed or asked for */
  entity?: Int64;
  interactions?: readonly string[];
  /** HTTP status, both ends included */
  status?: { low: number; high: number };
  /** `system|code`, or the code alone */
  purpose?: string;
  /** older than this entry */
  before?: number;
  limit: number;
}

const about = 'array_remove(keys || owners || asked, 0::bigint)';

/** Newest first. */
export async function findEntries(sql: Sql, criteria: AuditCriteria): Promise<ChainedEntry[]> {
  const values: (string | number)[] = [];
  const value = (one: string | number, type: string): string => `$${values.push(one)}::${type}`;
  const { from, to, agent, patient, entity, interactions, status, purpose, before, limit } = criteria;
  const where: string[] = ['true'];
  if (from !== undefined) where.push(`recorded >= ${value(from, 'bigint')}`);
  if (to !== undefined) where.push(`recorded < ${value(to, 'bigint')}`);
  if (before !== undefined) where.push(`sequence < ${value(before, 'bigint')}`);
  if (agent !== undefined) {
    const one = value(agent, 'text');
    where.push(`(subject = ${one} or name = ${one} or client = ${one})`);
  }
  if (patient !== undefined) {
    const one = value(patient, 'bigint');
    where.push(`${about} @> array[${one}] and ${one} = any(owners)`);
  }
  if (entity !== undefined) where.push(`${about} @> array[${value(entity, 'bigint')}]`);
  if (interactions !== undefined) where.push(`interaction = any(${value(`{${interactions.map(quote).join()}}`, 'text[]')})`);
  if (status !== undefined) {
    where.push(`status between ${value(status.low, 'smallint')} and ${value(status.high, 'smallint')}`);
  }
  if (purpose !== undefined) {
    const one = value(purpose, 'text');
    const code = `array(select split_part(p, '|', 2) from unnest(string_to_array(purposes, ' ')) p)`;
    where.push(`(${one} = any(string_to_array(purposes, ' ')) or ${one} = any(${code}))`);
  }
  const text = `select ${entryColumns} from audit where ${where.join(' and ')} order by sequence desc limit ${value(limit, 'int')}`;
  return (await sql.unsafe(text, values)).map(chainedOf);
}

const quote = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/** `Type/id` by key, of resources that are there or have a tombstone. */
export async function namesOf(sql: Sql, keys: ReadonlySet<Int64>): Promise<Map<Int64, string>> {
  const rows = await sql.unsafe(
    `select key::text as key, type || '/' || id as name from resource where key = any($1::bigint[])`,
    [arrayText([...keys])],
    { prepare: true },
  );
  return new Map(rows.map((row) => [row['key'] as string, row['name'] as string]));
}
