/** Compiles searches to SQL: the page, the count, the included resources. See docs/adr/0004. */
import type { Int64 } from '../index-rows.ts';
import type { Expression, PermittedClasses, Search } from '../tree.ts';
import { resourcesOf, selectKeys } from './expression.ts';
import { mayBeFew, type PageKey, selectFew, selectPage } from './sort.ts';
import { type Statement, StatementBuilder } from './statement.ts';

export type { PageKey } from './sort.ts';
export type { Statement } from './statement.ts';

const content = 'r.key, r.type, r.id, r.version, r.updated, r.class, r.content';

/** How a page is asked for: so many resources, from a place on. */
interface PageOptions {
  permitted: PermittedClasses;
  page: { limit: number; after?: PageKey };
}

/** One page, and one resource more when there is a next one. */
export function compile(search: Search, { permitted, page }: PageOptions): Statement {
  const to = new StatementBuilder(permitted);
  const text = `with page as materialized (${selectPage(search, page.limit + 1, page.after, to)}) ${contentOfPage(search, to)}`;
  return { text, values: to.values, isPlannedOnce: hasOneWay(search) };
}

/**
 * The same page by sorting, for searches that may have few matches; undefined for others. Rows carry `many`: true,
 * with nothing else, when there are more than can be sorted cheaply. Rows without a key say nothing.
 */
export function compileFew(search: Search, { permitted, page }: PageOptions): Statement | undefined {
  if (!mayBeFew(search)) return undefined;
  const to = new StatementBuilder(permitted);
  const few = selectFew(search, page.limit + 1, page.after, to);
  const text = `${few.text} select ${few.isMany} as many, x.* from (select 1) one left join (${contentOfPage(search, to)}) x on true`;
  return { text, values: to.values, isPlannedOnce: hasOneWay(search) };
}

function contentOfPage(search: Search, to: StatementBuilder): string {
  const sorts = search.sort.map((_, at) => `, p.s${at}`).join('');
  const order = search.sort.map((sort, at) => `p.s${at}${sort.descending ? ' desc' : ''} nulls last, `).join('');
  // The key breaks ties in the direction of a single sort, as the page was cut.
  const [only] = search.sort;
  const tie = search.sort.length === 1 && only!.descending ? 'p.key desc' : 'p.key';
  return `select ${content}${sorts} from page p join resource r on r.key = p.key${to.permitted('r')} and not r.deleted
    order by ${order}${tie}`;
}

/** The number of matches, as `total`. */
export function compileCount(search: Search, options: { permitted: PermittedClasses }): Statement {
  const to = new StatementBuilder(options.permitted);
  if (search.where.length === 0) {
    return {
      text: `select count(*) as total from ${resourcesOf(search.type, 'r', to)}`,
      values: to.values,
      isPlannedOnce: hasOneWay(search),
    };
  }
  const keys = selectKeys(search.type, search.where, to);
  const [only] = search.where;
  if (search.where.length === 1 && isOnce(only!)) {
    return { text: `select count(*) as total from (${keys}) d`, values: to.values, isPlannedOnce: hasOneWay(search) };
  }
  return {
    text: `select count(*) as total from (select d.key from (${keys}) d group by d.key) k`,
    values: to.values,
    isPlannedOnce: hasOneWay(search),
  };
}

/** With several conditions it depends on their values which is best looked up first. */
function hasOneWay({ where }: Search): boolean {
  const [only] = where;
  return only === undefined || (where.length === 1 && (only.kind === 'match' || only.kind === 'key'));
}

/** Whether each resource has at most one row that matches: then rows can be counted as they are. */
function isOnce(expression: Expression): boolean {
  if (expression.kind !== 'match') return false;
  const { test } = expression;
  if (test.table === 'reference') return test.targets.length === 1;
  if (test.table !== 'token' || test.codes.length !== 1) return false;
  const [token] = test.codes;
  return !('below' in token!) && token!.code !== undefined && token!.system !== undefined;
}

/** Resources that a page's _include and _revinclude bring along, at most `limit`, without those of the page itself. */
export function compileIncludes(
  search: Search,
  keys: readonly Int64[],
  options: { permitted: PermittedClasses; limit: number },
): Statement {
  const to = new StatementBuilder(options.permitted);
  const page = to.add([...keys], 'bigint[]');
  const parts = search.includes.map((include) => {
    const parameter = `t.parameter = ${to.add(include.parameter, 'bigint')}`;
    if (include.direction === 'revinclude') {
      const target = include.target === undefined || include.target === search.type ? '' : ' and false';
      return `select t.key from reference t where ${parameter} and t.target = any(${page})${target}${to.permitted('t')}`;
    }
    const typed =
      include.target === undefined
        ? ''
        : ` and exists (select 1 from resource x where x.key = t.target and x.type = ${to.add(include.target, 'text')})`;
    return `select t.target as key from reference t where ${parameter} and t.key = any(${page})${typed}${to.permitted('t')}`;
  });
  const text = `select ${content} from resource r
    where r.key in (${parts.join(' union ')}) and not r.deleted and r.key <> all(${page})${to.permitted('r')}
    order by r.type, r.id limit ${to.add(options.limit, 'int')}`;
  return { text, values: to.values, isPlannedOnce: hasOneWay(search) };
}

/** Where the next page begins, from the last row of this one. */
export function pageKeyOf(search: Search, row: Record<string, unknown>): PageKey {
  const sorts = search.sort.map((_, at) => {
    const value = row[`s${at}`];
    return value === null || value === undefined ? null : String(value);
  });
  return { sorts, key: String(row['key']) };
}
