/** The access page: ask, be decided on, decide, see who saw what and why. See docs/adr/0014-access-requests.md */
import { expect, inject, test } from 'vitest';
import type { PersonName } from '../../src/demo/index.ts';
import { addressOf, becomes, expectAccessible, expectClean, screenshots, visitEach } from './page.ts';

const at = visitEach();

const cohort = (): string => inject('portal').bases.cohort;
const names = {
  researcher: 'Robin Example, researcher',
  committee: 'Kim Example, for the committee',
  steward: 'Sam Example, data steward',
};
const open = async (path: string, person?: PersonName): Promise<void> => {
  await at.page.goto(addressOf('/access'));
  if (person !== undefined) await becomes(at.page, person, 'cohort', names[person]);
  await at.page.goto(addressOf(path));
  await at.page.getByRole('heading', { level: 1 }).waitFor();
};

/** Asks over HTTP, as somebody; gives the Task. */
async function post(path: string, person: PersonName, parameter: object[]): Promise<Record<string, any>> {
  const answer = await fetch(`${cohort()}/${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${inject('portal').tokens[person]}`,
      'content-type': 'application/fhir+json',
    },
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, any>;
}

const purpose = {
  name: 'purpose',
  valueCoding: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HRESCH' },
};
const requested = (title: string): Promise<Record<string, any>> =>
  post('Library/lowlands-pilot/$request-access', 'researcher', [
    purpose,
    { name: 'title', valueString: title },
    { name: 'research', valueCode: 'disease' },
    { name: 'disease', valueCoding: { system: 'http://snomed.info/sct', code: '38341003' } },
    { name: 'commercial', valueBoolean: false },
  ]);
const pilot = (): string => `/access?request=${encodeURIComponent(`${cohort()}/Library/lowlands-pilot`)}`;

test('who is not logged in is told where to, and finds data sets to ask for', async () => {
  await open(pilot());
  await at.page.getByRole('link', { name: 'Log in there' }).waitFor();
  expect(await at.page.getByRole('link', { name: 'Log in there' }).getAttribute('href')).toContain('at=');
  await open('/access');
  await at.page.getByLabel('Which data set?').fill('pilot');
  await at.page.getByRole('link', { name: /Ask for access to Lowlands Ageing Cohort, pilot phase/ }).click();
  await at.page.getByRole('link', { name: 'Log in there' }).waitFor();
  await expectAccessible(at);
  expectClean(at);
});

test('what does not exist is said so', async () => {
  await open('/access?request=urn:no:such:thing');
  await at.page.getByText('There is no such data set').waitFor();
  expectClean(at);
});

test('one asks by keyboard, sees at once what the rules make of it, and withdraws', async () => {
  await open(pilot(), 'researcher');
  const rules = at.page.getByRole('region', { name: 'What the rules make of it' });
  await at.page.getByRole('checkbox', { name: 'a certain disease' }).focus();
  await at.page.keyboard.press('Space');
  await at.page.getByRole('checkbox', { name: /Hypertensive disorder/ }).focus();
  await at.page.keyboard.press('Space');
  await at.page.getByRole('radio', { name: 'No, not commercial' }).focus();
  await at.page.keyboard.press('Space');
  await rules.getByText('People decide', { exact: true }).waitFor();
  await at.page.getByLabel('Title of the project').fill('Pressure and time');
  await screenshots(at, 'access-ask');
  await expectAccessible(at);
  // A draft outlives a reload.
  await at.page.reload();
  expect(await at.page.getByLabel('Title of the project').inputValue()).toBe('Pressure and time');
  await at.page.getByRole('button', { name: 'Next' }).focus();
  await at.page.keyboard.press('Enter');
  await at.page.getByText('What you must and must not do with the data').waitFor();
  await expectAccessible(at);
  await at.page.getByRole('button', { name: 'Next' }).focus();
  await at.page.keyboard.press('Enter');
  await at.page.getByLabel('Words to those who decide').fill('We mean well.');
  await expectAccessible(at);
  await at.page.getByRole('button', { name: 'Send', exact: true }).focus();
  await at.page.keyboard.press('Enter');
  await at.page.getByText('The request was sent').waitFor();
  await at.page.getByRole('link', { name: 'My requests and grants' }).click();
  const card = at.page.getByRole('article').filter({ hasText: 'Pressure and time' });
  await card.getByText('We mean well.').waitFor();
  await screenshots(at, 'access-mine');
  await expectAccessible(at);
  await card.getByRole('button', { name: 'Withdraw' }).click();
  await expectAccessible(at);
  await at.page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
  await card.getByText('withdrawn', { exact: true }).waitFor();
  expectClean(at);
});

test('what the rules say changes with what one says, and says why', async () => {
  await open(pilot(), 'researcher');
  const rules = at.page.getByRole('region', { name: 'What the rules make of it' });
  await rules.getByText('does not fit').first().waitFor();
  await at.page.getByRole('checkbox', { name: 'a certain disease' }).check();
  await at.page.getByRole('checkbox', { name: /Hypertensive disorder/ }).check();
  await at.page.getByRole('radio', { name: 'No, not commercial' }).check();
  await rules.getByText('People decide', { exact: true }).waitFor();
  await rules.getByText('does not fit').first().waitFor({ state: 'detached' });
  // Nothing was kept by looking.
  await open('/access?tab=mine');
  await at.page.waitForLoadState('networkidle');
  expect(await at.page.getByRole('article').filter({ hasText: 'waiting' }).count()).toBe(0);
  expectClean(at);
});

test('a committee asks back, grants, and revokes; each step is told', async () => {
  const title = `Decided ${Date.now()}`;
  const { id } = await requested(title);
  await open('/access?tab=inbox', 'committee');
  const card = at.page.getByRole('article').filter({ hasText: title });
  await card.getByText('Robin Example, researcher').first().waitFor();
  await screenshots(at, 'access-inbox');
  await expectAccessible(at);
  await card.getByRole('button', { name: 'Ask back' }).click();
  const dialog = at.page.getByRole('dialog');
  expect(await dialog.getByRole('button', { name: 'Ask back' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Your words').fill('For how long?');
  await expectAccessible(at);
  await dialog.getByRole('button', { name: 'Ask back' }).click();
  await card.getByText('a question was asked back').waitFor();
  await card.getByText('For how long?').waitFor();
  await card.getByRole('button', { name: 'Grant' }).click();
  await dialog.getByLabel('Until').fill('2039-12-31');
  await dialog.getByRole('button', { name: 'Grant' }).click();
  await at.page.getByText('Granted to Robin Example, researcher.').first().waitFor();
  await at.page.getByText(/^Granted \(/).click();
  await card.getByText('granted', { exact: true }).waitFor();
  await card.getByRole('button', { name: 'Revoke' }).click();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await at.page.getByText('Revoked from Robin Example, researcher.').first().waitFor();
  const task = await (
    await fetch(`${cohort()}/$access-requests`, {
      headers: { authorization: `Bearer ${inject('portal').tokens.researcher}` },
    })
  ).text();
  expect(task).toContain(id as string);
  expectClean(at);
});

test('what somebody else decided meanwhile is said, and the newest state is shown', async () => {
  const title = `Conflict ${Date.now()}`;
  const { id } = await requested(title);
  await open('/access?tab=inbox', 'committee');
  const card = at.page.getByRole('article').filter({ hasText: title });
  await card.getByRole('button', { name: 'Grant' }).click();
  await post(`Task/${id as string}/$decide-access`, 'steward', [
    { name: 'decision', valueCode: 'refuse' },
    { name: 'reason', valueString: 'No.' },
  ]);
  await at.page.getByRole('dialog').getByRole('button', { name: 'Grant' }).click();
  await at.page.getByText('Somebody was there before you').first().waitFor();
  await at.page.getByText(/^Closed \(/).click();
  await card.getByText('refused', { exact: true }).waitFor();
  expectClean(at, [/status of 4\d\d/]);
});

test('a researcher sees nobody else’s requests, and decides on none', async () => {
  await open('/access?tab=inbox', 'researcher');
  await at.page.getByText('Nothing waits for you').waitFor();
  expect(await at.page.getByRole('article').count()).toBe(0);
  await expectAccessible(at);
  await open(`/access?tab=audit&at=${encodeURIComponent(cohort())}`);
  await at.page.getByRole('alert').waitFor();
  await open(`/access?tab=explain&at=${encodeURIComponent(cohort())}&url=Library/lowlands-pilot`);
  await at.page.getByRole('alert').waitFor();
  expectClean(at, [/status of 40[13]/]);
});

test('stewards see the log, filter it, and turn its pages', async () => {
  await open(`/access?tab=audit&at=${encodeURIComponent(cohort())}`, 'steward');
  await at.page.getByRole('table').waitFor();
  await screenshots(at, 'access-audit');
  await expectAccessible(at);
  await at.page.getByLabel('What', { exact: true }).fill('$audit-log');
  await at.page.getByRole('button', { name: 'Show' }).click();
  await at.page.waitForURL('**interaction=**');
  await at.page.getByRole('cell', { name: 'audit-log' }).first().waitFor();
  const whats = await at.page.locator('tbody tr td:nth-child(3)').allTextContents();
  expect(new Set(whats)).toEqual(new Set(['audit-log']));
  expectClean(at);
});

test('a decision is explained with who states what', async () => {
  await open(`/access?tab=explain&at=${encodeURIComponent(cohort())}`, 'steward');
  await at.page
    .getByLabel('Address on the server')
    .fill('Patient?_tag=https://fairway.health/fhir/CodeSystem/data-set|lowlands-pilot');
  await at.page.getByRole('button', { name: 'Explain' }).click();
  await at.page
    .getByRole('heading', { name: /^Granted:/ })
    .first()
    .waitFor();
  const tree = at.page.getByRole('list', { name: 'What led to the decision' }).first();
  const set = tree.locator('details', { hasText: 'Library/lowlands-pilot' }).first();
  const offer = set.locator(':scope > ul > li', { hasText: 'offers' }).first();
  await offer.waitFor();
  // What is asked whatever the offer stands with what the asker has of it.
  await set.getByText('what is asked beside that').waitFor();
  await set.getByText('The asker states nothing of the kind.').first().waitFor();
  // By keyboard, and all at once.
  const summary = set.locator('summary').first();
  await summary.focus();
  await at.page.keyboard.press('Enter');
  await offer.waitFor({ state: 'hidden' });
  await at.page.keyboard.press('Enter');
  await offer.waitFor();
  await at.page.getByRole('button', { name: 'Close all' }).first().click();
  await offer.waitFor({ state: 'hidden' });
  await at.page.getByRole('button', { name: 'Open all' }).first().click();
  await offer.waitFor();
  await screenshots(at, 'access-explain');
  await expectAccessible(at);
  expectClean(at);
});

test('what one may not see and what is not there are explained in the same words', async () => {
  const seen: string[] = [];
  // The first is there, in a data set that gives a researcher without a purpose no records.
  for (const url of [
    'Patient?_tag=https://fairway.health/fhir/CodeSystem/data-set|lowlands-pilot',
    'Patient/no-such-one',
  ]) {
    const query = new URLSearchParams({ tab: 'explain', at: cohort(), url });
    await open(`/access?${query}`, 'researcher');
    await at.page.getByText('As far as you may know, there is nothing at this address').waitFor();
    await at.page.getByText(/whoever may not see it is not told which of the two/).waitFor();
    await expectAccessible(at);
    seen.push((await at.page.getByRole('tabpanel').locator('p').allTextContents()).join(' '));
  }
  expect(seen[0]).toBe(seen[1]);
  await screenshots(at, 'access-explain-nothing');
  expectClean(at, [/status of 404/]);
});

test('a server that fails does not hide the requests at others', async () => {
  const title = `Kept ${Date.now()}`;
  const { id } = await requested(title);
  await open('/access?tab=mine', 'researcher');
  await at.page.evaluate(() => {
    const known = JSON.parse(sessionStorage.getItem('fairway-sessions')!) as object[];
    const broken = { base: 'http://127.0.0.1:9/fhir', token: 'none', name: 'nobody' };
    sessionStorage.setItem('fairway-sessions', JSON.stringify([broken, ...known]));
  });
  await at.page.reload();
  await at.page.getByRole('article').filter({ hasText: title }).waitFor();
  await at.page.getByText('1 server did not answer').waitFor();
  await expectAccessible(at);
  await post(`Task/${id as string}/$withdraw-access`, 'researcher', []);
});
