/** Data sets with persons in common are one group for every asker; of several rules the strictest holds. */
import { expect, test } from 'vitest';
import { loadDefinitions } from '../../fhir/definitions/load.ts';
import { parameterKey } from '../../search/index-rows.ts';
import { groupClasses, strictest } from './group.ts';
import { leadsOf } from './person.ts';

test('data sets that share a class are one group, through others too, in whatever order', () => {
  const classes = [
    { class: 16, dataSets: ['b'] },
    { class: 17, dataSets: ['c', 'd'] },
    { class: 18, dataSets: ['e'] },
    { class: 19, dataSets: ['b', 'a'] },
    { class: 20, dataSets: ['d', 'a'] },
    { class: 21, dataSets: [] },
  ];
  for (const order of [classes, [...classes].reverse()]) {
    expect(Object.fromEntries(groupClasses(order))).toEqual({ 16: 'a', 17: 'a', 18: 'e', 19: 'a', 20: 'a', 21: '' });
  }
});

test('the strictest rule is the highest threshold, the coarsest rounding, the most noise', () => {
  expect(
    strictest([
      { threshold: 5, rounding: 20 },
      { threshold: 7, rounding: 10 },
    ]),
  ).toEqual({ threshold: 7, rounding: 20 });
  expect(
    strictest([
      { threshold: 5, rounding: 5, epsilon: 1 },
      { threshold: 1, rounding: 1, epsilon: 0.1 },
      { threshold: 1, rounding: 1 },
    ]),
  ).toEqual({ threshold: 5, rounding: 5, epsilon: 0.1 });
});

test('a resource leads to its patient; performers, devices and groups are no persons', async () => {
  const definitions = await loadDefinitions('R4B');
  const hash = (text: string): string => text;
  expect(leadsOf(['Patient'], definitions, hash)).toEqual({ own: ['Patient'], only: [], mixed: [] });
  expect(leadsOf(['Observation', 'Medication', 'Schedule'], definitions, hash)).toEqual({
    own: ['Medication'],
    only: [parameterKey(hash, 'Observation', 'patient')],
    mixed: [parameterKey(hash, 'Schedule', 'actor')],
  });
  const none = { ...definitions, compartments: [] };
  expect(leadsOf(['Observation'], none, hash).own).toEqual(['Observation']);
});
