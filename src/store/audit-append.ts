/** Appends entries to the one chain of a database, whichever process they come from. https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS */
import type { Hash, Int64 } from '../search/index-rows.ts';
import { About, type AuditEntry, blockHash, genesis, lineOf } from './audit-entry.ts';
import type { Sql, TransactionSql } from './connect.ts';
import { arrayText } from './row-buffer.ts';

/** The end of a block: its last entry, and its hash. */
export interface Head {
  sequence: number;
  hash: string;
}

/** Taken by whoever appends to the chain or trims it, until the end of the transaction. */
const chainLock = 7_203_412;
export const lockText = `select pg_advisory_xact_lock(${chainLock})`;

const headText = `
  select sequence, encode(hash, 'hex') as hash from (
    (select sequence, hash from audit order by first desc limit 1)
    union all (select sequence, hash from audit_trimmed order by sequence desc limit 1)
  ) q order by sequence desc limit 1`;

/** The newest block's end, or what the first one follows. */
export async function headOf(sql: Sql | TransactionSql): Promise<Head> {
  const [row] = await sql.unsafe(headText, [], { prepare: true });
  return row === undefined ? genesis : { sequence: Number(row['sequence']), hash: row['hash'] as string };
}

/** Entries as they are written together. */
export interface Block {
  first: number;
  sequence: number;
  recorded: { from: number; to: number };
  about: ReadonlySet<Int64>;
  /** lines */
  entries: string;
  hash: string;
}

/** `entries` as the block that follows `before`; each key stands with its patients. Must not be empty. */
export function blockOf(
  entries: readonly AuditEntry[],
  owners: ReadonlyMap<Int64, readonly Int64[]>,
  before: Head,
  hash: Hash,
): Block {
  const about = new About(hash);
  let { sequence } = before;
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  const lines = entries.map((entry) => {
    const [keys, of] = pairsOf(entry.keys, owners);
    about.add(entry, keys, of);
    from = Math.min(from, entry.recorded);
    to = Math.max(to, entry.recorded);
    sequence++;
    return lineOf(entry, sequence, keys, of);
  });
  const text = lines.join('\n');
  const end = { sequence, hash: blockHash(before.hash, text) };
  return { first: before.sequence + 1, ...end, recorded: { from, to }, about: about.keys, entries: text };
}

function pairsOf(
  keys: readonly Int64[],
  owners: ReadonlyMap<Int64, readonly Int64[]>,
): [keys: readonly Int64[], owners: readonly Int64[]] {
  const of: Int64[] = [];
  const repeated: Int64[] = [];
  for (const key of keys) {
    for (const owner of owners.get(key) ?? noOwner) {
      repeated.push(key);
      of.push(owner);
    }
  }
  return [repeated, of];
}

const noOwner = ['0'];

const insertText = `
  insert into audit (first, sequence, recorded_from, recorded_to, about, entries, hash)
  values ($1, $2, $3, $4, $5::bigint[], $6, decode($7, 'hex'))`;

/** A block that may have been written. */
export type Attempted = Head & { first: number };

/** Attempts to write the same entries. */
export interface Attempts {
  /** the head that an earlier one would have left, when it is not known whether it was committed */
  attempted?: Attempted;
  /** told before the next one */
  attempt(attempted: Attempted): void;
}

/** Appends `entries` in one transaction and gives the new head; entries of an earlier attempt that did come through are not written again. */
export async function append(
  sql: Sql,
  entries: readonly AuditEntry[],
  owners: ReadonlyMap<Int64, readonly Int64[]>,
  hash: Hash,
  attempts: Attempts,
): Promise<Head> {
  const head = await sql.begin(async (inside) => {
    // Two statements, one after the other: the second must see what was committed while the first one waited.
    await inside.unsafe(lockText, [], { prepare: true });
    const before = await headOf(inside);
    if (attempts.attempted !== undefined && (await isInChain(inside, attempts.attempted))) return attempts.attempted;
    const block = blockOf(entries, owners, before, hash);
    const { first, sequence, recorded, about } = block;
    attempts.attempt({ first, sequence, hash: block.hash });
    const values = [first, sequence, recorded.from, recorded.to, arrayText([...about]), block.entries, block.hash];
    await inside.unsafe(insertText, values, { prepare: true });
    return { sequence, hash: block.hash };
  });
  return head as Head; // postgres.js unwraps promises of arrays in its type; this is none
}

async function isInChain(sql: TransactionSql, { first, hash }: Attempted): Promise<boolean> {
  const rows = await sql`select 1 from audit where first = ${first} and hash = decode(${hash}, 'hex')`;
  return rows.length > 0;
}
