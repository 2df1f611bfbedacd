/** Loads what the data sources state, as of one epoch; kept until a query reports a newer epoch. See docs/adr/0010. */
import { effectFrom } from '../conditions/effect.ts';
import type {
  ClassStatements,
  DataSetStatement,
  Directive,
  Effect,
  Grant,
  StatementsInForce,
} from '../conditions/model.ts';
import { type Hash, type Int64, systemKey } from '../search/index-rows.ts';
import type { Sql } from './connect.ts';
import { arrayText } from './row-buffer.ts';

/** All statements in force. A new object for every epoch, so that what is derived from it may be kept beside it. */
export interface Statements extends StatementsInForce {
  epoch: number;
  /** de-identification profiles (Libraries as JSON) by canonical */
  profiles: ReadonlyMap<string, string>;
  /** Whether a code is the other or lies below it (`system|code`), by the CodeSystems in the store; for diseases that data sets name. */
  isBelow(code: string, ancestor: string): boolean;
}

const rowsOf = (columns: string, table: string, more = ''): string =>
  `(select coalesce(jsonb_agg(jsonb_build_array(${columns})), '[]')::text from ${table}${more})`;

const text = `
  select e.value as epoch,
    ${rowsOf('key::text, statement::text', 'data_set')} as data_sets,
    ${rowsOf('class, is_metadata, data_sets, effects', 'access_class')} as classes,
    ${rowsOf('effect, body', 'effect')} as effects,
    ${rowsOf('statement', 'directive', ' where patient is null and not asks')} as policies,
    ${rowsOf('statement', 'access_grant')} as grants,
    ${rowsOf('url, content', 'deidentification_profile')} as profiles,
    ${rowsOf('token', 'revoked_token')} as revoked
  from statement_epoch e`;

/** One query, so that all parts are of the same epoch. Everything in it was written by this program in these shapes. */
export async function loadStatements(sql: Sql, hash: Hash): Promise<Statements> {
  const [row] = await sql.unsafe(text);
  const part = <Columns>(name: string): Columns[] => JSON.parse(row![name] as string) as Columns[];
  const effects = new Map(part<[number, string]>('effects').map(([number, body]) => [number, effectFrom(body)]));
  const dataSets = new Map(
    part<[Int64, string]>('data_sets').map(([key, statement]) => [key, JSON.parse(statement) as DataSetStatement]),
  );
  return {
    epoch: Number(row!['epoch']),
    dataSets,
    isBelow: await hierarchyOf(diseasesOf(dataSets.values()), sql, hash),
    classes: part<[number, boolean, string, string]>('classes').map(
      ([number, isMetadata, dataSets, numbers]): ClassStatements => ({
        class: number,
        isMetadata,
        dataSets: listOf(dataSets),
        effects: listOf(numbers).map((one): Effect => effects.get(Number(one))!),
      }),
    ),
    policies: part<[string]>('policies').map(([statement]) => JSON.parse(statement) as Directive),
    grants: part<[string]>('grants').map(([statement]) => JSON.parse(statement) as Grant),
    profiles: new Map(part<[string, string]>('profiles')),
    revoked: new Set(part<[string]>('revoked').map(([token]) => token)),
  };
}

const listOf = (joined: string): string[] => (joined === '' ? [] : joined.split(','));

/** Diseases that data sets are open for the research of, `system|code`. */
export function diseasesOf(dataSets: Iterable<DataSetStatement>): string[] {
  const all = [...dataSets].flatMap(({ dataUse }) => dataUse.flatMap(({ parameter }) => parameter ?? []));
  return [...new Set(all.filter((one) => one.includes('|')))];
}

export function splitCode(text: string): [system: string, code: string] {
  const at = text.lastIndexOf('|');
  return [text.slice(0, at), text.slice(at + 1)];
}

/** A change of a CodeSystem makes a new epoch (door/prepare.ts), so what is read here holds as long as the statements. */
export async function hierarchyOf(ancestors: readonly string[], sql: Sql, hash: Hash): Promise<Statements['isBelow']> {
  const keyOf = (text: string): string => {
    const [system, code] = splitCode(text);
    return `${systemKey(hash, system)} ${hash(code)}`;
  };
  if (ancestors.length === 0) return (code, ancestor) => code === ancestor;
  const parts = ancestors.map(splitCode);
  const rows = await sql.unsafe(
    `select c.system, c.ancestor::text as ancestor, c.descendant::text as descendant
     from code_closure c join unnest($1::int[], $2::bigint[]) as a (system, ancestor)
       on a.system = c.system and a.ancestor = c.ancestor`,
    [arrayText(parts.map(([system]) => systemKey(hash, system))), arrayText(parts.map(([, code]) => hash(code)))],
  );
  const below = new Set(rows.map((row) => `${row['system']} ${row['ancestor']} ${row['system']} ${row['descendant']}`));
  return (code, ancestor) => code === ancestor || below.has(`${keyOf(ancestor)} ${keyOf(code)}`);
}
