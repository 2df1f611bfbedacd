/** The page that asks questions, in a real browser against the demo: building, running, reading the answer, keeping and sharing the question. See docs/reference/question.md */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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

const atc = 'http://www.whocc.no/atc';
const asking = (question: object, more: Record<string, string> = {}): string =>
  addressOf(`/ask?${new URLSearchParams({ q: JSON.stringify(question), ...more })}`);
const interaction = {
  patients: { all: [{ age: { from: 65 } }, { medication: `${atc}|C07` }, { medication: `${atc}|C08DA01` }] },
};
const answered = async (): Promise<void> => {
  await at.page
    .getByText(/servers answered/)
    .first()
    .waitFor();
};

test('the start page says what this is, and leads to an answer at once', async () => {
  await at.page.goto(addressOf('/'));
  await at.page.getByRole('heading', { level: 1 }).waitFor();
  await expectAccessible(at);
  await screenshots(at, 'welcome');
  await at.page.getByRole('link', { name: 'Ask this now' }).click();
  await at.page.waitForURL('**/ask?**');
  await answered();
  await screenshots(at, 'ask-answer');
  await expectAccessible(at);
  expectClean(at);
});
