/** Verifies the chain of the audit log, and trims it when the time of retention is over. See docs/adr/0015 */
import type { Head } from './audit-append.ts';
import { lockText } from './audit-append.ts';
import { type ChainedEntry, entryHash, genesis, textColumns } from './audit-entry.ts';
import type { Sql } from './connect.ts';

/** The entries of a chain, as columns that make a ChainedEntry. */
export const entryColumns = `sequence, recorded, status, resources, asked::text as asked, ${textColumns.join(', ')},
  keys::text as keys, owners::text as owners, encode(hash, 'hex') as hash`;

export function chainedOf(row: Record<string, unknown>): ChainedEntry {
  const texts = Object.fromEntries(textColumns.map((name) => [name, row[name] as string]));
  return {
    ...(texts as Record<(typeof textColumns)[number], string>), // one text for each column, as selected
    sequence: Number(row['sequence']),
    recorded: Number(row['recorded']),
    status: row['status'] as number,
    resources: row['resources'] as number,
    asked: row['asked'] as string,
    keys: listOf(row['keys'] as string),
    owners: listOf(row['owners'] as string),
    hash: row['hash'] as string,
  };
}

/** `{1,2}` as PostgreSQL writes an array of numbers. */
const listOf = (text: string): string[] => (text === '{}' ? [] : text.slice(1, -1).split(','));

export interface Verified {
  /** entries that were looked at and follow each other */
  entries: number;
  /** what the first of them follows: an entry that was trimmed, or the beginning */
  from: Head;
  head: Head;
  /** absent when the chain is whole */
  fault?: { sequence: number; what: string };
  /** heads kept elsewhere that the chain does not hold */
  missing: readonly string[];
}

/** Entries that are read at once. */
const atOnce = 2000;

/** Recomputes the chain from its beginning to the first fault. `expected` are hashes that were kept elsewhere. */
export async function verifyChain(sql: Sql, expected: readonly string[] = []): Promise<Verified> {
  return (await sql.begin('isolation level repeatable read read only', async (inside) => {
    const trimmed = await inside.unsafe(`select sequence, encode(hash, 'hex') as hash from audit_trimmed order by 1`);
    const heads = [genesis, ...trimmed.map((row) => ({ sequence: Number(row['sequence']), hash: String(row['hash']) }))];
    const from = heads.at(-1)!;
    const missing = new Set(expected);
    for (const { hash } of heads) missing.delete(hash);
    let head: Head = from;
    let entries = 0;
    const verified = (fault?: Verified['fault']): Verified => ({
      entries,
      from,
      head: { sequence: head.sequence, hash: head.hash },
      ...(fault === undefined ? {} : { fault }),
      missing: [...missing],
    });
    const [early] = await inside`select sequence from audit where sequence <= ${from.sequence} limit 1`;
    if (early !== undefined) {
      return verified({ sequence: Number(early['sequence']), what: 'it lies before the beginning of the chain' });
    }
    for (;;) {
      const text = `select ${entryColumns} from audit where sequence > $1 order by sequence limit ${atOnce}`;
      const rows = await inside.unsafe(text, [head.sequence], { prepare: true });
      for (const row of rows) {
        const entry = chainedOf(row);
        const fault = faultOf(entry, head);
        if (fault !== undefined) return verified(fault);
        missing.delete(entry.hash);
        head = entry;
        entries++;
      }
      if (rows.length < atOnce) return verified();
    }
  })) as Verified; // postgres.js unwraps promises of arrays in its type; this is none
}

function faultOf(entry: ChainedEntry, before: Head): Verified['fault'] {
  const { sequence } = entry;
  const next = before.sequence + 1;
  if (sequence !== next) {
    const last = sequence - 1;
    return { sequence: next, what: last === next ? 'it is gone' : `it and those up to ${last} are gone` };
  }
  if (entryHash(before.hash, entry) === entry.hash) return undefined;
  return { sequence, what: 'its content, its place or its hash was changed, or it was put in' };
}

/** Removes the entries that are older than `before` (milliseconds since 1970) from the beginning of the chain; gives their number. */
export async function trimChain(sql: Sql, before: number): Promise<number> {
  return (await sql.begin(async (inside) => {
    await inside.unsafe(lockText);
    // Clocks of processes differ, so that entries are not strictly in the order of time: the chain is cut before the first one that stays.
    const [cut] = await inside`
      select sequence, encode(hash, 'hex') as hash from audit
      where sequence < coalesce((select min(sequence) from audit where recorded >= ${before}), 9223372036854775807)
      order by sequence desc limit 1`;
    if (cut === undefined) return 0;
    const sequence = Number(cut['sequence']);
    await inside`set local fairway.trims_audit = 'yes'`;
    const gone = await inside`delete from audit where sequence <= ${sequence}`;
    await inside`insert into audit_trimmed (sequence, hash, entries) values (${sequence}, decode(${cut['hash'] as string}, 'hex'), ${gone.count})`;
    return gone.count;
  })) as number; // postgres.js unwraps promises of arrays in its type; this is none
}

