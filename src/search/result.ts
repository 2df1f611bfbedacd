/** Parses the parameters that shape the result: _sort, _count, _summary, _elements, _total and the like. https://hl7.org/fhir/R4B/search.html#return */
import { elementsPart, summaryPart } from '../fhir/format/part.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { SearchContext } from './context.ts';
import type { Draft, ResultParameter } from './draft.ts';

import { parseInclude } from './include.ts';
import { parameterKey } from './index-rows.ts';
import { kinds } from './parameter/index.ts';
import { parameterOf } from './parameter-of.ts';
import type { SortKey } from './tree.ts';
import { UnknownParameter } from './unknown-parameter.ts';

export const resultParameters: ReadonlyMap<string, ResultParameter> = new Map<string, ResultParameter>([
  ['_count', parseCount],
  ['_sort', parseSort],
  ['_include', parseInclude],
  ['_revinclude', parseInclude],
  ['_summary', parseSummary],
  ['_elements', parseElements],
  ['_total', parseTotal],
  ['_maxresults', parseMaxResults],
  ['_contained', parseContained],
  ['_containedType', parseContainedType],
  // Read where the reply is written (rest/negotiate.ts).
  ['_format', () => false],
  ['_pretty', () => false],
]);

function parseCount(draft: Draft, name: string, value: string, context: SearchContext): boolean {
  if (!/^\d{1,9}$/.test(value)) throw new FhirError('value', `${name} must be a whole number, not ${value}`);
  if (Number(value) === 0) draft.countOnly = true;
  else draft.count = Math.min(Number(value), context.maxCount);
  return true;
}

function parseMaxResults(draft: Draft, name: string, value: string): boolean {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new FhirError('value', `${name} must be a number above 0, not ${value}`);
  draft.most = Number(value);
  return true;
}

function parseSort(draft: Draft, _name: string, value: string, context: SearchContext): boolean {
  if (value === '') throw new FhirError('value', '_sort needs a search parameter to sort by');
  for (const part of value.split(',')) {
    const descending = part.startsWith('-');
    const code = descending ? part.slice(1) : part;
    const by = sortBy(draft.types, code, context);
    // Best matches first is the natural order of a score.
    draft.sort.push({ by, descending: by === 'score' ? !descending : descending });
  }
  return true;
}

function sortBy(types: readonly string[], code: string, context: SearchContext): SortKey['by'] {
  if (code === '_id') return 'id';
  if (code === '_lastUpdated') return 'updated';
  if (code === '_score') return 'score';
  const [type] = types;
  if (types.length !== 1) {
    throw new FhirError(
      'not-supported',
      `a search of several types is sorted by _id, _lastUpdated or _score, not ${code}`,
    );
  }
  const parameter = parameterOf(type!, code, context);
  const kind = kinds[parameter.type];
  const key = parameterKey(context.hash, type!, code);
  if (kind === undefined)
    throw new UnknownParameter('not-supported', `sorting by ${code} (${parameter.type}) is not supported here`);
  return { table: kind.table, parameter: key };
}

function parseSummary(draft: Draft, _name: string, value: string): boolean {
  if (value === 'count') draft.countOnly = true;
  else {
    const part = summaryPart(value);
    if (part !== undefined) draft.part = part;
  }
  return true;
}

function parseElements(draft: Draft, _name: string, value: string): boolean {
  draft.part = elementsPart(value);
  return true;
}

function parseTotal(draft: Draft, name: string, value: string): boolean {
  if (value !== 'none' && value !== 'estimate' && value !== 'accurate') {
    throw new FhirError('value', `${name} must be none, estimate or accurate, not ${value}`);
  }
  draft.total = value;
  return true;
}

/** `both` would mix two orders on one page; it is refused. */
function parseContained(draft: Draft, name: string, value: string): boolean {
  if (value !== 'true' && value !== 'false') {
    throw new UnknownParameter('not-supported', `${name}=${value} is not supported here; true and false are`);
  }
  draft.contained = value === 'true';
  return true;
}

function parseContainedType(draft: Draft, name: string, value: string): boolean {
  if (value !== 'container' && value !== 'contained') {
    throw new FhirError('value', `${name} must be container or contained, not ${value}`);
  }
  draft.containedType = value;
  return true;
}
