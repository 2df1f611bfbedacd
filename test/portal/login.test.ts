/** Logging in from the portal: at each server by its own authorization server, with tokens that go nowhere else. https://hl7.org/fhir/smart-app-launch/app-launch.html */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { accountsAt } from '../../src/demo/index.ts';
import type { StartedBrowser } from '../browser/chromium.ts';
import { fillIn, logInAt } from './log-in.ts';
import {
  addressOf,
  becomes,
  expectAccessible,
  expectClean,
  openBrowser,
  screenshots,
  type Visit,
  visit,
} from './page.ts';

let browser: StartedBrowser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
});

interface Kept {
  base: string;
  token: string;
  name?: string;
  roles?: string[];
  expires?: number;
  login?: { refreshToken?: string };
}
const sessionsIn = (page: Page): Promise<Kept[]> =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem('fairway-sessions') ?? '[]') as Kept[]);

const opened = async (path: string): Promise<Visit> => {
  const visited = await visit(browser);
  await visited.page.goto(addressOf(path));
  return visited;
};

const statusWith = async (base: string, token: string): Promise<number> =>
  (await fetch(`${base}/metadata`, { headers: { authorization: `Bearer ${token}` } })).status;

test('one logs in at this server and at another, comes back to where one was, and each has a token of its own', async () => {
  const { bases } = inject('portal');
  const visited = await opened('/network');
  const { page } = visited;
  const carried = new Map<string, Set<string>>();
  page.on('request', (request) => {
    const token = request.headers()['authorization'];
    if (token === undefined) return;
    const { origin } = new URL(request.url());
    carried.set(token, (carried.get(token) ?? new Set()).add(origin));
  });
  await page.getByRole('link', { name: 'Log in' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Log in' }).waitFor();
  await logInAt(page, 'discovery', 'researcher');
  await page.waitForURL(addressOf('/network'));
  await page.getByRole('button', { name: 'Logged in as Robin Example, researcher' }).click();
  await page.getByRole('menuitem', { name: /All logins/ }).click();
  await page.goto(addressOf(`/login?at=${encodeURIComponent(bases.cohort)}`));
  await page.getByText('You are logged in as Robin Example, researcher.').waitFor();
  await logInAt(page, 'cohort', 'researcher');
  await page.waitForURL(addressOf('/network'));
  const sessions = await sessionsIn(page);
  expect(sessions.map(({ base }) => base)).toEqual([bases.discovery, bases.cohort]);
  const [at, cohort] = sessions;
  expect(await statusWith(bases.cohort, cohort!.token)).toBe(200);
  expect(await statusWith(bases.discovery, cohort!.token)).toBe(401);
  expect(await statusWith(bases.cohort, at!.token)).toBe(401);
  // What a registered researcher may: the institution vouches for the account as for the token.
  const found = await fetch(`${bases.cohort}/Patient?_count=1`, {
    headers: { authorization: `Bearer ${cohort!.token}`, 'purpose-of-use': 'HRESCH' },
  });
  expect(((await found.json()) as { entry?: unknown[] }).entry).toHaveLength(1);
  for (const [token, origins] of carried) {
    const owner = token.endsWith(at!.token) ? bases.discovery : bases.cohort;
    expect([...origins]).toEqual([new URL(owner).origin]);
  }
  await page.goto(addressOf('/login'));
  await page.getByText('You are logged in as Robin Example, researcher.').nth(1).waitFor();
  expect(page.url()).not.toContain('code=');
  await expectAccessible(visited);
  await screenshots(visited, 'login');
  expectClean(visited);
  await page.close();
});

test('logging out revokes the token, ends the session and forgets it', async () => {
  const { bases } = inject('portal');
  const visited = await opened('/login');
  const { page } = visited;
  await logInAt(page, 'discovery', 'steward');
  await page.getByRole('button', { name: 'Logged in as Sam Example, data steward' }).waitFor();
  await page.goto(addressOf('/login'));
  await page.getByText('Data steward', { exact: true }).waitFor();
  const [session] = await sessionsIn(page);
  expect(session!.roles).toEqual(['steward', 'read']);
  await page.getByRole('button', { name: `Log out at ${bases.discovery}` }).click();
  await page.getByRole('heading', { name: 'Log out?' }).waitFor();
  expect(await statusWith(bases.discovery, session!.token)).toBe(401);
  await page.getByRole('button', { name: 'Log out', exact: true }).click();
  await page.getByText('You are logged out.').waitFor();
  expect(await sessionsIn(page)).toEqual([]);
  expectClean(visited);
  await page.close();
});

test('logging out everywhere ends all sessions, one after the other', async () => {
  const { bases } = inject('portal');
  const visited = await opened('/login');
  const { page } = visited;
  for (const site of ['discovery', 'hospital'] as const) {
    await page.goto(addressOf(`/login?at=${encodeURIComponent(bases[site])}`));
    await logInAt(page, site, 'committee');
    await page.waitForURL(addressOf('/'));
  }
  const sessions = await sessionsIn(page);
  await page.goto(addressOf('/login'));
  await page.getByRole('button', { name: 'Log out everywhere' }).click();
  for (const site of ['discovery', 'hospital'] as const) {
    await page.waitForURL(new RegExp(`^${new URL(bases[site]).origin}/auth/session/end`));
    await page.getByRole('button', { name: 'Log out', exact: true }).click();
  }
  await page.getByText('You are logged out.').waitFor();
  for (const { base, token } of sessions) expect(await statusWith(base, token)).toBe(401);
  expectClean(visited);
  await page.close();
});

test('the patient of the hospital sees who saw their data', async () => {
  const { bases } = inject('portal');
  const visited = await opened(`/login?at=${encodeURIComponent(inject('portal').bases.hospital)}`);
  const { page } = visited;
  await logInAt(page, 'hospital', 'patient');
  await page.getByRole('button', { name: 'Logged in as A patient of the hospital' }).waitFor();
  const [session] = await sessionsIn(page);
  expect(session!.roles).toEqual(['patient']);
  const headers = { authorization: `Bearer ${session!.token}` };
  const { patient } = accountsAt('hospital', 600).find(({ id }) => id === 'patient')!;
  const own = `${bases.hospital}/Patient/${patient}`;
  expect((await fetch(own, { headers })).status).toBe(200);
  expect((await fetch(`${own}/$disclosures`, { headers })).status).toBe(200);
  const others = `${bases.hospital}/Patient/h-599/$disclosures`;
  expect((await fetch(others, { headers })).status).toBe(403);
  expectClean(visited);
  await page.close();
});

test.each([
  ['of a login that nobody began', '?code=x&state=unknown&iss=https://evil.example', 'belongs to no login that began'],
  ['that is an error nobody asked for', '?error=access_denied&state=unknown', 'belongs to no login that began'],
])('an answer %s is not used', async (_, query, said) => {
  const visited = await opened(`/login${query}`);
  await visited.page.getByText(said).waitFor();
  expect(new URL(visited.page.url()).search).toBe('');
  expect(await sessionsIn(visited.page)).toEqual([]);
  await expectAccessible(visited);
  expectClean(visited);
  await visited.page.close();
});

test.each([
  ['of another issuer', 'https://evil.example', 'another authorization server'],
  ['of no issuer', undefined, 'another authorization server'],
  ['with a code of nobody', 'its own', 'gave no token'],
])('an answer %s is refused', async (_, iss, said) => {
  const { bases } = inject('portal');
  const visited = await opened('/login');
  const { page } = visited;
  await page.getByRole('button', { name: `Log in at ${bases.discovery}`, exact: true }).click();
  await page.getByLabel('Account').waitFor();
  // The pages of the authorization server are of the same origin here.
  const state = await page.evaluate(
    () => (JSON.parse(sessionStorage.getItem('fairway-logins')!) as { state: string }[])[0]!.state,
  );
  const issuer = iss === 'its own' ? new URL(bases.discovery).origin : iss;
  const answer = new URLSearchParams({ code: 'x'.repeat(43), state, ...(issuer === undefined ? {} : { iss: issuer }) });
  await page.goto(addressOf(`/login?${answer}`));
  await page.getByText(said).waitFor();
  expect(await sessionsIn(page)).toEqual([]);
  // It counts once.
  await page.goto(addressOf(`/login?${answer}`));
  await page.getByText('belongs to no login that began').waitFor();
  await page.close();
});

test('an ID token for another login is refused', async () => {
  const visited = await opened('/login');
  const { page } = visited;
  await page.route(/\/auth\/token$/, async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { id_token: string };
    const [header, payload, signature] = body.id_token.split('.');
    const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
    const changed = Buffer.from(JSON.stringify({ ...claims, nonce: 'of another login' })).toString('base64url');
    await route.fulfill({ response, json: { ...body, id_token: [header, changed, signature].join('.') } });
  });
  await logInAt(page, 'discovery', 'researcher');
  await page.getByText('does not fit this login').waitFor();
  expect(await sessionsIn(page)).toEqual([]);
  await page.close();
});

test('refusing on the server’s page is said plainly', async () => {
  const visited = await opened('/login');
  const { page } = visited;
  await page.getByRole('button', { name: `Log in at ${inject('portal').bases.discovery}` }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('The server did not log you in.').waitFor();
  await expectAccessible(visited);
  expectClean(visited);
  await page.close();
});

test('a token is renewed before it expires, and the new one is used', async () => {
  const { bases } = inject('portal');
  const visited = await opened('/login');
  const { page } = visited;
  await logInAt(page, 'discovery', 'researcher');
  await page.getByRole('button', { name: /^Logged in as Robin/ }).waitFor();
  const [first] = await sessionsIn(page);
  await page.evaluate(() => {
    const sessions = JSON.parse(sessionStorage.getItem('fairway-sessions')!) as object[];
    sessionStorage.setItem('fairway-sessions', JSON.stringify(sessions.map((one) => ({ ...one, renew: Date.now() }))));
  });
  await page.reload();
  await page.waitForFunction(
    (token) => (JSON.parse(sessionStorage.getItem('fairway-sessions')!) as { token: string }[])[0]!.token !== token,
    first!.token,
  );
  const [next] = await sessionsIn(page);
  expect(next!.expires).toBeGreaterThan(Date.now() + 3_000_000);
  expect(await statusWith(bases.discovery, next!.token)).toBe(200);
  await page.close();
});

test('a login that is over is said, and one logs in again in another window while what was typed stays', async () => {
  const { bases } = inject('portal');
  const visited = await opened('/login');
  const { page } = visited;
  await logInAt(page, 'discovery', 'researcher');
  await page.getByRole('button', { name: /^Logged in as Robin/ }).waitFor();
  const [session] = await sessionsIn(page);
  await page.goto(addressOf('/login'));
  await page.getByLabel('Address').fill('https://half-typed.exam');
  const body = new URLSearchParams({ token: session!.token, client_id: 'fairway-portal' });
  await fetch(new URL('/auth/revoke', bases.discovery), { method: 'POST', body });
  // The token is due for renewal in an hour; the next question finds out.
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await page.getByLabel('Project').fill('p-1');
  await page.getByText('Your login has ended').waitFor();
  await expectAccessible(visited);
  const [window] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('button', { name: 'Log in again' }).click(),
  ]);
  await fillIn(window, 'researcher');
  await page.getByRole('button', { name: /^Logged in as Robin/ }).waitFor();
  await page.getByText('Your login has ended').waitFor({ state: 'detached' });
  expect(await page.getByLabel('Address').inputValue()).toBe('https://half-typed.exam');
  const [again] = await sessionsIn(page);
  expect(await statusWith(bases.discovery, again!.token)).toBe(200);
  expectClean(visited, [/status of 401/]);
  await page.close();
});

test('purpose and project are sent where one is logged in, and nowhere else', async () => {
  const { bases } = inject('portal');
  const visited = await opened('/login');
  const { page } = visited;
  await becomes(page, 'researcher', 'discovery', 'Robin');
  await page.reload();
  await page.getByLabel('Healthcare research').check();
  await page.getByLabel('Project').fill('heart-2026');
  const sent: [string, Record<string, string>][] = [];
  page.on('request', (request) => sent.push([request.url(), request.headers()]));
  await page.goto(addressOf(`/login?at=${encodeURIComponent(bases.cohort)}`));
  await page.getByRole('button', { name: `Log in at ${bases.cohort}` }).waitFor();
  await page.getByRole('heading', { name: 'Other servers of this community' }).waitFor();
  expect(sent.some(([url]) => url.startsWith(`${bases.discovery}/Endpoint`))).toBe(true);
  for (const [url, headers] of sent) {
    const isThere = url.startsWith(`${bases.discovery}/`) && !url.includes('.well-known');
    expect([url, headers['purpose-of-use'], headers['project']]).toEqual(
      isThere
        ? [url, 'http://terminology.hl7.org/CodeSystem/v3-ActReason|HRESCH', 'heart-2026']
        : [url, undefined, undefined],
    );
  }
  expectClean(visited);
  await page.close();
});

test('a bearer token is an alternative, and one that the server does not know is refused', async () => {
  const { tokens } = inject('portal');
  const visited = await opened('/login');
  const { page } = visited;
  const card = page.getByRole('region').filter({ hasText: 'This server' }).last();
  await card.getByRole('button', { name: 'Use a bearer token' }).click();
  await card.getByLabel('Bearer token', { exact: true }).fill('not a token');
  await card.getByRole('button', { name: 'Use the token' }).click();
  await card.getByText('A token consists of').waitFor();
  await card.getByLabel('Bearer token', { exact: true }).fill('unknown');
  await card.getByRole('button', { name: 'Use the token' }).click();
  await card.getByText('does not know this token').waitFor();
  await expectAccessible(visited);
  await card.getByLabel('Bearer token', { exact: true }).fill(tokens.steward);
  await card.getByLabel('Name').fill('the steward');
  await card.getByRole('button', { name: 'Use the token' }).click();
  await page.getByRole('button', { name: 'Logged in as the steward' }).waitFor();
  await page.getByRole('button', { name: 'Log out at' }).click();
  await page
    .getByText('You are logged out.')
    .or(page.getByRole('link', { name: 'Log in' }).first())
    .first()
    .waitFor();
  expect(await sessionsIn(page)).toEqual([]);
  expectClean(visited, [/status of 401/]);
  await page.close();
});

test('the pages of the authorization server look like the portal, in both colour schemes', async () => {
  const visited = await opened('/login');
  const { page } = visited;
  await page.getByRole('button', { name: `Log in at ${inject('portal').bases.discovery}` }).click();
  await page.getByLabel('Account').waitFor();
  await screenshots(visited, 'login-server');
  await page.close();
});
