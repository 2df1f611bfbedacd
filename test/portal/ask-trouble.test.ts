/** Servers that are slow, down, or no FHIR servers, while a question is asked in a browser: the rest is answered, and what went wrong is said with what to do. See docs/reference/faults.md */
import { expect, inject, test } from 'vitest';
import type { SiteName } from '../../src/demo/index.ts';
import { addressOf, expectAccessible, expectClean, screenshots, visitEach } from './page.ts';

const at = visitEach();

const atc = 'http://www.whocc.no/atc';
const question = { patients: { all: [{ age: { from: 65 } }, { medication: `${atc}|C07` }] } };
const asking = addressOf(`/ask?${new URLSearchParams({ q: JSON.stringify(question), run: 'now' })}`);
const answered = (): Promise<void> =>
  at.page
    .getByText(/Answered on/)
    .first()
    .waitFor();
const button = (name: string) => at.page.getByRole('button', { name, exact: true });
const requestsTo = (site: SiteName): string => `${inject('portal').bases[site]}/**`;
const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };

test('a server that is down is said to be so, the others answer, and it is asked again by itself', async () => {
  await at.page.route(requestsTo('cancer'), (route) => route.abort('connectionrefused'));
  await at.page.goto(asking);
  await answered();
  await at.page.getByText('Not everyone answered', { exact: true }).waitFor();
  const trouble = at.page.getByRole('region', { name: /servers? with trouble/ });
  await trouble.getByText('Southern Cancer Registry', { exact: false }).first().waitFor();
  await trouble.getByText(/It is down, or it does not let pages of other sites ask it/).waitFor();
  await at.page
    .getByRole('article')
    .filter({ hasText: 'Northshore routine care' })
    // Another data set on that server may have made its counts rounded ones meanwhile.
    .getByText(/^(about |at least )?\d+ patients$/)
    .waitFor();
  await expectAccessible(at);
  await screenshots(at, 'ask-trouble');
  const before: string[] = [];
  await at.page.unroute(requestsTo('cancer'));
  at.page.on('request', (request) => {
    if (request.url().includes('$feasibility') && request.method() === 'POST') before.push(request.url());
  });
  await trouble.getByRole('button', { name: 'Ask those that are missing once more' }).click();
  await at.page.getByText('Not everyone answered', { exact: true }).waitFor({ state: 'detached' });
  await answered();
  await at.page
    .getByRole('article')
    .filter({ hasText: 'Southern Cancer Registry' })
    .getByText(/^about \d+ patients$/)
    .waitFor();
  // Only those that had not answered were asked.
  expect(new Set(before.map((url) => new URL(url).origin))).toEqual(
    new Set([new URL(inject('portal').bases.cancer).origin]),
  );
  expectClean(at, [/ERR_CONNECTION_REFUSED/]);
});

test('a server that answers HTML is said to be no FHIR server, and its page does nothing', async () => {
  await at.page.route(requestsTo('cohort'), (route) =>
    route.fulfill({
      status: 200,
      headers: { ...cors, 'content-type': 'text/html' },
      body: '<!doctype html><script>window.pwned=1</script><h1>Log in</h1><img src=x onerror="window.pwned=1">',
    }),
  );
  await at.page.goto(asking);
  await answered();
  const trouble = at.page.getByRole('region', { name: /servers? with trouble/ });
  await trouble.getByText(/does not speak FHIR, or something in between/).waitFor();
  expect(await at.page.evaluate('window.pwned')).toBe(undefined);
  await expectAccessible(at);
  expectClean(at);
});

test('a server that wants to know who asks leads to its login', async () => {
  await at.page.route(requestsTo('registry'), (route) =>
    route.fulfill({
      status: 401,
      headers: { ...cors, 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'error', code: 'login', diagnostics: 'who are you?' }],
      }),
    }),
  );
  await at.page.goto(asking);
  await answered();
  const trouble = at.page.getByRole('region', { name: /servers? with trouble/ });
  await trouble
    .getByText(/who are you\?/)
    .first()
    .waitFor();
  const address = await trouble.getByRole('link', { name: 'Log in there' }).first().getAttribute('href');
  expect(address).toBe(`/login?${new URLSearchParams({ at: inject('portal').bases.registry })}`);
  await expectAccessible(at);
  expectClean(at, [/401/]);
});

test('while a server is slow the others are shown, and one can stop asking', async () => {
  let release = (): void => {};
  const held = new Promise<void>((done) => (release = done));
  await at.page.route(requestsTo('cohort'), async (route) => {
    await held;
    await route.abort().catch(() => {});
  });
  await at.page.goto(asking);
  await at.page
    .getByRole('article')
    .filter({ hasText: 'Northshore routine care' })
    // Another data set on that server may have made its counts rounded ones meanwhile.
    .getByText(/^(about |at least )?\d+ patients$/)
    .waitFor();
  await at.page
    .getByText(/Asking: \d of \d servers answered so far/)
    .first()
    .waitFor();
  await at.page
    .getByText(/… waiting/)
    .first()
    .waitFor();
  await expectAccessible(at);
  await screenshots(at, 'ask-running');
  await button('Stop asking').click();
  await at.page.getByText('You stopped asking').waitFor();
  await button('Ask all servers').waitFor();
  await expectAccessible(at);
  release();
  expectClean(at, [/ERR_FAILED/]);
});

test('where the home server cannot find codes, one is written by hand, and that is said', async () => {
  await at.page.route('**/ValueSet/$expand?**', (route) =>
    route.fulfill({
      status: 404,
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'not-found' }] }),
    }),
  );
  await at.page.goto(addressOf('/ask'));
  await button('Add a criterion').click();
  await at.page.getByRole('menuitem', { name: 'Medication' }).click();
  const code = at.page.getByLabel('Which medication?');
  await code.fill(`${atc}|C07`);
  await at.page.getByText('This server cannot find codes by their names').waitFor();
  await expectAccessible(at);
  await code.press('ArrowDown');
  await code.press('Enter');
  await at.page
    .getByRole('status')
    .filter({ hasText: `have a medication ${atc}|C07 (or anything below it)` })
    .first()
    .waitFor();
  expectClean(at, [/404/]);
});

test('where it cannot be known what the home server is, that is said, and tried again', async () => {
  await at.page.route('**/fhir/metadata', (route) => route.fulfill({ status: 503, body: 'no' }));
  await at.page.goto(addressOf('/ask'));
  await at.page.getByRole('alert').filter({ hasText: 'That did not work' }).waitFor();
  expect(await button('Ask all servers').isDisabled()).toBe(true);
  await expectAccessible(at);
  await at.page.unroute('**/fhir/metadata');
  await button('Try again').click();
  await at.page.getByRole('alert').waitFor({ state: 'detached' });
  await at.page.locator('button:enabled', { hasText: 'Ask all servers' }).waitFor();
  expectClean(at, [/503/]);
});

test('hostile, endless and right-to-left titles are shown as what they are, on a phone, too', async () => {
  const attack = `"><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>`;
  const titles = [attack, `Endless ${'title '.repeat(830)}of all`.slice(0, 5000), 'سجل مرضى القلب في المغرب'];
  await at.page.route('**/Library?**', async (route) => {
    if (route.request().method() !== 'GET') return route.fallback();
    const response = await route.fetch();
    const bundle = (await response.json()) as { entry?: { resource: Record<string, unknown> }[] };
    bundle.entry?.forEach(({ resource }, index) => {
      Object.assign(resource, { title: titles[index % 3], publisher: titles[(index + 1) % 3], description: attack });
    });
    await route.fulfill({ response, json: bundle });
  });
  await at.page.setViewportSize({ width: 360, height: 800 });
  await at.page.goto(asking);
  await answered();
  await at.page.getByRole('article').filter({ hasText: 'onerror' }).first().waitFor();
  await at.page.getByRole('article').filter({ hasText: 'سجل' }).first().waitFor();
  await at.page.getByText('Details').first().click();
  expect(await at.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
  expect(await at.page.evaluate('window.pwned')).toBe(undefined);
  await expectAccessible(at);
  expectClean(at);
});
