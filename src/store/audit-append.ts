/** Appends entries to the one chain of a database, whichever process they come from. https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS */
import type { Int64 } from '../search/index-rows.ts';
import { type AuditEntry, type ChainedEntry, entryHash, genesis, textColumns } from './audit-entry.ts';
import type { Sql, TransactionSql } from './connect.ts';
import { arrayText, separator } from './row-buffer.ts';

/** An entry's place in the chain. */
export interface Head {
  sequence: number;
  hash: string;
}

/** Taken by whoever appends to the chain or trims it, until the end of the transaction. */
const chainLock = 7_203_412;
export const lockText = `select pg_advisory_xact_lock(${chainLock})`;

const headText = `
  select sequence, encode(hash, 'hex') as hash from (
    (select sequence, hash from audit order by sequence desc limit 1)
    union all (select sequence, hash from audit_trimmed order by sequence desc limit 1)
  ) q order by sequence desc limit 1`;

/** The newest entry, or what the first one follows. */
export async function headOf(sql: Sql | TransactionSql): Promise<Head> {
  const [row] = await sql.unsafe(headText, [], { prepare: true });
  return row === undefined ? genesis : { sequence: Number(row['sequence']), hash: row['hash'] as string };
}

// A patient belongs to itself; what else belongs to one says so in a reference that ties it to the compartment.
const ownersText = `
  select string_agg(key::text, ',') as keys, string_agg(owner::text, ',') as owners from (
    select r.key, r.key as owner from resource r where r.key = any($1::bigint[]) and r.type = 'Patient'
    union
    select t.key, t.target from reference t join resource r on r.key = t.target and r.type = 'Patient'
    where t.key = any($1::bigint[]) and t.parameter # 0::bigint = any($2::bigint[])
  ) q`;

/** The patients in whose compartments the keys lie. `parameters` tie resources to a patient's compartment. */
async function ownersOf(
  sql: Sql,
  keys: ReadonlySet<Int64>,
  parameters: readonly Int64[],
): Promise<Map<Int64, Int64[]>> {
  const owners = new Map<Int64, Int64[]>();
  if (keys.size === 0) return owners;
  const [row] = await sql.unsafe(ownersText, [arrayText([...keys]), arrayText(parameters)], { prepare: true });
  const found = ((row?.['keys'] as string | null) ?? '').split(',');
  const of = ((row?.['owners'] as string | null) ?? '').split(',');
  for (const [at, key] of found.entries()) {
    const known = owners.get(key);
    if (known === undefined) owners.set(key, [of[at]!]);
    else known.push(of[at]!);
  }
  return owners;
}

const columns = ['sequence', 'recorded', 'status', 'resources', 'asked'] as const;
const names = [...columns, ...textColumns, 'keys', 'owners', 'hash'].join(', ');
const insertText = `
  insert into audit (${names})
  select ${[...columns, ...textColumns].map((name) => `i.${name}`).join(', ')},
    i.keys::bigint[], i.owners::bigint[], decode(i.hash, 'hex')
  from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::int[], $5::bigint[], ${[...textColumns, 'keys', 'owners', 'hash'].map((_, at) => `string_to_array($${at + 6}, E'\\x1f')`).join(', ')})
    as i (${names})`;

/**
 * Appends `entries` in one transaction and gives the new head. `attempted` is the head that an earlier attempt of the
 * same entries would have left, when it is not known whether that was committed: then they are not written again.
 */
export async function append(
  sql: Sql,
  entries: readonly AuditEntry[],
  parameters: readonly Int64[],
  attempts: { attempted?: Head; attempt(head: Head): void },
): Promise<Head> {
  const owners = await ownersOf(sql, new Set(entries.flatMap(({ keys }) => keys)), parameters);
  const head = await sql.begin(async (inside) => {
    // Two statements, sent at once: the second sees what was committed while the first one waited.
    const [, before] = await Promise.all([inside.unsafe(lockText, [], { prepare: true }), headOf(inside)]);
    if (attempts.attempted !== undefined && (await isInChain(inside, attempts.attempted))) return attempts.attempted;
    const chained = chain(entries, owners, before);
    const { sequence, hash } = chained.at(-1)!;
    attempts.attempt({ sequence, hash });
    await inside.unsafe(insertText, valuesOf(chained), { prepare: true });
    return { sequence, hash };
  });
  return head as Head; // postgres.js unwraps promises of arrays in its type; this is none
}

async function isInChain(sql: TransactionSql, { sequence, hash }: Head): Promise<boolean> {
  const rows = await sql`select 1 from audit where sequence = ${sequence} and hash = decode(${hash}, 'hex')`;
  return rows.length > 0;
}

function chain(entries: readonly AuditEntry[], ownersOf: ReadonlyMap<Int64, Int64[]>, before: Head): ChainedEntry[] {
  let { sequence, hash } = before;
  return entries.map((entry) => {
    const keys: Int64[] = [];
    const owners: Int64[] = [];
    for (const key of entry.keys) {
      for (const owner of ownersOf.get(key) ?? ['0']) {
        keys.push(key);
        owners.push(owner);
      }
    }
    sequence++;
    const chained: ChainedEntry = { ...entry, keys, owners, sequence, hash: '' };
    hash = entryHash(hash, chained);
    chained.hash = hash;
    return chained;
  });
}

function valuesOf(entries: readonly ChainedEntry[]): string[] {
  return [
    ...columns.map((name) => arrayText(entries.map((entry) => entry[name]))),
    ...textColumns.map((name) => entries.map((entry) => entry[name]).join(separator)),
    entries.map(({ keys }) => arrayText(keys)).join(separator),
    entries.map((entry) => arrayText(entry.owners)).join(separator),
    entries.map((entry) => entry.hash).join(separator),
  ];
}
