/** Writes the tables of counted values that the facets of a search are read from. See docs/adr/0029-facets.md */
import type { Facet } from '../facet/facet.ts';
import type { View } from '../rewrite/restrict.ts';
import type { Expression } from '../tree.ts';
import { condition } from './expression.ts';
import { chosenElsewhere, type FacetQuestion, type FacetView } from './facet-question.ts';
import { or, rowCondition } from './row-test.ts';
import type { StatementBuilder } from './statement.ts';

/** Facets whose values are read in one go: of one table, reached the same way, over the same candidates. */
interface FacetGroup {
  facets: readonly Facet[];
  choice: number | undefined;
}

/** Names of the tables of what the candidates lead to, by the way there. */
export type Reached = Map<string, string>;

interface Means {
  question: FacetQuestion;
  reached: Reached;
}

export function groupsOf(facets: readonly Facet[]): FacetGroup[] {
  const groups = new Map<string, Facet[]>();
  for (const facet of facets) {
    const { table, steps, choice, systems, bands, definition } = facet;
    const isAlone = choice !== undefined || systems !== undefined || bands !== undefined || definition.isByYear;
    const key = isAlone ? definition.name : JSON.stringify([table, steps]);
    groups.set(key, [...(groups.get(key) ?? []), facet]);
  }
  return [...groups.values()].map((of) => ({ facets: of, choice: of[0]!.choice }));
}

/** `name` with `parameter`, `a`, `b`, `text`, `n`, `owner`, `chosen`: one row for each value. */
export function valueRows(
  group: FacetGroup,
  name: string,
  { question, reached }: Means,
  to: StatementBuilder,
): string[] {
  const tables: string[] = [];
  const parts: string[] = [];
  for (const [at, view] of question.views.entries()) {
    const facets = group.facets.filter((facet) => !isHidden(facet, view.veil));
    if (facets.length === 0) continue;
    to.within(view.classes, () => {
      const { from, isDirect, table } = reach(facets[0]!, at, view, { question, reached }, to);
      tables.push(...table);
      const means = { facets, from, choice: group.choice, question };
      if (isDirect) parts.push(countedText(means, 'count(*)', '', to));
      else {
        // Index rows state each fact once, so that only who is reached several ways must be told apart.
        parts.push(countedText(means, 'count(*)', ` and c.root not in (select m.root from ${from}m m)`, to));
        parts.push(countedText(means, 'count(distinct c.root)', ` and c.root in (select m.root from ${from}m m)`, to));
      }
    });
  }
  const all = parts.length === 0 ? nothing : parts.join(' union all ');
  const rows =
    parts.length === 1
      ? all
      : `select x.parameter, x.a, x.b, x.text, sum(x.n)::bigint as n, min(x.owner) as owner, bool_or(x.chosen) as chosen
        from (${all}) x group by x.parameter, x.a, x.b, x.text`;
  return [...tables, `${name} as materialized (${rows})`];
}

const nothing = `select null::bigint as parameter, null::bigint as a, null::int as b, null::text as text, 0::bigint as n,
  null::bigint as owner, false as chosen where false`;

const isHidden = (facet: Facet, veil: View['veil']): boolean =>
  veil !== undefined &&
  [facet.parameter, ...facet.steps.map(({ parameter }) => parameter)].some((one) => veil.hides(one));

interface Counted {
  facets: readonly Facet[];
  from: string;
  choice: number | undefined;
  question: FacetQuestion;
}

function countedText({ facets, from, choice, question }: Counted, count: string, more: string, to: StatementBuilder) {
  const [first] = facets;
  const { table, systems } = first!;
  const v = to.alias();
  // What is the same in all rows is not grouped by.
  const isOne = facets.length === 1;
  const all = facets.map(({ parameter }) => parameter);
  const parameter = to.add(isOne ? all[0] : all, isOne ? 'bigint' : 'bigint[]');
  const columns = valueColumns(first!, v, question.thisYear);
  const groups = [...(isOne ? [] : [`${v}.parameter`]), ...Object.values(columns)].join(', ');
  const { a = 'null::bigint', b = 'null::int', text = 'null::text' } = columns;
  const where = [`${chosenElsewhere(question.choices, choice)}${more}`];
  if (systems !== undefined)
    where.push(`${v}.system ${systems.isWithout ? '<> all' : '= any'}(${to.add([...systems.keys], 'int[]')})`);
  const test = choice === undefined ? [] : question.choices[choice]!.where.flatMap((one) => testsOf(one, first!));
  const chosen = test.length === 0 ? 'false' : `bool_or(${or(test.map((one) => rowCondition(one, v, to)))})`;
  return `select ${isOne ? parameter : `${v}.parameter`} as parameter, ${a} as a, ${b} as b, ${text} as text,
    ${count} as n, min(${v}.key) as owner, ${chosen} as chosen
    from ${from} c join ${table} ${v} on ${v}.key = c.key and ${v}.parameter = ${isOne ? parameter : `any(${parameter})`}${to.permitted(v)}
    where ${where.join(' and ')} group by ${groups}`;
}

interface ValueColumns {
  a?: string;
  b?: string;
  text?: string;
}

function valueColumns({ table, definition }: Facet, v: string, thisYear: number): ValueColumns {
  if (definition.isByYear)
    return { a: `${yearOf(`${v}.low`, thisYear)}::bigint`, b: yearOf(`${v}.high - 1`, thisYear) };
  if (table === 'string') return { text: `coalesce(${v}.exact, ${v}.folded, ${v}.prefix)` };
  return table === 'reference' ? { a: `${v}.target` } : { a: `${v}.code`, b: `${v}.system` };
}

/** `name` with the numbers of data sets of each band, `n0`, `n1` and so on. Bands lie in each other. */
export function bandRows(
  group: FacetGroup,
  name: string,
  { question, reached }: Means,
  to: StatementBuilder,
): string[] {
  const facet = group.facets[0]!;
  const bands = facet.bands!; // what is asked for here
  const tables: string[] = [];
  const parts: string[] = [];
  for (const [at, view] of question.views.entries()) {
    if (isHidden(facet, view.veil)) continue;
    to.within(view.classes, () => {
      const { from, table } = reach(facet, at, view, { question, reached }, to);
      tables.push(...table);
      const v = to.alias();
      const columns = bands.map(({ test }, band) => `bool_or(${rowCondition(test, v, to)}) as b${band}`);
      parts.push(`select c.root, ${columns.join(', ')} from ${from} c
        join number ${v} on ${v}.key = c.key and ${v}.parameter = ${to.add(facet.parameter, 'bigint')}${to.permitted(v)}
        where ${chosenElsewhere(question.choices, group.choice)} group by c.root`);
    });
  }
  const empty = `select ${bands.map((_, band) => `false as b${band}`).join(', ')} where false`;
  const counts = bands.map((_, band) => `count(*) filter (where x.b${band}) as n${band}`);
  const all = parts.length === 0 ? empty : parts.join(' union all ');
  return [...tables, `${name} as materialized (select ${counts.join(', ')} from (${all}) x)`];
}

/**
 * Where the values of a facet are found: the candidates themselves, or a table of what they lead to, with `root`, `key` and the
 * choices; and beside it, with an `m` at its end, the roots that are there several times.
 */
function reach(
  { steps }: Facet,
  at: number,
  view: FacetView,
  { question: { choices }, reached }: Means,
  to: StatementBuilder,
): { from: string; isDirect: boolean; table: string[] } {
  if (steps.length === 0) return { from: `candidate${at}`, isDirect: true, table: [] };
  const way = JSON.stringify([at, steps]);
  const known = reached.get(way);
  if (known !== undefined) return { from: known, isDirect: false, table: [] };
  const name = `reached${reached.size}`;
  reached.set(way, name);
  let key = 'c.key';
  const joins = steps.map(({ kind, parameter, type }) => {
    const alias = to.alias();
    const [from, target] = kind === 'reverse' ? ['target', 'key'] : ['key', 'target'];
    const own = `join reference ${alias} on ${alias}.${from} = ${key} and ${alias}.parameter = ${to.add(parameter, 'bigint')}${to.permitted(alias)}`;
    key = `${alias}.${target}`;
    const must = view.must(type);
    return must === undefined ? own : `${own} and ${condition(must, key, to)}`;
  });
  const columns = choices.map((_, choice) => `, c.s${choice}`).join('');
  const rows = `select c.root, ${key} as key${columns} from candidate${at} c ${joins.join(' ')}`;
  return {
    from: name,
    isDirect: false,
    table: [
      `${name} as materialized (${rows})`,
      `${name}m as materialized (select x.root from ${name} x group by x.root having count(*) > 1)`,
    ],
  };
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
