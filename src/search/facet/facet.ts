/** A question for the facets of a search, as plain data: what is counted, and which criteria each facet leaves out. See docs/reference/facets.md */
import { FhirError } from '../../fhir/outcome.ts';
import type { SearchContext, SearchParameterPair } from '../context.ts';
import { type Int64, parameterKey, systemKey } from '../index-rows.ts';
import { number } from '../parameter/number.ts';
import { splitEscaped, unescapeText } from '../parameter/text-list.ts';
import { parameterOf } from '../parameter-of.ts';
import { parseSearch } from '../parse.ts';
import type { RowTest, Search } from '../tree.ts';
import { type FacetDefinition, facetDefinitions } from './definition.ts';

/** One step from a data set to what has the values: along a reference, or back along one. */
interface FacetStep {
  kind: 'chain' | 'reverse';
  parameter: Int64;
  /** type of what it leads to */
  type: string;
}

type FacetTable = 'token' | 'string' | 'reference' | 'number' | 'date';

export interface Facet {
  definition: FacetDefinition;
  steps: readonly FacetStep[];
  /** what has the values, and the search parameter that they are of */
  type: string;
  code: string;
  parameter: Int64;
  table: FacetTable;
  systems?: { keys: readonly number[]; isWithout: boolean };
  bands?: readonly { text: string; test: RowTest }[];
  /** place of its choice among the choices; absent where nothing was chosen */
  choice?: number;
}

export interface FacetSearch {
  /** what holds for all facets */
  search: Search;
  /** what was chosen in a facet each: holds for all but that one */
  choices: readonly Search[];
  facets: readonly Facet[];
  warnings: readonly string[];
}

const type = 'Library';

/** Throws FhirError `not-supported` for a facet that does not exist. */
export function parseFacets(
  names: readonly string[],
  parameters: readonly SearchParameterPair[],
  context: SearchContext,
): FacetSearch {
  const definitions = [...new Set(names)].map(definitionOf);
  const own = new Map<FacetDefinition, SearchParameterPair[]>();
  const others: SearchParameterPair[] = [];
  for (const pair of parameters) {
    const chosen = definitions.find((one) => isChoice(one, pair));
    if (chosen === undefined) others.push(pair);
    else own.set(chosen, [...(own.get(chosen) ?? []), pair]);
  }
  const search = parseSearch(type, others, context);
  if (search.contained === true || search.most !== undefined) {
    throw new FhirError(
      'not-supported',
      'facets are of whole searches: _contained and _maxresults do not go with them',
    );
  }
  // A criterion that lenient handling let pass is no choice.
  const parsed = [...own].map(([definition, pairs]) => ({ definition, one: parseSearch(type, pairs, context) }));
  const chosen = parsed.filter(({ one }) => one.where.length > 0);
  return {
    search,
    choices: chosen.map(({ one }) => one),
    facets: definitions.map((definition) => {
      const choice = chosen.findIndex((one) => one.definition === definition);
      return { ...facetOf(definition, context), ...(choice < 0 ? {} : { choice }) };
    }),
    warnings: [...search.warnings, ...parsed.flatMap(({ one }) => one.warnings)],
  };
}

function definitionOf(name: string): FacetDefinition {
  const definition = facetDefinitions.find((one) => one.name === name);
  if (definition !== undefined) return definition;
  const known = facetDefinitions.map((one) => one.name).join(', ');
  throw new FhirError('not-supported', `there is no facet "${name.slice(0, 100)}"; there are ${known}`);
}

/** Whether a criterion chooses among the values of the facet: of its parameter, and of its code systems where it has such. */
function isChoice({ criterion, systems }: FacetDefinition, [name, value]: SearchParameterPair): boolean {
  if (name !== criterion && !(name.startsWith(`${criterion}:`) && !/[.:]/.test(name.slice(criterion.length + 1))))
    return false;
  if (systems === undefined) return true;
  const stated = splitEscaped(value, ',').map((one) => {
    const parts = splitEscaped(one, '|');
    return parts.length > 1 ? unescapeText(parts[0]!) : '';
  });
  if ('only' in systems) return stated.every((one) => systems.only.includes(one));
  return stated.every((one) => !systems.without.includes(one));
}

function facetOf(definition: FacetDefinition, context: SearchContext): Facet {
  const { systems, bands } = definition;
  const { hash } = context;
  const place = placeOf(type, definition.criterion, context);
  const keys = (list: readonly string[]): number[] => list.map((one) => systemKey(hash, one));
  return {
    definition,
    ...place,
    ...(systems === undefined
      ? {}
      : 'only' in systems
        ? { systems: { keys: keys(systems.only), isWithout: false } }
        : { systems: { keys: keys(systems.without), isWithout: true } }),
    ...(bands === undefined
      ? {}
      : {
          bands: bands.map((least) => {
            const text = `ge${least}`;
            return { text, test: number.match([text], { code: place.code }, context) };
          }),
        }),
  };
}

type Place = Pick<Facet, 'steps' | 'type' | 'code' | 'parameter' | 'table'>;

/** Where the values of a criterion lie: the way that a search by it goes. */
function placeOf(from: string, criterion: string, context: SearchContext): Place {
  const { hash } = context;
  if (criterion.startsWith('_has:')) {
    const [, source = '', code = '', ...rest] = criterion.split(':');
    const inner = placeOf(source, rest.join(':'), context);
    const step: FacetStep = { kind: 'reverse', parameter: parameterKey(hash, source, code), type: source };
    return { ...inner, steps: [step, ...inner.steps] };
  }
  const dot = criterion.indexOf('.');
  if (dot >= 0) {
    const code = criterion.slice(0, dot);
    const target = parameterOf(from, code, context).targets?.[0] ?? from;
    const inner = placeOf(target, criterion.slice(dot + 1), context);
    const step: FacetStep = { kind: 'chain', parameter: parameterKey(hash, from, code), type: target };
    return { ...inner, steps: [step, ...inner.steps] };
  }
  const { type: kind } = parameterOf(from, criterion, context);
  if (!isCounted(kind)) throw new Error(`${from}.${criterion} is a ${kind}, of which there are no facets`);
  return { steps: [], type: from, code: criterion, parameter: parameterKey(hash, from, criterion), table: kind };
}

const tables: readonly string[] = ['token', 'string', 'reference', 'number', 'date'] satisfies FacetTable[];
const isCounted = (kind: string): kind is FacetTable => tables.includes(kind);
