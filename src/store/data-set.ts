/** Keeps what the data sources state of their data sets and what belongs to them, and re-classes what that touches. See docs/adr/0003. */
import type { NamedExtents, OpenExtents } from '../conditions/disclosure/confined.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { PermittedClasses } from '../search/tree.ts';
import { type Anchor, type ClassMemory, type ClassParts, classOf, internClasses } from './access-class.ts';
import type { Sql, TransactionSql } from './connect.ts';
import { arrayText, ownedTableNames } from './row-buffer.ts';

/** What a resource says about data sets when it is written; absent parts mean that it says nothing (any more). */
export interface DataSetChange {
  key: Int64;
  /** A data set (Library): its statement as JSON, the resources that state its extent, and the tags that do. */
  dataSet?: { statement: string; extents: readonly Int64[]; anchors: readonly Anchor[] };
  /** An extent (Group, List, DocumentManifest): what it lists. */
  lists?: readonly Anchor[];
}

/** The keys of search parameters that the re-classing needs to find what a resource is tied to. */
export interface TyingParameters {
  /** parameters that place a resource in a patient's compartment */
  compartment: readonly Int64[];
  /** `_tag` of every type */
  tag: readonly Int64[];
  /** resource types that are metadata and keep their class */
  metadataTypes: readonly string[];
}

/** Applies `change` and gives everything that it moves in or out of a data set its new class, in the same transaction. */
export async function changeDataSet(
  sql: TransactionSql,
  change: DataSetChange,
  listsOf: (extent: Int64) => Promise<readonly Anchor[]>,
  tying: TyingParameters,
  memory: ClassMemory,
): Promise<void> {
  const before = await anchorsFrom(sql, change.key);
  const had = await sql`delete from data_set where key = ${change.key} returning key`;
  const extentsBefore = await sql`delete from data_set_extent where data_set = ${change.key} returning extent`;
  const statesData = change.dataSet !== undefined || had.length > 0;
  for (const row of extentsBefore) before.push(...(await anchorsOf(sql, row['extent'] as string, change.key)));
  await sql`delete from data_set_anchor where source = ${change.key} or data_set = ${change.key}`;

  const after: Anchor[] = [];
  if (change.dataSet !== undefined) {
    const { statement, extents, anchors } = change.dataSet;
    await sql`insert into data_set (key, statement) values (${change.key}, ${statement}::text::jsonb)`;
    await addAnchors(sql, anchors, change.key, change.key);
    after.push(...anchors);
    for (const extent of new Set(extents)) {
      await sql`insert into data_set_extent (data_set, extent) values (${change.key}, ${extent})`;
      const listed = extent === change.key ? [] : await listsOf(extent);
      await addAnchors(sql, listed, change.key, extent);
      after.push(...listed);
    }
  }
  for (const row of await sql`select data_set from data_set_extent where extent = ${change.key}`) {
    await addAnchors(sql, change.lists ?? [], row['data_set'] as string, change.key);
    after.push(...(change.lists ?? []));
  }
  if (statesData) await sql`update statement_epoch set value = value + 1`;
  const touched = [...before, ...after];
  if (touched.length > 0) await reclass(sql, touched, tying, memory);
}

/**
 * Which of the tags and lists say who belongs to one of the data sets. Lists only that may be read, and where each whom
 * they name belongs to it: of some they say that they are members no more.
 */
export async function extentsOf(
  sql: Sql,
  named: NamedExtents & { dataSets: readonly Int64[]; records: PermittedClasses },
): Promise<OpenExtents> {
  const dataSets = arrayText(named.dataSets);
  const [tags, lists] = await Promise.all([
    named.tags.length === 0 ? [] : sql.unsafe(openTags, [...tagColumns(named), dataSets], { prepare: true }),
    named.lists.length === 0 || named.records === 'all'
      ? []
      : sql.unsafe(openLists, [dataSets, arrayText(named.lists), arrayText(named.members), arrayText(named.records)], {
          prepare: true,
        }),
  ]);
  return {
    tags: new Set(tags.map((row) => `${row['a']} ${row['b']}`)),
    lists: new Set(lists.map((row) => row['extent'] as Int64)),
  };
}

const tagColumns = ({ tags }: NamedExtents): [string, string] => [
  arrayText(tags.map(({ code }) => code)),
  arrayText(tags.map(({ system }) => system)),
];

const openTags = `
  select distinct a.a::text as a, a.b from data_set_anchor a
  join unnest($1::bigint[], $2::int[]) as i (a, b) on a.kind = 2 and a.a = i.a and a.b = i.b
  where a.data_set = any($3::bigint[])`;

const openLists = `
  select distinct e.extent::text as extent from data_set_extent e join resource r on r.key = e.extent
  where e.data_set = any($1::bigint[]) and e.extent = any($2::bigint[]) and r.class = any($4::int[]) and not exists (
    select 1 from reference f where f.key = e.extent and f.parameter = any($3::bigint[]) and not exists (
      select 1 from data_set_anchor a
      where a.source = e.extent and a.data_set = e.data_set and a.kind in (0, 1) and a.a = f.target))`;

async function anchorsFrom(sql: TransactionSql, source: Int64): Promise<Anchor[]> {
  const rows =
    await sql`select distinct kind, a, b from data_set_anchor where source = ${source} or data_set = ${source}`;
  return rows.map((row) => ({ kind: row['kind'] as Anchor['kind'], a: row['a'] as string, b: row['b'] as number }));
}

async function anchorsOf(sql: TransactionSql, source: Int64, dataSet: Int64): Promise<Anchor[]> {
  const rows = await sql`select kind, a, b from data_set_anchor where source = ${source} and data_set = ${dataSet}`;
  return rows.map((row) => ({ kind: row['kind'] as Anchor['kind'], a: row['a'] as string, b: row['b'] as number }));
}

async function addAnchors(
  sql: TransactionSql,
  anchors: readonly Anchor[],
  dataSet: Int64,
  source: Int64,
): Promise<void> {
  if (anchors.length === 0) return;
  await sql.unsafe(
    `insert into data_set_anchor (kind, a, b, data_set, source)
     select distinct i.kind, i.a, i.b, $4::bigint, $5::bigint
     from unnest($1::smallint[], $2::bigint[], $3::int[]) as i (kind, a, b) on conflict do nothing`,
    [...columnsOf(anchors), dataSet, source],
  );
}

function columnsOf(anchors: readonly Anchor[]): [string, string, string] {
  return [
    arrayText(anchors.map((x) => x.kind)),
    arrayText(anchors.map((x) => x.a)),
    arrayText(anchors.map((x) => x.b)),
  ];
}

const touchedText = `
  create temporary table touched on commit drop as
  with i as (select distinct * from unnest($1::smallint[], $2::bigint[], $3::int[]) as i (kind, a, b))
  select key from (
    select i.a as key from i where i.kind in (0, 1)
    union
    select r.key from reference r join i on i.kind = 1 and r.target = i.a where r.parameter = any($4::bigint[])
    union
    select t.key from token t join i on i.kind = 2 and t.code = i.a and t.system = i.b where t.parameter = any($5::bigint[])
  ) x join resource using (key) where type <> all(string_to_array($6, ','))`;

/** The data sets that contain each touched resource now; the effects on it stay. */
const partsText = `
  create temporary table reclassed on commit drop as
  select t.key, coalesce(c.effects, '') as effects, coalesce(string_agg(d.name, ',' order by d.name), '') as data_sets
  from touched t join resource x on x.key = t.key left join access_class c on c.class = x.class left join lateral (
    select data_set::text collate "C" as name from data_set_anchor where kind in (0, 1) and a = t.key
    union
    select a.data_set::text from reference r join data_set_anchor a on a.kind = 1 and a.a = r.target
      where r.key = t.key and r.parameter = any($1::bigint[])
    union
    select a.data_set::text from token k join data_set_anchor a on a.kind = 2 and a.a = k.code and a.b = k.system
      where k.key = t.key and k.parameter = any($2::bigint[])
  ) d on true where not coalesce(c.is_metadata, false) group by t.key, c.effects`;

async function reclass(
  sql: TransactionSql,
  anchors: readonly Anchor[],
  tying: TyingParameters,
  memory: ClassMemory,
): Promise<void> {
  const compartment = arrayText(tying.compartment);
  const tag = arrayText(tying.tag);
  await sql`drop table if exists touched, reclassed`;
  await sql.unsafe(touchedText, [...columnsOf(anchors), compartment, tag, tying.metadataTypes.join(',')]);
  await sql.unsafe(partsText, [compartment, tag]);
  const parts = (await sql`select distinct data_sets, effects from reclassed`).map(
    (row): ClassParts => ({
      isMetadata: false,
      dataSets: row['data_sets'] as string,
      effects: row['effects'] as string,
    }),
  );
  await internClasses(sql, parts, memory);
  // Both lists have one item more than there are classes, so that none of them is empty.
  await sql.unsafe(
    `create temporary table new_class on commit drop as
     select r.key, c.class from reclassed r
     join unnest(string_to_array($1, '|'), string_to_array($2, '|'), $3::int[]) as c (data_sets, effects, class)
       on c.data_sets = r.data_sets and c.effects = r.effects`,
    [
      ['none', ...parts.map((one) => one.dataSets)].join('|'),
      ['none', ...parts.map((one) => one.effects)].join('|'),
      arrayText([0, ...parts.map((one) => classOf(memory, one))]),
    ],
  );
  await moveToNewClasses(sql);
  await sql`drop table touched, reclassed, new_class`;
}

/** Gives every row of the resources in `new_class` their class. */
export async function moveToNewClasses(sql: TransactionSql): Promise<void> {
  for (const table of ['resource', ...ownedTableNames]) {
    await sql.unsafe(
      `update ${table} t set class = n.class from new_class n where t.key = n.key and t.class <> n.class`,
    );
  }
}
