/** What is found out is remembered for as long as it holds, within bounds. */
import { expect, test } from 'vitest';
import { createMemory } from './memory.ts';

test('what was found out holds until it says so, and is found out once for all who ask meanwhile', async () => {
  let now = 0;
  let times = 0;
  const memory = createMemory<number>({ most: 2, now: () => now });
  const find = async () => ({ value: ++times, until: now + 10 });
  expect(await Promise.all([memory.of('a', find), memory.of('a', find)])).toEqual([1, 1]);
  now = 9;
  expect(await memory.of('a', find)).toBe(1);
  now = 10;
  expect(await memory.of('a', find)).toBe(2);
});

test('what was asked for last is kept', async () => {
  const memory = createMemory<string>({ most: 2, now: () => 0 });
  const find = (value: string) => async () => ({ value, until: 1 });
  await memory.of('a', find('a1'));
  await memory.of('b', find('b1'));
  await memory.of('a', find('a2'));
  await memory.of('c', find('c1'));
  expect(await memory.of('a', find('a3'))).toBe('a1');
  expect(await memory.of('b', find('b2'))).toBe('b2');
});

test('what holds no longer, and what failed, is not remembered', async () => {
  const memory = createMemory<number>({ most: 2, now: () => 5 });
  expect(await memory.of('a', async () => ({ value: 1, until: 5 }))).toBe(1);
  expect(await memory.of('a', async () => ({ value: 2, until: 5 }))).toBe(2);
  await expect(memory.of('b', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await memory.of('b', async () => ({ value: 3, until: 6 }))).toBe(3);
});

test('more at the same time than it may find out are refused, those that are remembered are not', async () => {
  const memory = createMemory<number>({ most: 9, now: () => 0, mostFinding: 1, busy: () => new Error('busy') });
  await memory.of('known', async () => ({ value: 0, until: 1 }));
  let found = (_: { value: number; until: number }): void => {};
  const first = memory.of('a', () => new Promise((done) => (found = done)));
  const same = memory.of('a', async () => ({ value: 9, until: 1 }));
  await expect(memory.of('b', async () => ({ value: 2, until: 1 }))).rejects.toThrow('busy');
  expect(await memory.of('known', async () => ({ value: 9, until: 1 }))).toBe(0);
  found({ value: 1, until: 1 });
  expect(await Promise.all([first, same])).toEqual([1, 1]);
  expect(await memory.of('b', async () => ({ value: 2, until: 1 }))).toBe(2);
});
