/** Writes the SELECT of one page of keys in the order that was asked for. https://hl7.org/fhir/R4B/search.html#sort */
import type { Int64 } from '../index-rows.ts';
import type { Search, SortKey } from '../tree.ts';
import { condition, resourcesOf, selectKeys, wordQuery } from './expression.ts';
import { rowCondition, uriStart } from './row-test.ts';
import type { StatementBuilder } from './statement.ts';

/** Where a page ends: the sort values of its last resource (null: it has none) and its key. */
export interface PageKey {
  sorts: readonly (string | null)[];
  key: Int64;
}

const columns = {
  token: { column: 'text', type: 'text' },
  string: { column: 'prefix', type: 'text' },
  uri: { column: 'text', type: 'text' },
  date: { column: 'low', type: 'bigint' },
  number: { column: 'low', type: 'float8' },
  quantity: { column: 'low', type: 'float8' },
  reference: { column: 'target', type: 'bigint' },
  id: { column: 'id', type: 'text' },
  updated: { column: 'updated', type: 'bigint' },
  score: { column: 'score', type: 'float4' },
} as const;

const columnOf = (by: SortKey['by']) => columns[typeof by === 'string' ? by : by.table];

/** What a row of `alias` sorts by, written as its index has it: texts by their bytes, addresses by their beginning. */
function valueOf(by: SortKey['by'], alias: string): string {
  const { column, type } = columnOf(by);
  if (typeof by !== 'string' && by.table === 'uri') return uriStart(alias);
  return type === 'text' ? `${alias}.${column} collate "C"` : `${alias}.${column}`;
}

/** Keys with their sort values `s0`, `s1`, ... in order, `limit` of them, after `after`. */
export function selectPage(search: Search, limit: number, after: PageKey | undefined, to: StatementBuilder): string {
  const [first] = search.sort;
  if (first === undefined) return unsorted(search, limit, after, to);
  if (search.sort.length > 1 || first.by === 'score' || first.visible !== undefined)
    return bySeveral(search, limit, after, to);
  const walk = typeof first.by === 'string' ? byColumn : byRows;
  return walk(search, first, limit, after, to);
}

/** Up to so many matches are sorted; with more the index of the sort is walked until the page is full. */
const sortable = 1000;

/** Whether a search may be answered by sorting its few matches, and `selectFew` be tried before `selectPage`. */
export function mayBeFew(search: Search): boolean {
  const [only, ...others] = search.sort;
  if (only === undefined || others.length > 0 || search.where.length === 0 || only.by === 'score') return false;
  return typeof only.by === 'string' || only.by.implied === undefined;
}

/**
 * The page in the order of its sort as `page`, if there are few matches; `isMany` is true when there are not.
 * To be followed by a SELECT.
 */
export function selectFew(
  search: Search,
  limit: number,
  after: PageKey | undefined,
  to: StatementBuilder,
): { text: string; isMany: string } {
  const most = to.add(sortable + 1, 'int');
  const isMany = `(select count(*) from some_keys) >= ${most}`;
  const few = `(select distinct d.key from some_keys d where not (${isMany}))`;
  const text = `with some_keys as materialized (select s.key from (${selectKeys(search.types, search.where, to)}) s limit ${most}),
    page as materialized (${sortMatches(search, few, limit, after, to)})`;
  return { text, isMany };
}

function unsorted(search: Search, limit: number, after: PageKey | undefined, to: StatementBuilder): string {
  const keys = selectKeys(search.types, search.where, to);
  const beyond = after === undefined ? '' : ` where k.key > ${to.add(after.key, 'bigint')}`;
  return `select distinct k.key from (${keys}) k${beyond} order by k.key limit ${to.add(limit, 'int')}`;
}

interface Direction {
  order: 'asc' | 'desc';
  /** comes later in this direction */
  beyond: '>' | '<';
}
const directionOf = (sort: SortKey): Direction =>
  sort.descending ? { order: 'desc', beyond: '<' } : { order: 'asc', beyond: '>' };

/** By a column of the resource itself, which always has a value. */
function byColumn(
  search: Search,
  sort: SortKey,
  limit: number,
  after: PageKey | undefined,
  to: StatementBuilder,
): string {
  const { column, type } = columnOf(sort.by);
  const { order, beyond } = directionOf(sort);
  const alias = to.alias();
  const conditions = search.where.map((one) => ` and ${condition(one, `${alias}.key`, to, alias)}`).join('');
  const keyset =
    after === undefined
      ? ''
      : ` and (${alias}.${column}, ${alias}.key) ${beyond} (${to.add(after.sorts[0], type)}, ${to.add(after.key, 'bigint')})`;
  return `select ${alias}.key, ${alias}.${column} as s0 from ${resourcesOf(search.types, alias, to)}${conditions}${keyset}
    order by ${alias}.${column} ${order}, ${alias}.key ${order} limit ${to.add(limit, 'int')}`;
}

/**
 * By one search parameter: first the resources that have it, in the order of its index, then those that have not.
 * A resource with several values stands at its smallest (descending: greatest) one. The second part runs only when the first leaves room.
 */
function byRows(
  search: Search,
  sort: SortKey,
  limit: number,
  after: PageKey | undefined,
  to: StatementBuilder,
): string {
  const by = sort.by as Exclude<SortKey['by'], string>; // selectPage sends texts to byColumn
  const { type } = columnOf(by);
  const { order, beyond } = directionOf(sort);
  const rows = to.add(limit, 'int');
  const parameter = to.add(by.parameter, 'bigint');
  const [t, other, u, x] = [to.alias(), to.alias(), to.alias(), to.alias()];
  const conditionsOn = (key: string, resource?: string): string =>
    search.where.map((one) => ` and ${condition(one, key, to, resource)}`).join('');
  // Mostly the very row that is walked matches; another one is looked for only where it does not, so that the order of the walk is kept.
  const onWalked = (): string =>
    search.where
      .filter((one) => one !== by.implied)
      .map((one) => {
        const elsewhere = condition(one, `${t}.key`, to);
        const isSame = one.kind === 'match' && one.parameter === by.parameter && one.test.table === by.table;
        return isSame ? ` and (${rowCondition(one.test, t, to)} or ${elsewhere})` : ` and ${elsewhere}`;
      })
      .join('');
  const value = (alias: string): string => valueOf(by, alias);

  const parts: string[] = [];
  const last = after?.sorts[0];
  if (after === undefined || last !== null) {
    const keyset =
      after === undefined
        ? ''
        : ` and (${value(t)}, ${t}.key) ${beyond} (${to.add(last, type)}, ${to.add(after.key, 'bigint')})`;
    const earlier = sort.descending ? '>' : '<';
    parts.push(`(select distinct ${value(t)} as s0, ${t}.key from ${by.table} ${t} where ${t}.parameter = ${parameter}${to.permitted(t)}${keyset}
      and not exists (select 1 from ${by.table} ${other} where ${other}.key = ${t}.key and ${other}.parameter = ${parameter} and ${value(other)} ${earlier} ${value(t)})
      ${onWalked()} order by s0 ${order}, ${t}.key ${order} limit ${rows})`);
  }
  // What must match by the very parameter has a value of it.
  const hasValue = search.where.some((one) => one.kind === 'match' && one.parameter === by.parameter);
  if (hasValue && parts.length > 0) return `select p.key, p.s0 from ${parts[0]} p`;
  const without = after !== undefined && last === null ? ` and ${u}.key ${beyond} ${to.add(after.key, 'bigint')}` : '';
  parts.push(`(select null::${type} as s0, ${u}.key from ${resourcesOf(search.types, u, to)}${without}
    and not exists (select 1 from ${by.table} ${x} where ${x}.key = ${u}.key and ${x}.parameter = ${parameter})
    ${conditionsOn(`${u}.key`, u)} order by ${u}.key ${order} limit ${rows})`);
  return `select p.key, p.s0 from (${parts.join(' union all ')}) p limit ${rows}`;
}

/** By several keys: all matches with all their sort values, ordered. */
function bySeveral(search: Search, limit: number, after: PageKey | undefined, to: StatementBuilder): string {
  return sortMatches(
    search,
    `(select distinct d.key from (${selectKeys(search.types, search.where, to)}) d)`,
    limit,
    after,
    to,
  );
}

/** `matches` are keys; each gets its sort values, and the first `limit` in their order are selected. */
function sortMatches(
  search: Search,
  matches: string,
  limit: number,
  after: PageKey | undefined,
  to: StatementBuilder,
): string {
  const k = to.alias();
  const u = to.alias();
  const joins = search.sort.map((sort, at) => {
    if (typeof sort.by === 'string') return '';
    const t = to.alias();
    const pick = sort.descending ? 'max' : 'min';
    const value = `${pick}(${valueOf(sort.by, t)})`;
    return ` left join lateral (select ${value} as s from ${sort.by.table} ${t} where ${t}.key = ${k}.key and ${t}.parameter = ${to.add(sort.by.parameter, 'bigint')}${to.ofClasses(t, sort.visible ?? 'all')}) s${at} on true`;
  });
  const values = search.sort.map((sort, at) => {
    if (sort.by === 'score') return scoreOf(search, k, to);
    if (typeof sort.by !== 'string') return `s${at}.s`;
    const value = `${u}.${columnOf(sort.by).column}`;
    return sort.visible === undefined ? value : `(case when true${to.ofClasses(u, sort.visible)} then ${value} end)`;
  });
  const keyset = after === undefined ? '' : ` where ${keysetCondition(search, values, after, k, to)}`;
  const order = search.sort.map((sort, at) => `${values[at]} ${directionOf(sort).order} nulls last`);
  const selected = values.map((value, at) => `${value} as s${at}`).join(', ');
  const own = search.sort.some((sort) => typeof sort.by === 'string')
    ? ` join resource ${u} on ${u}.key = ${k}.key`
    : '';
  return `select ${k}.key, ${selected} from ${matches} ${k}${own}${joins.join('')}${keyset}
    order by ${order.join(', ')}, ${k}.key ${tieOf(search).order} limit ${to.add(limit, 'int')}`;
}

/** Without words to search for all score alike. */
function scoreOf({ score }: Search, key: string, to: StatementBuilder): string {
  if (score === undefined) return '0::float4';
  return `(select ts_rank(w.${score.column}, ${wordQuery(score.query, to)}, 32) from words w where w.key = ${key}.key)`;
}

/** The key breaks ties: in the direction of a single sort, as its index is walked; upwards below several. */
const tieOf = ({ sort }: Search): Direction =>
  sort.length === 1 ? directionOf(sort[0]!) : { order: 'asc', beyond: '>' };

/** Same in the first values and later in the next one, for each of them; nulls come last. */
function keysetCondition(
  search: Search,
  values: readonly string[],
  after: PageKey,
  key: string,
  to: StatementBuilder,
): string {
  const asked = search.sort.map((sort, at) => to.add(after.sorts[at] ?? null, columnOf(sort.by).type));
  const same = values.map((value, at) => `${value} is not distinct from ${asked[at]}`);
  const later = search.sort.map((sort, at) =>
    after.sorts[at] === null
      ? 'false'
      : `(${values[at]} ${directionOf(sort).beyond} ${asked[at]} or ${values[at]} is null)`,
  );
  const branches = later.map((one, at) => [...same.slice(0, at), one].join(' and '));
  branches.push([...same, `${key}.key ${tieOf(search).beyond} ${to.add(after.key, 'bigint')}`].join(' and '));
  return `(${branches.map((one) => `(${one})`).join(' or ')})`;
}
