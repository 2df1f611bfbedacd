/** Counts the values of all facets of a search in one statement, over one set of candidates. See docs/adr/0029-facets.md */
import type { Facet } from '../facet/facet.ts';
import type { PermittedClasses } from '../tree.ts';
import { condition, selectKeys } from './expression.ts';
import { and, chosenElsewhere, type FacetQuestion } from './facet-question.ts';
import { bandRows, groupsOf, type Reached, valueRows } from './facet-rows.ts';
import { isByKey } from './sort.ts';
import { type Statement, StatementBuilder } from './statement.ts';

/**
 * Rows `kind`, `facet` (its place), and
 * `value`: `a`, `b`, `text` (the value), `n` (how many data sets have it), `owner` (a resource that has it), `chosen`, `of` (how many values there are);
 * `matches`: `n` data sets match without what was chosen in the facet; `total`: `n` match with all.
 */
export function compileFacets(question: FacetQuestion, permitted: PermittedClasses): Statement {
  const to = new StatementBuilder(permitted);
  const { search, choices, facets, views } = question;
  const keys = selectKeys(search.types, search.where, to);
  const [only] = search.where;
  const isOnce = only === undefined || (search.where.length === 1 && isByKey(only));
  const base = isOnce ? keys : `select distinct d.key from (${keys}) d`;
  const chosen = choices.map(({ where }, at) => `, ${and(where.map((one) => condition(one, 'b.key', to)))} as s${at}`);
  // Where nothing leads from one view to another, each has its own candidates.
  const tables = views.map((view, at) => {
    const own = views.length === 1 || view.classes === 'all' ? '' : `where ${ofView(view.classes, to)}`;
    return `candidate${at} as materialized (select b.key as root, b.key${chosen.join('')} from base b ${own})`;
  });
  const groups = groupsOf(facets).map((group, at) => ({ group, name: `g${at}` }));
  const reached: Reached = new Map();
  const rows = groups.flatMap(({ group, name }) => {
    const write = group.facets[0]?.bands === undefined ? valueRows : bandRows;
    return write(group, name, { question, reached }, to);
  });
  const selects = groups.flatMap(({ group, name }) =>
    group.facets.map((facet) => {
      const at = facets.indexOf(facet);
      return facet.bands === undefined
        ? valuesText(facet, at, name, question, to)
        : bandsText(facet.bands, at, name, to);
    }),
  );
  const matches = groups
    .filter(({ group }) => group.choice !== undefined)
    .flatMap(({ group }) =>
      group.facets.map(
        (facet) =>
          `select 'matches', ${facets.indexOf(facet)}, null, null, null, ${countOf(question, group.choice)}, null, false, 0`,
      ),
    );
  const text = `with base as ${views.length === 1 ? '' : 'materialized '}(${base}), ${[...tables, ...rows].join(',\n')}
    select 'total' as kind, 0 as facet, null::bigint as a, null::int as b, null::text as text,
      ${countOf(question, undefined)} as n, null::bigint as owner, false as chosen, 0::bigint as "of"
    ${[...matches, ...selects].map((one) => `union all (${one})`).join('\n')}`;
  return { text, values: to.values, isPlannedOnce: false };
}

const ofView = (classes: readonly number[], to: StatementBuilder): string =>
  condition({ kind: 'class', classes }, 'b.key', to);

function countOf({ views, choices }: FacetQuestion, own: number | undefined): string {
  const counts = views.map((_, at) => `(select count(*) from candidate${at} c where ${chosenElsewhere(choices, own)})`);
  return `(${counts.join(' + ') || '0'})`;
}

function valuesText(facet: Facet, at: number, name: string, { most }: FacetQuestion, to: StatementBuilder): string {
  if (facet.definition.isByYear) return yearsText(at, name);
  const of = `select x.a, x.b, x.text, x.n, x.owner, x.chosen, count(*) over () as "of" from ${name} x
    where x.parameter = ${to.add(facet.parameter, 'bigint')}`;
  return `select 'value', ${at}, x.a, x.b, x.text, x.n, x.owner, x.chosen, x."of" from (${of}) x
    order by x.chosen desc, x.n desc, x.text, x.a, x.b limit ${to.add(most, 'int')}`;
}

/** Times were counted by their first and last year. Years are an axis: none is left out. */
const yearsText = (at: number, name: string): string =>
  `select 'value', ${at}, null::bigint, null::int, y::text, sum(x.n)::bigint, null::bigint, false, count(*) over ()
    from ${name} x join lateral generate_series(x.a::int, x.b) y on true group by y order by y`;

function bandsText(bands: NonNullable<Facet['bands']>, at: number, name: string, to: StatementBuilder): string {
  const values = bands.map(
    ({ text }, band) =>
      `select 'value', ${at}, null::bigint, null::int, ${to.add(text, 'text')}, x.n${band}, null::bigint, false, ${bands.length} from ${name} x`,
  );
  return values.join(' union all ');
}
