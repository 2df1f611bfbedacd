/** Parses _include and _revinclude. https://hl7.org/fhir/R4B/search.html#revinclude */
import { FhirError } from '../fhir/outcome.ts';
import { canonicalKeys } from './canonical-target.ts';
import type { SearchContext } from './context.ts';
import type { Draft } from './draft.ts';
import { type Int64, parameterKey } from './index-rows.ts';
import { parameterOf } from './parameter-of.ts';
import { registryOf } from './registry.ts';
import type { Include } from './tree.ts';
import { UnknownParameter } from './unknown-parameter.ts';

/** `_include=Type:parameter[:Target]`, `Type:*`, `*`; `:iterate` also from what was included. */
export function parseInclude(draft: Draft, name: string, value: string, context: SearchContext): boolean {
  const [word, modifier] = name.slice(1).split(':');
  if (modifier !== undefined && modifier !== 'iterate' && modifier !== 'recurse') {
    throw new UnknownParameter('not-supported', `${name}: :${modifier} is not supported here; :iterate is`);
  }
  const direction = word === 'include' ? 'include' : 'revinclude';
  const [source = '', code = '*', target, ...rest] = value.split(':');
  if (rest.length > 0 || source === '' || code === '' || (source !== '*' && !value.includes(':'))) {
    throw new FhirError('value', `${name} must be Type:parameter, Type:parameter:Target, Type:* or *, not ${value}`);
  }
  for (const type of [source, target]) {
    if (type !== undefined && type !== '*' && context.definitions.types[type]?.kind !== 'resource') {
      throw new FhirError('value', `${type} in ${name}=${value} is no resource type`);
    }
  }
  const isIterated = modifier !== undefined;
  if (direction === 'include' && source !== '*' && !isIterated && !draft.types.includes(source)) {
    throw new FhirError('value', `${name}=${value} starts at ${source}, but ${draft.types.join(', ')} is searched`);
  }
  const sources =
    source !== '*'
      ? [source]
      : direction === 'include' && !isIterated
        ? draft.types
        : context.definitions.resourceTypes;
  const followed = sources.flatMap((type) => followedFrom(type, code, name, value, context));
  // A revinclude of a target type that is not searched brings nothing.
  if (direction === 'revinclude' && target !== undefined && !isIterated && !draft.types.includes(target)) return true;
  const include: Include = {
    direction,
    parameters: followed.map(({ key }) => key),
    canonicals: [...new Set(followed.flatMap(({ canonicals }) => canonicals))],
    isIterated,
    ...(target === undefined || direction === 'revinclude' ? {} : { target }),
  };
  draft.includes.push(include);
  return true;
}

interface Followed {
  key: Int64;
  canonicals: Int64[];
}

function followedFrom(type: string, code: string, name: string, value: string, context: SearchContext): Followed[] {
  const registry = registryOf(context.definitions);
  const parameters =
    code === '*' ? registry.of(type).filter((one) => one.type === 'reference') : [parameterOf(type, code, context)];
  return parameters.map((parameter) => {
    if (parameter.type !== 'reference')
      throw new FhirError('value', `${type}.${code} in ${name}=${value} is no reference`);
    return {
      key: parameterKey(context.hash, type, parameter.code),
      canonicals: canonicalKeys(type, parameter, context),
    };
  });
}
