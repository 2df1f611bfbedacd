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
import type { Int64 } from '../search/index-rows.ts';
import type { Sql } from './connect.ts';

/** All statements in force. A new object for every epoch, so that what is derived from it may be kept beside it. */
export interface Statements extends StatementsInForce {
  epoch: number;
  /** de-identification profiles (Libraries as JSON) by canonical */
  profiles: ReadonlyMap<string, string>;
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
export async function loadStatements(sql: Sql): Promise<Statements> {
  const [row] = await sql.unsafe(text);
  const part = <Columns>(name: string): Columns[] => JSON.parse(row![name] as string) as Columns[];
  const effects = new Map(part<[number, string]>('effects').map(([number, body]) => [number, effectFrom(body)]));
  return {
    epoch: Number(row!['epoch']),
    dataSets: new Map(
      part<[Int64, string]>('data_sets').map(([key, statement]) => [key, JSON.parse(statement) as DataSetStatement]),
    ),
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
