/** Loads what the data sources state, as of one epoch; kept until a query reports a newer epoch. See docs/adr/0003. */
import type { Int64 } from '../search/index-rows.ts';
import type { Sql } from './connect.ts';

/** All statements in force. A new object for every epoch, so that what is derived from it may be kept beside it. */
export interface Statements {
  epoch: number;
  /** data set key -> its statement, as written by conditions */
  dataSets: ReadonlyMap<Int64, string>;
  /** access classes and the data sets that each stands for */
  classes: readonly { class: number; dataSets: readonly Int64[] }[];
}

const text = `
  select e.value as epoch,
    (select coalesce(jsonb_agg(jsonb_build_array(key::text, statement::text)), '[]')::text from data_set) as data_sets,
    (select coalesce(jsonb_agg(jsonb_build_array(class, signature)), '[]')::text from access_class) as classes
  from statement_epoch e`;

/** One query, so that all parts are of the same epoch. */
export async function loadStatements(sql: Sql): Promise<Statements> {
  const [row] = await sql.unsafe(text);
  const dataSets = JSON.parse(row!['data_sets'] as string) as [Int64, string][]; // as built in `text`
  const classes = JSON.parse(row!['classes'] as string) as [number, string][];
  return {
    epoch: Number(row!['epoch']),
    dataSets: new Map(dataSets),
    classes: classes.map(([number, signature]) => ({ class: number, dataSets: signature.split(',') })),
  };
}
