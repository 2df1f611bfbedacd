/** Gives each resource its access class: the interned combination of data sets that contain it. See docs/adr/0003. */
import type { Int64 } from '../search/index-rows.ts';
import type { TransactionSql } from './connect.ts';
import { arrayText } from './row-buffer.ts';

/** Data that no data set contains: closed to everyone who has no right of their own. */
const closedClass = 0;
/** Metadata: open to everyone. */
export const metadataClass = 1;

/** What ties a resource to data sets, taken from its key, tags and compartments. */
export interface Anchor {
  kind: 0 | 1 | 2;
  a: Int64;
  b: number;
}
export const anchorKind = { resource: 0, compartment: 1, tag: 2 } as const;

/** Locks that keep the extent of data sets still while resources are being classed by it. */
const extentLock = 7_203_412;

/** Many writers may class resources at once; someone who changes an extent waits for them and they for it. */
export async function lockExtents(sql: TransactionSql, how: 'shared' | 'exclusive'): Promise<void> {
  const lock = how === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  await sql.unsafe(`select ${lock}(${extentLock})`, [], { prepare: true });
}

const lookUp = `
  select d.kind, d.a, d.b, array_to_string(array_agg(distinct d.data_set order by d.data_set), ',') as data_sets
  from data_set_anchor d
  join (select distinct * from unnest($1::smallint[], $2::bigint[], $3::int[]) as i (kind, a, b)) i
    on d.kind = i.kind and d.a = i.a and d.b = i.b
  group by d.kind, d.a, d.b`;

/** For each list of anchors the data sets it belongs to, as a signature: sorted keys joined by commas, '' for none. */
export async function signaturesOf(sql: TransactionSql, anchors: readonly (readonly Anchor[])[]): Promise<string[]> {
  const distinct = new Map<string, Anchor>();
  for (const list of anchors) for (const anchor of list) distinct.set(`${anchor.kind} ${anchor.a} ${anchor.b}`, anchor);
  if (distinct.size === 0) return anchors.map(() => '');
  const all = [...distinct.values()];
  const rows = await sql.unsafe(
    lookUp,
    [arrayText(all.map((x) => x.kind)), arrayText(all.map((x) => x.a)), arrayText(all.map((x) => x.b))],
    { prepare: true },
  );
  if (rows.length === 0) return anchors.map(() => '');
  const found = new Map(
    rows.map((row) => [`${row['kind']} ${row['a']} ${row['b']}`, (row['data_sets'] as string).split(',')]),
  );
  return anchors.map((list) => {
    const sets = new Set(list.flatMap((anchor) => found.get(`${anchor.kind} ${anchor.a} ${anchor.b}`) ?? []));
    return [...sets].sort().join(',');
  });
}

/** Classes by signature, and units: those committed, and those this transaction made or saw, which count only after its commit. */
export interface ClassMemory {
  known: ReadonlyMap<string, number>;
  fresh: Map<string, number>;
  units: ReadonlySet<string>;
  freshUnits: Set<string>;
}

export function classOf(memory: ClassMemory, signature: string): number {
  return memory.known.get(signature) ?? memory.fresh.get(signature) ?? closedClass;
}

/** Sees to it that every signature has a class. A class never changes its signature, so it may be remembered for good. */
export async function internClasses(
  sql: TransactionSql,
  signatures: readonly string[],
  memory: ClassMemory,
): Promise<void> {
  const isNew = (signature: string): boolean =>
    signature !== '' && !memory.known.has(signature) && !memory.fresh.has(signature);
  const missing = [...new Set(signatures)].filter(isNew).sort();
  if (missing.length === 0) return;
  const made = await sql`
    insert into access_class (signature) select unnest(string_to_array(${missing.join('|')}, '|'))
    on conflict (signature) do nothing returning class`;
  if (made.length > 0) await sql`update statement_epoch set value = value + 1`;
  const rows = await sql`
    select class, signature from access_class where signature = any(string_to_array(${missing.join('|')}, '|'))`;
  for (const row of rows) memory.fresh.set(row['signature'] as string, row['class'] as number);
}
