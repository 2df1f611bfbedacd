/** Keeps the directives (Consents, Permissions), grants, de-identification profiles and revoked tokens in force, and re-classes what a directive bears on. See docs/adr/0010. */
import type { Directive, Grant } from '../conditions/model.ts';
import type { Int64 } from '../search/index-rows.ts';
import {
  type ClassMemory,
  type ClassParts,
  classOf,
  effectListsOf,
  internClasses,
  type Owner,
} from './access-class.ts';
import type { Sql, TransactionSql } from './connect.ts';
import { moveToNewClasses } from './data-set.ts';
import { type StoredResource, storedOf } from './read.ts';
import { arrayText } from './row-buffer.ts';

/** What re-classing needs of who prepares resources. */
export interface Reclassing {
  /** parameters that place a resource in a patient's compartment */
  compartment: readonly Int64[];
  ownerOf(stored: StoredResource): Owner;
}

/** A directive as the store keeps it. */
export interface StoredDirective {
  statement: Directive;
  /** key of the patient whose data it is about */
  patient?: Int64;
  /** whether it asks something of resources */
  asks: boolean;
}

/** In the transaction that writes the stating resource; `directive` is absent when it states nothing (any more). */
export async function changeDirective(
  sql: TransactionSql,
  key: Int64,
  directive: StoredDirective | undefined,
  how: Reclassing,
  memory: ClassMemory,
): Promise<void> {
  const before = await sql`delete from directive where key = ${key} returning patient::text as patient, asks`;
  if (before.length === 0 && directive === undefined) return;
  if (directive !== undefined) {
    await sql`insert into directive (key, patient, asks, statement)
      values (${key}, ${directive.patient ?? null}, ${directive.asks}, ${JSON.stringify(directive.statement)})`;
  }
  await sql`update statement_epoch set value = value + 1`;
  const old = before[0] as { patient: Int64 | null; asks: boolean } | undefined; // the columns just named
  const patients = [old?.patient, directive?.patient].filter((one) => one !== null && one !== undefined);
  for (const patient of new Set(patients)) await reclassCompartment(sql, patient, how, memory);
  const wasPolicy = old?.patient === null && old.asks;
  const isPolicy = directive !== undefined && directive.patient === undefined && directive.asks;
  if (wasPolicy || isPolicy) await reclassAll(sql, how, memory);
}

const columns = 'r.key, r.type, r.id, r.version, r.updated, r.class, r.content';
const batch = 500;

async function reclassCompartment(
  sql: TransactionSql,
  patient: Int64,
  how: Reclassing,
  memory: ClassMemory,
): Promise<void> {
  const keys = await sql.unsafe(
    `select $1::bigint::text as key union
     select f.key::text from reference f where f.target = $1::bigint and f.parameter = any($2::bigint[])`,
    [patient, arrayText(how.compartment)],
  );
  for (let at = 0; at < keys.length; at += batch) {
    const some = keys.slice(at, at + batch).map((row) => row['key'] as string);
    const rows = await sql.unsafe(
      `select ${columns} from resource r where r.key = any($1::bigint[]) and not r.deleted order by r.key for update`,
      [arrayText(some)],
    );
    await reclassSome(sql, rows.map(storedOf), how, memory);
  }
}

async function reclassAll(sql: TransactionSql, how: Reclassing, memory: ClassMemory): Promise<void> {
  let after = '-9223372036854775808';
  for (;;) {
    const rows = await sql.unsafe(
      `select ${columns} from resource r where r.key > $1::bigint and not r.deleted order by r.key limit ${batch} for update`,
      [after],
    );
    if (rows.length === 0) return;
    const some = rows.map(storedOf);
    await reclassSome(sql, some, how, memory);
    after = some.at(-1)!.key;
  }
}

/** Gives resources the class that follows from the effects on them now; their data sets stay. */
async function reclassSome(
  sql: TransactionSql,
  some: readonly StoredResource[],
  { ownerOf }: Reclassing,
  memory: ClassMemory,
): Promise<void> {
  if (some.length === 0) return;
  const owners = some.map(ownerOf);
  const lists = await effectListsOf(sql, owners, memory);
  const known = await sql.unsafe(
    'select class, is_metadata, data_sets from access_class where class = any($1::int[])',
    [arrayText([...new Set(some.map((one) => one.class))])],
  );
  const partsByClass = new Map(known.map((row) => [row['class'] as number, row]));
  const parts = some.map((one, at): ClassParts => {
    const now = partsByClass.get(one.class)!; // every class of a resource has its row
    return { isMetadata: now['is_metadata'] as boolean, dataSets: now['data_sets'] as string, effects: lists[at]! };
  });
  await internClasses(sql, parts, memory);
  const moved = some
    .map((one, at) => ({ key: one.key, from: one.class, to: classOf(memory, parts[at]!) }))
    .filter(({ from, to }) => from !== to);
  if (moved.length === 0) return;
  await sql.unsafe(
    `create temporary table new_class on commit drop as
     select * from unnest($1::bigint[], $2::int[]) as n (key, class)`,
    [arrayText(moved.map(({ key }) => key)), arrayText(moved.map(({ to }) => to))],
  );
  await moveToNewClasses(sql);
  await sql`drop table new_class`;
}

export async function changeGrant(sql: TransactionSql, key: Int64, grant: Grant | undefined): Promise<void> {
  const before = await sql`delete from access_grant where key = ${key} returning key`;
  if (grant !== undefined)
    await sql`insert into access_grant (key, statement) values (${key}, ${JSON.stringify(grant)})`;
  if (grant !== undefined || before.length > 0) await sql`update statement_epoch set value = value + 1`;
}

export async function changeProfile(
  sql: TransactionSql,
  key: Int64,
  profile: { url: string; content: string } | undefined,
): Promise<void> {
  const before = await sql`delete from deidentification_profile where key = ${key} returning key`;
  if (profile !== undefined) {
    await sql`insert into deidentification_profile (key, url, content) values (${key}, ${profile.url}, ${profile.content})`;
  }
  if (profile !== undefined || before.length > 0) await sql`update statement_epoch set value = value + 1`;
}

/** From now on no process takes the token. `until`: when it would have ended by itself. */
export async function revokeToken(sql: Sql, token: string, until: number, now: number): Promise<void> {
  await sql.begin(async (inside) => {
    await inside`delete from revoked_token where until < ${now}`;
    await inside`insert into revoked_token (token, until) values (${token}, ${Math.round(until)}) on conflict (token) do nothing`;
    await inside`update statement_epoch set value = value + 1`;
  });
}
