/** Appends blocks to the one chain of a database, whichever process they come from. https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS */
import type { Hash } from '../search/index-rows.ts';
import type { Attribution } from './audit-about.ts';
import { type Block, blockHash, genesis, sharedText } from './audit-block.ts';
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
async function headOf(sql: TransactionSql): Promise<Head> {
  const [row] = await sql.unsafe(headText, [], { prepare: true });
  return row === undefined ? genesis : { sequence: Number(row['sequence']), hash: row['hash'] as string };
}

const insertText = `
  insert into audit (first, sequence, recorded_from, recorded_to, about, entries, shared, hash)
  values ($1, $2, $3, $4, $5::bigint[], $6, $7, decode($8, 'hex'))`;

/** A block that may have been written. */
export type Attempted = Head & { first: number };

/** Attempts to write the same block. */
export interface Attempts {
  /** where an earlier one would have put it, when it is not known whether that was committed */
  attempted?: Attempted;
  /** told before the next one */
  attempt(attempted: Attempted): void;
}

/** Appends a block in a transaction of its own and gives the new head; one that did come through is not written again. */
export async function append(
  sql: Sql,
  block: Block,
  attribution: Attribution,
  hash: Hash,
  { attempted, attempt }: Attempts,
): Promise<Head> {
  const { entries, count, mentions } = block;
  const about = arrayText([...mentions.about(attribution, hash)]);
  const shared = sharedText(mentions, attribution);
  const head = await sql.begin(async (inside) => {
    // Two statements, one after the other: the second must see what was committed while the first one waited.
    await inside.unsafe(lockText, [], { prepare: true });
    const before = await headOf(inside);
    if (attempted !== undefined && (await isInChain(inside, attempted))) return attempted;
    const first = before.sequence + 1;
    const after = { sequence: before.sequence + count, hash: blockHash(before.hash, entries, shared) };
    attempt({ first, ...after });
    const values = [first, after.sequence, mentions.from, mentions.to, about, entries, shared, after.hash];
    await inside.unsafe(insertText, values, { prepare: true });
    return after;
  });
  return head as Head; // postgres.js unwraps promises of arrays in its type; this is none
}

async function isInChain(sql: TransactionSql, { first, hash }: Attempted): Promise<boolean> {
  const rows = await sql`select 1 from audit where first = ${first} and hash = decode(${hash}, 'hex')`;
  return rows.length > 0;
}
