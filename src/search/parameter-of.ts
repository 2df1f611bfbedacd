/** Finds the search parameter that a name means, or says which ones were perhaps meant. https://hl7.org/fhir/R4B/search.html#errors */
import type { SearchParameterModel } from '../fhir/definitions/model.ts';
import type { SearchContext } from './context.ts';
import { registryOf } from './registry.ts';
import { UnknownParameter } from './unknown-parameter.ts';

export function parameterOf(type: string, code: string, context: SearchContext): SearchParameterModel {
  const registry = registryOf(context.definitions);
  const parameter = registry.find(type, code);
  if (parameter !== undefined) {
    if (parameter.isReady !== false) return parameter;
    throw new UnknownParameter('not-supported', `${type}.${code} is being indexed and cannot be searched by yet`);
  }
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
  return (
    two.length > 2 &&
    (isMistyped(one, two) || one.includes(two) || two.includes(one) || one.slice(0, 4) === two.slice(0, 4))
  );
}

/** One letter left out, added or put in the place of another. */
function isMistyped(one: string, two: string): boolean {
  if (Math.abs(one.length - two.length) > 1) return false;
  let at = 0;
  while (at < one.length && one[at] === two[at]) at++;
  const rest = (text: string, skip: number): string => text.slice(at + skip);
  return rest(one, 1) === rest(two, 1) || rest(one, 1) === rest(two, 0) || rest(one, 0) === rest(two, 1);
}
