/** Logging in to the portal at an issuer that is no server of ours. See docs/adr/0036-login-by-external-issuers.md */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { accessSettingsOf } from '../../src/auth/access-file.ts';
import { portalFolder } from '../../src/rest/portal.ts';
import type { StartedBrowser } from '../browser/chromium.ts';
import { type OidcIssuer, startOidcIssuer } from '../oidc-issuer.ts';
import { startServer, type TestServer } from '../server.ts';
import { freePort } from '../smart-app.ts';
import { expectAccessible, expectClean, openBrowser, screenshots, type Visit, visit } from './page.ts';

let browser: StartedBrowser;
let issuer: OidcIssuer;
/** all its tokens are for somebody else, whoever asks */
let stubborn: OidcIssuer;
let server: TestServer;
let other: TestServer;
let at: Visit;

const clientId = 'portal-of-the-institute';

beforeAll(async () => {
  browser = await openBrowser();
  const ports = [await freePort(), await freePort()];
  const [origin, otherOrigin] = ports.map((port) => `http://127.0.0.1:${port}`);
  const portals = [origin!];
  const roles = { stella: ['data-steward'] };
  issuer = await startOidcIssuer({ clientId, portals, roles });
  stubborn = await startOidcIssuer({ clientId, portals, audience: `${otherOrigin}/fhir` });
  const start = (port: number, stated: object[]): Promise<TestServer> => {
    const issuers = stated.map((one) => ({ audience: `http://127.0.0.1:${port}/fhir`, portal: { clientId }, ...one }));
    const access = accessSettingsOf({ issuers }, 'a test', {});
    return startServer({ portal: portalFolder, port, access });
  };
  const claims = { roles: { claim: 'roles', rights: { 'data-steward': ['steward'] } }, name: 'name' };
  server = await start(ports[0]!, [{ issuer: issuer.url, claims }, { issuer: stubborn.url }]);
  // It knows the portal of `server`, as members of a community may.
  other = await start(ports[1]!, [{ issuer: issuer.url, claims }, { issuer: stubborn.url }]);
});
afterAll(async () => {
  await browser.close();
  await Promise.all([server, other, issuer, stubborn].map((one) => one.close()));
  expect([server.errors, other.errors]).toEqual([[], []]);
});
beforeEach(async () => {
  at = await visit(
    browser,
    [server.base, other.base, issuer.url, stubborn.url].map((one) => new URL(one).origin),
  );
  return () => at.page.close();
});

/** The servers have no authorization server of their own, and the browser says so on its console. */
const noSmart = /status of 404.*smart-configuration/;

interface Kept {
  base: string;
  token: string;
  name: string;
  issuer: string;
}
const sessionsIn = (page: Page): Promise<Kept[]> =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem('fairway-sessions') ?? '[]') as Kept[]);
const open = (path: string) => at.page.goto(new URL(path, server.base).href);
const hostOf = ({ url }: OidcIssuer): string => new URL(url).host;
const begin = async (by = issuer, where = server): Promise<void> => {
  await open(`/login?at=${encodeURIComponent(where.base)}`);
  await at.page.getByRole('button', { name: `Log in with ${hostOf(by)} at ${where.base}` }).click();
};
const enter = async (who: string): Promise<void> => {
  await at.page.getByLabel('Who').fill(who);
  await at.page.getByRole('button', { name: 'Enter' }).click();
};

test('a steward logs in at the issuer, does what stewards may, and logs out', async () => {
  const { page } = at;
  const carried = new Set<string>();
  page.on('request', (request) => {
    if (request.headers()['authorization'] !== undefined) carried.add(new URL(request.url()).origin);
  });
  await open('/login');
  await page.getByRole('button', { name: `Log in with ${hostOf(issuer)} at ${server.base}` }).waitFor();
  await screenshots(at, 'login-external');
  await expectAccessible(at);
  const asked = page.waitForRequest((request) => request.url().startsWith(`${issuer.url}/auth?`));
  await begin();
  const parameters = Object.fromEntries(new URL((await asked).url()).searchParams);
  expect(parameters).toMatchObject({
    client_id: clientId,
    resource: server.base,
    code_challenge_method: 'S256',
    state: expect.stringMatching(/.{40}/),
    nonce: expect.stringMatching(/.{40}/),
  });
  await enter('stella');
  await page.getByRole('button', { name: 'Logged in as stella of elsewhere' }).waitFor();
  expect(page.url()).not.toContain('code=');
  const [session] = await sessionsIn(page);
  expect(session).toMatchObject({ base: server.base, issuer: issuer.url });
  await open('/access?tab=audit');
  await page.getByRole('row').nth(1).waitFor();
  await open('/login');
  await page.getByText(`By ${issuer.url}.`).waitFor();
  await screenshots(at, 'login-external-in');
  await expectAccessible(at);
  expect([...carried]).toEqual([new URL(server.base).origin]);
  await page.getByRole('button', { name: `Log out at ${server.base}` }).click();
  await page.getByRole('button', { name: 'Leave' }).click();
  await page.getByText('You are logged out.').waitFor();
  expect(await sessionsIn(page)).toEqual([]);
  // The issuer does not know who sits there any more.
  await begin();
  await page.getByLabel('Who').waitFor();
  expectClean(at, [noSmart]);
});

test('who has no role there may not what stewards may', async () => {
  await begin();
  await enter('robin');
  await at.page.getByRole('button', { name: 'Logged in as robin of elsewhere' }).waitFor();
  const [session] = await sessionsIn(at.page);
  expect((await server.ask('GET', 'metadata', { as: session!.token })).status).toBe(200);
  expect((await server.ask('GET', '$audit-log', { as: session!.token })).status).toBe(403);
  expectClean(at, [noSmart]);
});

test('a token is renewed at the issuer', async () => {
  const { page } = at;
  await begin();
  await enter('stella');
  await page.getByRole('button', { name: /^Logged in as stella/ }).waitFor();
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
  expect((await server.ask('GET', '$audit-log', { as: next!.token })).status).toBe(200);
  expectClean(at, [noSmart]);
});

test('a login that is over begins again where it was', async () => {
  const { page } = at;
  await begin();
  await enter('stella');
  await page.getByRole('button', { name: /^Logged in as stella/ }).waitFor();
  await page.evaluate(() => {
    const sessions = JSON.parse(sessionStorage.getItem('fairway-sessions')!) as object[];
    const ended = sessions.map((one) => ({ ...one, token: 'no-more' }));
    sessionStorage.setItem('fairway-sessions', JSON.stringify(ended));
  });
  await open('/login');
  await page.reload();
  await page.getByText('Your login has ended').waitFor();
  const [window] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('button', { name: 'Log in again' }).click(),
  ]);
  await window.getByLabel('Who').fill('stella');
  await window.getByRole('button', { name: 'Enter' }).click();
  await page.getByRole('button', { name: /^Logged in as stella/ }).waitFor();
  expectClean(at, [noSmart, /status of 401/]);
});

test('another server that knows the portal gets a token of its own', async () => {
  await begin(issuer, other);
  await enter('stella');
  await at.page.getByRole('button', { name: /^Logged in as stella/ }).waitFor();
  const [session] = await sessionsIn(at.page);
  expect(session!.base).toBe(other.base);
  expect((await other.ask('GET', '$audit-log', { as: session!.token })).status).toBe(200);
  expect((await server.ask('GET', 'metadata', { as: session!.token })).status).toBe(401);
  expectClean(at, [noSmart]);
});

test('a token for somebody else is refused by the server, and not kept', async () => {
  await begin(stubborn);
  await enter('stella');
  await at.page.getByText('the server does not take the token').waitFor();
  expect(await sessionsIn(at.page)).toEqual([]);
  await expectAccessible(at);
  expectClean(at, [noSmart, /status of 401/]);
});

test('a token for somebody else is not even shown to another server', async () => {
  // What a server could say that wants tokens of others: an issuer whose tokens are for them, and the client there.
  await at.page.route(`${new URL(other.base).origin}/.well-known/oauth-protected-resource/fhir`, (route) =>
    route.fulfill({
      headers: { 'access-control-allow-origin': '*' },
      json: {
        resource: other.base,
        authorization_servers: [stubborn.url],
        fairway_portal_clients: [{ issuer: stubborn.url, client_id: clientId, resource: server.base }],
      },
    }),
  );
  const asked = at.page.waitForRequest((request) => request.url().startsWith(`${stubborn.url}/auth?`));
  const shown: string[] = [];
  at.page.on('request', (request) => {
    if (request.headers()['authorization'] !== undefined) shown.push(request.url());
  });
  await at.page.route(`${stubborn.url}/token`, async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { access_token: string };
    const [header, , signature] = body.access_token.split('.');
    const claims = Buffer.from(JSON.stringify({ aud: server.base })).toString('base64url');
    await route.fulfill({ response, json: { ...body, access_token: [header, claims, signature].join('.') } });
  });
  await begin(stubborn, other);
  expect(new URL((await asked).url()).searchParams.get('resource')).toBe(other.base);
  await enter('stella');
  await at.page.getByText('not for this server alone').waitFor();
  expect(await sessionsIn(at.page)).toEqual([]);
  expect(shown).toEqual([]);
});

test.each([
  ['of another issuer', 'another', 'another authorization server'],
  ['of nobody', undefined, 'another authorization server'],
  ['with a code of another issuer', 'its own', 'gave no token'],
])('an answer %s is refused', async (_, from, said) => {
  const { page } = at;
  await begin();
  await page.getByLabel('Who').waitFor();
  // A real code of the other issuer, for the same client.
  const code = await codeOf(stubborn);
  await open('/login');
  const [state] = await page.evaluate(() =>
    (JSON.parse(sessionStorage.getItem('fairway-logins')!) as { state: string }[]).map((one) => one.state),
  );
  const iss = from === 'its own' ? issuer.url : from === 'another' ? stubborn.url : undefined;
  const answer = new URLSearchParams({ code, state: state!, ...(iss === undefined ? {} : { iss }) });
  await open(`/login?${answer}`);
  await page.getByText(said).waitFor();
  expect(await sessionsIn(page)).toEqual([]);
  await open(`/login?${answer}`);
  await page.getByText('belongs to no login that began').waitFor();
});

/** By a login in another browser. */
async function codeOf(by: OidcIssuer): Promise<string> {
  const elsewhere = await visit(browser, []);
  const { page } = elsewhere;
  await page.goto(new URL('/login', server.base).href);
  let code: string | null = null;
  // It is not used there.
  await page.route(`${by.url}/token`, (route) => {
    code = new URLSearchParams(route.request().postData() ?? '').get('code');
    return route.abort();
  });
  await page.getByRole('button', { name: `Log in with ${hostOf(by)} at ${server.base}` }).click();
  await page.getByLabel('Who').fill('mallory');
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.getByText('does not answer').waitFor();
  await page.close();
  return code!;
}

test.each([
  ['is not there', { status: 404, body: 'no' }, 'does not answer'],
  ['says that it is another', { json: { issuer: 'https://evil.example' } }, 'does not say how to log in'],
  ['does not name itself in its answers', 'unnamed', 'does not name itself'],
])('an issuer that %s is said so', async (_, answer, said) => {
  await at.page.route(`${issuer.url}/.well-known/openid-configuration`, async (route) => {
    const headers = { 'access-control-allow-origin': '*' };
    if (typeof answer === 'object') return route.fulfill({ headers, ...answer });
    const response = await route.fetch();
    const { authorization_response_iss_parameter_supported: __, ...rest } = (await response.json()) as Record<
      string,
      unknown
    >;
    return route.fulfill({ response, json: rest });
  });
  await begin();
  await at.page.getByRole('alert').filter({ hasText: said }).waitFor();
  await expectAccessible(at);
  expectClean(at, [/status of 404/]);
});
