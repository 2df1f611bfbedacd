/** What is known of persons behind matches is asked of the permitted classes only, and no value is text. See docs/adr/0012-counts.md */
import { describe, expect, test } from 'vitest';
import type { Expression, Search } from '../tree.ts';
import { compilePersonSets, type PersonLeads } from './person-set.ts';

const token: Expression = {
  kind: 'match',
  parameter: '1',
  test: { table: 'token', codes: [{ code: '7', system: 3 }, { code: '8' }] },
};
const search = (types: string[]): Search => ({
  types,
  path: '',
  where: [token],
  sort: [],
  includes: [],
  count: 10,
  countOnly: true,
  total: 'none',
  warnings: [],
  used: [],
});
const seeds = ['11', '12'] as const;
const leads: Record<string, PersonLeads> = {
  themselves: { own: ['Patient'], only: [], mixed: [] },
  patients: { own: [], only: ['5'], mixed: [] },
  others: { own: [], only: ['5'], mixed: ['6'] },
  both: { own: ['Patient'], only: ['5'], mixed: [] },
};

describe.each(Object.entries(leads))('leading to %s', (name, one) => {
  const types = name === 'both' ? ['Patient', 'Observation'] : [one.own[0] ?? 'Observation'];
  const world = { search: search(types), permitted: [16, 17] };
  const groups = new Map([
    [16, 1],
    [17, 2],
  ]);

  test.each([
    ['one group', undefined, undefined],
    ['several groups', undefined, groups],
    ['without what matches elsewhere', { search: search(types), permitted: [1] }, groups],
  ])('%s: every placeholder has its value and every value its placeholder', (_, without, of) => {
    const options = { leads: one, seeds, ...(of === undefined ? {} : { groups: of }) };
    const { text, values } = compilePersonSets(world, without, options);
    const used = new Set([...text.matchAll(/\$(\d+)::/g)].map((match) => Number(match[1])));
    expect([...used].sort((x, y) => x - y)).toEqual(values.map((__, at) => at + 1));
    expect(values).toContainEqual([16, 17]);
    expect(text.match(/class = any/g)?.length).toBe(without === undefined ? 1 : 2);
    expect(text.includes('except')).toBe(without !== undefined);
    expect(text.includes("'Patient'")).toBe(one.mixed.length > 0);
  });
});
