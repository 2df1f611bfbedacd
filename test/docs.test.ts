/** The reference says what the registries say. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assessmentPage } from '../docs/assessment.ts';
import { pages } from '../docs/build.ts';
import { deidentificationPage } from '../docs/de-identification.ts';
import { specificationFiles } from '../docs/specification.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'reference', 'rest');

test('docs/reference/rest is what npm run docs makes', async () => {
  const made = pages();
  expect((await readdir(folder)).toSorted()).toEqual([...made.keys()].map((name) => `${name}.md`).toSorted());
  for (const [name, text] of made) expect(await readFile(join(folder, `${name}.md`), 'utf8')).toBe(text);
});

test('docs/reference/assessment.md is what npm run docs makes', async () => {
  expect(await readFile(join(folder, '..', 'assessment.md'), 'utf8')).toBe(assessmentPage());
});

test('docs/reference/de-identification.md is what npm run docs makes', async () => {
  expect(await readFile(join(folder, '..', 'de-identification.md'), 'utf8')).toBe(deidentificationPage());
});

test('docs/specification is what npm run docs makes', async () => {
  const made = await specificationFiles();
  const guide = join(import.meta.dirname, '..', 'docs', 'specification');
  expect((await readdir(guide)).toSorted()).toEqual([...made.keys()].toSorted());
  for (const [name, text] of made) expect(await readFile(join(guide, name), 'utf8'), name).toBe(text);
});
