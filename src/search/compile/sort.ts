/** Writes the SELECT of one page of keys in the order that was asked for. https://hl7.org/fhir/R4B/search.html#sort */
import type { Expression, Search, SortKey } from '../tree.ts';
import { selectKeys, wordQuery } from './expression.ts';
import { directionOf, keysetCondition, type PageKey, sortValue, tieOf } from './sort-value.ts';
import type { StatementBuilder } from './statement.ts';
import { walkFirst, walkOne } from './walk.ts';

/** Keys with their sort values `s0`, `s1`, ... in order, `limit` of them, after `after`. */
export function selectPage(search: Search, limit: number, after: PageKey | undefined, to: StatementBuilder): string {
  const [first] = search.sort;
  if (first === undefined) return unsorted(search, limit, after, to);
  // What hides from some, and the score, have no index of their order.
  if (first.by === 'score' || search.sort.some((one) => one.visible !== undefined))
    return byAll(search, limit, after, to);
  return search.sort.length === 1 ? walkOne(search, limit, after, to) : bySeveral(search, limit, after, to);
}

/** Up to so many matches are sorted, and each is asked for its value; with more the index of the sort is walked until the page is full. */
const sortable = 1000;
/** Keys alone are sorted faster. */
const sortableKeys = 3000;

/** Whether a search may be answered by sorting its few matches, and `selectFew` be tried before `selectPage`. */
export function mayBeFew({ where, sort }: Search): boolean {
  const [first] = sort;
  // The key orders what is not sorted, and most indexes have their rows in another order.
  if (first === undefined) return where.length === 1 && where[0]!.kind === 'match' && !isByKey(where[0]!);
  if (where.length === 0 || first.by === 'score') return false;
  return typeof first.by === 'string' || first.by.implied === undefined;
}

/** Whether each resource has at most one row that matches, and these lie in the order of their keys. */
export function isByKey(expression: Expression): boolean {
  if (expression.kind !== 'match') return false;
  const { test } = expression;
  if (test.table === 'reference') return test.targets.length === 1;
  if (test.table !== 'token' || test.codes.length !== 1) return false;
  const [token] = test.codes;
  return 'code' in token! && token.code !== undefined && token.system !== undefined;
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
  const most = to.add((search.sort.length === 0 ? sortableKeys : sortable) + 1, 'int');
  const isMany = '(select a.many from amount a)';
  const few = `(select distinct d.key from some_keys d where not ${isMany})`;
  const text = `with some_keys as materialized (select s.key from (${selectKeys(search.types, search.where, to)}) s limit ${most}),
    amount as materialized (select count(*) >= ${most} as many from some_keys),
    page as materialized (${sortMatches(search, few, limit, after, to)})`;
  return { text, isMany };
}

function unsorted(search: Search, limit: number, after: PageKey | undefined, to: StatementBuilder): string {
  const keys = selectKeys(search.types, search.where, to);
  const beyond = after === undefined ? '' : ` where k.key > ${to.add(after.key, 'bigint')}`;
  return `select distinct k.key from (${keys}) k${beyond} order by k.key limit ${to.add(limit, 'int')}`;
}

/** By several keys: the resources that lead in the first, sorted by all. */
function bySeveral(search: Search, limit: number, after: PageKey | undefined, to: StatementBuilder): string {
  const { ctes, keys } = walkFirst(search, limit, after, to);
  return `${ctes}${sortMatches(search, keys, limit, after, to)}`;
}

/** All matches with all their sort values, ordered. */
function byAll(search: Search, limit: number, after: PageKey | undefined, to: StatementBuilder): string {
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
    const value = `${pick}(${sortValue(sort.by, t)})`;
    return ` left join lateral (select ${value} as s from ${sort.by.table} ${t} where ${t}.key = ${k}.key and ${t}.parameter = ${to.add(sort.by.parameter, 'bigint')}${visibleOnly(search, sort, t, to)}) s${at} on true`;
  });
  const values = search.sort.map((sort, at) => {
    if (sort.by === 'score') return scoreOf(search, k, to);
    if (typeof sort.by !== 'string') return `s${at}.s`;
    const value = sortValue(sort.by, u);
    return sort.visible === undefined ? value : `(case when true${visibleOnly(search, sort, u, to)} then ${value} end)`;
  });
  const keyset = after === undefined ? '' : ` where ${keysetCondition(search, values, after, k, to)}`;
  const order = search.sort.map((sort, at) => `${values[at]} ${directionOf(sort).order} nulls last`);
  const selected = values.map((value, at) => `, ${value} as s${at}`).join('');
  const own = search.sort.some((sort) => typeof sort.by === 'string')
    ? ` join resource ${u} on ${u}.key = ${k}.key`
    : '';
  return `select ${k}.key${selected} from ${matches} ${k}${own}${joins.join('')}${keyset}
    order by ${[...order, `${k}.key ${tieOf(search).order}`].join(', ')} limit ${to.add(limit, 'int')}`;
}

/** The condition that what sorts by the row of `alias` shows. */
function visibleOnly({ types }: Search, { visible }: SortKey, alias: string, to: StatementBuilder): string {
  if (visible === undefined || visible.classes === 'all') return '';
  const ofClasses = to.ofClasses(alias, visible.classes);
  if (visible.own.length === 0) return ofClasses;
  const own = visible.own.map((one) => ` or ${alias}.key in (${selectKeys(types, [one], to)})`);
  return ` and ((true${ofClasses})${own.join('')})`;
}

/** Without words to search for all score alike. */
function scoreOf({ score }: Search, key: string, to: StatementBuilder): string {
  if (score === undefined) return '0::float4';
  return `(select ts_rank(w.${score.column}, ${wordQuery(score.query, to)}, 32) from words w where w.key = ${key}.key)`;
}
