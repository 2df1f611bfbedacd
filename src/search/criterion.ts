/** Parses one criterion of a search: plain, with modifier, chained, or _has. https://hl7.org/fhir/R4B/search.html#modifiers */
import type { SearchParameterModel } from '../fhir/definitions/model.ts';
import { FhirError } from '../fhir/outcome.ts';
import { canonicalKeys } from './canonical-target.ts';
import { limits, type SearchContext } from './context.ts';
import { parameterKey } from './index-rows.ts';
import { modifiers } from './modifier/index.ts';
import { type Asked, plain } from './modifier/modifier.ts';
import { ofTarget } from './modifier/type.ts';
import { isNear, parseNear } from './near.ts';
import { matchComposite } from './parameter/composite.ts';
import { kinds } from './parameter/index.ts';
import type { ParameterKind } from './parameter/parameter.ts';
import { splitEscaped } from './parameter/text-list.ts';
import { parameterOf } from './parameter-of.ts';
import { specialCriteria } from './special.ts';
import type { Expression } from './tree.ts';
import { UnknownParameter, unknownModifier } from './unknown-parameter.ts';

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
  const special = specialCriteria.get(code);
  if (special !== undefined) return special({ type, code, modifier, values, value, context });
  const parameter = parameterOf(type, code, context);
  if (parameter.type === 'composite') {
    if (modifier !== undefined) throw unknownModifier(code, modifier, type);
    const key = parameterKey(context.hash, type, code);
    return anyOf(values.map((one) => matchComposite(parameter, key, one, context)));
  }
  if (isNear(parameter)) {
    if (modifier !== undefined) throw unknownModifier(code, modifier, type);
    return parseNear(type, values, context.hash);
  }
  const asked: Asked = { type, parameter, kind: kindOf(parameter), values, context };
  if (modifier === undefined) return plain(asked);
  const known = modifiers.get(modifier);
  if (known?.on.includes(parameter.type)) return known.express(asked);
  const isType = parameter.type === 'reference' && context.definitions.types[modifier]?.kind === 'resource';
  if (isType) return ofTarget(asked, modifier);
  throw unknownModifier(code, modifier, type);
}

function splitModifier(name: string): [code: string, modifier: string | undefined] {
  const colon = name.indexOf(':');
  return colon < 0 ? [name, undefined] : [name.slice(0, colon), name.slice(colon + 1)];
}

const anyOf = (of: Expression[]): Expression => (of.length === 1 ? of[0]! : { kind: 'or', of });

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
  const canonicals = canonicalKeys(type, parameter, context);
  const targets = stated === undefined ? (parameter.targets ?? context.definitions.resourceTypes) : [stated];
  if (stated !== undefined && context.definitions.types[stated]?.kind !== 'resource') {
    throw new UnknownParameter('not-supported', `${stated} in ${first} is no resource type`);
  }
  let refusal: UnknownParameter | undefined;
  const branches = targets.flatMap((target): Expression[] => {
    try {
      return [
        {
          kind: 'chain',
          parameter: key,
          type: target,
          of: parseCriterion(target, rest, value, context, depth + 1),
          ...(canonicals.length === 0 ? {} : { canonicals }),
        },
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
