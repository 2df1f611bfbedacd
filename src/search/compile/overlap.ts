/** Writes as SQL that records of several kinds are about the same moment: the `overlap` of the tree. See docs/adr/0019-feasibility.md */
import { openHigh } from '../index-rows.ts';
import type { Expression, PeriodWay, TimedSource } from '../tree.ts';
import type { StatementBuilder } from './statement.ts';

type Overlap = Extract<Expression, { kind: 'overlap' }>;

/** The condition that an expression holds for the resource with a key. */
type Condition = (expression: Expression, key: string, to: StatementBuilder) => string;

/**
 * A SELECT of the keys that sources of every branch refer to with a moment in common. The times of each branch are
 * united by person, so that the cost grows with the records and not with their pairs; the time at which all of the
 * branches hold is what the unions share.
 */
export function overlapKeys({ branches }: Overlap, to: StatementBuilder, condition: Condition): string {
  const rows = branches.flatMap((sources, branch) => sources.map((one) => timedRows(branch, one, to, condition)));
  const all = to.alias();
  const times = branches.map(
    // A time that ends before it begins, or outside of what is asked for, is no time.
    (_, branch) =>
      `range_agg(int8range(${all}.low, greatest(${all}.low, ${all}.high))) filter (where ${all}.branch = ${branch})`,
  );
  return `select ${all}.target from (${rows.join(' union all ')}) ${all}
    group by ${all}.target having not isempty(${times.join(' * ')})`;
}

/** `target`, `branch`, `low` and `high` of each time of a record; records that do not tell their time have no row. */
function timedRows(branch: number, source: TimedSource, to: StatementBuilder, condition: Condition): string {
  const { during, period } = source;
  const r = to.alias();
  const isOnly = period.length === 1;
  const ways = period.map((way) => rowsOf(way, r, isOnly, to));
  // The first way that has rows is believed. Which of the others have some then makes no difference.
  const low = isOnly ? ways[0]!.low : `coalesce(${ways.map((one) => one.low).join(', ')})`;
  const choices = ways.map((one) => `when ${one.low} is not null then ${one.high}`);
  const high = isOnly ? ways[0]!.high : `case ${choices.join(' ')} end`;
  const joins = ways.map(({ join }) => join).join('');
  const isTold = isOnly ? '' : ` and ${low} is not null`;
  const within =
    during === undefined
      ? `${low} as low, ${high} as high`
      : `greatest(${low}, ${to.add(during.low, 'bigint')}) as low, least(${high}, ${to.add(during.high, 'bigint')}) as high`;
  return `select ${r}.target, ${branch} as branch, ${within} from reference ${r}${joins}
    where ${r}.parameter = ${to.add(source.parameter, 'bigint')}${to.permitted(r)} and ${condition(source.of, `${r}.key`, to)}${isTold}`;
}

const millisecondsOfDay = 86_400_000;

/** Joins the rows by which a way tells the time of the resource of `r`. */
function rowsOf(
  way: PeriodWay,
  r: string,
  isOnly: boolean,
  to: StatementBuilder,
): { low: string; high: string; join: string } {
  const joined = (how: string, table: string, parameter: string): { alias: string; join: string } => {
    const alias = to.alias();
    const on = `${alias}.key = ${r}.key and ${alias}.parameter = ${to.add(parameter, 'bigint')}`;
    return { alias, join: ` ${how} ${table} ${alias} on ${on}${to.permitted(alias)}` };
  };
  const { alias: d, join } = joined(isOnly ? 'join' : 'left join', 'date', way.parameter);
  const low = `${d}.low`;
  switch (way.kind) {
    case 'span':
      return { low, high: `${d}.high`, join };
    case 'from': {
      const open = to.add(openHigh, 'bigint');
      if (way.until === undefined) return { low, high: open, join };
      const end = joined('left join', 'date', way.until);
      return { low, high: `coalesce(${end.alias}.high, ${open})`, join: `${join}${end.join}` };
    }
    case 'lasting': {
      const { alias: n, join: days } = joined('left join', 'number', way.days);
      // No date is further away than the largest of them.
      const length = `least(greatest((${n}.low + ${n}.high) / 2, 0), 100000) * ${millisecondsOfDay}`;
      return { low, high: `greatest(${d}.high, ${low} + (${length})::bigint)`, join: `${join}${days}` };
    }
  }
}
