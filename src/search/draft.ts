/** A search while it is being parsed, and what parses one of its result parameters. https://hl7.org/fhir/R4B/search.html#return */
import type { SearchContext, SearchParameterPair } from './context.ts';
import type { Search } from './tree.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };
/** A Search that is still being made. */
export type Draft = Writable<Search> & { used: SearchParameterPair[] };

/** Takes one parameter; true when it belongs into the self link. */
export type ResultParameter = (draft: Draft, name: string, value: string, context: SearchContext) => boolean;
