/** Explains a search before it is run: how each part is read, how it finds, and what it costs by its form. Reads nothing that is stored. See docs/adr/0033-explaining-searches.md */
import type { SearchContext, SearchParameterPair } from '../context.ts';
import { parseSearch, type SearchPlace } from '../parse.ts';
import type { Search } from '../tree.ts';
import { costOf, type SearchCost } from './cost.ts';
import { type Hint, hintsOf } from './hint.ts';
import { explainPart, type PartExplanation } from './part.ts';

export type { ParameterReading } from './reading.ts';
export type { ValueReading } from './value.ts';
export type { PartExplanation };

export interface SearchExplanation {
  search: Search;
  parts: readonly PartExplanation[];
  cost: SearchCost;
  hints: readonly Hint[];
  /** resource types that it touches: what is found, and what chains lead through */
  types: readonly string[];
}

/** Throws what the search itself would be refused with. */
export function explainSearch(
  place: SearchPlace,
  parameters: readonly SearchParameterPair[],
  context: SearchContext,
): SearchExplanation {
  const search = parseSearch(place, parameters, context);
  const parts = parameters.map(([name, value]) => explainPart(name, value, search, context));
  const cost = costOf(search);
  const steps = parts.flatMap((one) => (one.role === 'criterion' ? one.steps : []));
  const types = [...new Set([...search.types, ...steps.flatMap(({ to }) => to)])];
  return { search, parts, cost, hints: hintsOf(search, parts, cost), types };
}
