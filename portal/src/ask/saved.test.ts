/** Questions that are kept in the browser come back, and what is broken in there does no harm. */
import { expect, test } from 'vitest';
import { readQuestion } from '../../../src/federation/client/index.ts';
import { forget, save, savedQuestions } from './saved.ts';

function storage(kept?: string): Storage {
  const items = new Map(kept === undefined ? [] : [['fairway-questions', kept]]);
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  } as Storage; // the two that are used
}

const question = readQuestion({ patients: { all: [{ sex: 'female' }] } });

test('one of the same name is replaced, the last comes first, and one is deleted', () => {
  const kept = storage();
  save(kept, { name: 'one', question });
  save(kept, { name: 'two', question });
  const all = save(kept, { name: 'one', question, answeredAt: '2026-11-25T12:00:00Z' });
  expect(all.map(({ name, answeredAt }) => [name, answeredAt])).toEqual([
    ['one', '2026-11-25T12:00:00Z'],
    ['two', undefined],
  ]);
  expect(all[0]!.question).toEqual(question);
  expect(forget(kept, 'one').map(({ name }) => name)).toEqual(['two']);
});

test.each([
  'no json',
  '{}',
  'null',
  '[null, 1, {"name": 2}, {"name": "x", "question": {"patients": {"all": [{"disease": 1}]}}}]',
])('%s is no question', (text) => expect(savedQuestions(storage(text))).toEqual([]));
