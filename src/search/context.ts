/** What parsing a search needs to know of the server and of the request. https://hl7.org/fhir/R4B/search.html */
import type { ParameterContext } from './parameter/parameter.ts';

export interface SearchContext extends ParameterContext {
  /** Under strict handling what is not known is an error, under lenient a warning. */
  handling: 'strict' | 'lenient';
  defaultCount: number;
  maxCount: number;
}

/** Limits that keep one request from costing too much. */
export const limits = {
  /** parameters in one search */
  parameters: 200,
  /** alternatives in one comma list */
  alternatives: 1000,
  /** steps of a chain, or nested _has */
  depth: 8,
} as const;

export type SearchParameterPair = readonly [name: string, value: string];
