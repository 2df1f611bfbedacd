/** The reference says what the registries say. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pages } from '../docs/build.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'reference', 'rest');

test('docs/reference/rest is what npm run docs makes', async () => {
  const made = pages();
  expect((await readdir(folder)).toSorted()).toEqual([...made.keys()].map((name) => `${name}.md`).toSorted());
  for (const [name, text] of made) expect(await readFile(join(folder, `${name}.md`), 'utf8')).toBe(text);
});
