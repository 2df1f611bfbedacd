/** The portal logs people in at servers of ours: who may be sent tokens, what they can do with them, and how it ends. https://hl7.org/fhir/smart-app-launch/app-launch.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  authorizeUrl,
  Browser,
  cheapHash,
  exchange,
  launchApp,
  logIn,
  type Parameters,
  password,
  revoke,
  type SmartServer,
  startSmartServer,
  tokenRequest,
} from '../smart-app.ts';
import { library, licence, person } from './world.ts';

const elsewhere = 'https://portal.example';
const visa = {
  type: 'ResearcherStatus',
  value: 'https://doi.org/10.1038/s41431-018-0219-y',
  source: 'https://ror.org/1',
  by: 'so',
  asserted: '2025-01-01',
  expires: '2099-12-31T00:00:00Z',
};
const accounts = [
  { id: 'stella', name: 'Stella Steward', roles: ['steward'], may: ['read'] },
  { id: 'kim', name: 'Kim Committee', committees: ['Organization/dac'] },
  {
    id: 'robin',
    name: 'Robin Researcher',
    visas: [visa],
    identity: { issuer: 'https://institution.example', id: 'r-1' },
  },
].map((account) => ({ ...account, password: cheapHash(password) }));

let server: SmartServer;
let other: SmartServer;
beforeAll(async () => {
  server = await startSmartServer({ accounts, settings: { portals: [elsewhere] } });
  other = await startSmartServer({ accounts });
  await server.load([
    { resourceType: 'Organization', id: 'dac', name: 'Committee' },
    library('open', [licence('CC0-1.0')]),
    person('p', 'open', {}),
  ]);
});
afterAll(async () => {
  await other.close();
  await server.close();
  expect([server.errors, other.errors]).toEqual([[], []]);
});

const scope = 'openid fhirUser online_access user/*.cruds';
const own = (): string => `${server.origin}/login`;
const asPortal = (more: Parameters = {}): Parameters => ({
  client_id: 'fairway-portal',
  redirect_uri: own(),
  scope,
  prompt: 'login',
  ...more,
});

/** Logs in through the portal of `server`; gives what the token endpoint answers. */
async function enter(account: string, more: Parameters = {}, browser = new Browser(server.origin)) {
  // The portal's own page, to which the code goes, is on the same site: what its script would do is done here.
  const stopping = Object.assign(browser, { visit: stopAtPortal(browser) });
  const parameters = asPortal(more);
  const { back } = await logIn(server, { account, parameters, browser: stopping });
  const answer = await exchange(server, back.searchParams.get('code')!, {
    client_id: 'fairway-portal',
    redirect_uri: parameters['redirect_uri'],
  });
  return { ...answer, back, browser };
}

function stopAtPortal(browser: Browser): Browser['visit'] {
  const visit = browser.visit.bind(browser);
  return async (url, init = {}) => {
    let page = await visit(url, init, false);
    for (let location = page.headers.get('location'); location !== null; location = page.headers.get('location')) {
      const next = new URL(location, page.url);
      if (next.pathname === '/login') return page;
      page = await visit(next.href, {}, false);
    }
    return page;
  };
}

describe('the portal', () => {
  test('is a client of every authorization server, and sent back to the site it is on, with the issuer’s name', async () => {
    const { back, body } = await enter('ada', { nonce: 'n-1' });
    expect(`${back.origin}${back.pathname}`).toBe(own());
    expect([back.searchParams.get('state'), back.searchParams.get('iss')]).toEqual(['a state', server.origin]);
    expect(body).toMatchObject({
      token_type: 'Bearer',
      refresh_token: expect.any(String),
      id_token: expect.any(String),
    });
    expect(body['scope'].split(' ').sort()).toEqual(scope.split(' ').sort());
    const claims = JSON.parse(Buffer.from(body['id_token'].split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({ iss: server.origin, aud: 'fairway-portal', nonce: 'n-1', sub: 'ada' });
  });

  test('smart-configuration says what it needs to log in and out', async () => {
    const { body } = await server.ask('GET', '.well-known/smart-configuration', { as: '' });
    expect(body).toMatchObject({
      end_session_endpoint: `${server.origin}/auth/session/end`,
      authorization_response_iss_parameter_supported: true,
    });
    expect(body['capabilities']).toContain('permission-online');
    expect(body['scopes_supported']).toContain('online_access');
  });

  test('of another server is sent tokens only where the access file names it', async () => {
    const there = { redirect_uri: `${elsewhere}/login` };
    const { status, body } = await enter('ada', there);
    expect([status, body['token_type']]).toEqual([200, 'Bearer']);
    const asked = await new Browser(other.origin).visit(authorizeUrl(other, asPortal(there)));
    expect([asked.status, asked.headers.get('location')]).toEqual([400, null]);
  });

  test.each([
    'https://portal.example/other',
    'https://portal.example/login/',
    'https://portal.example:444/login',
    'http://portal.example/login',
    'https://evil.example/login',
    'javascript:alert(1)',
    undefined,
  ])('no stranger is sent anything: %s', async (redirect_uri) => {
    const asked = await new Browser(server.origin).visit(authorizeUrl(server, asPortal({ redirect_uri })));
    expect([asked.status, asked.headers.get('location')]).toEqual([400, null]);
    expect(asked.text).toContain('This does not work');
  });

  test('must prove that it is the one who asked', async () => {
    for (const wrong of [
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge_method: 'plain' },
    ]) {
      const asked = await stopAtPortal(new Browser(server.origin))(authorizeUrl(server, asPortal(wrong)));
      expect(new URL(asked.headers.get('location')!).searchParams.get('error')).toBe('invalid_request');
    }
    const browser = new Browser(server.origin);
    Object.assign(browser, { visit: stopAtPortal(browser) });
    const { back } = await logIn(server, { parameters: asPortal(), browser });
    const code = back.searchParams.get('code')!;
    const more = { client_id: 'fairway-portal', redirect_uri: own(), code_verifier: 'x'.repeat(43) };
    expect((await exchange(server, code, more)).body['error']).toBe('invalid_grant');
  });

  test('may read the answer of the token endpoint, as no other page may', async () => {
    const fields = { grant_type: 'refresh_token', refresh_token: 'none', client_id: 'fairway-portal' };
    const from = async (origin: string) =>
      (await tokenRequest(server, fields, { origin })).headers.get('access-control-allow-origin');
    expect(await from(elsewhere)).toBe(elsewhere);
    expect(await from(server.origin)).toBe(server.origin);
    expect(await from('https://evil.example')).toBe(null);
  });

  test('has a token for one server only', async () => {
    const { body } = await enter('ada');
    const token: string = body['access_token'];
    expect((await server.ask('GET', 'metadata', { as: token })).status).toBe(200);
    expect((await other.ask('GET', 'metadata', { as: token })).status).toBe(401);
  });
});

describe('with the token of the portal', () => {
  const tokenOf = async (account: string): Promise<string> => (await enter(account)).body['access_token'];
  const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter });

  test('an account may by operations what its roles let it', async () => {
    const [ada, stella, kim, adam] = await Promise.all(['rosa', 'stella', 'kim', 'adam'].map(tokenOf));
    const asker = (as: string | undefined) => ({ as: as! });
    const steward = [
      ['GET', '$audit-log'],
      ['GET', '$members'],
      ['GET', 'Patient/p/$disclosures'],
      ['GET', '$explain?url=Patient/p'],
      ['GET', '$access-requests'],
    ] as const;
    for (const [method, path] of steward)
      expect([path, (await server.ask(method, path, asker(stella))).status]).toEqual([path, 200]);
    for (const [method, path] of steward.slice(0, 4))
      expect([path, (await server.ask(method, path, asker(ada))).status]).toEqual([path, 403]);
    expect((await server.ask('GET', '$access-requests', asker(kim))).status).toBe(200);
    const line = `${JSON.stringify({ resourceType: 'Patient', id: 'new' })}\n`;
    const sent = { body: line, headers: { 'content-type': 'application/fhir+ndjson' } };
    expect((await server.ask('POST', '$import', { ...sent, ...asker(adam) })).status).toBe(200);
    expect((await server.ask('POST', '$import', { ...sent, ...asker(kim) })).status).toBe(403);
    // What is erased is of all types, so this asks for a token that scopes do not limit.
    const erased = { body: parameters({ name: 'reason', valueString: 'a test' }), ...asker(adam) };
    expect((await server.ask('POST', 'Patient/new/$expunge', erased)).status).toBe(200);
    const limited = (await launchApp(server, { account: 'adam', parameters: { scope: 'user/*.rs' } })).body[
      'access_token'
    ];
    expect((await server.ask('POST', 'Patient/p/$expunge', { ...erased, as: limited })).status).toBe(403);
  });

  test('the audit log names people as the operator identifies them', async () => {
    const robin = await tokenOf('robin');
    await server.ask('GET', 'Patient/p', { as: robin });
    await expect
      .poll(async () => (await server.ask('GET', '$audit-log', { as: await tokenOf('stella') })).text)
      .toContain('https://institution.example');
  });
});

describe('logging out', () => {
  const refresh = (token: string) =>
    tokenRequest(server, { grant_type: 'refresh_token', refresh_token: token, client_id: 'fairway-portal' });
  const met = async (token: string) => (await server.ask('GET', 'metadata', { as: token })).status;

  test('a refresh token renews what the login gave, once', async () => {
    const { body } = await enter('ada');
    const next = await refresh(body['refresh_token']);
    expect([next.status, await met(next.body['access_token'])]).toEqual([200, 200]);
    expect((await refresh(body['refresh_token'])).body['error']).toBe('invalid_grant');
    // It was used twice: one of the two stole it.
    expect(await met(next.body['access_token'])).toBe(401);
  });

  test('revoking a token ends all that came of the login', async () => {
    const { body } = await enter('ada');
    expect((await revoke(server, body['refresh_token'], 'fairway-portal')).status).toBe(200);
    expect(await met(body['access_token'])).toBe(401);
    expect((await refresh(body['refresh_token'])).body['error']).toBe('invalid_grant');
  });

  test('ends the session, revokes its tokens and leads back to the portal, and to nowhere else', async () => {
    const { body, browser } = await enter('ada');
    const end = (to: string): string =>
      `/auth/session/end?${new URLSearchParams({ id_token_hint: body['id_token'], post_logout_redirect_uri: to, state: 's' })}`;
    expect((await browser.visit(end('https://evil.example/login'))).status).toBe(400);
    const asked = await browser.visit(end(own()));
    const [, action, xsrf] = /action="([^"]*)"><input type="hidden" name="xsrf" value="([^"]*)"/.exec(asked.text)!;
    const done = await browser.post(action!, [
      ['xsrf', xsrf!],
      ['logout', 'yes'],
    ]);
    expect(done.headers.get('location')).toBe(`${own()}?state=s`);
    expect(await met(body['access_token'])).toBe(401);
    expect((await refresh(body['refresh_token'])).body['error']).toBe('invalid_grant');
    const { prompt: _, ...quiet } = asPortal();
    expect((await browser.visit(authorizeUrl(server, quiet))).text).toContain('name="password"');
  });
});
