/** Pieces of the authorization server that requests reach only when something is amiss. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createAdapter } from './adapter.ts';
import { checkAssertion } from './client-assertion.ts';
import { publishedKeys } from './client-keys.ts';
import {
  type AuthorizationStorage,
  authorizationServerSettingsOf,
  createAuthorizationServer,
  securityOf,
} from './index.ts';
import { issuerOf, mountOf } from './site.ts';

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k' };

describe('keys that a client publishes', () => {
  const answering = (body: string, headers: Record<string, string> = {}) => {
    let now = 0;
    let asked = 0;
    const keys = publishedKeys('https://client.example/jwks', {
      now: () => now,
      fetch: async () => {
        asked++;
        return new Response(body, { headers });
      },
    });
    return { keys, asked: () => asked, wait: (milliseconds: number) => (now += milliseconds) };
  };
  const set = JSON.stringify({ keys: [jwk, 7, null] });

  test.each<[string, Record<string, string>, number]>([
    ['no header', {}, 5000],
    ['no-store', { 'cache-control': 'no-store, max-age=600' }, 5000],
    ['max-age', { 'cache-control': 'public, max-age=600' }, 600_000],
    ['max-age without end', { 'cache-control': 'max-age=999999999' }, 3_600_000],
  ])('are kept for as long as %s says', async (_, headers, lifetime) => {
    const { keys, wait } = answering(set, headers);
    expect(keys.selectForVerify({ alg: 'RS384', kid: 'k' })).toEqual([]);
    expect(keys.fresh()).toBe(false);
    await keys.refresh();
    expect(keys.fresh()).toBe(true);
    wait(lifetime - 1);
    const [found] = keys.selectForVerify({ alg: 'RS384', kid: 'k' });
    expect(keys.getKeyObject(found!)).toEqual(jwk);
    expect([...keys]).toEqual([jwk]);
    wait(1);
    expect(keys.selectForVerify({ alg: 'RS384', kid: 'k' })).toEqual([]);
  });

  test('are asked for once by those who ask at once', async () => {
    const { keys, asked } = answering(set);
    await Promise.all([keys.refresh(), keys.refresh(), keys.refresh()]);
    expect(asked()).toBe(1);
  });

  test.each(['nonsense', '[]', '{"keys": {}}', 'null', `{"keys": [], "x": "${'x'.repeat(300_000)}"}`])(
    'are none when the answer is %.20s',
    async (body) => {
      const { keys } = answering(body);
      await expect(keys.refresh()).rejects.toThrow();
      expect(keys.selectForVerify({ alg: 'RS384', kid: 'k' })).toEqual([]);
    },
  );

  test('fit the algorithm', async () => {
    const { keys } = answering(set);
    await keys.refresh();
    for (const wanted of [
      { alg: 'ES384', kid: 'k' },
      { alg: 'RS256', kid: 'k' },
      { alg: 'RS384' },
      { alg: 'RS384', kid: 7 },
    ])
      expect(keys.selectForVerify(wanted)).toEqual([]);
  });
});

describe('an assertion', () => {
  const client = authorizationServerSettingsOf(
    {
      clients: [
        { id: 's', name: 'S', authentication: 'private_key_jwt', backend: true, jwks: { keys: [jwk] } },
        { id: 'u', name: 'U', authentication: 'private_key_jwt', backend: true, jwksUri: 'https://u.example/jwks' },
      ],
    },
    'test',
  ).clients;
  const right = { iss: 's', sub: 's', aud: 'https://here/token', exp: 300, jti: 'j' };
  const check = (claims: object, header: object, id = 's') =>
    checkAssertion(
      { claims: { ...right, ...claims }, header: { kid: 'k', ...header } },
      client.get(id),
      'https://here/token',
      0,
    );

  test.each<[object, object, string?]>([
    [{}, {}],
    [{ aud: ['https://here/token'] }, { typ: 'JWT' }],
    [{ exp: 305 }, {}],
    [{ iss: 'u', sub: 'u' }, { jku: 'https://u.example/jwks' }, 'u'],
  ])('%j %j is right', (claims, header, id) => {
    expect(() => check(claims, header, id)).not.toThrow();
  });

  test.each<[object, object, string?]>([
    [{ exp: 306 }, {}],
    [{ exp: '300' }, {}],
    [{ aud: [] }, {}],
    [{ aud: ['https://here/token', 'https://there'] }, {}],
    [{ jti: 7 }, {}],
    [{ sub: 't' }, {}],
    [{}, { kid: undefined }],
    [{}, { typ: 'jose' }],
    [{}, { crit: ['exp'] }],
    [{}, { jku: 'https://u.example/jwks' }],
    [{ iss: 'u', sub: 'u' }, { jku: 'https://u.example/jwks/' }, 'u'],
    [{ iss: 'v', sub: 'v' }, {}, 'v'],
  ])('%j %j is wrong', (claims, header, id) => {
    expect(() => check(claims, header, id)).toThrow('invalid_client');
  });
});

test('the issuer follows from the base, or is stated', () => {
  expect(issuerOf('https://a.example/fhir', '/fhir', undefined)).toBe('https://a.example');
  expect(issuerOf('https://a.example/x/fhir', '/fhir', undefined)).toBe('https://a.example/x');
  expect(issuerOf('https://a.example/r4', '/fhir', undefined)).toBe('https://a.example');
  expect(issuerOf('https://a.example/r4', '/fhir', 'https://b.example')).toBe('https://b.example');
  expect([mountOf('https://a.example/x'), mountOf('https://a.example')]).toEqual(['/x', '']);
});

test('the CapabilityStatement names the same endpoints', () => {
  expect(securityOf('https://a.example')).toMatchObject({
    service: [{ coding: [{ code: 'SMART-on-FHIR' }] }],
    extension: [
      {
        extension: [
          { url: 'authorize', valueUri: 'https://a.example/auth/authorize' },
          { url: 'token', valueUri: 'https://a.example/auth/token' },
          { url: 'introspect', valueUri: 'https://a.example/auth/introspect' },
          { url: 'revoke', valueUri: 'https://a.example/auth/revoke' },
        ],
      },
    ],
  });
});

describe('when the database is away', () => {
  const away = async (): Promise<never> => {
    throw new Error('the database is away');
  };
  const keys = new Map<string, { content: string; made: number }>();
  const storage: AuthorizationStorage = {
    put: away,
    putOnce: away,
    find: away,
    findByAlias: away,
    findAllByAlias: away,
    consume: away,
    remove: away,
    removeOfGrant: away,
    token: away,
    attempt: away,
    takeBack: away,
    acceptTerms: away,
    tidy: away,
    keys: async (purpose) => [keys.get(purpose)].filter((key) => key !== undefined),
    addKey: async (purpose, key) => void keys.set(purpose, key),
  };

  test('nobody is let in, the errors are logged, and the server stays', async () => {
    const errors: unknown[] = [];
    const server = await createAuthorizationServer(
      authorizationServerSettingsOf(
        {
          clients: [
            {
              id: 'app',
              name: 'A',
              authentication: 'none',
              redirectUris: ['https://a.example/'],
              scopes: ['user/*.rs'],
            },
          ],
        },
        'test',
      ),
      {
        base: 'http://127.0.0.1/fhir',
        prefix: '/fhir',
        storage,
        revoke: away,
        authenticate: () => ({ subject: { kind: 'service', name: 's' }, rights: { readAll: true, write: true } }),
        fetch,
        now: Date.now,
        randomBytes,
        logError: (error) => errors.push(error),
      },
    );
    expect(server.smartConfiguration()['issuer']).toBe('http://127.0.0.1');
    expect(server.security()).toEqual(securityOf('http://127.0.0.1'));
    const http = createServer((request, response) => {
      if (!server.handle(request, response)) response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await new Promise((done) => http.once('listening', done));
    const at = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const query = new URLSearchParams({
      client_id: 'app',
      redirect_uri: 'https://a.example/',
      response_type: 'code',
      scope: 'user/*.rs',
      aud: 'http://127.0.0.1/fhir',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    });
    const authorize = await fetch(`${at}/auth/authorize?${query}`, { redirect: 'manual' });
    expect(authorize.status).toBe(500);
    expect(await authorize.text()).not.toContain('away');
    const launch = await fetch(`${at}/auth/launch`, { method: 'POST', body: '{"patient":"1"}' });
    expect(launch.status).toBe(500);
    const token = await fetch(`${at}/auth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x'.repeat(43), client_id: 'app' }),
    });
    expect(token.status).toBe(500);
    expect(await token.text()).not.toContain('away');
    await expect(server.contextOf('x'.repeat(43))).rejects.toThrow('away');
    expect((await fetch(`${at}/elsewhere`)).status).toBe(404);
    expect((await fetch(`${at}/auth/jwks`)).status).toBe(200);
    expect(errors.length).toBeGreaterThanOrEqual(3);
    for (const error of errors) expect(String(error)).toContain('away');
    http.close();
  });

  test('there is no device flow', async () => {
    const adapter = createAdapter('DeviceCode', { storage, revoke: away, now: Date.now });
    expect(await adapter.findByUserCode('x')).toBeUndefined();
  });
});
