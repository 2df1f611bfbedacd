/** Erases resources with all their versions and every row that tells of them, on legal grounds; an entry without content stays. See docs/adr/0005. */
import type { Int64 } from '../search/index-rows.ts';
import type { TransactionSql } from './connect.ts';
import { arrayText, ownedTableNames } from './row-buffer.ts';

/** What is erased, and what is kept of the act. */
export interface Erasure {
  key: Int64;
  type: string;
  id: string;
  /** only the superseded versions, not the current one */
  onlySuperseded: boolean;
  asker: string;
  reason: string;
}

/** The number of versions that are gone. */
export async function erase(
  sql: TransactionSql,
  { key, type, id, onlySuperseded, asker, reason }: Erasure,
): Promise<number> {
  const keys = arrayText([key]);
  // Two ids could share a key: only the one that was named goes.
  const [own] = await sql`select 1 from resource where key = ${key} and type = ${type} and id = ${id} for update`;
  if (own === undefined) return 0;
  const superseded = await sql.unsafe('delete from resource_version where key = any($1::bigint[]) returning version', [
    keys,
  ]);
  let versions = superseded.length;
  if (!onlySuperseded) {
    for (const table of ownedTableNames) await sql.unsafe(`delete from ${table} where key = any($1::bigint[])`, [keys]);
    const current = await sql.unsafe('delete from resource where key = any($1::bigint[]) returning version', [keys]);
    versions += current.length;
  }
  if (versions > 0) {
    await sql`insert into erasure (asker, reason, target, versions) values (${asker}, ${reason}, ${`${type}/${id}`}, ${versions})`;
  }
  return versions;
}
