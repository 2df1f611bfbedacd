/** Parses one criterion of a search: plain, with modifier, chained, or _has. https://hl7.org/fhir/R4B/search.html#modifiers */
import type { SearchParameterModel } from '../fhir/definitions/model.ts';
import { FhirError } from '../fhir/outcome.ts';
import { idPattern } from '../fhir/reference.ts';
import { limits, type SearchContext } from './context.ts';
import { type Int64, parameterKey, resourceKey } from './index-rows.ts';
import { matchComposite } from './parameter/composite.ts';
import { dateTests } from './parameter/date.ts';
import { kinds } from './parameter/index.ts';
import type { Asked, ParameterKind } from './parameter/parameter.ts';
import { splitEscaped, unescapeText } from './parameter/text-list.ts';
import { registryOf } from './registry.ts';
import type { Expression } from './tree.ts';

/** An unknown parameter or modifier: lenient handling turns it into a warning. Malformed values are never let pass. */
export class UnknownParameter extends FhirError {}

/** The expression that `name=value` means for resources of `type`. */
export function parseCriterion(
  type: string,
  name: string,
  value: string,
  context: SearchContext,
  depth = 0,
): Expression {
  if (depth > limits.depth) throw new FhirError('too-costly', `${name}: more than ${limits.depth} steps of chaining`);
  if (name.startsWith('_has:')) return parseHas(type, name, value, context, depth);
  const dot = name.indexOf('.');
  if (dot >= 0) return parseChain(type, name.slice(0, dot), name.slice(dot + 1), value, context, depth);
  const [code, modifier] = splitModifier(name);
  const values = splitEscaped(value, ',');
  if (values.length > limits.alternatives) {
    throw new FhirError(
      'too-costly',
      `${name} has ${values.length} alternatives; at most ${limits.alternatives} are allowed`,
    );
  }
  if (code === '_id') return parseId(type, modifier, values, context);
  if (code === '_lastUpdated') return parseLastUpdated(modifier, values);
  const parameter = parameterOf(type, code, context);
  const key = parameterKey(context.hash, type, code);
  if (modifier === 'missing') return parseMissing(key, parameter, value);
  if (parameter.type === 'composite') {
    if (modifier !== undefined) throw unknownModifier(code, modifier, type);
    return anyOf(values.map((one) => matchComposite(parameter, key, one, context)));
  }
  const kind = kindOf(parameter);
  return negated(modifier, {
    kind: 'match',
    parameter: key,
    test: kind.match(values, askedOf(type, parameter, kind, modifier, context), context),
  });
}

function splitModifier(name: string): [code: string, modifier: string | undefined] {
  const colon = name.indexOf(':');
  return colon < 0 ? [name, undefined] : [name.slice(0, colon), name.slice(colon + 1)];
}

const anyOf = (of: Expression[]): Expression => (of.length === 1 ? of[0]! : { kind: 'or', of });

/** `:not` also finds what has no value at all. */
const negated = (modifier: string | undefined, of: Expression): Expression =>
  modifier === 'not' ? { kind: 'not', of } : of;

export function parameterOf(type: string, code: string, context: SearchContext): SearchParameterModel {
  const registry = registryOf(context.definitions);
  const parameter = registry.find(type, code);
  if (parameter !== undefined) return parameter;
  const near = registry
    .of(type)
    .map((one) => one.code)
    .filter((known) => isNear(known, code))
    .sort()
    .slice(0, 4);
  const hint = near.length === 0 ? '' : `; did you mean ${near.join(', ')}?`;
  throw new UnknownParameter('not-supported', `${type} has no search parameter "${code}"${hint}`);
}

/** Alike enough to be what was meant: same letters, one contained in the other, or the same beginning. */
function isNear(known: string, code: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');
  const [one, two] = [plain(known), plain(code)];
  return two.length > 2 && (one.includes(two) || two.includes(one) || one.slice(0, 4) === two.slice(0, 4));
}

function kindOf(parameter: SearchParameterModel): ParameterKind {
  const kind = kinds[parameter.type];
  if (kind === undefined) {
    throw new UnknownParameter(
      'not-supported',
      `searching by ${parameter.code} (${parameter.type}) is not supported here`,
    );
  }
  return kind;
}

const unknownModifier = (code: string, modifier: string, type: string): UnknownParameter =>
  new UnknownParameter('not-supported', `the modifier :${modifier} is not supported for ${type}.${code}`);

function askedOf(
  type: string,
  parameter: SearchParameterModel,
  kind: ParameterKind,
  modifier: string | undefined,
  context: SearchContext,
): Asked {
  const asked: Asked = { code: parameter.code };
  if (parameter.targets !== undefined) asked.targets = parameter.targets;
  if (modifier === undefined) return asked;
  const isType = kind.modifiers.includes('[type]') && context.definitions.types[modifier]?.kind === 'resource';
  if (!isType && !kind.modifiers.includes(modifier)) throw unknownModifier(parameter.code, modifier, type);
  return { ...asked, modifier };
}

function parseId(
  type: string,
  modifier: string | undefined,
  values: readonly string[],
  context: SearchContext,
): Expression {
  if (modifier !== undefined && modifier !== 'not') throw unknownModifier('_id', modifier, type);
  // What cannot be an id is the id of nothing.
  const ids = values.map(unescapeText).filter((id) => idPattern.test(id));
  return negated(modifier, { kind: 'key', keys: ids.map((id) => resourceKey(context.hash, type, id)) });
}

function parseLastUpdated(modifier: string | undefined, values: readonly string[]): Expression {
  if (modifier !== undefined) throw unknownModifier('_lastUpdated', modifier, 'Resource');
  return { kind: 'updated', ranges: values.flatMap((value) => dateTests(value, '_lastUpdated')) };
}

function parseMissing(key: Int64, parameter: SearchParameterModel, value: string): Expression {
  if (value !== 'true' && value !== 'false') {
    throw new FhirError('value', `${parameter.code}:missing must be true or false, not ${value}`);
  }
  const present: Expression = { kind: 'present', parameter: key, table: kindOf(parameter).table };
  return value === 'true' ? { kind: 'not', of: present } : present;
}

/** `subject:Patient.name=x`: a reference leads to a resource for which the rest holds. */
function parseChain(
  type: string,
  first: string,
  rest: string,
  value: string,
  context: SearchContext,
  depth: number,
): Expression {
  const [code, stated] = splitModifier(first);
  const parameter = parameterOf(type, code, context);
  if (parameter.type !== 'reference') {
    throw new FhirError(
      'invalid',
      `${type}.${code} is a ${parameter.type} and leads nowhere; only references can be chained`,
    );
  }
  const key = parameterKey(context.hash, type, code);
  const targets = stated === undefined ? (parameter.targets ?? context.definitions.resourceTypes) : [stated];
  if (stated !== undefined && context.definitions.types[stated]?.kind !== 'resource') {
    throw new UnknownParameter('not-supported', `${stated} in ${first} is no resource type`);
  }
  let refusal: UnknownParameter | undefined;
  const branches = targets.flatMap((target): Expression[] => {
    try {
      return [
        { kind: 'chain', parameter: key, type: target, of: parseCriterion(target, rest, value, context, depth + 1) },
      ];
    } catch (error) {
      // Without a stated type the chain goes through those targets that know the rest.
      if (!(error instanceof UnknownParameter)) throw error;
      refusal ??= error;
      return [];
    }
  });
  if (branches.length === 0)
    throw refusal ?? new UnknownParameter('not-supported', `${first} leads to no type that has ${rest}`);
  return anyOf(branches);
}

/** `_has:Observation:patient:code=x`: some Observation with code x refers here by patient. */
function parseHas(type: string, name: string, value: string, context: SearchContext, depth: number): Expression {
  const [, source, code, ...rest] = name.split(':');
  if (source === undefined || code === undefined || rest.length === 0) {
    throw new FhirError('invalid', `${name} must be _has:Type:reference:parameter`);
  }
  if (context.definitions.types[source]?.kind !== 'resource') {
    throw new UnknownParameter('not-supported', `${source} in ${name} is no resource type`);
  }
  const parameter = parameterOf(source, code, context);
  if (parameter.type !== 'reference') throw new FhirError('invalid', `${source}.${code} in ${name} is no reference`);
  if (parameter.targets !== undefined && parameter.targets.length > 0 && !parameter.targets.includes(type)) {
    throw new FhirError('invalid', `${source}.${code} in ${name} cannot refer to a ${type}`);
  }
  return {
    kind: 'reverse',
    parameter: parameterKey(context.hash, source, code),
    type: source,
    of: parseCriterion(source, rest.join(':'), value, context, depth + 1),
  };
}
