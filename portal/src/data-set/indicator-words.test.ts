import { expect, test } from 'vitest';
import { indicators } from '../../../src/fair/assessment/indicators.ts';
import { germanIndicators } from './indicator-words.ts';

test('each indicator has a name and advice in German, and no other has', () => {
  expect([...germanIndicators.keys()]).toEqual(indicators.map(({ id }) => id));
});

test('what is to do in the same way in English is so in German, and only that', () => {
  const pairs = indicators.map(({ id, remedy }) => [remedy, germanIndicators.get(id)?.remedy] as const);
  expect(new Set(pairs.map(String)).size).toBe(new Set(pairs.map(([english]) => english)).size);
  expect(new Set(pairs.map(String)).size).toBe(new Set(pairs.map(([, german]) => german)).size);
});

test('the elements, addresses and codes that are named in English are named in German', () => {
  const technical =
    /https?:\S+[^\s.]|\burn:[\w:]+|\$\w+|\?\w+=|\b[a-z]+[A-Z]\w+|\b(?:data-use|terms-to-accept|composed-of|access-committee)\b/g;
  for (const { id, remedy } of indicators)
    for (const name of remedy.match(technical) ?? []) expect(germanIndicators.get(id)?.remedy, id).toContain(name);
});
