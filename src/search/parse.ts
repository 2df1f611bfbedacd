/** Parses a search of a type, of a compartment or of the whole system into the tree. https://hl7.org/fhir/R4B/search.html */
import { FhirError } from '../fhir/outcome.ts';
import { limits, type SearchContext, type SearchParameterPair } from './context.ts';
import { parseCriterion } from './criterion.ts';
import type { Draft } from './draft.ts';
import { parseFilter } from './filter.ts';
import { resultParameters } from './result.ts';
import type { Expression, Search } from './tree.ts';
import { UnknownParameter } from './unknown-parameter.ts';

/** Where a search looks. */
export interface SearchPlace {
  /** resource types that may be found */
  types: readonly string[];
  /** what stands before the `?` in links */
  path: string;
  /** what holds of everything in the place: being in a compartment */
  within?: (type: string) => Expression;
  /** parameters that hold without being asked for, and do not show in links */
  hidden?: readonly SearchParameterPair[];
  /** parameters that were understood elsewhere, for links */
  shown?: readonly SearchParameterPair[];
}

/** Throws FhirError: `not-supported` for what is not known (strict handling), `value` and `invalid` for what is malformed. */
export function parseSearch(
  place: SearchPlace | string,
  parameters: readonly SearchParameterPair[],
  context: SearchContext,
): Search {
  if (parameters.length > limits.parameters) {
    throw new FhirError('too-costly', `a search may have ${limits.parameters} parameters, not ${parameters.length}`);
  }
  const whole: SearchPlace = typeof place === 'string' ? { types: [place], path: place } : place;
  const { types, path, within, hidden = [], shown = [] } = whole;
  const draft: Draft = {
    types: [...typesOf(types, parameters, context)],
    path,
    where: [],
    sort: [],
    includes: [],
    count: context.defaultCount,
    countOnly: false,
    total: 'none',
    warnings: [],
    used: [...shown],
  };
  if (within !== undefined) draft.where.push(eachType(draft.types, within));
  for (const [name, value] of hidden) parseOne(draft, name, value, context);
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
  if (name === '_type') return true; // read first, in typesOf
  if (value === '') throw new FhirError('value', `${name} has no value`);
  const parse = (type: string): Expression =>
    name === '_filter' ? parseFilter(type, value, context) : parseCriterion(type, name, value, context);
  const expression = eachType(draft.types, parse);
  draft.where.push(expression);
  if (expression.kind === 'words') draft.score ??= { column: expression.column, query: expression.query };
  return true;
}

/** `_type` narrows a search of several types. */
function typesOf(
  types: readonly string[],
  parameters: readonly SearchParameterPair[],
  { definitions }: SearchContext,
): readonly string[] {
  const stated = parameters.filter(([name]) => name === '_type').map(([, value]) => value);
  return stated.reduce((left, value) => {
    const wanted = value.split(',');
    const unknown = wanted.find((one) => definitions.types[one]?.kind !== 'resource');
    if (unknown !== undefined) throw new FhirError('value', `_type=${value}: "${unknown}" is no resource type`);
    return left.filter((one) => wanted.includes(one));
  }, types);
}

/** What `parse` gives for one type, or for several whichever is the resource's. All types must know the parameter. */
function eachType(types: readonly string[], parse: (type: string) => Expression): Expression {
  if (types.length === 1) return parse(types[0]!);
  const of = types.map(parse);
  const [first] = of;
  // What says nothing of the type is the same for all.
  if (first === undefined) return { kind: 'none' };
  if (first.kind === 'updated' || first.kind === 'words' || first.kind === 'reverse') return first;
  if (of.every((one) => one.kind === 'key')) return { kind: 'key', keys: of.flatMap((one) => one.keys) };
  return {
    kind: 'or',
    of: of.map((one, at) =>
      one.kind === 'match' || one.kind === 'none'
        ? one
        : { kind: 'and', of: [{ kind: 'type', types: [types[at]!] }, one] },
    ),
  };
}
