/** Keeps the dates of a resource once more under each of its codes, so that a code in the order of time is one walk along an index. See docs/adr/0007. */
import type { Definitions } from '../fhir/definitions/model.ts';
import type { Resource } from '../fhir/json.ts';
import { compileExpression } from '../fhir/path/index.ts';
import { type Hash, type Int64, parameterKey, systemKey } from './index-rows.ts';
import { date } from './parameter/date.ts';
import type { Extraction } from './parameter/parameter.ts';
import { tokensOf } from './parameter/token.ts';
import { registryOf } from './registry.ts';
import type { Expression, Search } from './tree.ts';

/** The parameters that are paired, where a type has both: by far the most common clinical question. */
const [codeName, dateName] = ['code', 'date'];

/** Whether resources of the type have rows by code and date. */
function isPaired(type: string, definitions: Definitions): boolean {
  const registry = registryOf(definitions);
  return registry.find(type, codeName)?.type === 'token' && registry.find(type, dateName)?.type === 'date';
}

/** Where the dates of resources with this code lie; without a system, of all systems. */
function pairKey(hash: Hash, type: string, code: Int64, system: number | undefined): Int64 {
  return hash(`${type}.${dateName}$${system ?? '*'}|${code}`);
}

/** Writes the rows of one resource; undefined for types that have none. */
export function pairExtractor(
  type: string,
  definitions: Definitions,
): ((resource: Resource, to: Extraction) => void) | undefined {
  if (!isPaired(type, definitions)) return undefined;
  const registry = registryOf(definitions);
  const options = { type, definitions };
  const codes = compileExpression(registry.find(type, codeName)!.expression!, options);
  const dates = compileExpression(registry.find(type, dateName)!.expression!, options);
  return (resource, to) => {
    const moments = dates(resource);
    if (moments.length === 0) return;
    const keys = new Set<Int64>();
    for (const node of codes(resource)) {
      for (const { system, code } of tokensOf(node, to)) {
        const hashed = to.hash(code);
        keys
          .add(pairKey(to.hash, type, hashed, systemKey(to.hash, system)))
          .add(pairKey(to.hash, type, hashed, undefined));
      }
    }
    for (const own of keys) for (const moment of moments) date.extract(moment, { own }, to);
  };
}

/** The search with a code and its dates, or its order by date, taken together. */
export function pairUp(search: Search, definitions: Definitions, hash: Hash): Search {
  const [type, ...more] = search.types;
  if (type === undefined || more.length > 0 || !isPaired(type, definitions)) return search;
  const own = { code: parameterKey(hash, type, codeName), date: parameterKey(hash, type, dateName) };
  const coded = search.where.find((one) => isMatch(one, own.code) && onlyCode(one) !== undefined);
  if (coded === undefined) return search;
  const { code, system } = onlyCode(coded)!;
  const parameter = pairKey(hash, type, code!, system);
  const dated = search.where.filter((one) => isMatch(one, own.date));
  const [sort, ...others] = search.sort;
  const isSorted = others.length === 0 && typeof sort?.by === 'object' && sort.by.parameter === own.date;
  if (dated.length === 0 && !isSorted) return search;
  // Whatever has a date under the code has the code.
  const rest = search.where.filter((one) => !dated.includes(one) && (dated.length === 0 || one !== coded));
  return {
    ...search,
    where: [...dated.map((one) => ({ ...one, parameter }) as Expression), ...rest],
    ...(isSorted ? { sort: [{ ...sort, by: { table: 'date', parameter, implied: coded } }] } : {}),
  };
}

const isMatch = (expression: Expression, parameter: Int64): boolean =>
  expression.kind === 'match' && expression.parameter === parameter;

function onlyCode(expression: Expression): { code?: Int64; system?: number } | undefined {
  if (expression.kind !== 'match' || expression.test.table !== 'token') return undefined;
  const [only, ...others] = expression.test.codes;
  return others.length === 0 && only !== undefined && 'code' in only && only.code !== undefined ? only : undefined;
}
