/** Parses a search-type request into the tree. https://hl7.org/fhir/R4B/search.html */
import { FhirError } from '../fhir/outcome.ts';
import { limits, type SearchContext, type SearchParameterPair } from './context.ts';
import { parseCriterion, UnknownParameter } from './criterion.ts';
import { type Draft, resultParameters } from './result.ts';
import type { Search } from './tree.ts';

/** Throws FhirError: `not-supported` for what is not known (strict handling), `value` and `invalid` for what is malformed. */
export function parseSearch(type: string, parameters: readonly SearchParameterPair[], context: SearchContext): Search {
  if (parameters.length > limits.parameters) {
    throw new FhirError('too-costly', `a search may have ${limits.parameters} parameters, not ${parameters.length}`);
  }
  const draft: Draft = {
    type,
    where: [],
    sort: [],
    includes: [],
    count: context.defaultCount,
    countOnly: false,
    total: 'none',
    warnings: [],
    used: [],
  };
  for (const [name, value] of parameters) {
    // PostgreSQL's text cannot hold it, so nothing stored can match.
    if (name.includes('\u0000') || value.includes('\u0000')) {
      throw new FhirError('value', `the character U+0000 is not allowed in ${name.replaceAll('\u0000', '?')}`);
    }
    try {
      if (parseOne(draft, name, value, context)) draft.used.push([name, value]);
    } catch (error) {
      if (context.handling === 'strict' || !(error instanceof UnknownParameter)) throw error;
      draft.warnings.push(error.message);
    }
  }
  return draft;
}

/** Whether the parameter changes the result and so belongs into the self link. */
function parseOne(draft: Draft, name: string, value: string, context: SearchContext): boolean {
  const result = resultParameters.get(name.split(':')[0]!);
  if (result !== undefined && !name.includes('.')) {
    if (name.includes(':') && !name.includes('include:')) {
      throw new UnknownParameter('not-supported', `${name.split(':')[0]} has no modifiers`);
    }
    return result(draft, name, value, context);
  }
  if (value === '') throw new FhirError('value', `${name} has no value`);
  draft.where.push(parseCriterion(draft.type, name, value, context));
  return true;
}
