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
    if ('below' in test) throw new Error(`the hierarchy below ${test.below.code} was not looked up`);
    if (test.code === undefined) conditions.push(`${alias}.system = ${to.add(test.system, 'int')}`);
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

function stringCondition(
  how: 'starts' | 'exact' | 'contains',
  text: string,
  alias: string,
  to: StatementBuilder,
): string {
  if (how === 'contains') return `position(${to.add(text, 'text')} in coalesce(${alias}.folded, ${alias}.prefix)) > 0`;
  if (how === 'exact') {
    const prefix = to.add(foldText(text).slice(0, stringPrefixLength), 'text');
    return `${alias}.prefix = ${prefix} and coalesce(${alias}.exact, ${alias}.folded, ${alias}.prefix) = ${to.add(text, 'text')}`;
  }
  const start = text.slice(0, stringPrefixLength);
  // In the C collation texts are ordered by their bytes, and nothing that begins with `start` comes after this bound.
  const range = `${alias}.prefix >= ${to.add(start, 'text')} and ${alias}.prefix < ${to.add(`${start}\u{10ffff}`, 'text')}`;
  if (text.length <= stringPrefixLength) return range;
  return `${range} and starts_with(coalesce(${alias}.folded, ${alias}.prefix), ${to.add(text, 'text')})`;
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
