/** Verifies the chain of the audit log, and trims it when the time of retention is over. See docs/adr/0015 */
import type { Hash } from '../search/index-rows.ts';
import { type Head, lockText } from './audit-append.ts';
import { blockHash, genesis, mentionsOf } from './audit-block.ts';
import type { Sql } from './connect.ts';

export interface Verified {
  /** entries that follow each other as they should */
  entries: number;
  /** what the first of them follows: an entry that was trimmed, or the beginning */
  from: Head;
  head: Head;
  /** the first entry that is not as it was written; absent when the chain is whole */
  fault?: { sequence: number; what: string };
  /** heads kept elsewhere that the chain does not hold */
  missing: readonly string[];
}

/** Blocks that are read at once. */
const atOnce = 200;

const blocksText = `
  select first, sequence, recorded_from, recorded_to, about::text as about, entries, shared, encode(hash, 'hex') as hash
  from audit where first > $1 order by first limit ${atOnce}`;

/** Recomputes the chain from its beginning to the first fault. `expected` are hashes that were kept elsewhere. */
export async function verifyChain(sql: Sql, hash: Hash, expected: readonly string[] = []): Promise<Verified> {
  return (await sql.begin('isolation level repeatable read read only', async (inside) => {
    const trimmed = await inside.unsafe(`select sequence, encode(hash, 'hex') as hash from audit_trimmed order by 1`);
    const cuts = trimmed.map((row) => ({ sequence: Number(row['sequence']), hash: String(row['hash']) }));
    const from = cuts.at(-1) ?? genesis;
    const walk = new Walk(from, hash, expected);
    for (const cut of [genesis, ...cuts]) walk.missing.delete(cut.hash);
    const verified = (fault?: Verified['fault']): Verified => ({
      entries: walk.entries,
      from,
      head: walk.head,
      ...(fault === undefined ? {} : { fault }),
      missing: [...walk.missing],
    });
    const [early] = await inside`select first from audit where first <= ${from.sequence} order by 1 limit 1`;
    if (early !== undefined) {
      return verified({ sequence: Number(early['first']), what: 'lies before the beginning of the chain' });
    }
    for (let position = from.sequence; ; ) {
      const rows = await inside.unsafe(blocksText, [position], { prepare: true });
      for (const row of rows) {
        const fault = walk.block(row);
        if (fault !== undefined) return verified(fault);
        position = Number(row['first']);
      }
      if (rows.length < atOnce) return verified();
    }
  })) as Verified; // postgres.js unwraps promises of arrays in its type; this is none
}

class Walk {
  head: Head;
  entries = 0;
  readonly missing: Set<string>;
  readonly #hash: Hash;

  constructor(from: Head, hash: Hash, expected: readonly string[]) {
    this.head = { sequence: from.sequence, hash: from.hash };
    this.#hash = hash;
    this.missing = new Set(expected);
  }

  /** The first fault of a block, if it has one. */
  block(row: Record<string, unknown>): Verified['fault'] {
    const first = this.head.sequence + 1;
    const start = Number(row['first']);
    if (start > first) {
      return { sequence: first, what: start === first + 1 ? 'is gone' : `and those up to ${start - 1} are gone` };
    }
    const { entries, shared } = row as { entries: string; shared: string }; // texts, as selected
    const sequence = this.head.sequence + entries.split('\n').length;
    const hash = blockHash(this.head.hash, entries, shared);
    if (row['hash'] !== hash) {
      const up = sequence === first ? '' : `or one of those up to ${sequence} `;
      return { sequence: first, what: `${up}was changed, moved, removed or put in` };
    }
    const [mentions, attribution] = mentionsOf(entries, shared);
    const isWhole =
      start === first &&
      Number(row['sequence']) === sequence &&
      Number(row['recorded_from']) === mentions.from &&
      Number(row['recorded_to']) === mentions.to &&
      isSame(String(row['about']), mentions.about(attribution, this.#hash));
    if (!isWhole) return { sequence: first, what: `and those up to ${sequence} are written down under something else` };
    this.missing.delete(hash);
    this.head = { sequence, hash };
    this.entries += sequence - first + 1;
    return undefined;
  }
}

/** Whether an array as PostgreSQL writes it holds just `keys`. */
function isSame(text: string, keys: ReadonlySet<string>): boolean {
  const found = new Set(text.slice(1, -1).split(','));
  return found.size === keys.size && [...keys].every((key) => found.has(key));
}

/** Removes blocks of entries older than `before` (milliseconds since 1970) from the beginning of the chain; gives the number of entries. */
export async function trimChain(sql: Sql, before: number): Promise<number> {
  return (await sql.begin(async (inside) => {
    await inside.unsafe(lockText);
    // Clocks of processes differ, so that entries are not strictly in the order of time: the chain is cut before the first block that stays.
    const [cut] = await inside`
      select sequence, encode(hash, 'hex') as hash from audit
      where first < coalesce((select min(first) from audit where recorded_to >= ${before}), 9223372036854775807)
      order by first desc limit 1`;
    if (cut === undefined) return 0;
    const sequence = Number(cut['sequence']);
    await inside`set local fairway.trims_audit = 'yes'`;
    const gone = await inside`delete from audit where first <= ${sequence} returning sequence - first + 1 as entries`;
    const entries = gone.reduce((sum, row) => sum + Number(row['entries']), 0);
    await inside`insert into audit_trimmed (sequence, hash, entries) values (${sequence}, decode(${cut['hash'] as string}, 'hex'), ${entries})`;
    return entries;
  })) as number; // postgres.js unwraps promises of arrays in its type; this is none
}
