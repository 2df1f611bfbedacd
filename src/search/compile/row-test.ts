/** Writes the SQL condition that one row of an index table must meet. https://hl7.org/fhir/R4B/search.html#ptypes */
import { foldText, stringPrefixLength } from '../index-rows.ts';
import type { RangeTest, RowTest, TokenTest } from '../tree.ts';
import type { StatementBuilder } from './statement.ts';

/** The condition on the row `alias` of `test.table`. */
export function rowCondition(test: RowTest, alias: string, to: StatementBuilder): string {
  switch (test.table) {
    case 'token':
      return tokenCondition(test.codes, alias, to);
    case 'reference':
      return `${alias}.target = ${anyOf(test.targets, to)}`;
    case 'uri':
      if ('below' in test) return or(test.below.map((text) => uriBelow(text, alias, to)));
      if ('contains' in test) {
        return or(
          test.contains.map((text) => `position(${to.add(text.toLowerCase(), 'text')} in lower(${alias}.text)) > 0`),
        );
      }
      return `${alias}.hash = ${anyOf(test.hashes, to)}`;
    case 'string':
      return or(test.texts.map((text) => stringCondition(test.how, text, alias, to)));
    case 'date':
      return or(test.ranges.map((range) => rangeCondition(range, alias, to, 'bigint')));
    case 'number':
      return or(test.ranges.map((range) => rangeCondition(range, alias, to, 'float8')));
    case 'quantity':
      return or(
        test.ranges.map((range) => {
          const conditions = [rangeCondition(range, alias, to, 'float8')];
          if (range.system !== undefined) conditions.push(`${alias}.system = ${to.add(range.system, 'int')}`);
          if (range.code !== undefined) conditions.push(`${alias}.code = ${to.add(range.code, 'bigint')}`);
          if (range.unit !== undefined) {
            const unit = to.add(range.unit, 'bigint');
            conditions.push(`(${alias}.code = ${unit} or ${alias}.unit = ${unit})`);
          }
          return conditions.join(' and ');
        }),
      );
  }
}

/** One value is compared with `=`, so that an index scan keeps its order. */
function anyOf(values: readonly string[], to: StatementBuilder): string {
  return values.length === 1 ? to.add(values[0], 'bigint') : `any(${to.add([...values], 'bigint[]')})`;
}

export function or(conditions: readonly string[]): string {
  if (conditions.length === 0) return 'false';
  return conditions.length === 1 ? conditions[0]! : `(${conditions.map((one) => `(${one})`).join(' or ')})`;
}

/** Alternatives of one system share a list. */
function tokenCondition(tests: readonly TokenTest[], alias: string, to: StatementBuilder): string {
  const bySystem = new Map<number | undefined, Set<string>>();
  const conditions: string[] = [];
  for (const test of tests) {
    if ('below' in test || 'above' in test || 'in' in test)
      throw new Error('a hierarchy or value set was not looked up');
    if ('startsWith' in test) conditions.push(`starts_with(lower(${alias}.text), ${to.add(test.startsWith, 'text')})`);
    else if ('closure' in test) conditions.push(closureCondition(test.closure, alias, to));
    else if (test.code === undefined && test.system === undefined) conditions.push('true');
    else if (test.code === undefined) conditions.push(`${alias}.system = ${to.add(test.system, 'int')}`);
    else {
      const codes = bySystem.get(test.system) ?? new Set<string>();
      bySystem.set(test.system, codes.add(test.code));
    }
  }
  for (const [system, codes] of bySystem) {
    const code = `${alias}.code = ${anyOf([...codes], to)}`;
    conditions.push(system === undefined ? code : `${code} and ${alias}.system = ${to.add(system, 'int')}`);
  }
  return or(conditions);
}

/** Closures hold the code itself too. */
function closureCondition(
  { how, system, code }: Extract<TokenTest, { closure: unknown }>['closure'],
  alias: string,
  to: StatementBuilder,
): string {
  const [found, asked] = how === 'below' ? ['descendant', 'ancestor'] : ['ancestor', 'descendant'];
  const key = to.add(system, 'int');
  return `${alias}.system = ${key} and ${alias}.code in (select c.${found} from code_closure c where c.system = ${key} and c.${asked} = ${to.add(code, 'bigint')})`;
}

/** As much of an address as its index holds. */
const uriPrefixLength = 200;

/** The beginning of a row's address, as its index holds it. */
export const uriStart = (alias: string): string => `left(${alias}.text, ${uriPrefixLength}) collate "C"`;

/** The address itself and those that go on after it with a slash; one that ends with a slash begins them all. */
function uriBelow(text: string, alias: string, to: StatementBuilder): string {
  const start = text.replace(/\/+$/, '');
  const indexed = uriStart(alias);
  const short = start.slice(0, uriPrefixLength);
  const range = `${indexed} >= ${to.add(short, 'text')} and ${indexed} < ${to.add(`${short}\u{10ffff}`, 'text')}`;
  return `${range} and (${alias}.text = ${to.add(start, 'text')} or starts_with(${alias}.text, ${to.add(`${start}/`, 'text')}))`;
}

function stringCondition(
  how: Extract<RowTest, { table: 'string' }>['how'],
  text: string,
  alias: string,
  to: StatementBuilder,
): string {
  const whole = `coalesce(${alias}.folded, ${alias}.prefix)`;
  if (how === 'contains') return `position(${to.add(text, 'text')} in ${whole}) > 0`;
  if (how === 'ends') return `right(${whole}, ${to.add(text.length, 'int')}) = ${to.add(text, 'text')}`;
  if (how === 'words')
    return `to_tsvector('simple', translate(${whole}, '/._:@', '     ')) @@ websearch_to_tsquery('simple', ${to.add(text, 'text')})`;
  if (how === 'equal') {
    const prefix = to.add(text.slice(0, stringPrefixLength), 'text');
    return `${alias}.prefix = ${prefix} and ${whole} = ${to.add(text, 'text')}`;
  }
  if (how === 'exact') {
    const prefix = to.add(foldText(text).slice(0, stringPrefixLength), 'text');
    return `${alias}.prefix = ${prefix} and coalesce(${alias}.exact, ${alias}.folded, ${alias}.prefix) = ${to.add(text, 'text')}`;
  }
  const start = text.slice(0, stringPrefixLength);
  // In the C collation texts are ordered by their bytes, and nothing that begins with `start` comes after this bound.
  const range = `${alias}.prefix >= ${to.add(start, 'text')} and ${alias}.prefix < ${to.add(`${start}\u{10ffff}`, 'text')}`;
  if (text.length <= stringPrefixLength) return range;
  return `${range} and starts_with(${whole}, ${to.add(text, 'text')})`;
}

const comparisons: [keyof RangeTest, string][] = [
  ['lowAtLeast', 'low >='],
  ['lowAbove', 'low >'],
  ['lowBelow', 'low <'],
  ['lowAtMost', 'low <='],
  ['highAtLeast', 'high >='],
  ['highAbove', 'high >'],
  ['highBelow', 'high <'],
  ['highAtMost', 'high <='],
];

/** Conditions on both ends of a stored range. */
export function rangeCondition(
  range: RangeTest,
  alias: string,
  to: StatementBuilder,
  type: 'bigint' | 'float8',
): string {
  const conditions: string[] = [];
  const add = (comparison: string, value: number): void => {
    conditions.push(`${alias}.${comparison} ${to.add(type === 'bigint' ? Math.round(value) : value, type)}`);
  };
  for (const [name, comparison] of comparisons) {
    const value = range[name];
    if (value !== undefined) add(comparison, value);
  }
  // A range never begins after its end: what bounds the end bounds the beginning, which the index is ordered by.
  const end = range.highAtMost ?? range.highBelow;
  if (end !== undefined && range.lowBelow === undefined && range.lowAtMost === undefined) add('low <=', end);
  return conditions.join(' and ');
}
