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
  const rows = branches.flatMap((sources, branch) =>
    sources.flatMap((source) =>
      source.period.map((way, at) => timedRows(branch, source, way, source.period.slice(0, at), to, condition)),
    ),
  );
  const all = to.alias();
  const times = branches.map(
    // A time that ends before it begins, or outside of what is asked for, is no time.
    (_, branch) =>
      `range_agg(int8range(${all}.low, greatest(${all}.low, ${all}.high))) filter (where ${all}.branch = ${branch})`,
  );
  return `select ${all}.target from (${rows.join(' union all ')}) ${all}
    group by ${all}.target having not isempty(${times.join(' * ')})`;
}

/** The rows of one way to tell the time; resources for which an earlier way tells it are left to that. */
function timedRows(
  branch: number,
  source: TimedSource,
  way: PeriodWay,
  earlier: readonly PeriodWay[],
  to: StatementBuilder,
  condition: Condition,
): string {
  const [r, d] = [to.alias(), to.alias()];
  const { high, join } = endOf(way, r, d, to);
  const without = earlier.map(({ parameter }) => {
    const e = to.alias();
    return ` and not exists (select 1 from date ${e} where ${e}.key = ${r}.key and ${e}.parameter = ${to.add(parameter, 'bigint')}${to.permitted(e)})`;
  });
  const { during } = source;
  const low = during === undefined ? `${d}.low` : `greatest(${d}.low, ${to.add(during.low, 'bigint')})`;
  const end = during === undefined ? high : `least(${high}, ${to.add(during.high, 'bigint')})`;
  return `select ${r}.target, ${branch} as branch, ${low} as low, ${end} as high from reference ${r}
    join date ${d} on ${d}.key = ${r}.key and ${d}.parameter = ${to.add(way.parameter, 'bigint')}${to.permitted(d)}${join}
    where ${r}.parameter = ${to.add(source.parameter, 'bigint')}${to.permitted(r)} and ${condition(source.of, `${r}.key`, to)}${without.join('')}`;
}

const millisecondsOfDay = 86_400_000;

/** Where the time ends, and the rows beside the beginning that say so. */
function endOf(way: PeriodWay, r: string, d: string, to: StatementBuilder): { high: string; join: string } {
  switch (way.kind) {
    case 'span':
      return { high: `${d}.high`, join: '' };
    case 'from': {
      const open = to.add(openHigh, 'bigint');
      if (way.until === undefined) return { high: open, join: '' };
      const e = to.alias();
      const join = ` left join date ${e} on ${e}.key = ${r}.key and ${e}.parameter = ${to.add(way.until, 'bigint')}${to.permitted(e)}`;
      return { high: `coalesce(${e}.high, ${open})`, join };
    }
    case 'lasting': {
      const n = to.alias();
      const join = ` left join number ${n} on ${n}.key = ${r}.key and ${n}.parameter = ${to.add(way.days, 'bigint')}${to.permitted(n)}`;
      const days = `least(greatest((${n}.low + ${n}.high) / 2, 0), 100000)`;
      return { high: `greatest(${d}.high, ${d}.low + (${days} * ${millisecondsOfDay})::bigint)`, join };
    }
  }
}
