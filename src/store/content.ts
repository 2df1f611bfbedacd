/** Keeps the counts of what each data set holds in step with the resources: only what changed is looked at. See docs/adr/0017-content-summaries.md */
import type { Int64 } from '../search/index-rows.ts';
import type { Sql, TransactionSql } from './connect.ts';
import { kindNumber } from './content-fact.ts';
import { type StoredResource, storedOf } from './read.ts';
import { arrayText } from './row-buffer.ts';

/** One refresh at a time, whichever process does it. */
const contentLock = 7_203_413;

/** A transaction in which the counts may be changed. */
export function contentTransaction<T>(sql: Sql, body: (inside: TransactionSql) => Promise<T>): Promise<T> {
  return sql.begin(async (inside) => {
    await inside`select pg_advisory_xact_lock(${contentLock})`;
    return body(inside);
  }) as Promise<T>; // postgres.js unwraps promises of arrays in its type; body returns none
}

/** A resource that changed, with the persons whose compartments it is in; undefined content where it counts no more. */
export interface ChangedResource {
  key: Int64;
  stored: StoredResource | undefined;
  persons: readonly Int64[];
}

/** What a resource adds for one person. */
export interface ContentRow {
  key: Int64;
  patient: Int64;
  class: number;
  shape: number;
  /** whether the resource is counted with this person; with others that it is about it is not counted again */
  counted: boolean;
  facts: readonly number[];
}

export async function countChanges(sql: Sql | TransactionSql): Promise<number> {
  const [row] = await sql`select count(*)::int as n from content_change`;
  return row!['n'] as number;
}

/**
 * Where summaries are brought up to date seldom or never the list of changes would grow with every write: each resource
 * stands in it once after this, and what is gone and was never counted not at all. Writing is not made slower by it.
 */
export function compactChanges(sql: Sql): Promise<void> {
  return contentTransaction(sql, async (inside) => {
    await inside`delete from content_change c using (
      select ctid, row_number() over (partition by key) as n from content_change) d
      where c.ctid = d.ctid and d.n > 1`;
    await inside`delete from content_change c
      where not exists (select 1 from resource r where r.key = c.key and (not r.deleted or r.type = 'Medication'))
        and not exists (select 1 from content_resource o where o.key = c.key)`;
  });
}

/** Takes up to `most` changed resources from the list, and those that refer to changed medications. */
export async function takeChanges(
  sql: TransactionSql,
  most: number,
  medicationParameters: readonly Int64[],
): Promise<Int64[]> {
  const rows = await sql.unsafe(
    `with next as materialized (select ctid from content_change limit $1::int),
       taken as (delete from content_change c using next where c.ctid = next.ctid returning c.key),
       listed as (select distinct key from taken)
     select key from listed
     union select r.key from listed l join resource m on m.key = l.key and m.type = 'Medication'
       join reference r on r.target = m.key and r.parameter = any($2::bigint[])`,
    [most, arrayText(medicationParameters)],
  );
  return rows.map((row) => row['key'] as Int64);
}

/** The resources as they are now, and the epoch of the statements at that moment. Content of classes that count for nothing stays where it is. */
export async function readChanged(
  sql: TransactionSql,
  keys: readonly Int64[],
  compartment: readonly Int64[],
  counting: readonly number[],
): Promise<{ epoch: number; changed: ChangedResource[] }> {
  const rows = await sql.unsafe(
    `select e.value as epoch, k.key as asked, r.key, r.type, r.id, r.version, r.updated, r.class, r.content, f.persons
     from statement_epoch e cross join unnest($1::bigint[]) as k (key)
     left join resource r on r.key = k.key and not r.deleted and r.class = any($3::int[])
     left join lateral (select string_agg(distinct f.target::text, ',') as persons from reference f
       where f.key = r.key and f.parameter = any($2::bigint[])
         and not exists (select 1 from resource p where p.key = f.target and p.type <> 'Patient')) f on true`,
    [arrayText(keys), arrayText(compartment), arrayText(counting)],
    { prepare: true },
  );
  const changed = rows.map((row): ChangedResource => {
    const stored = row['key'] === null ? undefined : storedOf(row);
    const persons = row['persons'] as string | null;
    const own = stored?.type === 'Patient' ? [stored.key] : [];
    return {
      key: row['asked'] as Int64,
      stored,
      persons: [...new Set([...own, ...(persons === null ? [] : persons.split(','))])].sort(),
    };
  });
  return { epoch: rows.length === 0 ? 0 : Number(rows[0]!['epoch']), changed };
}

const factDelta = (rows: string, sign: 1 | -1): string =>
  `select m.data_set, f.fact, x.patient, ${sign} as n
   from ${rows} x join content_member m on m.class = x.class cross join lateral unnest(x.facts) as f (fact)`;
const shapeDelta = (rows: string, sign: 1 | -1): string =>
  `select m.data_set, x.shape, ${sign} as n from ${rows} x join content_member m on m.class = x.class where x.counted`;

/** What is between what some resources added and what they add now. */
export async function replaceRows(
  sql: TransactionSql,
  keys: readonly Int64[],
  rows: readonly ContentRow[],
): Promise<void> {
  await sql.unsafe(
    `create temporary table content_old on commit drop as
     select * from content_resource where key = any($1::bigint[])`,
    [arrayText(keys)],
  );
  await sql.unsafe(
    `create temporary table content_next on commit drop as
     select i.key, i.patient, i.class, i.shape, i.counted, i.facts::int[] as facts
     from unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[], $5::boolean[], string_to_array($6, '|'))
       as i (key, patient, class, shape, counted, facts) where i.key is not null`,
    [
      arrayText(rows.map(({ key }) => key)),
      arrayText(rows.map(({ patient }) => patient)),
      arrayText(rows.map((one) => one.class)),
      arrayText(rows.map(({ shape }) => shape)),
      arrayText(rows.map(({ counted }) => String(counted))),
      rows.map(({ facts }) => arrayText(facts)).join('|'),
    ],
  );
  await makeDelta(
    sql,
    `${factDelta('content_old', -1)} union all ${factDelta('content_next', 1)}`,
    `${shapeDelta('content_old', -1)} union all ${shapeDelta('content_next', 1)}`,
  );
  await sql`delete from content_resource r using content_old o where r.key = o.key and r.patient = o.patient`;
  await sql`insert into content_resource (key, patient, class, shape, counted, facts)
    select key, patient, class, shape, counted, facts from content_next`;
  await applyDelta(sql);
  await sql`drop table content_old, content_next`;
}

/** Classes and the data sets that they count for, as they were counted. */
export async function countedMembers(sql: TransactionSql): Promise<Map<number, Set<Int64>>> {
  const known = new Map<number, Set<Int64>>();
  for (const row of await sql`select class from content_class`) known.set(row['class'] as number, new Set());
  for (const row of await sql`select class, data_set from content_member`)
    known.get(row['class'] as number)?.add(row['data_set'] as Int64);
  return known;
}

/** A class that counts for a data set, or no longer does. */
export interface Membership {
  class: number;
  dataSet: Int64;
}

/** Counts what is already kept of a class for other data sets too, or no longer. */
export async function changeMembers(
  sql: TransactionSql,
  added: readonly Membership[],
  removed: readonly Membership[],
): Promise<void> {
  if (removed.length > 0) {
    await countMembers(sql, removed, -1);
    await sql.unsafe(
      `delete from content_member m using unnest($1::int[], $2::bigint[]) as i (class, data_set)
       where m.class = i.class and m.data_set = i.data_set`,
      columnsOf(removed),
    );
    await sql.unsafe(
      `delete from content_resource r where r.class = any($1::int[])
         and not exists (select 1 from content_member m where m.class = r.class)`,
      [arrayText(removed.map((one) => one.class))],
    );
  }
  if (added.length > 0) {
    await countMembers(sql, added, 1);
    await sql.unsafe(
      'insert into content_member (class, data_set) select * from unnest($1::int[], $2::bigint[]) on conflict do nothing',
      columnsOf(added),
    );
  }
}

const columnsOf = (members: readonly Membership[]): [string, string] => [
  arrayText(members.map((one) => one.class)),
  arrayText(members.map(({ dataSet }) => dataSet)),
];

async function countMembers(sql: TransactionSql, members: readonly Membership[], sign: 1 | -1): Promise<void> {
  await sql.unsafe(
    `create temporary table content_turned on commit drop as
     select * from unnest($1::int[], $2::bigint[]) as i (class, data_set)`,
    columnsOf(members),
  );
  const rows = 'content_resource x join content_turned m on m.class = x.class';
  await makeDelta(
    sql,
    `select m.data_set, f.fact, x.patient, ${sign} as n from ${rows} cross join lateral unnest(x.facts) as f (fact)`,
    `select m.data_set, x.shape, ${sign} as n from ${rows} where x.counted`,
  );
  await applyDelta(sql);
  await sql`drop table content_turned`;
}

/** Classes that are known from now on. What is in those of `recount` is put on the list, and medications in those of `changed`. */
export async function noteClasses(
  sql: TransactionSql,
  classes: readonly number[],
  recount: readonly number[],
  changed: readonly number[],
): Promise<void> {
  if (classes.length > 0) {
    await sql.unsafe('insert into content_class select unnest($1::int[]) on conflict do nothing', [arrayText(classes)]);
  }
  if (changed.length > 0) {
    await sql.unsafe(
      `insert into content_change select key from resource where type = 'Medication' and class = any($1::int[]) and not deleted`,
      [arrayText(changed)],
    );
  }
  if (recount.length === 0) return;
  await sql.unsafe('insert into content_change select key from resource where class = any($1::int[]) and not deleted', [
    arrayText(recount),
  ]);
}

/** Forgets all that is kept of data sets that tell nothing any more. */
export async function forgetDataSets(sql: TransactionSql, dataSets: readonly Int64[]): Promise<void> {
  if (dataSets.length === 0) return;
  const keys = [arrayText(dataSets)];
  await sql.unsafe(
    `delete from content_resource r where exists (select 1 from content_member m where m.class = r.class and m.data_set = any($1::bigint[]))
       and not exists (select 1 from content_member m where m.class = r.class and m.data_set <> all($1::bigint[]))`,
    keys,
  );
  for (const table of ['member', 'holding', 'count', 'shape_count', 'drift', 'data_set']) {
    await sql.unsafe(`delete from content_${table} where data_set = any($1::bigint[])`, keys);
  }
}

/** The planner must know how large the tables have become. */
export async function analyzeContent(sql: Sql): Promise<void> {
  await sql.unsafe(
    'analyze content_resource, content_holding, content_count, content_fact, content_drift, content_change',
  );
}

async function makeDelta(sql: TransactionSql, facts: string, shapes: string): Promise<void> {
  await sql.unsafe(
    `create temporary table content_delta on commit drop as
     select d.data_set, d.fact, d.patient, d.n, coalesce(h.n, 0) as before from (
       select data_set, fact, patient, sum(n)::int as n from (${facts}) x group by 1, 2, 3 having sum(n) <> 0
     ) d left join content_holding h using (data_set, fact, patient)`,
  );
  await sql.unsafe(
    `create temporary table content_shape_delta on commit drop as
     select data_set, shape, sum(n)::int as n from (${shapes}) x group by 1, 2 having sum(n) <> 0`,
  );
}

/** Persons who had none of a fact and have it now, and the other way round. */
const moved =
  'select data_set, fact, patient, before = 0 as came from content_delta where before = 0 or before + n = 0';

async function applyDelta(sql: TransactionSql): Promise<void> {
  await sql.unsafe(
    `delete from content_holding h using content_delta d
     where h.data_set = d.data_set and h.fact = d.fact and h.patient = d.patient and d.before > 0 and d.before + d.n = 0`,
  );
  await sql.unsafe(
    `update content_holding h set n = d.before + d.n from content_delta d
     where h.data_set = d.data_set and h.fact = d.fact and h.patient = d.patient and d.before > 0 and d.before + d.n <> 0`,
  );
  await sql.unsafe(
    `insert into content_holding (data_set, fact, patient, n)
     select data_set, fact, patient, n from content_delta where before = 0`,
  );
  await sql.unsafe(
    `insert into content_count as c (data_set, fact, patients)
     select data_set, fact, sum(case when came then 1 else -1 end) from (${moved}) m group by 1, 2
     on conflict (data_set, fact) do update set patients = c.patients + excluded.patients`,
  );
  await noteDrift(sql);
  await sql.unsafe(
    `insert into content_shape_count as c (data_set, shape, resources) select data_set, shape, n from content_shape_delta
     on conflict (data_set, shape) do update set resources = c.resources + excluded.resources`,
  );
  await sql`drop table content_delta, content_shape_delta`;
}

/** Of facts that were told: who came since, and who left. Whoever came and left again is no change. */
async function noteDrift(sql: TransactionSql): Promise<void> {
  await sql.unsafe(
    `with m as materialized (
       select m.data_set, m.fact, m.patient from (${moved}) m
       join content_count c on c.data_set = m.data_set and c.fact = m.fact and c.base is not null
     ), back as (
       delete from content_drift d using m where d.data_set = m.data_set and d.fact = m.fact and d.patient = m.patient
       returning d.data_set, d.fact, d.patient
     )
     insert into content_drift (data_set, fact, patient)
     select * from m except select data_set, fact, patient from back`,
  );
  await sql.unsafe(
    `insert into content_drift (data_set, fact, patient)
     select d.data_set, -d.fact, d.patient from content_delta d join content_fact f on f.fact = d.fact
     join content_count c on c.data_set = d.data_set and c.fact = d.fact and c.tally is not null
     where f.kind = ${kindNumber('type')} on conflict do nothing`,
  );
}
