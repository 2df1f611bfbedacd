/** A registry with 10,000 data sets: what a click, a search and typing cost beside an empty page, and that the catalogue's pages keep their place. See docs/reference/facets.md and docs/reference/held-codes.md */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { portalFolder } from '../../src/rest/portal.ts';
import { startServer, type TestServer } from '../server.ts';
import { largeRegistry } from './large-registry.ts';
import { expectClean, visitEach } from './page.ts';

const size = 10_000;
/** Ten thousand data sets take a while to load where others work on the same machine. */
const patience = 900_000;

let server: TestServer;
const at = visitEach(() => [new URL(server.base).origin]);

beforeAll(async () => {
  server = await startServer({ portal: portalFolder, roles: ['registry'] });
  const all = [...largeRegistry(size)];
  for (let from = 0; from < all.length; from += 5000) {
    const { body } = await server.load(all.slice(from, from + 5000));
    expect(body['parameter'][2]).toEqual({ name: 'refused', valueInteger: 0 });
  }
}, patience);
afterAll(async () => {
  await server.close();
});

const open = async (page: Page, path: string): Promise<void> => {
  await page.goto(new URL(path, server.base).href);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
};
const found = (page: Page, count: string) =>
  page
    .getByText(new RegExp(`of ${count} data sets$`))
    .first()
    .waitFor();
const median = (list: number[]): number => list.toSorted((one, other) => one - other)[list.length >> 1]!;

/** What may be waited for, by what an empty page takes: alone on a machine, half of this is measured. */
const most = 2;

function mediansOf<Name extends string>(what: string, costs: Record<Name, number[]>): Record<Name, number> {
  const medians = Object.fromEntries(
    (Object.keys(costs) as Name[]).map((name) => [name, median(costs[name])]),
  ) as Record<Name, number>; // of the same names
  console.log(
    `${what}, milliseconds:`,
    JSON.stringify(medians, (_, one) => (typeof one === 'number' ? Math.round(one) : one)),
  );
  return medians;
}

async function timed(run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

test(
  'a click on a facet and a search cost little more than opening an empty page',
  async () => {
    const { page } = at;
    const costs: Record<'empty' | 'click' | 'back' | 'words', number[]> = { empty: [], click: [], back: [], words: [] };
    for (let round = 0; round < 7; round++) {
      costs.empty.push(await timed(() => open(page, '/nowhere-at-all')));
      await open(page, '/catalogue');
      await found(page, '10,000');
      const box = page.getByRole('checkbox', { name: /^MIT,/ });
      await box.waitFor();
      await page.waitForLoadState('networkidle');
      costs.click.push(await shownAfterClick(page, 'MIT,', 'of 2,000 data sets'));
      costs.back.push(await shownAfterClick(page, 'MIT,', 'of 10,000 data sets'));
      const field = page.getByRole('textbox', { name: 'Search' });
      costs.words.push(
        await timed(async () => {
          await field.fill('melanoma b7');
          await field.press('Enter');
          await found(page, '10');
        }),
      );
      await page.waitForLoadState('networkidle');
    }
    const { empty, click, back, words } = mediansOf('catalogue of 10,000 data sets', costs);
    expect(click / empty).toBeLessThan(most);
    expect(back / empty).toBeLessThan(most);
    expect(words / empty).toBeLessThan(most);
    expectClean(at, [/404/]);
  },
  patience,
);

test(
  'codes are found while one types, at less than the cost of an empty page',
  async () => {
    const { page } = at;
    const costs: Record<'empty' | 'key' | 'more', number[]> = { empty: [], key: [], more: [] };
    for (const word of ['hypo', 'neur', 'pseu', 'endo', 'macr', 'dysc', 'supr']) {
      costs.empty.push(await timed(() => open(page, '/nowhere-at-all')));
      await open(page, '/ask');
      await page.getByRole('button', { name: 'Add a criterion' }).click();
      await page.getByRole('menuitem', { name: 'Diagnosis' }).click();
      await page.getByLabel('Which diagnosis?').click();
      await page.getByRole('option').first().waitFor();
      await page.waitForLoadState('networkidle');
      costs.key.push(await shownAfterKey(page, word[0]!));
      costs.more.push(await shownAfterKey(page, word.slice(0, 2)));
      costs.more.push(await shownAfterKey(page, word.slice(0, 3)));
      costs.more.push(await shownAfterKey(page, word));
    }
    const { empty, key, more } = mediansOf('typing over 10,000 data sets', costs);
    expect(key / empty).toBeLessThan(1);
    expect(more / empty).toBeLessThan(1);
    expectClean(at, [/404/]);
  },
  patience,
);

/** Milliseconds from a click on a check box until the frame is painted in which the text stands, as the page itself sees it. */
const shownAfterClick = (page: Page, label: string, text: string): Promise<number> =>
  page.evaluate(`new Promise((shown) => {
    const box = [...document.querySelectorAll('input[type=checkbox]')].find((one) =>
      one.getAttribute('aria-label')?.startsWith(${JSON.stringify(label)}));
    const started = performance.now();
    new MutationObserver((_, observer) => {
      if (![...document.querySelectorAll('[role=status]')].some((one) => one.textContent.endsWith(${JSON.stringify(text)}))) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => shown(performance.now() - started)));
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    box.click();
  })`);

/** Milliseconds from the last letter's key until the frame is painted in which all that is listed has a word that begins with all that is typed, as the page itself sees it. */
async function shownAfterKey(page: Page, typed: string): Promise<number> {
  await page.evaluate(`globalThis.shownAfterKey = new Promise((shown) => {
    const typed = ${JSON.stringify(typed)};
    const begins = ({ textContent }) => textContent.toLowerCase().split(/[^a-z]+/).some((word) => word.startsWith(typed));
    let started;
    const look = () => {
      if (document.activeElement.value !== typed) return;
      const options = [...document.querySelectorAll('[role=option]')];
      if (options.length === 0 || !options.every(begins)) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => shown(performance.now() - started)));
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    document.addEventListener('keydown', ({ timeStamp }) => (started = timeStamp), { once: true, capture: true });
    document.addEventListener('input', () => setTimeout(look), { once: true });
  }); 0`);
  await page.keyboard.press(typed.at(-1)!);
  return page.evaluate('globalThis.shownAfterKey');
}

test('pages go on and back by the links of the server, and are kept by the address', async () => {
  const { page } = at;
  const titles = () => page.getByRole('article').getByRole('heading').allTextContents();
  await open(page, '/catalogue');
  await page.getByText('1–20 of 10,000 data sets').waitFor();
  const first = await titles();
  expect(first[0]).toMatch(/^Cohort 00000/);
  await page.getByRole('link', { name: 'Next' }).click();
  await page.getByText('21–40 of 10,000 data sets').waitFor();
  await page.getByRole('link', { name: 'Next' }).click();
  await page.getByText('41–60 of 10,000 data sets').waitFor();
  await page.getByText('Page 3 of 500').waitFor();
  const third = await titles();
  expect(third[0]).toMatch(/^Cohort 00040/);
  await page.reload();
  await page.getByText('41–60 of 10,000 data sets').waitFor();
  expect(await titles()).toEqual(third);
  await page.getByRole('link', { name: 'Previous' }).click();
  await page.getByText('21–40 of 10,000 data sets').waitFor();
  await page.goBack();
  await page.getByText('41–60 of 10,000 data sets').waitFor();
  await page.getByRole('checkbox', { name: /^MIT,/ }).click();
  await page.getByText('1–20 of 2,000 data sets').waitFor();
  expectClean(at);
});

test('by size, the largest come first', async () => {
  const { page } = at;
  await open(page, '/catalogue?sort=size&licence=http%3A%2F%2Fhl7.org%2Ffhir%2Fspdx-license%7CMIT');
  await page.getByText('1–20 of 2,000 data sets').waitFor();
  const counts = await page.getByRole('article').locator('[data-state=counted]').allTextContents();
  const numbers = counts.map((one) => Number(one.replace(/\D/g, '')));
  expect(numbers).toHaveLength(20);
  expect(numbers).toEqual(numbers.toSorted((one, other) => other - one));
  expect(numbers[0]).toBeGreaterThan(99_000);
  await page.getByRole('link', { name: 'Next' }).click();
  await page.getByText('21–40 of 2,000 data sets').waitFor();
  expectClean(at);
});

test('publishers beyond the first are listed on demand, and it is said how many are not', async () => {
  const { page } = at;
  await open(page, '/catalogue');
  const group = page.getByRole('group', { name: /^Publisher/ });
  await group.getByRole('button', { name: /more ?: Publisher$/ }).click();
  await group.getByText('100 more values are not listed').waitFor();
  expect(await group.getByRole('checkbox').count()).toBe(200);
  expectClean(at);
});
