/** Keeps the hierarchies of the CodeSystems in the store and answers which codes lie above or below one. https://hl7.org/fhir/R4B/search.html#token */
import type { Definitions } from '../fhir/definitions/model.ts';
import { ancestorsOf, type Hierarchy, hierarchyOf } from '../fhir/hierarchy.ts';
import type { Resource } from '../fhir/json.ts';
import { type Hash, systemKey } from '../search/index-rows.ts';
import type { KnownToken } from '../search/tree.ts';
import type { Sql, TransactionSql } from '../store/connect.ts';
import { arrayText } from '../store/row-buffer.ts';

/** Rows of one insert: large enough to be fast, small enough for memory. */
const chunk = 50_000;

const insertText = `
  insert into code_closure (system, ancestor, descendant, source)
  select $1::int, i.ancestor, i.descendant, $4::bigint from unnest($2::bigint[], $3::bigint[]) as i (ancestor, descendant)`;

/** Replaces what the CodeSystem with this key states of its hierarchy; undefined when it is deleted. */
export async function replaceHierarchy(
  sql: TransactionSql,
  hash: Hash,
  source: string,
  codeSystem: Resource | undefined,
): Promise<void> {
  await sql`delete from code_closure where source = ${source}`;
  const hierarchy = codeSystem === undefined ? undefined : hierarchyOf(codeSystem);
  if (hierarchy !== undefined) await insertClosure(sql, hash, source, hierarchy);
}

async function insertClosure(sql: TransactionSql, hash: Hash, source: string, hierarchy: Hierarchy): Promise<void> {
  const system = systemKey(hash, hierarchy.system);
  const keys = new Map<string, string>();
  const keyOf = (code: string): string => {
    let key = keys.get(code);
    if (key === undefined) keys.set(code, (key = hash(code)));
    return key;
  };
  let ancestors: string[] = [];
  let descendants: string[] = [];
  const flush = async (): Promise<void> => {
    if (ancestors.length === 0) return;
    await sql.unsafe(insertText, [system, arrayText(ancestors), arrayText(descendants), source], { prepare: true });
    ancestors = [];
    descendants = [];
  };
  for (const code of hierarchy.parents.keys()) {
    for (const ancestor of ancestorsOf(code, hierarchy.parents)) {
      ancestors.push(keyOf(ancestor));
      descendants.push(keyOf(code));
    }
    if (ancestors.length >= chunk) await flush();
  }
  await flush();
}

/** Longer lists of codes are left to the database. */
const longestList = 1000;

/** The code with all codes above or below it, as the CodeSystems in the store, else the definitions, state it. */
export async function closureOf(
  sql: Sql | TransactionSql,
  means: { hash: Hash; definitions: Definitions },
  how: 'above' | 'below',
  system: string,
  code: string,
): Promise<readonly KnownToken[]> {
  const { hash, definitions } = means;
  const key = systemKey(hash, system);
  const [found, asked] = how === 'below' ? ['descendant', 'ancestor'] : ['ancestor', 'descendant'];
  const rows = await sql.unsafe(
    `select distinct ${found} as code from code_closure where system = $1 and ${asked} = $2::bigint limit ${longestList + 1}`,
    [key, hash(code)],
    { prepare: true },
  );
  if (rows.length > longestList) return [{ closure: { how, system: key, code: hash(code) } }];
  if (rows.length > 0) return rows.map((row) => ({ system: key, code: row['code'] as string }));
  return definedClosure(definitions, how, system, code).map((one) => ({ system: key, code: hash(one) }));
}

/** Where no hierarchy knows the code, only the code itself is meant. */
function definedClosure(
  { hierarchies }: Definitions,
  how: 'above' | 'below',
  system: string,
  code: string,
): readonly string[] {
  const parents = parentsOf(hierarchies, system);
  if (how === 'above') return [...ancestorsOf(code, parents)];
  const below = [...parents.keys()].filter((one) => ancestorsOf(one, parents).has(code));
  return below.includes(code) ? below : [code, ...below];
}

/** Made once for each code system that is asked for. */
const remembered = new WeakMap<Definitions['hierarchies'], Map<string, Hierarchy['parents']>>();

function parentsOf(hierarchies: Definitions['hierarchies'], system: string): Hierarchy['parents'] {
  const known = remembered.get(hierarchies) ?? new Map<string, Hierarchy['parents']>();
  remembered.set(hierarchies, known);
  let parents = known.get(system);
  if (parents === undefined) {
    const above = Object.hasOwn(hierarchies, system) ? hierarchies[system]! : {};
    parents = new Map(Object.entries(above).map(([code, all]) => [code, new Set(all)]));
    // Systems that are not defined come from requests, and could be any number.
    if (parents.size > 0) known.set(system, parents);
  }
  return parents;
}
