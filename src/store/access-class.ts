/** Gives each resource its access class: the interned combination of the data sets that contain it and the effects that bear on it. See docs/adr/0010. */
import { effectsOf, effectText, type ResourceFacts } from '../conditions/effect.ts';
import type { Directive, Effect } from '../conditions/model.ts';
import type { Hash, Int64 } from '../search/index-rows.ts';
import type { TransactionSql } from './connect.ts';
import { arrayText } from './row-buffer.ts';

/** Data that no data set contains: closed to everyone who has no right of their own. */
const closedClass = 0;

/** What ties a resource to data sets, taken from its key, tags and compartments. */
export interface Anchor {
  kind: 0 | 1 | 2;
  a: Int64;
  b: number;
}
export const anchorKind = { resource: 0, compartment: 1, tag: 2 } as const;

/** What the class of a resource follows from. */
export interface Owner {
  isMetadata: boolean;
  /** of data; metadata are in no data set */
  anchors: readonly Anchor[];
  /** Of metadata that may have named persons before: its anchors as data. Old versions are seen with the current one, so what was data stays data. */
  asData?: readonly Anchor[];
  /** whether it carries security labels */
  isLabelled: boolean;
  /** what statements ask about; made only where one does */
  facts(): ResourceFacts;
}

/** What a class stands for. `dataSets` are keys joined by commas, `effects` numbers joined by commas, each sorted. */
export interface ClassParts {
  isMetadata: boolean;
  dataSets: string;
  effects: string;
}

function signatureOf({ isMetadata, dataSets, effects }: ClassParts): string {
  return `${isMetadata ? 'm' : dataSets}${effects === '' ? '' : `;${effects}`}`;
}

/** Locks that keep the extent of data sets and the directives still while resources are being classed by them. */
const extentLock = 7_203_412;

/** Many writers may class resources at once; someone who changes an extent waits for them and they for it. */
export async function lockExtents(sql: TransactionSql, how: 'shared' | 'exclusive'): Promise<void> {
  const lock = how === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  await sql.unsafe(`select ${lock}(${extentLock})`, [], { prepare: true });
}

/** Data sets by anchor, directives by patient, and policies that ask something of resources: one query. */
const lookUp = `
  with i as materialized (select distinct * from unnest($1::smallint[], $2::bigint[], $3::int[]) as i (kind, a, b))
  select d.kind, d.a, d.b, array_to_string(array_agg(distinct d.data_set order by d.data_set), ',') as found
  from data_set_anchor d join i on d.kind = i.kind and d.a = i.a and d.b = i.b
  group by d.kind, d.a, d.b
  union all
  select 8::smallint, d.patient, 0, d.statement from directive d join i on i.kind = 1 and d.patient = i.a
  union all
  select 9::smallint, d.key, 0, d.statement from directive d where d.patient is null and d.asks`;

const patientsDirective = 8;

interface Bearing {
  dataSets: ReadonlyMap<string, string[]>;
  byPatient: ReadonlyMap<Int64, Directive[]>;
  policies: readonly Directive[];
}

const nothingBears: Bearing = { dataSets: new Map(), byPatient: new Map(), policies: [] };

async function bearingOn(sql: TransactionSql, owners: readonly Owner[]): Promise<Bearing> {
  const distinct = new Map<string, Anchor>();
  for (const { anchors } of owners)
    for (const anchor of anchors) distinct.set(`${anchor.kind} ${anchor.a} ${anchor.b}`, anchor);
  const all = [...distinct.values()];
  const rows = await sql.unsafe(
    lookUp,
    [arrayText(all.map((x) => x.kind)), arrayText(all.map((x) => x.a)), arrayText(all.map((x) => x.b))],
    { prepare: true },
  );
  if (rows.length === 0) return nothingBears;
  const dataSets = new Map<string, string[]>();
  const byPatient = new Map<Int64, Directive[]>();
  const policies: Directive[] = [];
  for (const row of rows) {
    const kind = row['kind'] as number;
    const found = row['found'] as string;
    if (kind < patientsDirective) dataSets.set(`${kind} ${row['a']} ${row['b']}`, found.split(','));
    else {
      const directive = JSON.parse(found) as Directive; // written by changeDirective
      if (kind !== patientsDirective) policies.push(directive);
      else byPatient.set(row['a'] as string, [...(byPatient.get(row['a'] as string) ?? []), directive]);
    }
  }
  return { dataSets, byPatient, policies };
}

/** The effects that bear on a resource. */
function bearing({ anchors, isMetadata, isLabelled, facts }: Owner, { byPatient, policies }: Bearing): Effect[] {
  const own = anchors.flatMap(({ kind, a }) => (kind === anchorKind.compartment ? (byPatient.get(a) ?? []) : []));
  const directives = isMetadata ? own : [...own, ...policies];
  return isLabelled || directives.length > 0 ? effectsOf(facts(), directives) : [];
}

/** The class of each owner, made where there was none. */
export async function classesOf(sql: TransactionSql, owners: readonly Owner[], memory: ClassMemory): Promise<number[]> {
  const found = await bearingOn(sql, owners);
  const effects = owners.map((owner) => bearing(owner, found).map(effectText));
  await internEffects(sql, effects.flat(), memory);
  const parts = owners.map((owner, at): ClassParts => {
    const sets = new Set(
      owner.isMetadata
        ? []
        : owner.anchors.flatMap((anchor) => found.dataSets.get(`${anchor.kind} ${anchor.a} ${anchor.b}`) ?? []),
    );
    return {
      isMetadata: owner.isMetadata,
      dataSets: [...sets].sort().join(','),
      effects: effectList(effects[at]!, memory),
    };
  });
  await internClasses(sql, parts, memory);
  return parts.map((part) => classOf(memory, part));
}

/** What is metadata now and was data before counts as data. */
export async function asBefore(
  sql: TransactionSql,
  entries: readonly { key: Int64; owner: Owner }[],
): Promise<readonly Owner[]> {
  const open = entries.filter(({ owner }) => owner.asData !== undefined).map(({ key }) => key);
  if (open.length === 0) return entries.map(({ owner }) => owner);
  const rows = await sql.unsafe(
    `select r.key from resource r join access_class c on c.class = r.class
     where r.key = any($1::bigint[]) and not c.is_metadata`,
    [arrayText(open)],
  );
  const before = new Set(rows.map((row) => row['key'] as Int64));
  return entries.map(({ key, owner }) =>
    owner.asData !== undefined && before.has(key) ? { ...owner, isMetadata: false, anchors: owner.asData } : owner,
  );
}

/** The effects of one resource as numbers, for a resource whose data sets stay. */
export async function effectListsOf(
  sql: TransactionSql,
  owners: readonly Owner[],
  memory: ClassMemory,
): Promise<string[]> {
  const found = await bearingOn(sql, owners);
  const effects = owners.map((owner) => bearing(owner, found).map(effectText));
  await internEffects(sql, effects.flat(), memory);
  return effects.map((texts) => effectList(texts, memory));
}

const effectList = (texts: readonly string[], memory: ClassMemory): string =>
  [...new Set(texts)]
    .map((text) => (memory.effects.get(text) ?? memory.freshEffects.get(text))!)
    .sort((x, y) => x - y)
    .join(',');

/** Classes and effects by what they stand for, and units: those committed, and those this transaction made or saw, which count only after its commit. */
export interface ClassMemory {
  hash: Hash;
  known: ReadonlyMap<string, number>;
  fresh: Map<string, number>;
  effects: ReadonlyMap<string, number>;
  freshEffects: Map<string, number>;
  units: ReadonlySet<string>;
  freshUnits: Set<string>;
}

export function classOf(memory: ClassMemory, parts: ClassParts): number {
  const signature = signatureOf(parts);
  return memory.known.get(signature) ?? memory.fresh.get(signature) ?? closedClass;
}

/** Sees to it that every combination has a class. A class never changes what it stands for, so it may be remembered for good. */
export async function internClasses(
  sql: TransactionSql,
  all: readonly ClassParts[],
  memory: ClassMemory,
): Promise<void> {
  const missing = new Map<string, ClassParts>();
  for (const parts of all) {
    const signature = signatureOf(parts);
    if (signature !== '' && !memory.known.has(signature) && !memory.fresh.has(signature)) missing.set(signature, parts);
  }
  if (missing.size === 0) return;
  // In one order, so that two batches cannot wait for each other.
  const signatures = [...missing.keys()].sort();
  const columns = signatures.map((signature) => missing.get(signature)!);
  const made = await sql.unsafe(
    `insert into access_class (signature, is_metadata, data_sets, effects)
     select i.signature, i.is_metadata, coalesce(i.data_sets, ''), coalesce(i.effects, '')
     from unnest(string_to_array($1, '|'), $2::boolean[], string_to_array($3, '|'), string_to_array($4, '|'))
       as i (signature, is_metadata, data_sets, effects)
     on conflict (signature) do nothing returning class`,
    [
      signatures.join('|'),
      arrayText(columns.map((one) => String(one.isMetadata))),
      columns.map((one) => one.dataSets).join('|'),
      columns.map((one) => one.effects).join('|'),
    ],
  );
  if (made.length > 0) await sql`update statement_epoch set value = value + 1`;
  const rows = await sql`
    select class, signature from access_class where signature = any(string_to_array(${signatures.join('|')}, '|'))`;
  for (const row of rows) memory.fresh.set(row['signature'] as string, row['class'] as number);
}

async function internEffects(sql: TransactionSql, texts: readonly string[], memory: ClassMemory): Promise<void> {
  const missing = [
    ...new Set(texts.filter((text) => !memory.effects.has(text) && !memory.freshEffects.has(text))),
  ].sort();
  for (const text of missing) {
    const hash = memory.hash(`effect ${text}`);
    await sql`insert into effect (hash, body) values (${hash}, ${text}) on conflict (hash) do nothing`;
    const [row] = await sql`select effect, body from effect where hash = ${hash}`;
    if (row!['body'] !== text) throw new Error('two effects have one hash');
    memory.freshEffects.set(text, row!['effect'] as number);
  }
}
