/** Compiles searches to SQL: the page, the count, the included resources. See docs/adr/0004. */
import type { Int64 } from '../index-rows.ts';
import type { Expression, Include, PermittedClasses, Search } from '../tree.ts';
import { resourcesOf, rowsOf, selectKeys, wordQuery } from './expression.ts';
import { isByKey, mayBeFew, selectFew, selectPage } from './sort.ts';
import type { PageKey } from './sort-value.ts';
import { type Statement, StatementBuilder } from './statement.ts';

export type { PageKey } from './sort-value.ts';
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
  return { text, values: to.values, isPlannedOnce: isInOrder(search) };
}

/**
 * Whether the rows of the only condition lie in the order of the page, and no plan is better for some values. Else
 * a plan made without its values takes the page for a tenth of all, and would read and sort everything.
 */
function isInOrder(search: Search): boolean {
  const [only, ...others] = search.where;
  const [sort] = search.sort;
  // The dates of one code are so few that every plan walks them.
  if (sort !== undefined) return typeof sort.by === 'object' && sort.by.implied !== undefined && hasOneWay(search);
  if (others.length > 0) return false;
  return only === undefined || only.kind === 'key' || isByKey(only);
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
  // Zero to one, as FHIR states scores.
  const score =
    search.score === undefined
      ? ''
      : `, (select ts_rank(w.${search.score.column}, ${wordQuery(search.score.query, to)}, 32) from words w where w.key = r.key) as score`;
  return `select ${content}${sorts}${score} from page p join resource r on r.key = p.key${to.permitted('r')} and not r.deleted
    order by ${order}${tie}`;
}

/** The number of matches, as `total`. */
export function compileCount(search: Search, options: { permitted: PermittedClasses }): Statement {
  const to = new StatementBuilder(options.permitted);
  if (search.where.length === 0) {
    return {
      text: `select count(*) as total from ${resourcesOf(search.types, 'r', to)}`,
      values: to.values,
      isPlannedOnce: hasOneWay(search),
    };
  }
  const keys = selectKeys(search.types, search.where, to);
  const [only] = search.where;
  if (search.where.length === 1 && isByKey(only!)) {
    return { text: `select count(*) as total from (${keys}) d`, values: to.values, isPlannedOnce: hasOneWay(search) };
  }
  return {
    text: `select count(*) as total from (select d.key from (${keys}) d group by d.key) k`,
    values: to.values,
    isPlannedOnce: hasOneWay(search),
  };
}

/** A statement to be planned, not run: it has a plan of its own for the rows of each of the matches, in their order. */
export function compileEstimate(
  matches: readonly Extract<Expression, { kind: 'match' }>[],
  options: { permitted: PermittedClasses },
): Statement {
  const to = new StatementBuilder(options.permitted);
  const parts = matches.map((one) => `exists (select 1 from ${rowsOf(one, to.alias(), to)})`);
  return { text: `select ${parts.join(', ')}`, values: to.values, isPlannedOnce: false };
}

/** With several conditions it depends on their values which is best looked up first. */
function hasOneWay({ where }: Search): boolean {
  const [only] = where;
  return only === undefined || (where.length === 1 && (only.kind === 'match' || only.kind === 'key'));
}

/** Resources that `includes` bring along from the resources with the keys `from`, at most `limit`, without those of `without`. */
export function compileIncludes(
  includes: readonly Include[],
  from: readonly Int64[],
  without: readonly Int64[],
  options: { permitted: PermittedClasses; limit: number },
): Statement {
  const to = new StatementBuilder(options.permitted);
  const page = to.add([...from], 'bigint[]');
  const known = to.add([...without], 'bigint[]');
  const parts = includes.flatMap((include) =>
    include.direction === 'include' ? includedParts(include, page, to) : revincludedParts(include, page, to),
  );
  // Not correlated, so that it also runs where the resources lie on different machines.
  const text = `select ${content} from resource r
    where r.key in (${parts.join(' union ')}) and not r.deleted and r.key <> all(${known})${to.permitted('r')}
    order by r.type, r.id limit ${to.add(options.limit, 'int')}`;
  return { text, values: to.values, isPlannedOnce: true };
}

function includedParts(include: Include, page: string, to: StatementBuilder): string[] {
  const parameters = to.add([...include.parameters], 'bigint[]');
  const targets = `select t.target as key from reference t where t.parameter = any(${parameters}) and t.key = any(${page})${to.permitted('t')}`;
  const parts = [targets];
  if (include.canonicals.length > 0) {
    parts.push(`select u.key from uri u where u.parameter = any(${to.add([...include.canonicals], 'bigint[]')})
      and u.hash in (${targets})${to.permitted('u')}`);
  }
  if (include.target === undefined) return parts;
  const type = to.add(include.target, 'text');
  return parts.map(
    (part) => `select x.key from resource x where x.type = ${type} and x.key in (${part})${to.permitted('x')}`,
  );
}

function revincludedParts(include: Include, page: string, to: StatementBuilder): string[] {
  const parameters = to.add([...include.parameters], 'bigint[]');
  const sources = `select t.key from reference t where t.parameter = any(${parameters})${to.permitted('t')} and t.target`;
  const parts = [`${sources} = any(${page})`];
  if (include.canonicals.length > 0) {
    parts.push(`${sources} in (select u.hash from uri u where u.parameter = any(${to.add([...include.canonicals], 'bigint[]')})
      and u.key = any(${page})${to.permitted('u')})`);
  }
  return parts;
}

/** Where the next page begins, from the last row of this one. */
export function pageKeyOf(search: Search, row: Record<string, unknown>): PageKey {
  const sorts = search.sort.map((_, at) => {
    const value = row[`s${at}`];
    return value === null || value === undefined ? null : String(value);
  });
  return { sorts, key: String(row['key']) };
}
