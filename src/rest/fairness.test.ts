/** One asker's searches wait for each other; those of others do not wait for them. */
import { expect, test } from 'vitest';
import type { Interaction } from '../interaction/index.ts';
import { createFairly } from './fairness.ts';

const search = { code: 'search-type' } as Interaction;
const read = { code: 'read' } as Interaction;

/** Work that ends when told. */
function held() {
  let end = (): void => {};
  let started = false;
  const ended = new Promise<void>((done) => (end = done));
  return {
    work: async () => {
      started = true;
      await ended;
    },
    end: () => end(),
    hasStarted: () => started,
  };
}
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

test('the sixth search of one asker waits until one ends; reads and other askers go on', async () => {
  const fairly = createFairly();
  const all = Array.from({ length: 6 }, held);
  const running = all.map(({ work }) => fairly('a', search, work));
  await turn();
  expect(all.map((one) => one.hasStarted())).toEqual([true, true, true, true, true, false]);
  expect(await fairly('b', search, async () => 'b')).toBe('b');
  expect(await fairly('a', read, async () => 'read')).toBe('read');
  all[2]!.end();
  await turn();
  expect(all[5]!.hasStarted()).toBe(true);
  for (const one of all) one.end();
  await Promise.all(running);
});

test('a failed search gives its place away', async () => {
  const fairly = createFairly();
  for (let at = 0; at < 20; at++)
    await expect(fairly('a', search, () => Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(await fairly('a', search, async () => 1)).toBe(1);
});

test('more than may wait are told to come later', async () => {
  const fairly = createFairly();
  const first = Array.from({ length: 5 }, held);
  const running = first.map(({ work }) => fairly('a', search, work));
  const waiting = Array.from({ length: 1000 }, () => fairly('a', search, async () => 1));
  await expect(fairly('a', search, async () => 1)).rejects.toMatchObject({ status: 429 });
  for (const one of first) one.end();
  await Promise.all([...running, ...waiting]);
});
