/** Replaces `:below` in the tree by the codes below, once they have been looked up. https://hl7.org/fhir/R4B/search.html#token */
import { type Hash, systemKey } from '../index-rows.ts';
import type { Expression, Search, TokenTest } from '../tree.ts';

/** The codes whose hierarchies the search needs. */
export function collectHierarchies(search: Search): { system: string; code: string }[] {
  const wanted: { system: string; code: string }[] = [];
  for (const expression of search.where) collect(expression, wanted);
  return wanted;
}

function collect(expression: Expression, wanted: { system: string; code: string }[]): void {
  switch (expression.kind) {
    case 'and':
    case 'or':
      for (const one of expression.of) collect(one, wanted);
      return;
    case 'not':
    case 'chain':
    case 'reverse':
      collect(expression.of, wanted);
      return;
    case 'match':
      if (expression.test.table === 'token') {
        for (const test of expression.test.codes) if ('below' in test) wanted.push(test.below);
      }
      return;
    default:
      return;
  }
}

/** `closure` gives a code with all below it, or undefined where no hierarchy knows it: then only the code itself is meant. */
export function fillHierarchies(
  search: Search,
  closure: (system: string, code: string) => readonly string[] | undefined,
  hash: Hash,
): Search {
  const codesOf = (test: TokenTest): TokenTest[] => {
    if (!('below' in test)) return [test];
    const { system, code } = test.below;
    const key = systemKey(hash, system);
    return (closure(system, code) ?? [code]).map((one) => ({ code: hash(one), system: key }));
  };
  const fill = (expression: Expression): Expression => {
    switch (expression.kind) {
      case 'and':
      case 'or':
        return { ...expression, of: expression.of.map(fill) };
      case 'not':
      case 'chain':
      case 'reverse':
        return { ...expression, of: fill(expression.of) };
      case 'match':
        if (expression.test.table !== 'token') return expression;
        return { ...expression, test: { table: 'token', codes: expression.test.codes.flatMap(codesOf) } };
      default:
        return expression;
    }
  };
  return { ...search, where: search.where.map(fill) };
}
