/** Puts what few resources match before what many match, for searches of more parts than PostgreSQL can weigh. See docs/adr/0004-search-tree-and-sql.md */
import { conjunctsOf, mostJoined, relationCountOf } from '../relation-count.ts';
import type { Expression, Search } from '../tree.ts';

type Match = Extract<Expression, { kind: 'match' }>;

/** How many rows each of them has, as PostgreSQL reckons from its statistics. */
export type Estimate = (matches: readonly Match[]) => Promise<readonly number[]>;

/** The search in the order in which it is best answered; the very same one where PostgreSQL finds that order by itself. */
export async function rarestFirst(search: Search, estimate: Estimate): Promise<Search> {
  const lists = listsOf(search.where).filter((one) => relationCountOf(one) > mostJoined);
  if (lists.length === 0) return search;
  const matches = [...new Set(lists.flat().flatMap(matchesOf))];
  if (matches.length === 0) return search;
  const estimates = await estimate(matches);
  const rows = new Map(matches.map((one, at) => [one, estimates[at] ?? Number.POSITIVE_INFINITY]));
  return { ...search, where: sorted(search.where, rows) };
}

/** The search's own conditions, or those of each view. */
function listsOf(where: readonly Expression[]): (readonly Expression[])[] {
  const views = viewsOf(where);
  return views === undefined ? [conjunctsOf(where)] : views.map(({ of }) => conjunctsOf([of]));
}

type Within = Extract<Expression, { kind: 'within' }>;

function viewsOf(where: readonly Expression[]): readonly Within[] | undefined {
  const [only, ...more] = where;
  if (only?.kind !== 'or' || more.length > 0) return undefined;
  const views = only.of.filter((one) => one.kind === 'within');
  return views.length === only.of.length ? views : undefined;
}

function sorted(where: readonly Expression[], rows: ReadonlyMap<Match, number>): readonly Expression[] {
  const views = viewsOf(where);
  if (views === undefined) {
    return conjunctsOf(where).toSorted((x, y) => compare(rowsOf(x, rows), rowsOf(y, rows)));
  }
  const of = views.map((one): Expression => ({ ...one, of: { kind: 'and', of: sorted([one.of], rows) } }));
  return [{ kind: 'or', of }];
}

const compare = (x: number, y: number): number => (x === y ? 0 : x - y);

/** The matches that a resource is looked up by. */
function matchesOf(expression: Expression): Match[] {
  switch (expression.kind) {
    case 'match':
      return [expression];
    case 'and':
    case 'or':
      return expression.of.flatMap(matchesOf);
    case 'chain':
    case 'reverse':
      return matchesOf(expression.of);
    default:
      return [];
  }
}

/** How many resources may match: as many as the rarest of its parts; what has no rows to begin with comes last. */
function rowsOf(expression: Expression, rows: ReadonlyMap<Match, number>): number {
  switch (expression.kind) {
    case 'match':
      return rows.get(expression) ?? Number.POSITIVE_INFINITY;
    case 'and':
      return Math.min(...expression.of.map((one) => rowsOf(one, rows)), Number.POSITIVE_INFINITY);
    case 'or':
      return expression.of.reduce((sum, one) => sum + rowsOf(one, rows), 0);
    case 'chain':
    case 'reverse':
      return rowsOf(expression.of, rows);
    case 'key':
      return expression.keys.length;
    case 'none':
      return 0;
    default:
      return Number.POSITIVE_INFINITY;
  }
}
