/** Keeps the hierarchies of the CodeSystems in the store and answers which codes lie below one. https://hl7.org/fhir/R4B/search.html#token */
import type { Resource } from '../fhir/json.ts';
import type { Sql, TransactionSql } from '../store/connect.ts';
import { hierarchyOf } from './hierarchy.ts';

const insertText = `
  insert into code_closure (system, ancestor, descendant, source)
  select $1, x->>0, x->>1, $3::bigint from jsonb_array_elements($2::text::jsonb) x on conflict do nothing`;

/** Replaces what the CodeSystem with this key states of its hierarchy; undefined when it is deleted. */
export async function replaceHierarchy(
  sql: TransactionSql,
  source: string,
  codeSystem: Resource | undefined,
): Promise<void> {
  await sql`delete from code_closure where source = ${source}`;
  const hierarchy = codeSystem === undefined ? undefined : hierarchyOf(codeSystem);
  if (hierarchy !== undefined) {
    await sql.unsafe(insertText, [hierarchy.system, JSON.stringify(hierarchy.pairs), source]);
  }
}

/** The code and all codes below it, as the CodeSystems in the store state it; undefined when none of them knows the code. */
export async function descendantsOf(
  sql: Sql | TransactionSql,
  system: string,
  code: string,
): Promise<readonly string[] | undefined> {
  const rows = await sql.unsafe(
    'select distinct descendant from code_closure where system = $1 and ancestor = $2',
    [system, code],
    { prepare: true },
  );
  return rows.length === 0 ? undefined : rows.map((row) => row['descendant'] as string);
}
