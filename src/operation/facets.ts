/** `$facets`: how many data sets have each licence, publisher, term of use and so on, for any search of data sets. See docs/reference/facets.md */
import type { FacetCount, FacetCounts } from '../door/index.ts';
import type { JsonObject } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { facetDefinitions, parseFacets } from '../search/index.ts';
import type { Operation } from './operation.ts';
import { inputsOf } from './parameters.ts';

const names = facetDefinitions.map(({ name }) => name);
const usualCount = 20;
const mostValues = 500;

export const facets: Operation = {
  code: 'facets',
  levels: ['type'],
  types: ['Library'],
  affectsState: false,
  summary:
    'How many of the data sets that a search finds have each value of some facets, such as licence or publisher. What is chosen in a facet does not narrow that facet itself.',
  parameters: [
    { name: 'facet', min: 1, max: '*', type: 'code', documentation: `Which facet: ${names.join(', ')}.` },
    {
      name: 'facet-count',
      min: 0,
      max: '1',
      type: 'positiveInt',
      documentation: `Values of each facet, the most frequent ones; ${usualCount} unless stated, at most ${mostValues}. Years and bands are all told.`,
    },
    {
      name: '(criterion)',
      min: 0,
      max: '*',
      type: 'string',
      documentation:
        'Any search parameter of Library, as in a search. What shapes pages (_sort, _count) changes nothing.',
    },
  ],
  async perform(request, server) {
    const inputs = inputsOf(request, 'any', 'facets');
    const asked = inputs.texts('facet').flatMap((one) => one.split(','));
    if (asked.length === 0) throw new FhirError('required', `$facets needs a facet: ${names.join(', ')}`);
    const most = mostOf(inputs.text('facet-count'));
    const criteria = inputs.pairs.filter(([name]) => name !== 'facet' && name !== 'facet-count');
    const context = { ...server.searchContext, handling: request.prefer.handling };
    const search = parseFacets(asked, criteria, context);
    const counts = await server.door.countFacets(search, most);
    return {
      status: 200,
      body: JSON.stringify(answerOf(counts, search.warnings)),
      disclosed: [],
      counted: counts.total,
    };
  },
};

function mostOf(text: string | undefined): number {
  if (text === undefined) return usualCount;
  if (!/^[1-9]\d{0,2}$/.test(text) || Number(text) > mostValues)
    throw new FhirError('value', `facet-count must be a number from 1 to ${mostValues}, not ${text.slice(0, 100)}`);
  return Number(text);
}

function answerOf({ total, facets: counted }: FacetCounts, warnings: readonly string[]): JsonObject {
  const outcome = {
    resourceType: 'OperationOutcome',
    issue: warnings.map((diagnostics) => ({ severity: 'warning', code: 'not-supported', diagnostics })),
  };
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'total', valueInteger: total },
      ...counted.map(facetPart),
      ...(warnings.length === 0 ? [] : [{ name: 'outcome', resource: outcome }]),
    ],
  };
}

function facetPart({ facet, values, more, matches }: FacetCounts['facets'][number]): JsonObject {
  const { definition, table } = facet;
  const modifier = definition.modifier === undefined ? '' : `:${definition.modifier}`;
  return {
    name: 'facet',
    part: [
      { name: 'name', valueCode: definition.name },
      { name: 'criterion', valueString: `${definition.criterion}${modifier}` },
      { name: 'matches', valueInteger: matches },
      { name: 'more', valueInteger: more },
      ...values.map((one) => valuePart(one, table, definition.isByYear === true)),
    ],
  };
}

function valuePart(one: FacetCount, table: string, isYear: boolean): JsonObject {
  const { system, text, display, count, isChosen } = one;
  const words = display === undefined ? {} : { display };
  const value: JsonObject =
    table === 'token'
      ? { valueCoding: { ...(system === undefined ? {} : { system }), code: text, ...words } }
      : table === 'reference'
        ? { valueReference: { reference: text, ...words } }
        : { valueString: text };
  return {
    name: 'value',
    part: [
      { name: 'value', ...value },
      { name: 'count', valueInteger: count },
      ...searchValues(one, table, isYear).map((valueString) => ({ name: 'search', valueString })),
      ...(isChosen ? [{ name: 'chosen', valueBoolean: true }] : []),
    ],
  };
}

/** What the criterion is to say to choose the value; all of several. */
function searchValues({ system, text }: FacetCount, table: string, isYear: boolean): string[] {
  if (isYear) return [`gt${Number(text) - 1}`, `lt${Number(text) + 1}`];
  if (table !== 'token') return [escaped(text)];
  return [`${system === undefined ? '' : escaped(system)}|${escaped(text)}`];
}

const escaped = (text: string): string => text.replace(/[\\$,|]/g, '\\$&');
