/** Trees become SQL in which every table is restricted to the permitted classes and no value is text. See docs/adr/0004-search-tree-and-sql.md */
import { describe, expect, test } from 'vitest';
import { type LookUp, lookUp } from '../rewrite/look-up.ts';
import { rarestFirst } from '../rewrite/rarest-first.ts';
import type { Expression, Search } from '../tree.ts';
import { compile, compileCount, compileEstimate, compileFew } from './index.ts';

const search = (where: Expression[], more: Partial<Search> = {}): Search => ({
  types: ['Patient'],
  path: 'Patient',
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
  ['words', { kind: 'words', column: 'content', query: "a'b" }],
  ['types', { kind: 'not', of: { kind: 'type', types: ['Patient', 'Group'] } }],
  ['chain by canonical', { kind: 'chain', parameter: '2', type: 'Questionnaire', of: token('7'), canonicals: ['8'] }],
  [
    'more than is joined at once',
    {
      kind: 'and',
      of: ['3', '4', '5', '6'].map((parameter) => ({
        kind: 'reverse',
        parameter,
        type: 'Observation',
        of: token('7'),
      })),
    },
  ],
  ['texts', { kind: 'match', parameter: '1', test: { table: 'string', how: 'contains', texts: ["a'b", 'c'] } }],
];

describe.each(trees)('%s', (_, tree) => {
  test('restricts every table to the permitted classes', () => {
    for (const { text, values } of [compile(search([tree]), page), compileCount(search([tree, token('9')]), page)]) {
      const tables =
        flat(text).match(/(?:from|join) (resource|token|reference|string|date|number|quantity|uri|words) /g) ?? [];
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

const anySystem: Expression = { kind: 'match', parameter: '1', test: { table: 'token', codes: [{ code: '7' }] } };
const byDate = { by: { table: 'date', parameter: '4' }, descending: true } as const;

test('what has one way is planned once, what depends on values by them', () => {
  const isOnce = (where: Expression[], more: Partial<Search> = {}) => compile(search(where, more), page).isPlannedOnce;
  expect(isOnce([token('7')])).toBe(true);
  expect(isOnce([])).toBe(true);
  expect(isOnce([{ kind: 'key', keys: ['1'] }])).toBe(true);
  expect(isOnce([token('7'), reference])).toBe(false);
  expect(isOnce([{ kind: 'not', of: reference }])).toBe(false);
  // The rows of several systems do not lie in the order of the page, and those of a sort are walked only for a page.
  expect(isOnce([anySystem])).toBe(false);
  expect(isOnce([token('7')], { sort: [byDate] })).toBe(false);
  expect(isOnce([], { sort: [byDate] })).toBe(false);
  const paired = { ...byDate, by: { ...byDate.by, implied: token('7') } };
  expect(isOnce([token('7')], { sort: [paired] })).toBe(true);
  expect(isOnce([token('7'), reference], { sort: [paired] })).toBe(false);
  expect(compileCount(search([anySystem]), page).isPlannedOnce).toBe(true);
  expect(compileFew(search([token('7')], { sort: [byDate] }), page)?.isPlannedOnce).toBe(true);
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

test('few matches are sorted below a condition, and where their rows lie in another order than the page', () => {
  const few = (where: Expression[], sort: Search['sort']) => compileFew(search(where, { sort }), page)?.text;
  expect(few([token('7')], [byDate])).toContain('some_keys');
  expect(few([token('7')], [byDate, { by: 'id', descending: false }])).toContain('some_keys');
  expect(few([anySystem], [])).toContain('some_keys');
  expect(few([token('7')], [])).toBeUndefined();
  expect(few([anySystem, token('8')], [])).toBeUndefined();
  expect(few([], [byDate])).toBeUndefined();
  expect(few([token('7')], [{ by: 'score', descending: true }])).toBeUndefined();
});

test('several keys walk the first and its ties, and nothing without it while there is enough', () => {
  const several = { sort: [byDate, { by: 'id', descending: false } as const] };
  const text = flat(compile(search([], several), page).text);
  expect(text).toContain('rows with ties');
  expect(text).toContain('(select count(*) from met) <');
  const after = { sorts: [null, 'a'], key: '1' };
  expect(compile(search([], several), { ...page, page: { limit: 10, after } }).text).not.toContain('with ties');
  // Where some values are hidden no index has the order.
  const hidden = { sort: [{ ...byDate, visible: { classes: [1], own: [] } }] };
  expect(compile(search([], hidden), page).text).toContain('left join lateral');
});

const referring = (parameter: string, of: Expression = token('7')): Expression => ({
  kind: 'reverse',
  parameter,
  type: 'Observation',
  of,
});

describe('more conditions than PostgreSQL can weigh', () => {
  const many = ['3', '4', '5', '6'].map((parameter) => referring(parameter));

  test('are met in stages of few tables', () => {
    const tables = (text: string): number => text.match(/(?:from|join) (resource|token|reference|stage) /g)!.length;
    const { text } = compileCount(search([...many, token('7'), ...many]), page);
    expect(flat(text).match(/with stage as materialized/g)).toHaveLength(3);
    expect(tables(text)).toBe(17 + 3);
    expect(compileCount(search(many.slice(0, 3)), page).text).not.toContain('stage');
  });

  test('begin with what is referred to only where it is there and may be seen', () => {
    expect(compileCount(search(many), page).text).toContain('exists (select 1 from resource');
    expect(compileCount(search([...many, token('7')]), page).text).not.toContain('from resource');
    expect(compileCount(search([token('7'), ...many]), page).text).not.toContain('from resource');
  });

  test('are sorted by how many rows they have', async () => {
    const [common, rare] = [referring('3', token('common')), referring('4', token('rare'))];
    const either: Expression = { kind: 'or', of: [token('rare'), token('rare')] };
    const chain: Expression = {
      kind: 'chain',
      parameter: '2',
      type: 'Patient',
      of: { kind: 'and', of: [token('middle')] },
    };
    const last: Expression = { kind: 'not', of: token('rare') };
    const key: Expression = { kind: 'key', keys: ['1', '2'] };
    const rows: Record<string, number> = { common: 1000, middle: 100, rare: 10 };
    const asked: string[] = [];
    const estimate: Parameters<typeof rarestFirst>[1] = async (matches) =>
      matches.map(({ test }) => {
        const [{ code }] = (test as unknown as { codes: [{ code: string }] }).codes;
        asked.push(code);
        return rows[code]!;
      });
    const where = [last, common, { kind: 'and', of: [chain, either] } as const, rare, key, { kind: 'none' } as const];
    const found = await rarestFirst(search(where), estimate);
    expect(found.where).toEqual([{ kind: 'none' }, key, rare, either, chain, common, last]);
    expect(asked).toHaveLength(5);
    const within = (of: Expression): Expression => ({ kind: 'within', classes: [1], of });
    const views = search([{ kind: 'or', of: [within({ kind: 'and', of: where }), within(common)] }]);
    expect((await rarestFirst(views, estimate)).where).toEqual([
      {
        kind: 'or',
        of: [
          within({ kind: 'and', of: [{ kind: 'none' }, key, rare, either, chain, common, last] }),
          within({ kind: 'and', of: [common] }),
        ],
      },
    ]);
  });

  test('stay as they are where there is nothing to weigh', async () => {
    const never = async () => Promise.reject(new Error('not to be asked'));
    const few = search([token('7'), reference]);
    expect(await rarestFirst(few, never)).toBe(few);
    const untold = search(
      Array.from({ length: 9 }, () => ({ kind: 'present', parameter: '4', table: 'date' }) as const),
    );
    expect(await rarestFirst(untold, never)).toBe(untold);
    const unknown = search([...many, token('7')]);
    expect((await rarestFirst(unknown, async () => [])).where).toEqual(unknown.where);
  });

  test('are estimated each by a plan of its own', () => {
    const { text } = compileEstimate([token('7'), reference] as Parameters<typeof compileEstimate>[0], page);
    expect(flat(text).match(/exists \(select 1 from/g)).toHaveLength(2);
    expect(flat(text).match(/class = any/g)).toHaveLength(2);
  });
});

const known: LookUp = {
  hierarchy: async (how, _, code) => [{ system: 1, code: `${how} ${code}` }],
  valueSet: async (url) => [{ code: `in ${url}` }],
  resources: async (targets, { how }) => [...targets, how],
  units: async (range, ucum) => [
    { ...range, code: ucum },
    { ...range, code: `not ${ucum}` },
  ],
};

test('what only the store knows is looked up wherever it stands', async () => {
  const asked = [
    { below: { system: 's', code: 'c' } },
    { above: { system: 's', code: 'd' } },
    { in: 'v' },
    { code: '1' },
  ];
  const answered = [{ system: 1, code: 'below c' }, { system: 1, code: 'above d' }, { code: 'in v' }, { code: '1' }];
  const coded = (codes: typeof asked): Expression => ({
    kind: 'match',
    parameter: '1',
    test: { table: 'token', codes },
  });
  const related: Expression = {
    kind: 'match',
    parameter: '2',
    test: { table: 'reference', targets: ['5'], hierarchy: { how: 'below', parents: ['9'] } },
  };
  const measured = (ranges: object[]): Expression => ({
    kind: 'chain',
    parameter: '7',
    type: 'Patient',
    of: { kind: 'match', parameter: '3', test: { table: 'quantity', ranges } },
  });
  const tree = (one: Expression, other: Expression, third: Expression): Expression => ({
    kind: 'and',
    of: [{ kind: 'not', of: { kind: 'or', of: [one, other] } }, third],
  });
  const open = tree(
    coded(asked),
    related,
    measured([{ lowAtLeast: 1, system: 2, code: '4', ucum: 'mg' }, { lowAtMost: 3 }]),
  );
  const filled = await lookUp(search([open]), known);
  expect(filled.where).toEqual([
    tree(
      coded(answered as typeof asked),
      { ...related, test: { table: 'reference', targets: ['5', 'below'] } },
      measured([{ lowAtLeast: 1, code: 'mg' }, { lowAtLeast: 1, code: 'not mg' }, { lowAtMost: 3 }]),
    ),
  ]);
  const closed = search([token('7')]);
  expect(await lookUp(closed, known)).toBe(closed);
  expect(() => compile(search([coded(asked)]), page)).toThrow('not looked up');
});
