/** Narrows a search to what an asker may see of each type: at the root, at the target of every chain and at the source of every _has. See docs/adr/0011-views.md */
import type { Int64 } from '../index-rows.ts';
import type { Expression, PeriodWay, PermittedClasses, Search, SortKey, TimedSource } from '../tree.ts';

/** What must hold of a resource of the type beside its class; undefined: nothing more; `none`: no resource of the type may be seen. */
export type RowsOf = (type: string) => Expression | undefined;

/** Some classes, what must hold of their resources, and what of them has no rows that could be asked about. */
export interface View {
  classes: PermittedClasses;
  /** those of `classes` whose resources may be used to answer about others (hierarchies, value sets); all unless stated */
  opened?: PermittedClasses;
  rowsOf?: RowsOf;
  /** what of other classes than `opened` is shown: the asker's own; `none` where the type has none */
  own?: RowsOf;
  veil?: Veil;
}

/** Of resources that leave changed: what is hidden can be neither searched nor sorted by, and only pseudonyms name them. */
export interface Veil {
  /** parameters with rows that tell of hidden elements */
  hides(parameter: Int64): boolean;
  /** whether the time of the last change is hidden */
  hidesUpdated: boolean;
  /** whether ids are pseudonyms: keys that were found by one are marked */
  hasPseudonyms: boolean;
}

/** A space before the number, which PostgreSQL takes for nothing. */
const mark = ' ';
/** Whether a key was found by a pseudonym. */
export const isByPseudonym = (key: Int64): boolean => key.startsWith(mark);
export const foundByPseudonym = (key: Int64): Int64 => `${mark}${key}`;

/** All classes of the views. */
export function classesOfViews(views: readonly View[]): PermittedClasses {
  const all = new Set<number>();
  for (const { classes } of views) {
    if (classes === 'all') return 'all';
    for (const one of classes) all.add(one);
  }
  return [...all];
}

/** The search as the asker may ask it. With several views nothing leads from what one shows to what another shows. */
export function restrict(search: Search, views: readonly View[]): Search {
  const [only, ...more] = views;
  if (only === undefined) return { ...search, where: [{ kind: 'none' }] };
  if (more.length === 0 && isPlain(only)) return search;
  if (more.length === 0) {
    const where = [...search.where.map((one) => inView(one, only)), ...rootOf(search.types, only)];
    return { ...search, where, sort: search.sort.map((one) => sortIn(one, search.types, views)) };
  }
  const of = views.map((view): Expression => {
    const parts = [...search.where.map((one) => inView(one, view)), ...rootOf(search.types, view)];
    return { kind: 'within', classes: view.classes, of: { kind: 'and', of: parts } };
  });
  return { ...search, where: [{ kind: 'or', of }], sort: search.sort.map((one) => sortIn(one, search.types, views)) };
}

const isPlain = ({ rowsOf, veil }: View): boolean => rowsOf === undefined && veil === undefined;

/** What must hold of the resources that are searched for. */
function rootOf(types: readonly string[], { rowsOf }: Pick<View, 'rowsOf'>): Expression[] {
  if (rowsOf === undefined) return [];
  const rows = types.map((type) => ({ type, must: rowsOf(type) }));
  if (rows.every(({ must }) => must === undefined)) return [];
  if (rows.length === 1) return [rows[0]!.must!];
  const free = rows.filter(({ must }) => must === undefined).map(({ type }) => type);
  const of: Expression[] = rows.flatMap(({ type, must }): Expression[] =>
    must === undefined || must.kind === 'none' ? [] : [{ kind: 'and', of: [{ kind: 'type', types: [type] }, must] }],
  );
  if (free.length > 0) of.push({ kind: 'type', types: free });
  return [of.length === 0 ? { kind: 'none' } : { kind: 'or', of }];
}

const none: Expression = { kind: 'none' };

/** The expression as it is true in the view. */
function inView(expression: Expression, view: View): Expression {
  const { veil } = view;
  switch (expression.kind) {
    case 'and':
    case 'or':
      return { ...expression, of: expression.of.map((one) => inView(one, view)) };
    case 'not':
      return { ...expression, of: inView(expression.of, view) };
    case 'within':
      throw new Error('a search is restricted once');
    case 'chain':
    case 'reverse': {
      if (veil?.hides(expression.parameter)) return none;
      const of = inView(expression.of, view);
      const must = view.rowsOf?.(expression.type);
      return { ...expression, of: must === undefined ? of : { kind: 'and', of: [of, must] } };
    }
    case 'overlap': {
      const branches = expression.branches.map((sources) => sources.flatMap((one) => sourceIn(one, view)));
      return branches.some((sources) => sources.length === 0) ? none : { ...expression, branches };
    }
    case 'match': {
      if (veil?.hides(expression.parameter)) return none;
      const { test } = expression;
      if (test.table !== 'reference') return expression;
      const targets = test.targets.filter((key) => isNamed(key, veil));
      if (targets.length === test.targets.length) return expression;
      return targets.length === 0 ? none : { ...expression, test: { ...test, targets } };
    }
    case 'present':
      return veil?.hides(expression.parameter) ? none : expression;
    case 'key':
      return { ...expression, keys: expression.keys.filter((key) => isNamed(key, veil)) };
    case 'words':
      return veil === undefined ? expression : none;
    case 'near':
      return veil?.hides(expression.latitude) || veil?.hides(expression.longitude) ? none : expression;
    case 'updated':
      return veil?.hidesUpdated ? none : expression;
    case 'type':
    case 'class':
    case 'none':
      return expression;
  }
}

/** A time is as hidden as any of what it is made of. */
function sourceIn(source: TimedSource, view: View): TimedSource[] {
  const hides = (parameter: Int64): boolean => view.veil?.hides(parameter) ?? false;
  const period = source.period.filter((way) => !partsOf(way).some(hides));
  if (hides(source.parameter) || period.length === 0) return [];
  const of = inView(source.of, view);
  const must = view.rowsOf?.(source.type);
  return [{ ...source, period, of: must === undefined ? of : { kind: 'and', of: [of, must] } }];
}

function partsOf(way: PeriodWay): Int64[] {
  switch (way.kind) {
    case 'span':
      return [way.parameter];
    case 'from':
      return way.until === undefined ? [way.parameter] : [way.parameter, way.until];
    case 'lasting':
      return [way.parameter, way.days];
  }
}

/** A resource with a pseudonym is named by nothing else, and a pseudonym names nothing else. */
const isNamed = (key: Int64, veil: Veil | undefined): boolean => isByPseudonym(key) === (veil?.hasPseudonyms ?? false);

/** Orders only by values that show. */
function sortIn(sort: SortKey, types: readonly string[], views: readonly View[]): SortKey {
  const { by } = sort;
  if (by === 'score') return sort;
  const shows = ({ veil }: View): boolean => {
    if (veil === undefined) return true;
    if (by === 'id') return !veil.hasPseudonyms;
    return by === 'updated' ? !veil.hidesUpdated : !veil.hides(by.parameter);
  };
  const visible = views.filter(shows);
  if (visible.length === views.length) return sort;
  // A view of what is one's own is of all classes: there it is the resource that tells, and not its class.
  const own = visible.flatMap(({ own }) => (own === undefined ? [] : rootOf(types, { rowsOf: own })));
  const classes = classesOfViews(visible.map((one) => (one.own === undefined ? one : { classes: one.opened ?? [] })));
  return { ...sort, visible: { classes, own } };
}
