/** Counts the values of all facets of a search in one statement, over one set of candidates. See docs/adr/0029-facets.md */
import type { Facet, FacetStep } from '../facet/facet.ts';
import type { View } from '../rewrite/restrict.ts';
import type { Expression, PermittedClasses, Search } from '../tree.ts';
import { condition, selectKeys } from './expression.ts';
import { or, rowCondition } from './row-test.ts';
import { type Statement, StatementBuilder } from './statement.ts';

/** A view with what must hold of the resources that lead to values looked up. */
export interface FacetView extends Pick<View, 'classes' | 'veil'> {
  must(type: string): Expression | undefined;
}

export interface FacetQuestion {
  /** as it may be asked: restricted to the views and looked up, like each of the choices */
  search: Search;
  choices: readonly Search[];
  facets: readonly Facet[];
  views: readonly FacetView[];
  /** values of each facet */
  most: number;
  /** the last year that what goes on is counted for */
  thisYear: number;
}

/**
 * Rows `kind`, `facet` (its place), and
 * `value`: `a`, `b`, `text` (the value), `n` (how many data sets have it), `owner` (a resource that has it), `chosen`, `of` (how many values there are);
 * `any`: `n` of `of` data sets have a value; `total`: `n` data sets match.
 */
export function compileFacets(question: FacetQuestion, permitted: PermittedClasses): Statement {
  const to = new StatementBuilder(permitted);
  const { search, choices, facets } = question;
  const base = `select distinct d.key from (${selectKeys(search.types, search.where, to)}) d`;
  const columns = choices.map(({ where }, at) => `, ${and(where.map((one) => condition(one, 'b.key', to)))} as s${at}`);
  const parts = facets.map((facet, at) => facetText(facet, at, question, to));
  const text = `with base as materialized (${base}),
    candidate as materialized (select b.key${columns.join('')} from base b)${parts.map(({ rows }) => `, ${rows}`).join('')}
    select 'total' as kind, 0 as facet, null::bigint as a, null::int as b, null::text as text, count(*) as n,
      null::bigint as owner, false as chosen, 0::bigint as "of" from candidate c where ${chosen(choices, undefined)}
    ${parts.map(({ select }) => `union all ${select}`).join('\n')}`;
  return { text, values: to.values, isPlannedOnce: false };
}

const and = (of: readonly string[]): string => (of.length === 0 ? 'true' : `(${of.join(' and ')})`);

/** What was chosen in other facets. */
const chosen = (choices: readonly Search[], own: number | undefined): string =>
  and(choices.flatMap((_, at) => (at === own ? [] : [`c.s${at}`])));

interface FacetText {
  /** a table of the data sets with their values */
  rows: string;
  /** what is told of it */
  select: string;
}

function facetText(facet: Facet, at: number, question: FacetQuestion, to: StatementBuilder): FacetText {
  const { choices, views, most } = question;
  const name = `f${at}`;
  const others = chosen(choices, facet.choice);
  const parts = views
    .filter(({ veil }) => !isHidden(facet, veil))
    .map((view) => to.within(view.classes, () => rowsOf(facet, view, views.length > 1, others, question, to)));
  const all = parts.length === 0 ? emptyRows(facet) : parts.join(' union all ');
  const any = `select 'any', ${at}, null, null, null, (select count(distinct x.key) from ${name} x), null, false,
    (select count(*) from candidate c where ${others})`;
  if (facet.bands !== undefined) return bandText(facet.bands, { name, at, all, any }, to);
  const rows = `${name} as materialized (select x.key, x.a, x.b, x.text, min(x.owner) as owner, bool_or(x.chosen) as chosen
    from (${all}) x group by x.key, x.a, x.b, x.text)`;
  const values = `select x.a, x.b, x.text, count(*) as n, min(x.owner) as owner, bool_or(x.chosen) as chosen,
    count(*) over () as "of" from ${name} x group by x.a, x.b, x.text`;
  // Years are an axis: none is left out.
  const order = facet.definition.isByYear
    ? 'x.text'
    : `x.chosen desc, x.n desc, x.text, x.a, x.b limit ${to.add(most, 'int')}`;
  const select = `${any} union all (select 'value', ${at}, x.a, x.b, x.text, x.n, x.owner, x.chosen, x."of"
    from (${values}) x order by ${order})`;
  return { rows, select };
}

const isHidden = (facet: Facet, veil: View['veil']): boolean =>
  veil !== undefined &&
  [facet.parameter, ...facet.steps.map(({ parameter }) => parameter)].some((one) => veil.hides(one));

function emptyRows({ bands = [] }: Facet): string {
  const columns = bands.length > 0 ? bands.map((_, at) => `false as b${at}`) : plainColumns;
  return `select c.key, ${columns.join(', ')} from candidate c where false`;
}
const plainColumns = [
  'null::bigint as a',
  'null::int as b',
  'null::text as text',
  'null::bigint as owner',
  'false as chosen',
];

/** The rows of the values of the candidates that lie in the view. */
function rowsOf(
  facet: Facet,
  view: FacetView,
  isOneOfSeveral: boolean,
  others: string,
  { choices, thisYear }: FacetQuestion,
  to: StatementBuilder,
): string {
  const { steps, table, parameter, systems } = facet;
  const { joins, key } = joinsOf(steps, view, to);
  const alias = to.alias();
  const where = [others];
  // Nothing leads from one view to another.
  if (isOneOfSeveral && view.classes !== 'all')
    where.push(condition({ kind: 'class', classes: view.classes }, 'c.key', to));
  if (systems !== undefined) {
    const list = to.add([...systems.keys], 'int[]');
    where.push(`${alias}.system ${systems.isWithout ? '<> all' : '= any'}(${list})`);
  }
  const value = `join ${table} ${alias} on ${alias}.key = ${key} and ${alias}.parameter = ${to.add(parameter, 'bigint')}${to.permitted(alias)}`;
  const from = `from candidate c ${joins} ${value}`;
  if (facet.bands !== undefined) {
    const bands = facet.bands.map(({ test }, at) => `${rowCondition(test, alias, to)} as b${at}`);
    return `select c.key, ${bands.join(', ')} ${from} where ${where.join(' and ')}`;
  }
  if (facet.definition.isByYear) {
    const years = `join lateral generate_series(${yearOf(`${alias}.low`, thisYear)}, ${yearOf(`${alias}.high - 1`, thisYear)}) y on true`;
    return `select c.key, null::bigint as a, null::int as b, y::text as text, null::bigint as owner, false as chosen
      ${from} ${years} where ${where.join(' and ')}`;
  }
  const test =
    facet.choice === undefined ? undefined : choices[facet.choice]!.where.flatMap((one) => testsOf(one, facet));
  const isChosen = test === undefined ? 'false' : or(test.map((one) => `(${rowCondition(one, alias, to)})`));
  return `select c.key, ${valueColumns(table, alias)}, ${alias}.key as owner, ${isChosen} as chosen ${from} where ${where.join(' and ')}`;
}

function valueColumns(table: Facet['table'], alias: string): string {
  if (table === 'string')
    return `null::bigint as a, null::int as b, coalesce(${alias}.exact, ${alias}.folded, ${alias}.prefix) as text`;
  if (table === 'reference') return `${alias}.target as a, null::int as b, null::text as text`;
  return `${alias}.code as a, ${alias}.system as b, null::text as text`;
}

/** The references that lead from a candidate to what has the values. */
function joinsOf(steps: readonly FacetStep[], view: FacetView, to: StatementBuilder): { joins: string; key: string } {
  let key = 'c.key';
  const joins = steps.map(({ kind, parameter, type }) => {
    const alias = to.alias();
    const [from, target] = kind === 'reverse' ? ['target', 'key'] : ['key', 'target'];
    const own = `join reference ${alias} on ${alias}.${from} = ${key} and ${alias}.parameter = ${to.add(parameter, 'bigint')}${to.permitted(alias)}`;
    key = `${alias}.${target}`;
    const must = view.must(type);
    return must === undefined ? own : `${own} and ${condition(must, key, to)}`;
  });
  return { joins: joins.join(' '), key };
}

/** Years before this one are an open beginning. */
const firstYear = 1900;
const yearOf = (column: string, thisYear: number): string =>
  `extract(year from to_timestamp(least(greatest(${column}, ${Date.UTC(firstYear, 0, 1)}), ${Date.UTC(thisYear, 11, 31)}) / 1000) at time zone 'UTC')::int`;

/** The tests of the facet's own rows in a choice; what asks for values to be absent chooses none. */
function testsOf(expression: Expression, facet: Facet): Extract<Expression, { kind: 'match' }>['test'][] {
  switch (expression.kind) {
    case 'match':
      return expression.parameter === facet.parameter && expression.test.table === facet.table ? [expression.test] : [];
    case 'and':
    case 'or':
      return expression.of.flatMap((one) => testsOf(one, facet));
    case 'chain':
    case 'reverse':
    case 'within':
      return testsOf(expression.of, facet);
    default:
      return [];
  }
}

/** Bands lie in each other: whoever has a thousand has a hundred. */
function bandText(
  bands: NonNullable<Facet['bands']>,
  { name, at, all, any }: { name: string; at: number; all: string; any: string },
  to: StatementBuilder,
): FacetText {
  const columns = bands.map((_, band) => `bool_or(x.b${band}) as b${band}`).join(', ');
  const rows = `${name} as materialized (select x.key, ${columns} from (${all}) x group by x.key)`;
  const values = bands.map(
    ({ text }, band) =>
      `select 'value', ${at}, null, null, ${to.add(text, 'text')}, (select count(*) from ${name} x where x.b${band}), null, false, ${bands.length}`,
  );
  return { rows, select: [any, ...values].join(' union all ') };
}
