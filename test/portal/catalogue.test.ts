/** The catalogue against the demo community: facets, words, order, comparison, and what is said where nothing is found or known. See docs/reference/facets.md */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { StartedBrowser } from '../browser/chromium.ts';
import { addressOf, expectAccessible, expectClean, openBrowser, screenshots, type Visit, visit } from './page.ts';

let browser: StartedBrowser;
let at: Visit;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  at = await visit(browser);
  return () => at.page.close();
});

const open = async (path: string, site: Parameters<typeof addressOf>[1] = 'registry'): Promise<void> => {
  await at.page.goto(addressOf(path, site));
  await at.page.getByRole('heading', { level: 1 }).waitFor();
  await at.page.waitForLoadState('networkidle');
};
const shown = () => at.page.getByRole('article').getByRole('heading').allTextContents();
const status = () => at.page.getByText(/of \d+ data sets?$/).first().textContent();

test('data sets are shown with what they hold, and facets with how many have what', async () => {
  await open('/catalogue');
  expect((await shown()).length).toBeGreaterThan(2);
  await at.page.getByRole('group', { name: /^Licence/ }).waitFor();
  console.log(await at.page.getByRole('complementary').innerText());
  console.log(await at.page.getByRole('list').filter({ has: at.page.getByRole('article') }).innerText());
  await screenshots(at, 'catalogue');
  await expectAccessible(at);
  expectClean(at);
});
