/** Apps that try to get more than a person gave them. https://www.rfc-editor.org/rfc/rfc9700 */
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/store/connect.ts';
import {
  authorizeUrl,
  Browser,
  basic,
  exchange,
  introspect,
  launchApp,
  logIn,
  type Parameters,
  redirectUri,
  revoke,
  type SmartServer,
  scopesOn,
  startSmartServer,
  startTwin,
  tokenRequest,
  verifier,
} from '../smart-app.ts';

let server: SmartServer;
let twin: Awaited<ReturnType<typeof startTwin>>;
beforeAll(async () => {
  server = await startSmartServer();
  twin = await startTwin(server);
  await server.load([
    { resourceType: 'Patient', id: 'ada' },
    { resourceType: 'Patient', id: 'byron' },
  ]);
});
afterAll(async () => {
  await twin.close();
  await server.close();
  expect(server.errors).toEqual([]);
});

/** The status with which a token is met by each of the two processes. */
const met = async (token: string): Promise<number[]> => {
  const found: number[] = [];
  for (const origin of [server.origin, twin.origin])
    found.push((await server.ask('GET', `${origin}/fhir/metadata`, { as: token })).status);
  return found;
};

const errorOf = async (parameters: Parameters): Promise<string | null> => {
  const answer = await new Browser(server.origin).visit(authorizeUrl(server, parameters));
  const location = answer.headers.get('location');
  if (location === null) return `page ${answer.status}`;
  const back = new URL(location);
  expect(`${back.origin}${back.pathname}`).toBe(redirectUri);
  // Where another response mode was asked for, the error comes by it.
  const said = back.hash === '' ? back.searchParams : new URLSearchParams(back.hash.slice(1));
  expect(said.get('state')).toBe('a state');
  expect(said.get('iss')).toBe(server.origin);
  expect(said.has('code')).toBe(false);
  return said.get('error');
};

describe('discovery', () => {
  test('smart-configuration is JSON whatever is accepted, with absolute addresses', async () => {
    for (const accept of ['application/fhir+xml', 'text/html', '*/*']) {
      const answer = await server.ask('GET', '.well-known/smart-configuration', { as: '', headers: { accept } });
      expect(answer.headers.get('content-type')).toBe('application/json');
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      const { body } = answer;
      for (const name of Object.keys(body).filter((one) => /_endpoint$|_uri$/.test(one)))
        expect(body[name]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/auth\//);
      expect(body).toMatchObject({
        issuer: server.origin,
        grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
      });
      expect(body['capabilities']).toContain('launch-standalone');
    }
    const head = await server.ask('HEAD', '.well-known/smart-configuration', { as: '' });
    expect([head.status, head.text]).toEqual([200, '']);
    expect((await server.ask('OPTIONS', '.well-known/smart-configuration', { as: '' })).status).toBe(204);
    expect((await server.ask('POST', '.well-known/smart-configuration', { as: '' })).status).toBe(405);
  });

  test('openid-configuration says the same, under the name of the issuer, whatever the Host header says', async () => {
    const smart = (await server.ask('GET', '.well-known/smart-configuration', { as: '' })).body;
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
    const answer = await server.ask('GET', `${server.origin}/.well-known/openid-configuration`, { as: '', headers });
    expect(answer.text).not.toContain('evil');
    for (const name of ['issuer', 'jwks_uri', 'authorization_endpoint', 'token_endpoint', 'introspection_endpoint'])
      expect(answer.body[name]).toBe(smart[name]);
    expect(answer.body).toMatchObject({
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
  });

  test('only public keys are published', async () => {
    const { body } = await server.ask('GET', `${server.origin}/auth/jwks`, { as: '' });
    expect(body['keys']).toHaveLength(1);
    expect(Object.keys(body['keys'][0]).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  test('addresses that are none do no harm', async () => {
    for (const path of ['//', '//[', '/auth/%zz', '/auth/../auth/token', '/auth/authorize?%', '/auth/terms?url=%ff'])
      expect((await server.ask('GET', `${server.origin}${path}`, { as: '' })).status).toBeLessThan(500);
  });

  test('other paths below /auth are not there', async () => {
    for (const path of ['/auth/reg', '/auth/me', '/auth/request', '/auth/device', '/auth/interaction/x', '/auth/'])
      expect((await server.ask('GET', `${server.origin}${path}`, { as: '' })).status).toBe(404);
  });
});

describe('a launch by itself', () => {
  test('gives a token for the patient and an ID token that names the person', async () => {
    const { body, headers } = await launchApp(server, { parameters: { nonce: 'n-1' } });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 600,
      patient: 'ada',
      need_patient_banner: true,
      scope: 'launch/patient openid fhirUser patient/*.rs',
    });
    expect(body['refresh_token']).toBeUndefined();
    const keys = (await (await fetch(`${server.origin}/auth/jwks`)).json()) as JSONWebKeySet;
    const { payload } = await jwtVerify(body['id_token'], createLocalJWKSet(keys), {
      issuer: server.origin,
      audience: 'app',
      algorithms: ['RS256'],
    });
    expect(payload).toMatchObject({ sub: 'ada', nonce: 'n-1', fhirUser: `${server.base}/Patient/ada` });
    expect(await met(body['access_token'])).toEqual([200, 200]);
  });

  test('lets a person choose another patient whom they represent, and no stranger', async () => {
    expect((await launchApp(server, { patient: 'byron' })).body['patient']).toBe('byron');
    const { body } = await launchApp(server, { patient: 'charles' });
    expect(body['patient']).toBeUndefined();
    expect(body['scope']).toBe('openid fhirUser');
  });

  test('an administrator can name any patient, if it is an id', async () => {
    const consent = (other: string) =>
      [
        ['scope', 'patient/*.rs'],
        ['patient', ''],
        ['other-patient', other],
      ] as const;
    expect((await launchApp(server, { account: 'adam', consent: consent('byron') })).body['patient']).toBe('byron');
    const { consent: page, browser } = await logIn(server, { account: 'adam', consent: consent('byron') });
    expect(page.text).toContain('other-patient');
    const { consent: again } = await logIn(server, { browser, consent: consent('byron') });
    const refused = await browser.submit(again, '/consent', consent('../etc')).catch((error: Error) => error.message);
    expect(JSON.stringify(refused)).not.toContain('code=');
  });

  test('patient scopes mean a patient, also without launch/patient', async () => {
    const { body } = await launchApp(server, { parameters: { scope: 'patient/Observation.rs' } });
    expect(body).toMatchObject({ patient: 'ada', scope: 'patient/Observation.rs' });
  });

  test('who represents no patient gives no patient scopes', async () => {
    const { back, consent } = await logIn(server, {
      account: 'rosa',
      parameters: { scope: 'openid launch/patient patient/*.rs user/Patient.rs' },
    });
    expect(scopesOn(consent)).toEqual(['openid', 'user/Patient.rs']);
    expect(back.searchParams.get('code')).not.toBeNull();
    const refused = await logIn(server, { account: 'rosa', parameters: { scope: 'patient/*.rs' } });
    expect(refused.back.searchParams.get('error')).toBe('access_denied');
  });

  test('the person may refuse pieces, or everything', async () => {
    const some = await launchApp(server, {
      consent: [
        ['scope', 'patient/*.rs'],
        ['patient', 'ada'],
      ],
    });
    expect(some.body['scope']).toBe('launch/patient patient/*.rs');
    expect(some.body['id_token']).toBeUndefined();
    const browser = new Browser(server.origin);
    const { consent } = await logIn(server, { browser });
    expect(consent.text).toContain('Read and search all kinds of records of the patient');
    const page = await browser.visit(authorizeUrl(server));
    const empty = await browser.submit(page, '/consent', []);
    expect([empty.status, empty.text.includes('role="alert"')]).toEqual([400, true]);
    const back = new URL((await browser.submit(page, '/cancel', [])).headers.get('location')!);
    expect(back.searchParams.get('error')).toBe('access_denied');
  });

  test('version 1 scopes are taken, as they were written', async () => {
    const { body } = await launchApp(server, { parameters: { scope: 'patient/*.read launch/patient' } });
    expect(body['scope']).toBe('launch/patient patient/*.read');
  });

  test('the token carries what the person stated and may state', async () => {
    const parameters = {
      scope: 'user/*.rs',
      purpose_of_use: 'http://terminology.hl7.org/CodeSystem/v3-ActReason|HRESCH',
    };
    const page = (await logIn(server, { account: 'rosa', parameters })).consent;
    expect(page.text).toMatch(/value="[^"]*HRESCH" checked/);
    expect(page.text).not.toMatch(/value="[^"]*CLINTRCH" checked/);
    const { body } = await launchApp(server, {
      account: 'rosa',
      parameters,
      consent: [
        ['scope', 'user/*.rs'],
        ['purpose', 'http://terminology.hl7.org/CodeSystem/v3-ActReason|HRESCH'],
        ['purpose', 'http://terminology.hl7.org/CodeSystem/v3-ActReason|TREAT'],
        ['project', 'p1'],
      ],
    });
    const { body: said } = await introspect(server, body['access_token']);
    expect(said['purposes']).toEqual(['http://terminology.hl7.org/CodeSystem/v3-ActReason|HRESCH']);
    expect(said['project']).toBe('p1');
  });
});

describe('PKCE', () => {
  test.each<[string, Parameters, string]>([
    ['none', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['plain', { code_challenge: verifier, code_challenge_method: 'plain' }, 'invalid_request'],
    ['no method, which means plain', { code_challenge_method: undefined }, 'invalid_request'],
    ['one that is too short', { code_challenge: 'short' }, 'invalid_request'],
  ])('%s is refused', async (_, parameters, error) => {
    expect(await errorOf(parameters)).toBe(error);
  });

  test.each<[string, string | undefined]>([
    ['missing', undefined],
    ['another', 'x'.repeat(43)],
    ['empty', ''],
  ])('a verifier that is %s gives nothing', async (_, code_verifier) => {
    const { back } = await logIn(server);
    const { status, body } = await exchange(server, back.searchParams.get('code')!, { code_verifier });
    expect([status, body['error'], body['access_token']]).toEqual([400, 'invalid_grant', undefined]);
  });
});

describe('redirect_uri', () => {
  test.each([
    'http://127.0.0.1:9/callback/',
    'http://127.0.0.1:9/callback?x=1',
    'http://127.0.0.1:9/callback#x',
    'http://127.0.0.1:9/Callback',
    'http://127.0.0.1:9/callback/../callback',
    'http://127.0.0.1:9/%63allback',
    'http://127.0.0.1:10/callback',
    'https://127.0.0.1:9/callback',
    'http://127.0.0.1:9@evil.example/callback',
    'http://evil.example/callback',
    'http://127.0.0.1:9.evil.example/callback',
    'http://localhost:9/callback',
    '//evil.example',
    'javascript:alert(1)',
    'http://127.0.0.1:9/other',
    '',
  ])('%j is not followed', async (redirect_uri) => {
    const answer = await new Browser(server.origin).visit(authorizeUrl(server, { redirect_uri }));
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    expect(answer.text).not.toContain('<script');
  });

  test('it is not guessed, and not taken twice', async () => {
    for (const url of [
      authorizeUrl(server, { redirect_uri: undefined }),
      `${authorizeUrl(server)}&redirect_uri=${encodeURIComponent('http://evil.example/')}`,
    ]) {
      const answer = await new Browser(server.origin).visit(url);
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    }
  });

  test('nor does any other error lead elsewhere', async () => {
    for (const parameters of [
      { client_id: 'nobody' },
      { response_type: 'token', redirect_uri: 'http://evil.example/' },
      { scope: 'nonsense', redirect_uri: 'http://evil.example/' },
    ]) {
      const answer = await new Browser(server.origin).visit(authorizeUrl(server, parameters));
      expect(answer.headers.get('location')).toBeNull();
    }
  });
});

test.each<[string, Parameters, string]>([
  ['a response type of its own', { response_type: 'token' }, 'invalid_request'],
  ['two response types', { response_type: 'code id_token' }, 'invalid_request'],
  ['another response mode', { response_mode: 'fragment' }, 'invalid_request'],
  ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
  ['a request by reference', { request_uri: 'https://evil.example/r' }, 'request_uri_not_supported'],
  ['aud of another server', { aud: 'https://evil.example/fhir' }, 'invalid_request'],
  ['no aud', { aud: undefined }, 'invalid_request'],
  ['resource of another server', { aud: undefined, resource: 'https://evil.example/fhir' }, 'invalid_target'],
  ['no scope', { scope: undefined }, 'invalid_scope'],
  ['two resources', { resource: 'https://evil.example/fhir' }, 'invalid_target'],
  ['letters out of order', { scope: 'patient/*.sr' }, 'invalid_scope'],
  ['a verb of no version', { scope: 'patient/*.reads' }, 'invalid_scope'],
  ['a scope for services', { scope: 'openid system/*.rs' }, 'invalid_scope'],
  ['a modifier in a scope', { scope: 'patient/Observation.rs?code:below=x' }, 'invalid_scope'],
  ['a filter in a scope', { scope: 'patient/Observation.rs?_filter=x' }, 'invalid_scope'],
  ['a scope that is none', { scope: 'openid admin' }, 'invalid_scope'],
  ['only what the client may not have', { scope: 'user/*.cruds' }, 'invalid_scope'],
  ['launch without a launch', { scope: 'launch patient/*.rs' }, 'invalid_request'],
  ['a launch that is not known', { scope: 'launch patient/*.rs', launch: 'x' }, 'invalid_request'],
  ['a launch without its scope', { launch: 'x' }, 'invalid_request'],
  ['no login at all', { prompt: 'none' }, 'login_required'],
])('%s is refused, and the client told', async (_, parameters, error) => {
  expect(await errorOf(parameters)).toBe(error);
});

test('scopes that the client may not have are not even offered', async () => {
  const { consent } = await logIn(server, {
    parameters: { scope: 'openid profile patient/*.rs user/*.cruds user/Patient.r' },
  });
  expect(scopesOn(consent)).toEqual(['openid', 'profile', 'patient/*.rs', 'user/Patient.r']);
  const { body } = await launchApp(server, {
    parameters: { scope: 'patient/Patient.r' },
    consent: [
      ['scope', 'patient/Patient.r'],
      ['scope', 'user/*.cruds'],
      ['scope', 'patient/*.rs'],
      ['patient', 'ada'],
    ],
  });
  expect(body['scope']).toBe('patient/Patient.r');
});

describe('a code', () => {
  test('that is used twice ends what it gave, everywhere', async () => {
    const { body, code } = await launchApp(server, { parameters: { scope: 'patient/*.rs offline_access' } });
    expect(await met(body['access_token'])).toEqual([200, 200]);
    const again = await exchange(server, code);
    expect([again.status, again.body['error']]).toEqual([400, 'invalid_grant']);
    expect(await met(body['access_token'])).toEqual([401, 401]);
    const refreshed = await tokenRequest(server, {
      grant_type: 'refresh_token',
      refresh_token: body['refresh_token'],
      client_id: 'app',
    });
    expect(refreshed.body['error']).toBe('invalid_grant');
  });

  test('is of one client, and of one redirect_uri', async () => {
    const { back } = await logIn(server);
    const code = back.searchParams.get('code')!;
    expect((await exchange(server, code, { client_id: 'other-app' })).body['error']).toBe('invalid_grant');
    expect((await exchange(server, code, { redirect_uri: 'http://127.0.0.1:9/other' })).body['error']).toBe(
      'invalid_grant',
    );
    expect((await exchange(server, code, { redirect_uri: undefined })).body['error']).toBe('invalid_request');
    expect((await exchange(server, code, { client_id: undefined })).status).toBe(400);
    expect((await exchange(server, code, { client_id: 'confidential' })).status).toBe(401);
    expect((await exchange(server, code)).status).toBe(200);
  });

  test('that is used by two processes at once gives one answer at most, and nothing that lasts', async () => {
    const { back } = await logIn(server);
    const code = back.searchParams.get('code')!;
    const fields = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      client_id: 'app',
      code_verifier: verifier,
    };
    const answers = await Promise.all(
      [server.origin, twin.origin, server.origin, twin.origin].map((at) =>
        tokenRequest(server, fields, {}, '/auth/token', at),
      ),
    );
    const given = answers.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    expect(answers.filter(({ status }) => status !== 200).map(({ body }) => body['error'])).toEqual(
      Array.from({ length: 4 - given.length }, () => 'invalid_grant'),
    );
    for (const { body } of given) expect(await met(body['access_token'])).toEqual([401, 401]);
  });

  test('is not guessed', async () => {
    for (const code of ['x', 'x'.repeat(43), '', '__proto__']) expect((await exchange(server, code)).status).toBe(400);
  });
});

describe('a confidential client', () => {
  test('shows its secret', async () => {
    const run = { parameters: { client_id: 'confidential' } };
    for (const [headers, status] of [
      [basic('confidential', 'wrong'), 401],
      [basic('inspector'), 400],
      [basic('confidential'), 200],
    ] as const) {
      const { back } = await logIn(server, run);
      const code = back.searchParams.get('code')!;
      const given = await exchange(server, code, { client_id: undefined }, headers);
      expect(given.status).toBe(status);
    }
  });

  test('whose digest is known is not known by it', async () => {
    const { back } = await logIn(server, { parameters: { client_id: 'confidential' } });
    const digest = (await import('../../src/auth/static-token.ts')).tokenDigest('a-secret-of-the-confidential-client');
    const { status } = await exchange(
      server,
      back.searchParams.get('code')!,
      { client_id: undefined },
      basic('confidential', digest),
    );
    expect(status).toBe(401);
  });
});

describe('refreshing', () => {
  const scope = 'openid launch/patient patient/*.rs offline_access';
  const refresh = (refresh_token: string, more: Parameters = {}, at = server.origin) =>
    tokenRequest(
      server,
      { grant_type: 'refresh_token', refresh_token, client_id: 'app', ...more },
      {},
      '/auth/token',
      at,
    );

  test('gives new tokens with the same context, in another process too', async () => {
    const { body } = await launchApp(server, { parameters: { scope } });
    const { body: next, status } = await refresh(body['refresh_token'], {}, twin.origin);
    expect([status, next['patient'], next['scope']]).toEqual([200, 'ada', body['scope']]);
    expect(next['refresh_token']).not.toBe(body['refresh_token']);
    expect(await met(next['access_token'])).toEqual([200, 200]);
    const { body: less } = await refresh(next['refresh_token'], { scope: 'patient/*.rs' });
    expect(less['scope']).toBe('patient/*.rs');
  });

  test('with a token that was used ends everything that stems from it', async () => {
    const { body } = await launchApp(server, { parameters: { scope } });
    const { body: next } = await refresh(body['refresh_token']);
    expect((await refresh(body['refresh_token'], {}, twin.origin)).body['error']).toBe('invalid_grant');
    expect((await refresh(next['refresh_token'])).body['error']).toBe('invalid_grant');
    expect(await met(body['access_token'])).toEqual([401, 401]);
    expect(await met(next['access_token'])).toEqual([401, 401]);
  });

  test.each([
    'patient/*.cruds',
    'user/*.rs',
    'system/*.rs',
    'patient/*.rs user/Patient.r',
    'fhirUser',
    'patient/*.rs patient/*.cruds',
  ])('does not widen the scope to %s', async (wider) => {
    const { body } = await launchApp(server, { parameters: { scope } });
    const { status, body: answer } = await refresh(body['refresh_token'], { scope: wider });
    expect([status, answer['error']]).toEqual([400, 'invalid_scope']);
  });

  test('is not for other clients, other resources, or with an access token', async () => {
    const { body } = await launchApp(server, { parameters: { scope } });
    expect((await refresh(body['refresh_token'], { client_id: 'other-app' })).body['error']).toBe('invalid_grant');
    expect((await refresh(body['refresh_token'], { resource: 'https://evil.example' })).body['error']).toBe(
      'invalid_target',
    );
    expect((await refresh(body['access_token'])).body['error']).toBe('invalid_grant');
  });

  test('a public client need not say who it is; a confidential one must', async () => {
    const { body } = await launchApp(server, { parameters: { scope } });
    const anonymous = (refresh_token: string, headers = {}) =>
      tokenRequest(server, { grant_type: 'refresh_token', refresh_token }, headers);
    const { status, body: next } = await anonymous(body['refresh_token'], { origin: 'http://127.0.0.1:9' });
    expect([status, next['patient']]).toEqual([200, 'ada']);
    expect((await anonymous(next['refresh_token'], { origin: 'https://evil.example' })).status).toBe(400);
    expect((await anonymous('x'.repeat(43))).status).toBe(400);
    const { back } = await logIn(server, { parameters: { scope, client_id: 'confidential' } });
    const code = back.searchParams.get('code')!;
    const secret = await exchange(server, code, { client_id: undefined }, basic('confidential'));
    expect((await anonymous(secret.body['refresh_token'])).status).toBe(400);
    expect((await anonymous(secret.body['refresh_token'], basic('confidential'))).status).toBe(200);
  });

  test('a request that is too long is not read', async () => {
    const answer = await tokenRequest(server, { grant_type: 'refresh_token', refresh_token: 'x'.repeat(100_000) }).then(
      ({ status }) => status,
      () => 'cut',
    );
    expect([413, 'cut']).toContain(answer);
  });

  test('needs offline_access to have been given', async () => {
    const { body } = await launchApp(server, {
      parameters: { scope },
      consent: [
        ['scope', 'patient/*.rs'],
        ['patient', 'ada'],
      ],
    });
    expect(body['refresh_token']).toBeUndefined();
  });
});

describe('introspection', () => {
  test('tells those who may ask', async () => {
    const { body } = await launchApp(server);
    for (const at of [server.origin, twin.origin])
      expect((await introspect(server, body['access_token'], basic('inspector'), at)).body).toMatchObject({
        active: true,
        scope: body['scope'],
        client_id: 'app',
        sub: 'ada',
        iss: server.origin,
        patient: 'ada',
        fhirUser: `${server.base}/Patient/ada`,
        exp: expect.any(Number),
      });
  });

  test('tells nothing to others', async () => {
    const { body } = await launchApp(server);
    const token = body['access_token'];
    const foreign = await introspect(server, token, basic('confidential'));
    expect([foreign.status, foreign.body]).toEqual([200, { active: false }]);
    for (const client of ['app', 'other-app']) {
      const answer = await tokenRequest(server, { token, client_id: client }, {}, '/auth/introspect');
      expect(answer.body['active'] ?? false).toBe(false);
    }
    for (const headers of [basic('inspector', 'wrong'), basic('nobody'), {}] as Record<string, string>[]) {
      const answer = await introspect(server, token, headers);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.body['active']).toBeUndefined();
    }
    expect((await introspect(server, 'x'.repeat(43))).body).toEqual({ active: false });
  });
});

describe('revocation', () => {
  test('holds from the next request on, everywhere', async () => {
    const { body } = await launchApp(server);
    const token = body['access_token'];
    expect(await met(token)).toEqual([200, 200]);
    const foreign = await revoke(server, token, 'other-app');
    expect(foreign.status).toBe(200);
    expect(await met(token)).toEqual([200, 200]);
    expect((await revoke(server, token, 'app', twin.origin)).status).toBe(200);
    expect(await met(token)).toEqual([401, 401]);
    expect((await introspect(server, token)).body).toEqual({ active: false });
    expect((await revoke(server, token)).status).toBe(200);
  });

  test('of a refresh token ends the access tokens too', async () => {
    const { body } = await launchApp(server, { parameters: { scope: 'patient/*.rs offline_access' } });
    expect((await revoke(server, body['refresh_token'])).status).toBe(200);
    expect(await met(body['access_token'])).toEqual([401, 401]);
  });

  test('needs a client', async () => {
    const { body } = await launchApp(server);
    expect((await tokenRequest(server, { token: body['access_token'] }, {}, '/auth/revoke')).status).toBe(400);
    expect(await met(body['access_token'])).toEqual([200, 200]);
  });
});

test('codes, refresh tokens, ID tokens and cookies are no access tokens', async () => {
  const { back, browser } = await logIn(server);
  const { body } = await launchApp(server, { parameters: { scope: 'openid patient/*.rs offline_access' } });
  const session = [...browser.cookies].find(([key]) => /^fairway-\d+ /.test(key))![1].value;
  for (const token of [back.searchParams.get('code')!, body['refresh_token'], body['id_token'], session])
    expect(await met(token)).toEqual([401, 401]);
});

test('the database holds no token, code or cookie', async () => {
  const { back, browser } = await logIn(server, { parameters: { scope: 'openid patient/*.rs offline_access' } });
  const { body } = await launchApp(server, { parameters: { scope: 'openid patient/*.rs offline_access' } });
  // One that is still at the consent page, and one that is at the login page.
  await browser.visit(authorizeUrl(server));
  const other = new Browser(server.origin);
  await other.visit(authorizeUrl(server));
  const secrets = [
    ...[...browser.cookies, ...other.cookies].filter(([key]) => !key.includes('.sig')).map(([, { value }]) => value),
    back.searchParams.get('code')!,
    body['access_token'],
    body['refresh_token'],
    [...browser.cookies].find(([key]) => /^fairway-\d+ /.test(key))![1].value,
  ];
  const sql = connect(server.address, { connections: 1 });
  const rows = await sql`select row_to_json(i)::text as row from authorization_item i`;
  await sql.end();
  const stored = rows.map((one) => one['row'] as string).join('\n');
  expect(stored.length).toBeGreaterThan(1000);
  expect(secrets.length).toBeGreaterThan(7);
  for (const value of secrets) expect(stored).not.toContain(value);
});

test('pages of other sites get no tokens; those of the client do', async () => {
  const { back } = await logIn(server);
  const code = back.searchParams.get('code')!;
  const evil = await exchange(server, code, {}, { origin: 'https://evil.example' });
  expect([evil.status, evil.headers.get('access-control-allow-origin')]).toEqual([400, null]);
  const own = await exchange(server, code, {}, { origin: 'http://127.0.0.1:9' });
  expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, 'http://127.0.0.1:9']);
});
