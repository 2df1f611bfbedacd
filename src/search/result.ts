/** Parses the parameters that shape the result: _sort, _count, _include, _summary, _total. https://hl7.org/fhir/R4B/search.html#return */
import { FhirError } from '../fhir/outcome.ts';
import type { SearchContext, SearchParameterPair } from './context.ts';
import { parameterOf, UnknownParameter } from './criterion.ts';
import { parameterKey } from './index-rows.ts';
import { kinds } from './parameter/index.ts';
import type { Include, Search, SortKey } from './tree.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };
/** A Search that is still being made. */
export type Draft = Writable<Search> & { used: SearchParameterPair[] };

/** Takes one parameter; true when it belongs into the self link. */
type ResultParameter = (draft: Draft, name: string, value: string, context: SearchContext) => boolean;

export const resultParameters: ReadonlyMap<string, ResultParameter> = new Map<string, ResultParameter>([
  ['_count', parseCount],
  ['_sort', parseSort],
  ['_include', parseInclude],
  ['_revinclude', parseInclude],
  ['_summary', parseSummary],
  ['_total', parseTotal],
  ['_format', parseFormat],
  ['_pretty', () => false],
]);

function parseCount(draft: Draft, name: string, value: string, context: SearchContext): boolean {
  if (!/^\d{1,9}$/.test(value)) throw new FhirError('value', `${name} must be a whole number, not ${value}`);
  if (Number(value) === 0) draft.countOnly = true;
  else draft.count = Math.min(Number(value), context.maxCount);
  return true;
}

function parseSort(draft: Draft, _name: string, value: string, context: SearchContext): boolean {
  if (value === '') throw new FhirError('value', '_sort needs a search parameter to sort by');
  for (const part of value.split(',')) {
    const descending = part.startsWith('-');
    const code = descending ? part.slice(1) : part;
    draft.sort.push({ by: sortBy(draft.type, code, context), descending });
  }
  return true;
}

function sortBy(type: string, code: string, context: SearchContext): SortKey['by'] {
  if (code === '_id') return 'id';
  if (code === '_lastUpdated') return 'updated';
  const parameter = parameterOf(type, code, context);
  const kind = kinds[parameter.type];
  const key = parameterKey(context.hash, type, code);
  if (kind === undefined)
    throw new UnknownParameter('not-supported', `sorting by ${code} (${parameter.type}) is not supported here`);
  return { table: kind.table, parameter: key };
}

function parseInclude(draft: Draft, name: string, value: string, context: SearchContext): boolean {
  const [direction, modifier] = name.slice(1).split(':');
  if (modifier !== undefined)
    throw new UnknownParameter('not-supported', `${name}: :${modifier} is not supported here`);
  const [source, code, target, ...rest] = value.split(':');
  if (source === undefined || code === undefined || rest.length > 0) {
    throw new FhirError('value', `${name} must be Type:parameter or Type:parameter:Target, not ${value}`);
  }
  for (const type of target === undefined ? [source] : [source, target]) {
    if (context.definitions.types[type]?.kind !== 'resource')
      throw new FhirError('value', `${type} in ${name}=${value} is no resource type`);
  }
  if (direction === 'include' && source !== draft.type) {
    throw new FhirError('value', `${name}=${value} starts at ${source}, but ${draft.type} is searched`);
  }
  if (parameterOf(source, code, context).type !== 'reference') {
    throw new FhirError('value', `${source}.${code} in ${name}=${value} is no reference`);
  }
  const include: Include = {
    direction: direction === 'include' ? 'include' : 'revinclude',
    source,
    code,
    parameter: parameterKey(context.hash, source, code),
    ...(target === undefined ? {} : { target }),
  };
  draft.includes.push(include);
  return true;
}

function parseSummary(draft: Draft, name: string, value: string): boolean {
  if (value === 'count') draft.countOnly = true;
  else if (value !== 'false')
    throw new UnknownParameter('not-supported', `${name}=${value} is not supported here; count and false are`);
  return true;
}

function parseTotal(draft: Draft, name: string, value: string): boolean {
  if (value !== 'none' && value !== 'estimate' && value !== 'accurate') {
    throw new FhirError('value', `${name} must be none, estimate or accurate, not ${value}`);
  }
  draft.total = value;
  return true;
}

const jsonFormats = new Set(['json', 'application/json', 'application/fhir+json', 'text/json']);

function parseFormat(_draft: Draft, name: string, value: string): boolean {
  if (jsonFormats.has(value.split(';')[0]!.trim().replace(' ', '+'))) return false;
  throw new FhirError('not-acceptable', `${name}=${value} is not supported here; json is`);
}
