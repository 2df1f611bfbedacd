/** Services that ask for themselves, and those who would pass for them. https://hl7.org/fhir/smart-app-launch/backend-services.html */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type AssertionOptions,
  assertionOf,
  assertionType,
  backendToken,
  introspect,
  type Keys,
  logIn,
  newKeys,
  redirectUri,
  type SmartServer,
  startSmartServer,
  startTwin,
  tokenRequest,
  verifier,
} from '../smart-app.ts';

let server: SmartServer;
let twin: Awaited<ReturnType<typeof startTwin>>;
let publisher: Server;
let published: unknown[] = [];
let cacheControl = 'max-age=3600';
let status = 200;
let asked = 0;
let remote: Keys;
let jwksUri: string;
let elapsed = 0;

beforeAll(async () => {
  remote = await newKeys('remote-');
  publisher = createServer((request, response) => {
    asked++;
    if (request.url === '/moved') return response.writeHead(302, { location: '/jwks' }).end();
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': cacheControl });
    return response.end(JSON.stringify({ keys: published }));
  }).listen(0, '127.0.0.1');
  await new Promise((done) => publisher.once('listening', done));
  const at = `http://127.0.0.1:${(publisher.address() as AddressInfo).port}`;
  jwksUri = `${at}/jwks`;
  const publishing = (id: string, uri: string) => ({
    id,
    name: id,
    authentication: 'private_key_jwt',
    jwksUri: uri,
    backend: true,
    scopes: ['system/*.rs'],
  });
  const more = { clients: [publishing('publishing', jwksUri), publishing('moving', `${at}/moved`)] };
  server = await startSmartServer({ ...more, app: { now: () => Date.now() + elapsed } });
  twin = await startTwin(server, more);
});
afterAll(async () => {
  publisher.close();
  await twin.close();
  await server.close();
});

test.each(['RS384', 'ES384'] as const)(
  'a service that signs by %s gets what was agreed on, for five minutes',
  async (alg) => {
    const key = alg === 'RS384' ? server.keys.rs384.key : server.keys.es384.key;
    const { status: given, body, headers } = await backendToken(server, { key, header: { alg, kid: alg } });
    expect(given).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'system/Patient.rs',
    });
    for (const origin of [server.origin, twin.origin])
      expect((await server.ask('GET', `${origin}/fhir/Patient`, { as: body['access_token'] })).status).toBe(200);
  },
);

test('what goes with the token is what was agreed on', async () => {
  const { body } = await backendToken(server);
  expect((await introspect(server, body['access_token'])).body).toMatchObject({
    active: true,
    client_id: 'backend',
    scope: 'system/Patient.rs',
    purposes: ['http://terminology.hl7.org/CodeSystem/v3-ActReason|HRESCH'],
    project: 'p1',
  });
  const purpose = await backendToken(server, { more: { purpose_of_use: 'urn:x|TREAT' } });
  expect(purpose.body['error']).toBe('invalid_request');
  const project = await backendToken(server, { more: { project: 'p2' } });
  expect(project.body['error']).toBe('invalid_request');
});

describe('scopes', () => {
  test.each([
    ['system/*.rs'],
    ['system/Patient.cruds'],
    ['system/Observation.rs'],
    ['system/Observation.rs?category=vital-signs'],
    ['system/Patient.rs system/Condition.rs'],
    ['user/Patient.rs'],
    ['patient/Patient.rs'],
    ['openid system/Patient.rs'],
    ['offline_access system/Patient.rs'],
    ['launch'],
    ['system/Patient.sr'],
    ['nonsense'],
    [''],
  ])('%j was not agreed on', async (scope) => {
    const { status: given, body } = await backendToken(server, { scope });
    expect([given, body['error'], body['access_token']]).toEqual([400, 'invalid_scope', undefined]);
  });

  test.each([
    ['system/Patient.r'],
    ['system/Patient.read'],
    ['system/Observation.rs?category=laboratory'],
    ['system/Observation.s?category=laboratory&status=final'],
  ])('%s was', async (scope) => {
    expect((await backendToken(server, { scope })).body).toMatchObject({ scope, expires_in: 300 });
  });
});

describe('an assertion', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const cases: [string, () => AssertionOptions | Promise<AssertionOptions>][] = [
    ['signed by another key', async () => ({ key: (await newKeys()).rs384.key })],
    [
      'signed by the key of another kid',
      () => ({ key: server.keys.es384.key, header: { alg: 'ES384', kid: 'RS384' } }),
    ],
    ['that names no key', () => ({ header: { alg: 'RS384', kid: undefined } })],
    ['that names an unknown key', () => ({ header: { alg: 'RS384', kid: 'other' } })],
    ['that names a file as key', () => ({ header: { alg: 'RS384', kid: '../../dev/null' } })],
    [
      'by an algorithm that SMART does not name',
      async () => {
        const { alg: _, ...jwk } = await exportJWK(server.keys.rs384.key);
        return { key: (await importJWK(jwk, 'PS384')) as CryptoKey, header: { alg: 'PS384', kid: 'RS384' } };
      },
    ],
    ['that has expired', () => ({ claims: { exp: now() - 60 } })],
    ['that lasts longer than five minutes', () => ({ claims: { exp: now() + 400 } })],
    ['that never expires', () => ({ claims: { exp: undefined } })],
    ['that is for another server', () => ({ claims: { aud: 'https://other.example/token' } })],
    ['that is for another endpoint', () => ({ claims: { aud: `${server.origin}/auth/authorize` } })],
    ['that is for the issuer', () => ({ claims: { aud: server.origin } })],
    [
      'that is for another server too',
      () => ({ claims: { aud: [`${server.origin}/auth/token`, 'https://other.example'] } }),
    ],
    ['that is for nobody', () => ({ claims: { aud: undefined } })],
    ['of another issuer', () => ({ claims: { iss: 'asymmetric' } })],
    ['about another client', () => ({ claims: { sub: 'asymmetric' } })],
    ['about an unknown client', () => ({ client: 'nobody' })],
    ['without a jti', () => ({ claims: { jti: undefined } })],
    ['with an empty jti', () => ({ claims: { jti: '' } })],
    ['that is not valid yet', () => ({ claims: { nbf: now() + 100 } })],
    ['with a jku of its own', () => ({ header: { alg: 'RS384', kid: 'RS384', jku: 'https://evil.example/jwks' } })],
    ['with a jku where keys are stated', () => ({ header: { alg: 'RS384', kid: 'RS384', jku: jwksUri } })],
    ['of another type', () => ({ header: { alg: 'RS384', kid: 'RS384', typ: 'at+jwt' } })],
    ['of a client that may not', () => ({ client: 'asymmetric' })],
  ];
  test.each(cases)('%s is refused', async (_, options) => {
    const { status: given, body } = await backendToken(server, await options());
    expect(body['access_token']).toBeUndefined();
    expect(given).toBeGreaterThanOrEqual(400);
    expect(['invalid_client', 'invalid_request']).toContain(body['error']);
    if (given === 401) expect(body['error']).toBe('invalid_client');
  });

  test('that carries its own key is not believed it', async () => {
    const { rs384 } = await newKeys();
    const header = { alg: 'RS384', kid: 'RS384', jwk: rs384.jwk, x5u: 'https://evil.example' };
    const { status: given, body } = await backendToken(server, { key: rs384.key, header });
    expect([given, body['error']]).toEqual([401, 'invalid_client']);
  });

  test('without a signature is refused', async () => {
    const claims = { iss: 'backend', sub: 'backend', aud: `${server.origin}/auth/token`, jti: 'u', exp: now() + 60 };
    const unsigned = new UnsecuredJWT(claims).encode();
    const [head, payload] = (await assertionOf(server)).split('.');
    for (const assertion of [unsigned, `${head}.${payload}.`, `${head}.${payload}`, 'x', 'a.b.c', `${unsigned}x`]) {
      const { status: given, body } = await backendToken(server, { assertion });
      expect(given).toBeGreaterThanOrEqual(400);
      expect(body['access_token']).toBeUndefined();
    }
  });

  test.each(['HS256', 'HS384'])('keyed by the public key (%s) is refused', async (alg) => {
    const key = (await importJWK(server.keys.rs384.jwk, 'RS384', { extractable: true })) as CryptoKey;
    const spki = new TextEncoder().encode(await exportSPKI(key));
    const { status: given, body } = await backendToken(server, { key: spki, header: { alg, kid: 'RS384' } });
    expect([given, body['error']]).toEqual([401, 'invalid_client']);
  });

  test('whose claims were changed after signing is refused', async () => {
    const [head, , signature] = (await assertionOf(server)).split('.');
    const claims = { iss: 'backend', sub: 'backend', aud: `${server.origin}/auth/token`, jti: 'c', exp: now() + 60 };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect((await backendToken(server, { assertion: `${head}.${payload}.${signature}` })).status).toBe(401);
  });

  test('is taken once, by all processes together', async () => {
    const assertion = await assertionOf(server);
    expect((await backendToken(server, { assertion })).status).toBe(200);
    for (const at of [server.origin, twin.origin]) {
      const { status: given, body } = await backendToken(server, { assertion, at });
      expect([given, body['error']]).toEqual([401, 'invalid_client']);
    }
  });

  test('that is shown to two processes at once is taken by one', async () => {
    for (let round = 0; round < 5; round++) {
      const assertion = await assertionOf(server);
      const given = await Promise.all(
        [server.origin, twin.origin, server.origin, twin.origin].map((at) => backendToken(server, { assertion, at })),
      );
      expect(given.map((one) => one.status).sort()).toEqual([200, 401, 401, 401]);
    }
  });

  test('a jti is the issuer’s own: another client may use the same', async () => {
    const jti = 'the-same-for-two';
    expect((await backendToken(server, { claims: { jti } })).status).toBe(200);
    published = [remote.rs384.jwk];
    elapsed += 10_000;
    const { rs384 } = remote;
    const other = await backendToken(server, {
      client: 'publishing',
      key: rs384.key,
      header: { alg: 'RS384', kid: 'remote-RS384' },
      claims: { jti },
    });
    expect(other.status).toBe(200);
  });

  test.each<[string, Record<string, string | undefined>]>([
    ['of another type', { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }],
    ['of no type', { client_assertion_type: undefined }],
    ['for another client_id', { client_id: 'app' }],
    ['beside a secret', { client_secret: 'x' }],
    ['for another grant', { grant_type: 'password' }],
    ['for no grant', { grant_type: undefined }],
  ])('%s is refused', async (_, more) => {
    const { status: given, body } = await backendToken(server, { more });
    expect(given).toBeGreaterThanOrEqual(400);
    expect(body['access_token']).toBeUndefined();
  });
});

describe('published keys', () => {
  const ask = (key: CryptoKey, kid: string, header: Record<string, unknown> = {}) =>
    backendToken(server, { client: 'publishing', key, header: { alg: 'RS384', kid, ...header }, scope: 'system/*.rs' });

  test('are fetched, remembered, and looked for again when an unknown one is named', async () => {
    published = [remote.rs384.jwk, remote.es384.jwk];
    elapsed += 4_000_000;
    expect((await ask(remote.rs384.key, 'remote-RS384')).status).toBe(200);
    const before = asked;
    expect((await ask(remote.rs384.key, 'remote-RS384')).status).toBe(200);
    expect(asked).toBe(before);
    const next = await newKeys('next-');
    published = [remote.rs384.jwk, next.rs384.jwk];
    elapsed += 6000;
    expect((await ask(next.rs384.key, 'next-RS384')).status).toBe(200);
    expect(asked).toBe(before + 1);
  });

  test('that are taken back are refused once the cache has run out', async () => {
    cacheControl = 'max-age=60';
    published = [remote.rs384.jwk];
    elapsed += 4_000_000;
    expect((await ask(remote.rs384.key, 'remote-RS384')).status).toBe(200);
    published = [(await newKeys('fresh-')).rs384.jwk];
    elapsed += 20_000;
    expect((await ask(remote.rs384.key, 'remote-RS384')).status).toBe(200);
    elapsed += 40_001;
    expect((await ask(remote.rs384.key, 'remote-RS384')).status).toBe(401);
  });

  test('naming unknown ones does not make us ask again and again', async () => {
    published = [remote.rs384.jwk];
    elapsed += 4_000_000;
    await ask(remote.rs384.key, 'remote-RS384');
    const before = asked;
    for (let at = 0; at < 5; at++) expect((await ask(remote.rs384.key, `unknown-${at}`)).status).toBe(401);
    expect(asked - before).toBeLessThanOrEqual(1);
  });

  test('two of one name, a wrong type, and another purpose are none', async () => {
    const other = await newKeys('remote-');
    for (const keys of [
      [remote.rs384.jwk, other.rs384.jwk],
      [{ ...remote.rs384.jwk, use: 'enc' }],
      [{ ...remote.rs384.jwk, alg: 'RS256' }],
      [{ ...remote.es384.jwk, kid: 'remote-RS384' }],
      [],
      'nonsense',
    ]) {
      published = keys as unknown[];
      elapsed += 4_000_000;
      expect((await ask(remote.rs384.key, 'remote-RS384')).status).toBe(401);
    }
  });

  test('are not fetched from elsewhere, and not believed in an error', async () => {
    published = [remote.rs384.jwk];
    status = 500;
    elapsed += 4_000_000;
    expect((await ask(remote.rs384.key, 'remote-RS384')).status).toBe(401);
    status = 200;
    elapsed += 6000;
    expect((await ask(remote.rs384.key, 'remote-RS384', { jku: jwksUri })).status).toBe(200);
    expect((await ask(remote.rs384.key, 'remote-RS384', { jku: `${jwksUri}?x` })).status).toBe(401);
    const moved = await backendToken(server, {
      client: 'moving',
      key: remote.rs384.key,
      header: { alg: 'RS384', kid: 'remote-RS384' },
    });
    expect(moved.status).toBe(401);
  });
});

test('an app that has keys logs in with them', async () => {
  const { back } = await logIn(server, { parameters: { client_id: 'asymmetric' } });
  const fields = {
    grant_type: 'authorization_code',
    code: back.searchParams.get('code')!,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  };
  expect((await tokenRequest(server, { ...fields, client_id: 'asymmetric' })).status).toBe(401);
  const client_assertion = await new SignJWT({
    iss: 'asymmetric',
    sub: 'asymmetric',
    aud: `${server.origin}/auth/token`,
    exp: Math.floor(Date.now() / 1000) + 60,
    jti: 'asymmetric-1',
  })
    .setProtectedHeader({ alg: 'ES384', kid: 'ES384', typ: 'JWT' })
    .sign(server.keys.es384.key);
  const given = await tokenRequest(server, { ...fields, client_assertion, client_assertion_type: assertionType });
  expect([given.status, given.body['patient']]).toEqual([200, 'ada']);
});
