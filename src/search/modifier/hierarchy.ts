/** What `:above` and `:below` share: the code that a hierarchy is asked for, and the resources that form one. https://hl7.org/fhir/R5/search.html#modifierbelow */
import { FhirError } from '../../fhir/outcome.ts';
import { parameterKey } from '../index-rows.ts';
import { parseToken } from '../parameter/token.ts';
import { registryOf } from '../registry.ts';
import type { Expression, TokenTest } from '../tree.ts';
import { type Asked, plain, rowsOf } from './modifier.ts';

/** `system|code`: a hierarchy is a matter of one code system. */
function tokenOfHierarchy(value: string, { parameter }: Asked, how: string): { system: string; code: string } {
  const { system, code } = parseToken(value, parameter.code);
  if (system === undefined || system === '' || code === undefined) {
    throw new FhirError('value', `${parameter.code}:${how} needs system|code, not ${value}`);
  }
  return { system, code };
}

/** The codes above or below those that are asked for. */
export function codesMatch(asked: Asked, how: 'above' | 'below'): Expression {
  const codes = asked.values.map((value): TokenTest => {
    const token = tokenOfHierarchy(value, asked, how);
    return how === 'above' ? { above: token } : { below: token };
  });
  return { kind: 'match', parameter: rowsOf(asked), test: { table: 'token', codes } };
}

/** Names of the parameters by which resources lie inside others of their type. */
const partOf = ['partof', 'part-of'];

/** The reference's targets, and those above or below them by `partOf`. */
export function hierarchyMatch(asked: Asked, how: 'above' | 'below'): Expression {
  const { parameter, context } = asked;
  const registry = registryOf(context.definitions);
  const parents = (parameter.targets ?? context.definitions.resourceTypes).flatMap((type) =>
    partOf
      .filter((code) => registry.find(type, code)?.targets?.includes(type))
      .map((code) => parameterKey(context.hash, type, code)),
  );
  if (parents.length === 0) {
    throw new FhirError(
      'not-supported',
      `${parameter.code}:${how} needs targets that lie inside each other; none of its types does`,
    );
  }
  const match = plain(asked);
  if (match.kind !== 'match' || match.test.table !== 'reference') throw new Error(`${parameter.code} is no reference`);
  return { kind: 'match', parameter: rowsOf(asked), test: { ...match.test, hierarchy: { how, parents } } };
}
