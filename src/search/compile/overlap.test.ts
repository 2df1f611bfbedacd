/** Times that overlap: every table is restricted, what is hidden tells no time, and what only the store knows is looked up. See docs/adr/0019-feasibility.md */
import { describe, expect, test } from 'vitest';
import { type LookUp, lookUp } from '../rewrite/look-up.ts';
import { restrict, type View } from '../rewrite/restrict.ts';
import type { Expression, Search, TimedSource } from '../tree.ts';
import { compileCount } from './index.ts';

const token = (code: string): Expression => ({
  kind: 'match',
  parameter: '1',
  test: { table: 'token', codes: [{ code, system: 3 }] },
});
const source = (code: string, more: Partial<TimedSource> = {}): TimedSource => ({
  type: 'MedicationStatement',
  parameter: '2',
  of: token(code),
  period: [{ kind: 'span', parameter: '4' }],
  ...more,
});
const overlap = (...branches: TimedSource[][]): Expression => ({ kind: 'overlap', branches });
const search = (...where: Expression[]): Search => ({
  types: ['Patient'],
  path: 'Patient',
  where,
  sort: [],
  includes: [],
  count: 10,
  countOnly: true,
  total: 'none',
  warnings: [],
  used: [],
});
const everyWay = source('8', {
  period: [
    { kind: 'span', parameter: '5' },
    { kind: 'from', parameter: '6', until: '7' },
    { kind: 'from', parameter: '8' },
    { kind: 'lasting', parameter: '9', days: '10' },
  ],
  during: { low: 1, high: 2 },
});
const text = (one: Search, permitted: readonly number[] | 'all' = [1, 16]): string =>
  compileCount(one, { permitted }).text.replace(/\s+/g, ' ');

describe('SQL', () => {
  test.each([
    ['one way', overlap([source('7')], [source('8')])],
    ['every way', overlap([everyWay], [source('8')])],
    ['alternatives', overlap([source('7'), everyWay])],
    ['none of it', { kind: 'not', of: overlap([source('7')], [everyWay]) } as Expression],
  ])('%s: every table is restricted to the permitted classes', (_, tree) => {
    const sql = text(search(tree));
    const tables = sql.match(/(?:from|join) (resource|token|reference|date|number) /g)!;
    expect(sql.match(/class = any/g)!.length).toBeGreaterThanOrEqual(tables.length);
    expect(text(search(tree), 'all')).not.toContain('class = any');
  });

  test('what leads to persons is one list, which does not depend on the row that it is asked for', () => {
    const sql = text(search(overlap([source('7')], [everyWay])));
    expect(sql).toContain('.key in (select');
    expect(sql.match(/\bin \(select/g)).toHaveLength(1);
  });

  test('types that carry the same are united', () => {
    const reverse = (type: string): Expression => ({ kind: 'reverse', parameter: '2', type, of: token('7') });
    const both = text(search({ kind: 'or', of: [reverse('A'), reverse('B')] }));
    expect(both.match(/\bin \(select/g)).toHaveLength(1);
    expect(both).toContain('union all');
    const mixed = text(search({ kind: 'or', of: [reverse('A'), token('9'), reverse('B')] }));
    expect(mixed).toMatch(/in \(select .* union all select .*\) or \(exists/);
  });
});

describe('in the view of an asker', () => {
  const hiding = (...parameters: string[]): View => ({
    classes: [1],
    veil: { hides: (one) => parameters.includes(one), hidesUpdated: false, hasPseudonyms: false },
  });
  const seen = (tree: Expression, view: View): Expression => restrict(search(tree), [view]).where[0]!;

  test('a time that is hidden in part is not there', () => {
    const tree = overlap([source('7')], [everyWay]);
    expect(seen(tree, hiding())).toEqual(tree);
    const { period } = everyWay;
    expect(seen(tree, hiding('7', '10'))).toEqual(
      overlap([source('7')], [{ ...everyWay, period: [period[0]!, period[2]!] }]),
    );
    expect(seen(tree, hiding('4'))).toEqual({ kind: 'none' });
    expect(seen(tree, hiding('5', '6', '8', '9'))).toEqual({ kind: 'none' });
    expect(seen(tree, hiding('2'))).toEqual({ kind: 'none' });
    expect(seen(overlap([source('7', { parameter: '3' }), source('8')]), hiding('3'))).toEqual(overlap([source('8')]));
  });

  test('the records are those that scopes let through', () => {
    const rowsOf = (type: string): Expression | undefined => (type === 'MedicationStatement' ? token('99') : undefined);
    const tree = overlap([source('7')], [source('8', { type: 'Condition' })]);
    const of: Expression = { kind: 'and', of: [token('7'), token('99')] };
    expect(seen(tree, { classes: [1], rowsOf })).toEqual(
      overlap([source('7', { of })], [source('8', { type: 'Condition' })]),
    );
  });
});

test('hierarchies inside are looked up', async () => {
  const open: Expression = {
    kind: 'match',
    parameter: '1',
    test: { table: 'token', codes: [{ below: { system: 's', code: 'c' } }] },
  };
  const store = { hierarchy: async () => [{ code: '5', system: 6 }] } as unknown as LookUp; // nothing else is asked
  const filled = await lookUp(search(overlap([source('7')], [source('', { of: open })])), store);
  expect(filled.where).toEqual([
    overlap(
      [source('7')],
      [
        source('', {
          of: { kind: 'match', parameter: '1', test: { table: 'token', codes: [{ code: '5', system: 6 }] } },
        }),
      ],
    ),
  ]);
  const closed = search(overlap([source('7')], [source('8')]));
  expect(await lookUp(closed, store)).toBe(closed);
});
