/** Pages that are met by walking the index of their order until they are full, however many resources there are. See docs/adr/0026. */
import type { Expression, Search, SortKey } from '../tree.ts';
import { condition, resourcesOf } from './expression.ts';
import { rowCondition } from './row-test.ts';
import { directionOf, type PageKey, sortValue, typeOf } from './sort-value.ts';
import type { StatementBuilder } from './statement.ts';

type Rows = Exclude<SortKey['by'], string>;

/** By one key: first the resources that have a value, then those that have none. The second part runs only when the first leaves room. */
export function walkOne(search: Search, limit: number, after: PageKey | undefined, to: StatementBuilder): string {
  const sort = search.sort[0]!; // the caller has seen that there is one
  const { order, beyond } = directionOf(sort);
  const rows = to.add(limit, 'int');
  const ordered = `order by s0 ${order}, key ${order} limit ${rows}`;
  const last = after?.sorts[0];
  const parts: string[] = [];
  if (last !== null || typeof sort.by === 'string') {
    const bound = (value: string, key: string): string =>
      after === undefined
        ? ''
        : ` and (${value}, ${key}) ${beyond} (${to.add(last, typeOf(sort.by))}, ${to.add(after.key, 'bigint')})`;
    parts.push(`(${walked(search, sort, bound, to)} ${ordered})`);
  }
  if (parts.length > 0 && !mayLackValue(search, sort.by)) return `select p.key, p.s0 from ${parts[0]} p`;
  const bound = (key: string): string =>
    after !== undefined && last === null ? ` and ${key} ${beyond} ${to.add(after.key, 'bigint')}` : '';
  parts.push(`(${withoutValue(search, sort.by as Rows, bound, to)} order by key ${order} limit ${rows})`);
  return `select p.key, p.s0 from (${parts.join(' union all ')}) p limit ${rows}`;
}

/**
 * What a page by several keys may hold, as CTEs and a list of keys: as many as the page by the first key alone, with
 * all that stand at the same value as the last of them. Sorted by all keys they hold the page.
 */
export function walkFirst(
  search: Search,
  limit: number,
  after: PageKey | undefined,
  to: StatementBuilder,
): { ctes: string; keys: string } {
  const sort = search.sort[0]!; // the caller has seen that there are several
  const { order, beyond } = directionOf(sort);
  const last = after?.sorts[0];
  if (last === null && typeof sort.by !== 'string') {
    return { ctes: '', keys: `(${withoutValue(search, sort.by, () => '', to)})` };
  }
  const rows = to.add(limit, 'int');
  const compared = (how: '>' | '<' | '=') => (value: string) =>
    after === undefined ? '' : ` and ${value} ${how} ${to.add(last, typeOf(sort.by))}`;
  const met = `met as materialized (${walked(search, sort, compared(beyond), to)} order by s0 ${order} fetch first (${rows}) rows with ties)`;
  const parts = ['select m.key from met m'];
  if (after !== undefined) parts.push(`select e.key from (${walked(search, sort, compared('='), to)}) e`);
  if (mayLackValue(search, sort.by)) {
    // With no row to give PostgreSQL does not begin to look for any.
    const room = `limit (case when (select count(*) from met) < ${rows} then null::bigint else 0 end)`;
    parts.push(`select w.key from (${withoutValue(search, sort.by as Rows, () => '', to)} ${room}) w`);
  }
  return { ctes: `with ${met} `, keys: `(${parts.join(' union all ')})` };
}

/** A resource always has its own columns, and what must match by the very parameter has a value of it. */
function mayLackValue(search: Search, by: SortKey['by']): boolean {
  if (typeof by === 'string') return false;
  return !search.where.some((one) => one.kind === 'match' && one.parameter === by.parameter);
}

/** A SELECT of the matches that have a value of the sort, each once with it as `s0`. */
function walked(
  search: Search,
  { by, descending }: SortKey,
  bound: (value: string, key: string) => string,
  to: StatementBuilder,
): string {
  const t = to.alias();
  const value = sortValue(by, t);
  const selected = `${value} as s0, ${t}.key`;
  if (typeof by === 'string') {
    return `select ${selected} from ${resourcesOf(search.types, t, to)}${bound(value, `${t}.key`)}${conditionsOn(search, `${t}.key`, to, t)}`;
  }
  const other = to.alias();
  const parameter = to.add(by.parameter, 'bigint');
  // One with several values stands at its smallest, descending at its greatest.
  return `select distinct ${selected} from ${by.table} ${t} where ${t}.parameter = ${parameter}${to.permitted(t)}${bound(value, `${t}.key`)}
    and not exists (select 1 from ${by.table} ${other} where ${other}.key = ${t}.key and ${other}.parameter = ${parameter} and ${sortValue(by, other)} ${descending ? '>' : '<'} ${value})
    ${conditionsOnWalked(search.where, by, t, to)}`;
}

/** Mostly the very row that is walked matches; another one is looked for only where it does not, so that the order of the walk is kept. */
function conditionsOnWalked(where: readonly Expression[], by: Rows, t: string, to: StatementBuilder): string {
  return where
    .filter((one) => one !== by.implied)
    .map((one) => {
      const elsewhere = condition(one, `${t}.key`, to);
      const isSame = one.kind === 'match' && one.parameter === by.parameter && one.test.table === by.table;
      return isSame ? ` and (${rowCondition(one.test, t, to)} or ${elsewhere})` : ` and ${elsewhere}`;
    })
    .join('');
}

/** A SELECT of the matches that have no value of the sort. */
function withoutValue(search: Search, by: Rows, bound: (key: string) => string, to: StatementBuilder): string {
  const [u, x] = [to.alias(), to.alias()];
  return `select null::${typeOf(by)} as s0, ${u}.key from ${resourcesOf(search.types, u, to)}${bound(`${u}.key`)}
    and not exists (select 1 from ${by.table} ${x} where ${x}.key = ${u}.key and ${x}.parameter = ${to.add(by.parameter, 'bigint')})
    ${conditionsOn(search, `${u}.key`, to, u)}`;
}

const conditionsOn = (search: Search, key: string, to: StatementBuilder, resource: string): string =>
  search.where.map((one) => ` and ${condition(one, key, to, resource)}`).join('');
