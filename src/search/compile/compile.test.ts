/** Trees become SQL in which every table is restricted to the permitted classes and no value is text. See docs/adr/0004-search-tree-and-sql.md */
import { describe, expect, test } from 'vitest';
import { collectHierarchies, fillHierarchies } from '../rewrite/hierarchy.ts';
import type { Expression, Search } from '../tree.ts';
import { compile, compileCount, compileFew } from './index.ts';

const search = (where: Expression[], more: Partial<Search> = {}): Search => ({
  type: 'Patient',
  where,
  sort: [],
  includes: [],
  count: 10,
  countOnly: false,
  total: 'none',
  warnings: [],
  used: [],
  ...more,
});
const token = (code: string): Expression => ({
  kind: 'match',
  parameter: '1',
  test: { table: 'token', codes: [{ code, system: 3 }] },
});
const reference: Expression = { kind: 'match', parameter: '2', test: { table: 'reference', targets: ['5', '6'] } };
const page = { permitted: [1, 16], page: { limit: 10 } };
const flat = (text: string): string => text.replace(/\s+/g, ' ');

const trees: [string, Expression][] = [
  ['and', { kind: 'and', of: [token('7'), reference] }],
  ['an and of nothing', { kind: 'or', of: [{ kind: 'and', of: [] }, token('7')] }],
  ['or of rows', { kind: 'or', of: [token('7'), reference] }],
  ['or of nothing', { kind: 'or', of: [] }],
  ['not', { kind: 'not', of: { kind: 'and', of: [token('7'), reference] } }],
  ['none', { kind: 'none' }],
  ['present', { kind: 'present', parameter: '4', table: 'date' }],
  [
    'chain',
    { kind: 'chain', parameter: '2', type: 'Organization', of: { kind: 'updated', ranges: [{ lowAtLeast: 1 }] } },
  ],
  [
    'reverse',
    { kind: 'reverse', parameter: '2', type: 'Observation', of: { kind: 'updated', ranges: [{ highAbove: 1 }] } },
  ],
  [
    'a system alone',
    { kind: 'match', parameter: '1', test: { table: 'token', codes: [{ system: 3 }, { code: '8' }] } },
  ],
  ['texts', { kind: 'match', parameter: '1', test: { table: 'string', how: 'contains', texts: ["a'b", 'c'] } }],
];

describe.each(trees)('%s', (_, tree) => {
  test('restricts every table to the permitted classes', () => {
    for (const { text, values } of [compile(search([tree]), page), compileCount(search([tree, token('9')]), page)]) {
      const tables =
        flat(text).match(/(?:from|join) (resource|token|reference|string|date|number|quantity|uri) /g) ?? [];
      const restrictions = flat(text).match(/class = any/g) ?? [];
      expect(restrictions.length).toBeGreaterThanOrEqual(tables.length);
      expect(text).not.toContain("a'b");
      expect(values.length).toBeGreaterThan(0);
    }
  });

  test('restricts nothing where all is permitted', () => {
    expect(compile(search([tree]), { ...page, permitted: 'all' }).text).not.toContain('class = any');
  });
});

test('one condition is planned once, several by their values', () => {
  expect(compile(search([token('7')]), page).isPlannedOnce).toBe(true);
  expect(compile(search([]), page).isPlannedOnce).toBe(true);
  expect(compile(search([token('7'), reference]), page).isPlannedOnce).toBe(false);
  expect(compile(search([{ kind: 'not', of: reference }]), page).isPlannedOnce).toBe(false);
});

test('rows are counted as they are only where a resource has one at most', () => {
  const isGrouped = (where: Expression[]): boolean => compileCount(search(where), page).text.includes('group by');
  expect(isGrouped([token('7')])).toBe(false);
  expect(isGrouped([{ kind: 'match', parameter: '2', test: { table: 'reference', targets: ['5'] } }])).toBe(false);
  expect(isGrouped([reference])).toBe(true);
  expect(isGrouped([{ kind: 'match', parameter: '1', test: { table: 'token', codes: [{ code: '7' }] } }])).toBe(true);
  expect(isGrouped([{ kind: 'not', of: token('7') }])).toBe(true);
  expect(isGrouped([token('7'), token('8')])).toBe(true);
});

test('only one sort below a condition is tried by sorting', () => {
  const by = { by: { table: 'date', parameter: '4' }, descending: true } as const;
  expect(compileFew(search([token('7')], { sort: [by] }), page)?.text).toContain('some_keys');
  expect(compileFew(search([], { sort: [by] }), page)).toBeUndefined();
  expect(compileFew(search([token('7')], { sort: [by, by] }), page)).toBeUndefined();
});

test('hierarchies are found and filled wherever they stand', () => {
  const below: Expression = {
    kind: 'match',
    parameter: '1',
    test: { table: 'token', codes: [{ below: { system: 's', code: 'c' } }, { code: '1' }] },
  };
  const tree: Expression = {
    kind: 'and',
    of: [{ kind: 'not', of: { kind: 'or', of: [below, reference] } }, { kind: 'none' }],
  };
  expect(collectHierarchies(search([tree]))).toEqual([{ system: 's', code: 'c' }]);
  const hash = (text: string): string => String(text.length);
  const filled = fillHierarchies(search([tree]), () => ['c', 'cc'], hash);
  expect(JSON.stringify(filled.where)).not.toContain('below');
  expect(collectHierarchies(filled)).toEqual([]);
  expect(JSON.stringify(fillHierarchies(search([below]), () => undefined, hash).where)).toContain('"code":"1"');
  expect(() => compile(search([below]), page)).toThrow('was not looked up');
});
