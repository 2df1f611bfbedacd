/** What the authorization server keeps, and for how long: contexts, keys, attempts, expiry. https://www.rfc-editor.org/rfc/rfc6749 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAdapter, revokeGrant } from '../../src/auth/authorization-server/adapter.ts';
import {
  type AuthorizationServer,
  authorizationServerSettingsOf,
  createAuthorizationServer,
} from '../../src/auth/authorization-server/index.ts';
import { loadServerKeys } from '../../src/auth/authorization-server/server-keys.ts';
import { countAttempt, forgiveAttempts } from '../../src/auth/authorization-server/throttle.ts';
import type { AccessContext } from '../../src/conditions/access-context.ts';
import { FhirError } from '../../src/fhir/outcome.ts';
import { authorizationStorage } from '../../src/store/authorization.ts';
import {
  authorizeUrl,
  Browser,
  backendToken,
  freePort,
  launchApp,
  logIn,
  password,
  redirectUri,
  research,
  revoke,
  type SmartServer,
  settingsJson,
  startSmartServer,
  startTwin,
  tokenRequest,
  unescaped,
  verifier,
} from '../smart-app.ts';

let server: SmartServer;
beforeAll(async () => {
  server = await startSmartServer();
});
afterAll(() => server.close());

const storage = () => authorizationStorage(server.app.store.sql);

/** Another process of the same site, with a clock and settings of its own. */
async function another(
  more: { trustMilliseconds?: number; now?: () => number; change?(json: any): void; revoked?: string[] } = {},
): Promise<AuthorizationServer> {
  const json = settingsJson(server.keys);
  more.change?.(json);
  return createAuthorizationServer(authorizationServerSettingsOf(json, 'test'), {
    base: server.base,
    prefix: '/fhir',
    storage: storage(),
    revoke: async (token) => void more.revoked?.push(token),
    authenticate: () => {
      throw new FhirError('login', 'nobody');
    },
    fetch,
    now: more.now ?? Date.now,
    randomBytes,
    logError: (error) => {
      throw error;
    },
    ...(more.trustMilliseconds === undefined ? {} : { trustMilliseconds: more.trustMilliseconds }),
  });
}

describe('the context of a token', () => {
  const everything = {
    account: 'rosa',
    parameters: { scope: 'openid user/*.rs' },
    consent: [
      ['scope', 'user/*.rs'],
      ['purpose', research],
      ['project', 'p1'],
    ] as const,
  };

  test('of a person says what the account is configured with and what the person stated', async () => {
    const { body } = await launchApp(server, everything);
    const context = await (await another()).contextOf(body['access_token']);
    expect(context).toEqual({
      subject: { kind: 'person', issuer: server.origin, id: 'rosa', name: 'Rosa Researcher' },
      rights: { readAll: false, write: false },
      client: 'app',
      tokenId: expect.stringMatching(/^[0-9a-f]{64}$/),
      expires: expect.any(Number),
      scopes: [{ level: 'user', type: '*', letters: ['r', 's'], query: [] }],
      purposes: [research],
      project: 'p1',
      research: { diseases: [], kinds: ['health'], commercial: false },
      affiliations: ['https://ror.org/1'],
      forProfit: false,
      country: 'DE',
      acceptedTerms: ['https://terms.example/old'],
    } satisfies AccessContext);
    expect(context!.expires! - Date.now()).toBeLessThanOrEqual(600_000);
  });

  test('of a person who states nothing has no purpose and no project', async () => {
    const { body } = await launchApp(server, { ...everything, consent: [['scope', 'user/*.rs']] });
    const context = (await (await another()).contextOf(body['access_token']))!;
    expect([context.purposes, context.project]).toEqual([undefined, undefined]);
    expect(context.research).toEqual({ diseases: [], kinds: ['general'] });
  });

  test('of a patient names the patient; of who represents one, that one', async () => {
    const process = await another();
    const own = (await process.contextOf((await launchApp(server)).body['access_token']))!;
    expect([own.patient, own.subject]).toEqual([
      'ada',
      { kind: 'person', issuer: server.origin, id: 'ada', name: 'Ada <b>Lovelace</b>', patient: 'ada' },
    ]);
    const other = (await process.contextOf((await launchApp(server, { patient: 'byron' })).body['access_token']))!;
    expect([other.patient, other.subject]).toMatchObject(['byron', { id: 'ada', patient: 'byron' }]);
  });

  test('of a service is that service’s', async () => {
    const { body } = await backendToken(server);
    expect(await (await another()).contextOf(body['access_token'])).toMatchObject({
      subject: { kind: 'service', name: 'backend' },
      client: 'backend',
      rights: { readAll: true, write: false },
      scopes: [{ level: 'system', type: 'Patient', letters: ['r', 's'], query: [] }],
      purposes: [research],
      project: 'p1',
    });
  });

  test('is one frozen value while the token means the same', async () => {
    const process = await another();
    const { body, browser } = await launchApp(server);
    const token = body['access_token'];
    const context = (await process.contextOf(token))!;
    for (const value of [
      context,
      context.subject,
      context.rights,
      context.scopes,
      context.scopes![0],
      context.acceptedTerms,
    ])
      expect(Object.isFrozen(value)).toBe(true);
    const [one, two] = await Promise.all([process.contextOf(token), process.contextOf(token)]);
    expect(one).toBe(context);
    expect(two).toBe(context);
    const page = await browser.visit('/auth/terms?url=https://terms.example/new');
    const action = unescaped(/action="([^"]*)"/.exec(page.text)![1]!);
    await browser.submit(page, action, [['accept', 'yes']]);
    const after = await process.contextOf(token);
    expect(after).not.toBe(context);
    expect(after).toEqual({ ...context, acceptedTerms: ['https://terms.example/new'] });
    await process.acceptTerms('ada', 'https://terms.example/third');
    expect((await process.contextOf(token))?.acceptedTerms).toHaveLength(2);
  });

  test('ends with the token, by this process’ clock', async () => {
    let elapsed = 0;
    const process = await another({ now: () => Date.now() + elapsed, trustMilliseconds: 3_600_000 });
    const { body } = await launchApp(server);
    expect(await process.contextOf(body['access_token'])).toBeDefined();
    elapsed = 599_000;
    expect(await process.contextOf(body['access_token'])).toBeDefined();
    elapsed = 601_000;
    expect(await process.contextOf(body['access_token'])).toBeUndefined();
  });

  test('is looked up each time, unless revoking alone is trusted', async () => {
    const revoked: string[] = [];
    const careful = await another();
    const trusting = await another({ trustMilliseconds: 60_000, revoked });
    const { body } = await launchApp(server);
    const context = await trusting.contextOf(body['access_token']);
    await careful.contextOf(body['access_token']);
    await revoke(server, body['access_token']);
    expect(await careful.contextOf(body['access_token'])).toBeUndefined();
    expect(await trusting.contextOf(body['access_token'])).toBe(context);
    expect(revoked).toEqual([]);
  });

  test.each<[string, (json: any) => void]>([
    ['the account is gone', (json) => (json.accounts = [])],
    ['the client is gone', (json) => (json.clients = [])],
  ])('is none when %s', async (_, change) => {
    const { body } = await launchApp(server);
    expect(await (await another({ change })).contextOf(body['access_token'])).toBeUndefined();
  });

  test('has no more than client and account may have today', async () => {
    const { body } = await launchApp(server, { ...everything, consent: [...everything.consent] });
    const process = await another({
      change(json) {
        json.clients[0].scopes = ['user/Patient.rs'];
        json.accounts[1].purposes = [];
        json.accounts[1].projects = [];
      },
    });
    const context = (await process.contextOf(body['access_token']))!;
    expect([context.scopes, context.purposes, context.project]).toEqual([[], undefined, undefined]);
    const service = await backendToken(server);
    const without = await another({
      change: (json) => Object.assign(json.clients[4], { backend: false, introspect: true }),
    });
    expect(await without.contextOf(service.body['access_token'])).toBeUndefined();
  });

  test.each(['', 'x', 'x'.repeat(43), `${'x'.repeat(43)}\u0000`, '../'.repeat(14)])('%j is no token', async (token) => {
    expect(await (await another()).contextOf(token)).toBeUndefined();
  });
});

describe('keys', () => {
  const day = 86_400_000;

  test('are the same for processes that start at the same time', async () => {
    const fresh = await startSmartServer();
    const at = authorizationStorage(fresh.app.store.sql);
    await fresh.app.store.sql`delete from authorization_key`;
    const now = Date.now();
    const all = await Promise.all([now, now + 1, now + 2].map((when) => loadServerKeys(at, when, randomBytes)));
    const settled = await Promise.all([now, now + 1, now + 2].map((when) => loadServerKeys(at, when, randomBytes)));
    expect(new Set(settled.map((keys) => JSON.stringify(keys))).size).toBe(1);
    expect(all.every((keys) => keys.signing.length === 1)).toBe(true);
    expect(JSON.stringify(all[0])).toBe(JSON.stringify(settled[0]));
    await fresh.close();
  });

  test('are replaced by age: published first, then used; the old one is honoured for as long again', async () => {
    const fresh = await startSmartServer();
    const load = (now: number) => loadServerKeys(authorizationStorage(fresh.app.store.sql), now, randomBytes);
    const start = Date.now();
    const first = await load(start);
    const replaced = await load(start + 31 * day);
    expect(replaced.signing).toHaveLength(2);
    expect(replaced.signing[0]).toEqual(first.signing[0]);
    const used = await load(start + 31 * day + 11 * 60_000);
    expect(used.signing[0]).not.toEqual(first.signing[0]);
    expect(used.signing[1]).toEqual(first.signing[0]);
    expect(used.secrets).toHaveLength(2);
    const last = await load(start + 62 * day);
    expect(last.signing.map(({ kid }) => kid)).not.toContain(first.signing[0]!.kid);
    await fresh.close();
  });

  test('sessions and forms outlive a replacement', async () => {
    let elapsed = 0;
    const moving = await startSmartServer({ app: { now: () => Date.now() + elapsed } });
    const kids = async () =>
      ((await (await fetch(`${moving.origin}/auth/jwks`)).json()) as { keys: { kid: string }[] }).keys.map(
        ({ kid }) => kid,
      );
    const before = await kids();
    elapsed = 31 * day;
    expect(await kids()).toEqual([...before, expect.any(String)]);
    // Shown and sealed with the old key, sent when the new one is in use.
    const browser = new Browser(moving.origin);
    const page = await browser.visit(authorizeUrl(moving));
    elapsed += 11 * 60_000;
    expect((await kids())[1]).toBe(before[0]);
    expect((await browser.visit(page.url)).status).toBe(200);
    const answer = await browser.submit(page, '/login', [
      ['account', 'ada'],
      ['password', 'wrong'],
    ]);
    expect(answer.status).toBe(403);
    await moving.close();
  });
});

describe('attempts', () => {
  const now = Date.now();
  const attempt = (account: string, address: string, at = now) => countAttempt(storage(), { account, address }, at);

  test('are counted by account and address, by account, and by address', async () => {
    for (let at = 0; at < 5; at++) expect(await attempt('one', '10.0.0.1')).toBe(0);
    expect(await attempt('one', '10.0.0.1')).toBe(900_000);
    expect(await attempt('one', '10.0.0.2')).toBe(0);
    for (let at = 0; at < 50; at++) await attempt('two', `10.1.0.${at}`);
    expect(await attempt('two', '10.2.0.1')).toBeGreaterThan(0);
    for (let at = 0; at < 30; at++) await attempt(`many-${at}`, '10.3.0.1');
    expect(await attempt('another', '10.3.0.1')).toBeGreaterThan(0);
  });

  test('are forgotten after a quarter of an hour', async () => {
    for (let at = 0; at < 7; at++) await attempt('late', '10.4.0.1');
    expect(await attempt('late', '10.4.0.1', now + 899_000)).toBe(1000);
    expect(await attempt('late', '10.4.0.1', now + 900_000)).toBe(0);
  });

  test('that succeed are not counted', async () => {
    for (let at = 0; at < 60; at++) {
      expect(await attempt('often', '10.5.0.1')).toBe(0);
      await forgiveAttempts(storage(), { account: 'often', address: '10.5.0.1' });
    }
  });

  test('at the same time are all counted', async () => {
    const waits = await Promise.all(Array.from({ length: 20 }, () => attempt('parallel', '10.6.0.1')));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(5);
  });
});

test('what has expired is forgotten', async () => {
  const now = Date.now();
  await storage().put({ kind: 'X', id: 'old', content: '{}', expires: now - 1 });
  await storage().put({ kind: 'X', id: 'new', content: '{}', expires: now + 1000 });
  await storage().attempt('old', 10, now - 20);
  await storage().tidy(now);
  expect(await storage().find('X', 'old')).toBeUndefined();
  expect(await storage().find('X', 'new')).toEqual({ content: '{}', expires: now + 1000 });
  expect(await storage().putOnce({ kind: 'X', id: 'new', content: '1', expires: now + 2000 }, now)).toBe(false);
  expect(await storage().putOnce({ kind: 'X', id: 'new', content: '1', expires: now + 2000 }, now + 1000)).toBe(true);
  expect(await storage().remove('X', 'new')).toEqual([{ id: 'new', expires: now + 2000 }]);
  expect(await storage().consume('X', 'new', now)).toBe(false);
});

test('servers forget what has expired beside requests', async () => {
  let elapsed = 0;
  const moving = await startSmartServer({ app: { now: () => Date.now() + elapsed } });
  await backendToken(moving);
  const count = async () =>
    Number((await moving.app.store.sql`select count(*)::int as n from authorization_item`)[0]!['n']);
  expect(await count()).toBeGreaterThan(0);
  elapsed = 11 * 60_000;
  await fetch(`${moving.origin}/auth/jwks`);
  await expect.poll(count).toBe(0);
  await moving.close();
});

test('behind a proxy, paths and addresses are those that clients see', async () => {
  const port = await freePort();
  const app = { baseUrl: 'https://hospital.example/research/fhir', port };
  const proxied = await startSmartServer({ app, settings: { forwardedFor: true } });
  const at = `http://127.0.0.1:${port}`;
  const discovery = (await (await fetch(`${at}/.well-known/openid-configuration`)).json()) as Record<string, string>;
  expect(discovery).toMatchObject({
    issuer: 'https://hospital.example/research',
    token_endpoint: 'https://hospital.example/research/auth/token',
    jwks_uri: 'https://hospital.example/research/auth/jwks',
  });
  const smart = (await (await fetch(`${at}/fhir/.well-known/smart-configuration`)).json()) as Record<string, string>;
  expect(smart['authorization_endpoint']).toBe(discovery['authorization_endpoint']);
  const browser = new Browser('https://hospital.example', 'https://hospital.example/research');
  browser.to = at;
  const url = authorizeUrl(proxied).replace(`${proxied.origin}/auth`, 'https://hospital.example/research/auth');
  const page = await browser.visit(url);
  expect(new URL(page.url).pathname).toMatch(/^\/research\/auth\/interaction\//);
  const logIn = (words: string, address: string) => {
    browser.adds = { 'x-forwarded-for': `8.8.8.8, ${address}` };
    return browser.submit(page, '/login', [
      ['account', 'ada'],
      ['password', words],
    ]);
  };
  for (let tries = 0; tries < 5; tries++) expect((await logIn('wrong', '10.0.0.1')).status).toBe(403);
  expect((await logIn(password, '10.0.0.1')).status).toBe(429);
  const consent = await logIn(password, '10.0.0.2');
  const done = await browser.submit(consent, '/consent', [
    ['scope', 'patient/*.rs'],
    ['patient', 'ada'],
  ]);
  const back = new URL(done.headers.get('location')!);
  expect(back.searchParams.get('iss')).toBe('https://hospital.example/research');
  expect(back.searchParams.has('code')).toBe(true);
  await proxied.close();
});

test('who is taken out of the settings gets nothing any more, wherever they are on their way', async () => {
  const scope = 'openid fhirUser patient/*.rs offline_access';
  const { body, browser } = await launchApp(server, { parameters: { scope } });
  const page = await browser.visit(authorizeUrl(server, { scope }));
  const { back } = await logIn(server, { parameters: { scope } });
  const login = await new Browser(server.origin).visit(authorizeUrl(server, { scope }));
  const without = await startTwin(server, { settings: { accounts: [] } });
  browser.to = without.origin;
  const consent = await browser.submit(page, '/consent', [
    ['scope', 'patient/*.rs'],
    ['patient', 'ada'],
  ]);
  expect(new URL(consent.headers.get('location')!).searchParams.get('error')).toBe('access_denied');
  expect((await browser.visit('/auth/terms?url=https://terms.example/1')).status).toBe(401);
  expect((await browser.visit(page.url)).headers.get('location')).toBeNull();
  const late = new Browser(server.origin);
  const fresh = await late.visit(authorizeUrl(server, { scope }));
  late.to = without.origin;
  const refused = await late.submit(fresh, '/login', [
    ['account', 'ada'],
    ['password', password],
  ]);
  expect([refused.status, login.status]).toEqual([403, 200]);
  const at = without.origin;
  const refreshed = await tokenRequest(
    server,
    { grant_type: 'refresh_token', refresh_token: body['refresh_token'], client_id: 'app' },
    {},
    '/auth/token',
    at,
  );
  expect(refreshed.body['error']).toBe('invalid_grant');
  const code = back.searchParams.get('code')!;
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, client_id: 'app' };
  const given = await tokenRequest(server, { ...fields, code_verifier: verifier }, {}, '/auth/token', at);
  expect(given.body['error']).toBe('invalid_grant');
  expect((await server.ask('GET', `${at}/fhir/metadata`, { as: body['access_token'] })).status).toBe(401);
  await without.close();
});

test('a client that is taken out is known no more', async () => {
  const { browser } = await launchApp(server);
  const page = await browser.visit(authorizeUrl(server));
  const without = await startTwin(server, { settings: { clients: [] } });
  browser.to = without.origin;
  const answer = await browser.submit(page, '/consent', [
    ['scope', 'patient/*.rs'],
    ['patient', 'ada'],
  ]);
  expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  expect((await browser.visit(authorizeUrl(server))).status).toBe(400);
  await without.close();
});

describe('what is revoked', () => {
  const revoked: [string, number][] = [];
  const means = () => ({
    storage: storage(),
    now: Date.now,
    revoke: async (token: string, until: number) => void revoked.push([token, until]),
  });
  const keep = async (kind: string, id: string, grantId: string | undefined, seconds = 600) =>
    createAdapter(kind, means()).upsert(id, { kind, ...(grantId === undefined ? {} : { grantId }), jti: id }, seconds);

  test('a code that two requests use at the same time takes its tokens with it', async () => {
    revoked.length = 0;
    await keep('Grant', 'raced', undefined);
    await keep('AuthorizationCode', 'code-1', 'raced');
    await keep('AccessToken', 'token-1', 'raced');
    const codes = createAdapter('AuthorizationCode', means());
    await codes.consume('code-1');
    await expect(codes.consume('code-1')).rejects.toThrow('invalid_grant');
    expect(revoked).toEqual([[expect.stringMatching(/^[0-9a-f]{64}$/), expect.any(Number)]]);
    expect(revoked[0]![1]).toBeGreaterThan(Date.now() + 500_000);
    for (const [kind, id] of [
      ['Grant', 'raced'],
      ['AccessToken', 'token-1'],
    ] as const)
      expect(await createAdapter(kind, means()).find(id)).toBeUndefined();
    await expect(codes.consume('code-1')).rejects.toThrow('invalid_grant');
  });

  test('every process is told of each access token by itself, and of nothing else', async () => {
    revoked.length = 0;
    await keep('AccessToken', 'token-2', 'ended');
    await keep('AccessToken', 'token-3', 'ended');
    await keep('AccessToken', 'token-4', 'ended', -1);
    await keep('RefreshToken', 'refresh-2', 'ended');
    await keep('AccessToken', 'token-5', 'other');
    await revokeGrant('ended', means());
    expect(revoked).toHaveLength(2);
    await createAdapter('RefreshToken', means()).destroy('refresh-2');
    expect(revoked).toHaveLength(2);
    await createAdapter('AccessToken', means()).destroy('token-5');
    await createAdapter('AccessToken', means()).destroy('token-5');
    expect(revoked).toHaveLength(3);
    await keep('ClientCredentials', 'token-6', undefined);
    await createAdapter('ClientCredentials', means()).destroy('token-6');
    expect(new Set(revoked.map(([token]) => token)).size).toBe(4);
  });

  test('an interaction is kept without the cookies that open it', async () => {
    const interactions = createAdapter('Interaction', means());
    const session = { accountId: 'ada', uid: 'u', cookie: 'the-cookie-of-the-session' };
    const returnTo = 'https://here/auth/authorize/interaction-1';
    await interactions.upsert('interaction-1', { kind: 'Interaction', jti: 'interaction-1', session, returnTo }, 60);
    const rows = await server.app.store.sql`select content from authorization_item where kind = 'Interaction'`;
    const content = rows.map((row) => row['content'] as string).join();
    expect(content).not.toMatch(/interaction-1|the-cookie/);
    expect(await interactions.find('interaction-1')).toMatchObject({
      returnTo,
      session: { accountId: 'ada', uid: 'u' },
    });
    expect(await createAdapter('Session', means()).findByUid('nothing')).toBeUndefined();
    await createAdapter('Session', means()).upsert('s-1', { kind: 'Session', jti: 's-1', uid: 'uid-1' });
    expect(await createAdapter('Session', means()).findByUid('uid-1')).toMatchObject({ uid: 'uid-1' });
  });
});
