/** The whole story in a browser, with three logins: a question, a refusal, a request, a grant, the number, the data. See README.md */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { AccountName } from '../../src/demo/index.ts';
import type { StartedBrowser } from '../browser/chromium.ts';
import { run } from '../cli/run.ts';
import { logInAt } from './log-in.ts';
import { addressOf, expectAccessible, expectClean, openBrowser, screenshots, type Visit, visit } from './page.ts';

let browser: StartedBrowser;
const folder = mkdtempSync(join(tmpdir(), 'fairway-story-'));
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

const pilot = 'Lowlands Ageing Cohort, pilot phase';
const project = 'Interactions in old age';
const atc = 'http://www.whocc.no/atc';
const question = {
  patients: { all: [{ age: { from: 65 } }, { medication: `${atc}|C07` }, { medication: `${atc}|C08DA01` }] },
};

/** Asks on the page, and gives what it says of the pilot phase. */
async function ask(page: Page): Promise<{ article: Locator; count: string }> {
  await page.goto(addressOf(`/ask?${new URLSearchParams({ q: JSON.stringify(question), run: 'now' })}`));
  await page
    .getByText(/Answered on/)
    .first()
    .waitFor();
  const article = page.getByRole('article').filter({ has: page.getByRole('heading', { name: pilot, exact: true }) });
  return { article, count: ((await article.locator('[data-state]').first().textContent()) ?? '').trim() };
}

const isNumber = /^\d+ patients?$/;

/** The pages of a person, from the portal of the discovery server. */
async function personAt(path: string, account: AccountName): Promise<Visit> {
  const visited = await visit(browser);
  const { page } = visited;
  await page.goto(addressOf(path));
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.goto(addressOf(`/login?at=${encodeURIComponent(inject('portal').bases.cohort)}`));
  await logInAt(page, 'cohort', account);
  await page.waitForURL(addressOf(path));
  return visited;
}

test('a researcher asks, is refused, asks for access; the committee grants it; the researcher has the number and the data; the steward sees it all', async () => {
  const researcher = await visit(browser);
  const { page } = researcher;

  // As nobody in particular: of the pilot phase there is no number.
  const { article, count: before } = await ask(page);
  expect(before).not.toMatch(isNumber);

  // What one asks for leads to the login, and back to the request.
  await article.getByRole('link', { name: 'Ask for access' }).click();
  await page.getByRole('link', { name: 'Log in there' }).click();
  await logInAt(page, 'cohort', 'researcher');
  await page.waitForURL('**/access?**');
  await page.getByRole('button', { name: 'Logged in as Robin Example, researcher' }).waitFor();
  await page.getByRole('checkbox', { name: 'a certain disease' }).check();
  await page.getByRole('checkbox', { name: /Hypertensive disorder/ }).check();
  await page.getByRole('radio', { name: 'No, not commercial' }).check();
  await page.getByLabel('Title of the project').fill(project);
  await page.getByLabel('Until').fill('2039-12-31');
  const rules = page.getByRole('region', { name: 'What the rules make of it' });
  await rules.getByText('People decide', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Words to those who decide').fill('Interactions of beta-blockers.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('The request was sent').waitFor();
  await screenshots(researcher, 'story-requested');

  // The committee, in a browser of its own.
  const committee = await personAt('/access?tab=inbox', 'committee');
  const request = committee.page.getByRole('article').filter({ hasText: project });
  await request.getByText('Interactions of beta-blockers.').waitFor();
  await request.getByRole('button', { name: 'Grant' }).click();
  const dialog = committee.page.getByRole('dialog');
  await dialog.getByLabel('Your words').fill('Good luck.');
  await expectAccessible(committee);
  await dialog.getByRole('button', { name: 'Grant' }).click();
  await dialog.waitFor({ state: 'detached' });
  expectClean(committee);
  await committee.page.close();

  // Asked again by the same person, for the purpose that was agreed on, there is a number.
  await page.goto(addressOf('/login'));
  await page.getByLabel('Healthcare research').check();
  const { count: after } = await ask(page);
  expect(after).toMatch(isNumber);
  await screenshots(researcher, 'story-number');

  // And the data, by the command that the page shows, with the token of the login.
  await page.goto(addressOf('/access?tab=mine'));
  await page
    .getByRole('article', { name: /: granted$/ })
    .filter({ hasText: project })
    .waitFor();
  await expectAccessible(researcher);
  const { bases } = inject('portal');
  const token = await page.evaluate(
    () => (JSON.parse(sessionStorage.getItem('fairway-sessions')!) as { token: string }[])[0]!.token,
  );
  const out = join(folder, 'pilot');
  const got = await run(
    'get',
    'lowlands-pilot',
    '--repository',
    bases.cohort,
    '--token',
    `${bases.cohort}=${token}`,
    '--purpose',
    'HRESCH',
    '--out',
    out,
  );
  expect([got.err, got.code]).toEqual([expect.any(String), 0]);
  expect(readdirSync(out).some((name) => name.startsWith('Patient'))).toBe(true);
  expectClean(researcher, [/status of 40[13]/]);
  await page.close();

  // The steward reads in the audit log who was shown what.
  const steward = await personAt(`/access?tab=audit&at=${encodeURIComponent(bases.cohort)}`, 'steward');
  await steward.page
    .getByText(/Robin Example/)
    .first()
    .waitFor();
  expectClean(steward);
  await steward.page.close();
});
