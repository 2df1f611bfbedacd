/** What was told of the content of each data set, and how far it has moved since. See docs/adr/0017-content-summaries.md */
import type { Int64 } from '../search/index-rows.ts';
import type { Sql, TransactionSql } from './connect.ts';
import { type ContentFact, kindNumber, kindOf } from './content-fact.ts';
import { arrayText } from './row-buffer.ts';

/** A fact of a data set: how many persons have it now, and what was told. */
export interface CountedFact extends ContentFact {
  fact: number;
  /** numbers of the codes above it, with itself */
  above: readonly number[];
  patients: number;
  /** persons between those of whom it was told and those of now; all of now where it was never told */
  drift: number;
  /** absent where it was never told */
  base?: number;
  /** absent where it is withheld */
  told?: number;
  /** of a resource type: what was told of its resources, and how many persons changed them since */
  tally?: Tally;
  tallyDrift: number;
}

/** Resources of a type and the share of them that have each element, as told. */
export interface Tally {
  /** absent where it is withheld */
  resources?: number;
  /** percent by element */
  completeness: readonly (readonly [element: string, percent: number])[];
}

/** All facts of a data set that somebody has or that were told. */
export async function countedFacts(sql: TransactionSql, dataSet: Int64): Promise<CountedFact[]> {
  const rows = await sql.unsafe(
    `with moved as materialized (
       select fact, count(*)::int as n from content_drift where data_set = $1::bigint group by 1
     )
     select f.fact, f.kind, f.type, f.system, f.code, f.display, f.above::text as above,
       c.patients, c.told, c.base, c.tally, coalesce(d.n, 0) as drift, coalesce(t.n, 0) as tally_drift
     from content_count c join content_fact f using (fact)
     left join moved d on d.fact = c.fact left join moved t on t.fact = -c.fact
     where c.data_set = $1::bigint and f.kind <> ${kindNumber('birth')} and (c.patients > 0 or c.base is not null)`,
    [dataSet],
  );
  return rows.map(factOf);
}

function factOf(row: Record<string, unknown>): CountedFact {
  const base = row['base'] as number | null;
  const told = row['told'] as number | null;
  const tally = row['tally'] as string | null;
  const display = row['display'] as string | null;
  const above = row['above'] as string;
  const patients = row['patients'] as number;
  return {
    fact: row['fact'] as number,
    kind: kindOf(row['kind'] as number),
    type: row['type'] as string,
    system: row['system'] as string,
    code: row['code'] as string,
    ...(display === null ? {} : { display }),
    above: above === '{}' ? [] : above.slice(1, -1).split(',').map(Number),
    patients,
    drift: base === null ? patients : (row['drift'] as number),
    ...(base === null ? {} : { base }),
    ...(told === null ? {} : { told }),
    ...(tally === null ? {} : { tally: JSON.parse(tally) as Tally }), // as written below
    tallyDrift: row['tally_drift'] as number,
  };
}

/** How many resources of each type have which elements, and the most that one person has of each type. */
export async function shapesOf(
  sql: TransactionSql,
  dataSet: Int64,
): Promise<{ type: string; elements: readonly string[]; resources: number }[]> {
  const rows = await sql`
    select s.type, s.elements, c.resources from content_shape_count c join content_shape s using (shape)
    where c.data_set = ${dataSet} and c.resources > 0`;
  return rows.map((row) => ({
    type: row['type'] as string,
    elements: (row['elements'] as string) === '' ? [] : (row['elements'] as string).split(','),
    resources: row['resources'] as number,
  }));
}

export async function mostOfOnePerson(sql: TransactionSql, dataSet: Int64, fact: number): Promise<number> {
  const [row] = await sql`
    select coalesce(max(n), 0)::int as n from content_holding where data_set = ${dataSet} and fact = ${fact}`;
  return row!['n'] as number;
}

/** What is told of a fact from now on. */
export interface Telling {
  fact: number;
  told: number | undefined;
  /** absent where numbers are exact: then nobody needs to know who came and went */
  base: number | undefined;
}

/** Keeps what is told; what came and went before is of no account any more. */
export async function keepTold(sql: TransactionSql, dataSet: Int64, told: readonly Telling[]): Promise<void> {
  if (told.length === 0) return;
  const facts = arrayText(told.map(({ fact }) => fact));
  await sql.unsafe(
    `update content_count c set told = nullif(i.told, -1), base = nullif(i.base, -1)
     from unnest($2::int[], $3::int[], $4::int[]) as i (fact, told, base) where c.data_set = $1::bigint and c.fact = i.fact`,
    [dataSet, facts, arrayText(told.map((one) => one.told ?? -1)), arrayText(told.map(({ base }) => base ?? -1))],
  );
  await sql.unsafe('delete from content_drift where data_set = $1::bigint and fact = any($2::int[])', [dataSet, facts]);
}

export async function keepTally(
  sql: TransactionSql,
  dataSet: Int64,
  fact: number,
  tally: Tally | undefined,
): Promise<void> {
  const text = tally === undefined ? null : JSON.stringify(tally);
  await sql`update content_count set tally = ${text} where data_set = ${dataSet} and fact = ${fact}`;
  await sql`delete from content_drift where data_set = ${dataSet} and fact = ${-fact}`;
}

/** What was told under other rules is told anew, and from nothing. True where there were others, or none. */
export async function changeRules(sql: TransactionSql, dataSet: Int64, rules: string): Promise<boolean> {
  const [before] = await sql`select rules from content_data_set where data_set = ${dataSet}`;
  if (before?.['rules'] === rules) return false;
  await sql`insert into content_data_set (data_set, rules) values (${dataSet}, ${rules})
    on conflict (data_set) do update set rules = excluded.rules`;
  await sql`update content_count set told = null, base = null, tally = null where data_set = ${dataSet}`;
  await sql`delete from content_drift where data_set = ${dataSet}`;
  return true;
}

/** Facts that nobody has any more and that were never told. */
export async function sweepCounts(sql: TransactionSql): Promise<void> {
  await sql`delete from content_count where patients = 0 and base is null`;
  await sql`delete from content_shape_count where resources = 0`;
}

export async function contentState(sql: Sql | TransactionSql, name: string): Promise<string | undefined> {
  const [row] = await sql`select value from content_state where name = ${name}`;
  return row?.['value'] as string | undefined;
}

export async function keepContentState(sql: TransactionSql, name: string, value: string): Promise<void> {
  await sql`insert into content_state (name, value) values (${name}, ${value})
    on conflict (name) do update set value = excluded.value`;
}

/** Changes whenever a CodeSystem does. */
export async function hierarchyStamp(sql: Sql | TransactionSql): Promise<string> {
  const [row] = await sql`
    select count(*)::text || ' ' || coalesce(sum(version), 0) || ' ' || coalesce(max(updated), 0) as stamp
    from resource where type = 'CodeSystem'`;
  return row!['stamp'] as string;
}

/** CodeSystems with these canonical URLs, as stored. */
export async function codeSystemsAt(
  sql: TransactionSql,
  parameter: Int64,
  hashes: readonly Int64[],
): Promise<Record<string, unknown>[]> {
  return sql.unsafe(
    `select distinct r.key, r.type, r.id, r.version, r.updated, r.class, r.content from uri u join resource r using (key)
     where u.parameter = $1::bigint and u.hash = any($2::bigint[]) and not r.deleted`,
    [parameter, arrayText(hashes)],
  );
}

/** All codes that are counted. */
export async function countedCodes(
  sql: TransactionSql,
): Promise<(ContentFact & { fact: number; above: readonly number[] })[]> {
  const rows = await sql.unsafe(
    `select fact, type, system, code, above::text as above from content_fact where kind = ${kindNumber('code')} and above <> '{}'`,
  );
  return rows.map((row) => ({
    kind: 'code',
    fact: row['fact'] as number,
    type: row['type'] as string,
    system: row['system'] as string,
    code: row['code'] as string,
    above: (row['above'] as string).slice(1, -1).split(',').map(Number),
  }));
}

/** Puts on the list what has one of these facts. */
export async function recountFacts(sql: TransactionSql, facts: readonly number[]): Promise<void> {
  if (facts.length === 0) return;
  await sql.unsafe('insert into content_change select distinct key from content_resource where facts && $1::int[]', [
    arrayText(facts),
  ]);
}

/** Puts on the list the patients whose age band is another one in the new month; `bandOf` tells it by birth. */
export async function recountAges(sql: TransactionSql, isOther: (born: string) => boolean): Promise<void> {
  const rows = await sql.unsafe(`select fact, code from content_fact where kind = ${kindNumber('birth')}`);
  const facts = rows.filter((row) => isOther(row['code'] as string)).map((row) => row['fact'] as number);
  if (facts.length === 0) return;
  await sql.unsafe(
    'insert into content_change select distinct patient from content_holding where fact = any($1::int[])',
    [arrayText(facts)],
  );
}
