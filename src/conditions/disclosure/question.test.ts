/** The same question in other words is recognised; what crosses to other resources is, too. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Expression, Search } from '../../search/tree.ts';
import { isCrossing, questionText } from './question.ts';

const token = (...codes: string[]): Expression => ({
  kind: 'match',
  parameter: '1',
  test: { table: 'token', codes: codes.map((code) => ({ code, system: 3 })) },
});
const has = (of: Expression): Expression => ({ kind: 'reverse', parameter: '2', type: 'Observation', of });
const search = (where: Expression[], more: Partial<Search> = {}): Search => ({
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
  ...more,
});

const timed = (...branches: string[][]): Expression => ({
  kind: 'overlap',
  branches: branches.map((codes) =>
    codes.map((code) => ({
      type: 'Observation',
      parameter: '2',
      of: token(code),
      period: [{ kind: 'span', parameter: '3' }],
      during: { low: 1, high: 2 },
    })),
  ),
});

const leaf = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 3 })
  .map((codes) => token(...codes));
const tree = fc.letrec<{ node: Expression }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
    }),
    tie('node').map((of): Expression => ({ kind: 'not', of })),
    tie('node').map(has),
  ),
})).node;

/** Other words: repeated, turned round, put into brackets. */
function reworded(expression: Expression): Expression {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const of = [...expression.of.map(reworded)].reverse();
      return { kind: expression.kind, of: [...of, of[0]!, { kind: expression.kind, of: [of[0]!] }] };
    }
    case 'not':
      return { kind: 'not', of: { kind: 'not', of: { kind: 'not', of: reworded(expression.of) } } };
    case 'reverse':
      return { ...expression, of: reworded(expression.of) };
    case 'match':
      if (expression.test.table !== 'token') return expression;
      return {
        ...expression,
        test: { table: 'token', codes: [...expression.test.codes, ...expression.test.codes].reverse() },
      };
    default:
      return expression;
  }
}

describe('a question', () => {
  test('is the same in other words', () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 3 }), (where) => {
        const again = search([...where.map(reworded)].reverse(), { count: 3, used: [['x', 'y']] });
        expect(questionText(again)).toBe(questionText(search(where)));
      }),
    );
  });

  test('is another one with other values, types or places', () => {
    const texts = [
      search([token('a')]),
      search([token('b')]),
      search([token('a', 'b')]),
      search([{ kind: 'or', of: [token('a'), token('b'), token('c')] }]),
      search([token('a'), token('b')]),
      search([{ kind: 'not', of: token('a') }]),
      search([has(token('a'))]),
      search([{ kind: 'reverse', parameter: '3', type: 'Observation', of: token('a') }]),
      search([{ kind: 'chain', parameter: '2', type: 'Observation', of: token('a') }]),
      search([token('a')], { types: ['Observation'] }),
      search([]),
      search([{ kind: 'none' }]),
      search([{ kind: 'words', column: 'content', query: 'a' }]),
    ].map(questionText);
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe('crossing', () => {
  const own: Expression[] = [
    token('a'),
    { kind: 'present', parameter: '1', table: 'token' },
    { kind: 'key', keys: ['1'] },
    { kind: 'words', column: 'content', query: 'a' },
    { kind: 'type', types: ['Patient'] },
    { kind: 'near', latitude: '1', longitude: '2', at: { latitude: 1, longitude: 1 }, kilometres: 1 },
    { kind: 'updated', ranges: [] },
    { kind: 'none' },
  ];
  test('does not happen where only the resource itself is asked', () => {
    expect(isCrossing(own)).toBe(false);
    expect(
      isCrossing([
        {
          kind: 'or',
          of: [
            { kind: 'not', of: token('a') },
            { kind: 'and', of: own },
          ],
        },
      ]),
    ).toBe(false);
    expect(isCrossing([])).toBe(false);
  });

  test.each<[string, Expression]>([
    ['_has', has(token('a'))],
    ['chain', { kind: 'chain', parameter: '2', type: 'Observation', of: token('a') }],
    ['times that overlap', timed(['a'], ['b'])],
    ['below not and or', { kind: 'not', of: { kind: 'or', of: [token('a'), has(token('a'))] } }],
    ['what this version does not know', { kind: 'later' } as unknown as Expression], // not of this version
  ])('%s', (_, expression) => {
    expect(isCrossing([expression])).toBe(true);
    expect(isCrossing([{ kind: 'and', of: [expression] }])).toBe(true);
  });
});

test('times that overlap are the same in any order, of branches and of what is in them', () => {
  const text = (tree: Expression): string => questionText(search([tree]));
  const asked = text(timed(['a', 'b'], ['c']));
  for (const same of [timed(['c'], ['a', 'b']), timed(['b', 'a', 'b'], ['c'], ['c'])]) expect(text(same)).toBe(asked);
  for (const other of [timed(['a'], ['b', 'c']), timed(['a', 'b', 'c']), timed(['a'], ['b'], ['c'])]) {
    expect(text(other)).not.toBe(asked);
  }
});
