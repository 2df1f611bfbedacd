/** Tries to be someone else with tokens: forged, stale, of other kinds, for others, from issuers that misbehave. See docs/reference/access-file.md */
import { createHmac, createPublicKey } from 'node:crypto';
import { exportJWK } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { accessSettingsOf } from '../../src/auth/access-file.ts';
import { type Answer, diagnosticsOf, startServer, type TestServer, tokens } from '../server.ts';
import { handMade, type Issuer, newKey, startIssuer } from './issuer.ts';

let issuer: Issuer;
let sister: Issuer;
let server: TestServer;
let ahead = 0;
const logged: { level: string; message: string; details?: Record<string, unknown> }[] = [];
const audience = 'https://fairway.example/fhir';

beforeAll(async () => {
  const clock = (): number => Date.now() + ahead;
  [issuer, sister] = await Promise.all([startIssuer('ES256', clock), startIssuer('RS256', clock)]);
  const access = accessSettingsOf(
    {
      tokens: [],
      issuers: [
        {
          issuer: issuer.url,
          audience,
          withoutScopes: 'unrestricted',
          claims: {
            roles: { claim: ['realm_access', 'roles'], rights: { reader: ['read'], doctor: ['break-glass'] } },
          },
          introspection: { endpoint: `${issuer.url}/introspect`, clientId: 'fair way', clientSecretEnv: 'SECRET' },
        },
        { issuer: sister.url, audience: [audience], jwksUri: `${sister.url}/jwks` },
      ],
      purposeHeader: 'X-Purpose-Of-Use',
      projectHeader: 'X-Project',
    },
    'test',
    { SECRET: 'p:ss' },
  );
  server = await startServer({
    access: { ...access, tokens },
    now: clock,
    log: (level, message, details) => {
      logged.push({ level, message, ...(details === undefined ? {} : { details }) });
    },
  });
  await server.load([{ resourceType: 'Patient', id: 'closed' }]);
});
afterAll(async () => {
  await server.close();
  await Promise.all([issuer.close(), sister.close()]);
});
const keys = () => ({ keys: [issuer.key.publicJwk] });
afterEach(() => {
  issuer.answers.set('/jwks', keys);
  issuer.answers.delete('/introspect');
});

const read = (as: string, headers: Record<string, string> = {}): Promise<Answer> =>
  server.ask('GET', 'Patient/closed', { as, headers });
const claims = { sub: 'ann', aud: audience, scope: 'openid', realm_access: { roles: ['reader'] } };
const now = (): number => Math.floor((Date.now() + ahead) / 1000);

describe('a token of a configured issuer', () => {
  test.each([
    ['as RFC 9068 has it', {}, {}],
    ['as a plain JWT', {}, { typ: 'JWT' }],
    ['with the long form of its typ', {}, { typ: 'application/at+jwt' }],
    ['for several servers', { aud: ['https://other.example', audience] }, {}],
    ['that says what it is, as Keycloak does', { scope: undefined, typ: 'Bearer' }, { typ: 'JWT' }],
  ])('%s may what its roles give', async (_, more, header) => {
    expect((await read(await issuer.sign({ ...claims, ...more }, header))).status).toBe(200);
  });

  test('without the role may not', async () => {
    expect((await read(await issuer.sign({ ...claims, realm_access: { roles: ['other'] } }))).status).toBe(404);
  });

  test('keys are fetched once, however many ask', async () => {
    const before = issuer.timesAsked('/jwks');
    const many = await Promise.all(Array.from({ length: 10 }, (_, at) => issuer.sign({ ...claims, jti: String(at) })));
    for (const { status } of await Promise.all(many.map((token) => read(token)))) expect(status).toBe(200);
    expect(issuer.timesAsked('/jwks')).toBe(before);
  });

  test('ends when it says so, though it was accepted before', async () => {
    const token = await issuer.sign({ ...claims, exp: now() + 60 });
    expect((await read(token)).status).toBe(200);
    ahead += 91_000;
    expect((await read(token)).status).toBe(401);
  });
});

describe('refused', () => {
  const refusals: [string, RegExp, () => string | Promise<string>][] = [
    ['expired', /expired/, () => issuer.sign({ ...claims, exp: now() - 31 })],
    ['without an end', /exp/, () => issuer.sign({ ...claims, exp: undefined })],
    ['not valid yet', /nbf/, () => issuer.sign({ ...claims, nbf: now() + 60 })],
    ['issued in the future', /future/, () => issuer.sign({ ...claims, iat: now() + 3600, exp: now() + 7200 })],
    ['for another server', /aud/, () => issuer.sign({ ...claims, aud: 'https://sister.example/fhir' })],
    ['for a server whose name begins alike', /aud/, () => issuer.sign({ ...claims, aud: `${audience}.evil.example` })],
    ['for nobody', /aud/, () => issuer.sign({ ...claims, aud: undefined })],
    ['for an empty list', /aud/, () => issuer.sign({ ...claims, aud: [] })],
    ['of an issuer nobody configured', /does not know/, () => issuer.sign({ ...claims, iss: 'https://idp.example' })],
    ['of an issuer with a trailing slash', /does not know/, () => issuer.sign({ ...claims, iss: `${issuer.url}/` })],
    [
      'of an issuer that begins alike',
      /does not know/,
      () => issuer.sign({ ...claims, iss: `${issuer.url}.evil.example` }),
    ],
    ['of two issuers', /does not know/, () => issuer.sign({ ...claims, iss: [issuer.url] as unknown as string })],
    [
      'signed by one issuer in the name of another',
      /algorithm|signature|no such key/,
      () => sister.sign({ ...claims, iss: issuer.url }),
    ],
    ['without a subject', /subject/, () => issuer.sign({ ...claims, sub: undefined })],
    ['a client assertion', /subject/, () => issuer.sign({ ...claims, sub: issuer.url }, { typ: 'JWT' })],
    ['an ID token by its nonce', /nonce/, () => issuer.sign({ ...claims, nonce: 'n' }, { typ: 'JWT' })],
    ['an ID token by its hash', /at_hash/, () => issuer.sign({ ...claims, at_hash: 'n' }, { typ: 'JWT' })],
    ['an ID token of Keycloak', /bearer/, () => issuer.sign({ ...claims, typ: 'ID' }, { typ: 'JWT' })],
    ['a refresh token of Keycloak', /bearer/, () => issuer.sign({ ...claims, typ: 'Refresh' }, { typ: 'JWT' })],
    ['an ID token of Cognito', /no access token/, () => issuer.sign({ ...claims, token_use: 'id' }, { typ: 'JWT' })],
    [
      'a JWT that may be anything',
      /nothing says/,
      () => issuer.sign({ ...claims, scope: undefined, azp: 'app' }, { typ: 'JWT' }),
    ],
    ['a logout token', /typ/, () => issuer.sign({ ...claims, events: {} }, { typ: 'logout+jwt' })],
    ['a visa', /typ/, () => issuer.sign({ ...claims, ga4gh_visa_v1: {} }, { typ: 'vnd.ga4gh.visa+jwt' })],
    ['a visa in the guise of an access token', /ga4gh_visa_v1/, () => issuer.sign({ ...claims, ga4gh_visa_v1: {} })],
    ['a passport', /typ/, () => issuer.sign({ ...claims, ga4gh_passport_v1: [] }, { typ: 'vnd.ga4gh.passport+jwt' })],
    [
      'a passport in the guise of an access token',
      /ga4gh_passport_v1/,
      () => issuer.sign({ ...claims, ga4gh_passport_v1: [] }),
    ],
    ['a token bound to a key', /bound/, () => issuer.sign({ ...claims, cnf: { jkt: 'x' } })],
    ['without a typ', /typ/, () => issuer.sign(claims, { typ: undefined })],
    ['with scopes in a form of its own', /scope/, () => issuer.sign({ ...claims, scope: { all: true } })],
    ['with a path for a kid', /no such key/, () => issuer.sign(claims, { kid: '../../../../dev/null' })],
    ['with SQL for a kid', /no such key/, () => issuer.sign(claims, { kid: "x' union select 'k" })],
    ['without a kid', /name its key/, () => issuer.sign(claims, { kid: undefined })],
    [
      'with a kid that is no text',
      /name its key/,
      () => handMade({ alg: 'ES256', typ: 'at+jwt', kid: ['one'] }, { ...claims, iss: issuer.url }, 'AAAA'),
    ],
    ['with the address of a key', /jku/, () => issuer.sign(claims, { jku: `${issuer.url}/jwks` })],
    ['with x5u', /x5u/, () => issuer.sign(claims, { x5u: `${sister.url}/cert` })],
    [
      'with a key of the forger',
      /jwk/,
      async () => {
        const key = await newKey('one');
        return issuer.sign(claims, { jwk: key.publicJwk }, key);
      },
    ],
    ['with a forged signature', /signature/, async () => issuer.sign(claims, {}, await newKey('one'))],
    [
      'changed after it was signed',
      /signature/,
      async () => {
        const [header, , signature] = (await issuer.sign(claims)).split('.');
        const changed = Buffer.from(JSON.stringify({ ...claims, iss: issuer.url, sub: 'eve', exp: now() + 60 }));
        return `${header}.${changed.toString('base64url')}.${signature}`;
      },
    ],
    [
      'alg none',
      /none/,
      () => handMade({ alg: 'none', typ: 'at+jwt', kid: 'one' }, { ...claims, iss: issuer.url, exp: now() + 60 }),
    ],
    [
      'alg NoNe',
      /NoNe/,
      () => handMade({ alg: 'NoNe', typ: 'at+jwt', kid: 'one' }, { ...claims, iss: issuer.url, exp: now() + 60 }, 'AA'),
    ],
    ['HS256 with the public key as JSON', /HS256/, () => symmetric(JSON.stringify(issuer.key.publicJwk))],
    ['HS256 with nothing', /HS256/, () => symmetric('')],
    [
      'RS256 where the key is for ES256',
      /no such key/,
      async () => issuer.sign(claims, {}, { ...(await newKey('one', 'RS256')) }),
    ],
    ['neither JWT nor known', /does not know/, () => 'abc'],
  ];
  const symmetric = (secret: string): string => {
    const unsigned = handMade(
      { alg: 'HS256', typ: 'at+jwt', kid: 'one' },
      { ...claims, iss: issuer.url, exp: now() + 60 },
    );
    return unsigned + createHmac('sha256', secret).update(unsigned.slice(0, -1)).digest('base64url');
  };
  test.each(refusals)('%s', async (name, reason, token) => {
    issuer.answers.set('/introspect', () => ({ active: false }));
    const asked = sister.asked.length;
    const answer = await read(await token());
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(diagnosticsOf(answer)).toMatch(reason);
    expect(answer.text).not.toContain('closed');
    // No address in a token is ever asked.
    if (!name.includes('in the name of another')) expect(sister.asked.length).toBe(asked);
  });

  test('HS256 with the public key as PEM', async () => {
    const key = await newKey('pem', 'RS256');
    sister.answers.set('/jwks', () => ({ keys: [key.publicJwk] }));
    ahead += 11 * 60_000;
    const pem = createPublicKey({ key: key.publicJwk as any, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    const unsigned = handMade(
      { alg: 'HS256', typ: 'at+jwt', kid: 'pem' },
      { ...claims, iss: sister.url, exp: now() + 60 },
    );
    const token = unsigned + createHmac('sha256', pem).update(unsigned.slice(0, -1)).digest('base64url');
    expect((await read(token)).status).toBe(401);
    // The same key accepts what it signed itself.
    expect((await read(await sister.sign(claims, {}, key))).status).toBe(404);
  });
});

describe('keys of an issuer', () => {
  /** So late that what was fetched is fetched again. */
  const later = (): void => {
    ahead += 11 * 60_000;
  };
  const fresh = (more: object = {}, header = {}, key = issuer.key): Promise<string> =>
    issuer.sign({ ...claims, jti: Math.random().toString(), ...more }, header, key);

  test('that are new are found, but not asked for at each unknown name', async () => {
    later();
    expect((await read(await fresh())).status).toBe(200);
    const before = issuer.timesAsked('/jwks');
    const next = await newKey('two');
    issuer.answers.set('/jwks', () => ({ keys: [issuer.key.publicJwk, next.publicJwk] }));
    for (let at = 0; at < 5; at++) expect((await read(await fresh({}, {}, next))).status).toBe(401);
    expect(issuer.timesAsked('/jwks')).toBe(before);
    ahead += 31_000;
    expect((await read(await fresh({}, {}, next))).status).toBe(200);
    expect(issuer.timesAsked('/jwks')).toBe(before + 1);
  });

  test('that were withdrawn accept nothing any more, tokens accepted before included', async () => {
    later();
    const token = await fresh({ exp: now() + 3600 });
    expect((await read(token)).status).toBe(200);
    const next = await newKey('two');
    issuer.answers.set('/jwks', () => ({ keys: [next.publicJwk] }));
    later();
    expect((await read(token)).status).toBe(401);
  });

  const unusableKeys: [string, () => unknown][] = [
    ['two of one name', () => ({ keys: [issuer.key.publicJwk, issuer.key.publicJwk] })],
    ['a private one', () => ({ keys: [secretKey] })],
    ['a symmetric one', () => ({ keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'one', alg: 'ES256' }] })],
    ['one for encryption', () => ({ keys: [{ ...issuer.key.publicJwk, use: 'enc' }] })],
    ['one that may not verify', () => ({ keys: [{ ...issuer.key.publicJwk, key_ops: ['encrypt'] }] })],
    ['one for another algorithm', () => ({ keys: [{ ...issuer.key.publicJwk, alg: 'ES384' }] })],
    ['one that is broken', () => ({ keys: [{ ...issuer.key.publicJwk, x: '!' }] })],
    ['none', () => ({ keys: [] })],
  ];
  let secretKey: unknown;
  test.each(unusableKeys)('%s: 401', async (_, answer) => {
    secretKey = { ...(await exportJWK(issuer.key.privateKey)), kid: 'one', alg: 'ES256' };
    later();
    issuer.answers.set('/jwks', answer);
    expect((await read(await fresh())).status).toBe(401);
  });

  test.each<[string, Parameters<Issuer['answers']['set']>[1]]>([
    ['no JSON', (_, response) => void response.end('<html>')],
    ['no set', () => ({ key: 1 })],
    ['keys that are no objects', () => ({ keys: ['x'] })],
    ['hundreds of keys', () => ({ keys: Array.from({ length: 101 }, () => issuer.key.publicJwk) })],
    ['an error', (_, response) => void response.writeHead(500).end()],
    ['nothing there', (_, response) => void response.writeHead(404).end('{"keys":[]}')],
    ['a redirect', (_, response) => void response.writeHead(302, { location: `${sister.url}/jwks` }).end()],
    ['a cut connection', (request) => void request.socket.destroy()],
    [
      'an endless answer',
      (_, response) => {
        response.write('{"keys":[');
        const more = (): void => {
          while (!response.destroyed && response.write('{},'.repeat(20_000)));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      },
    ],
  ])('%s: 503, for the tokens of this issuer only', async (_, answer) => {
    later();
    issuer.answers.set('/jwks', answer);
    const asked = sister.asked.length;
    const refused = await read(await fresh());
    expect([refused.status, refused.body['issue'][0].code]).toEqual([503, 'transient']);
    expect((await read('reader')).status).toBe(200);
    expect((await read('')).status).toBe(404);
    expect(sister.asked.length).toBe(asked);
    // It is left alone for a moment, then asked again.
    const before = issuer.timesAsked('/jwks');
    expect((await read(await fresh())).status).toBe(503);
    expect(issuer.timesAsked('/jwks')).toBe(before);
    issuer.answers.set('/jwks', keys);
    ahead += 6_000;
    expect((await read(await fresh())).status).toBe(200);
  });

  test('a slow answer is given up, and holds up nobody else', async () => {
    later();
    issuer.answers.set('/jwks', (_, response) => {
      response.write('{"keys":');
    });
    const waiting = read(await fresh());
    expect((await read('reader')).status).toBe(200);
    expect((await waiting).status).toBe(503);
    issuer.answers.set('/jwks', keys);
    ahead += 6_000;
    expect((await read(await fresh())).status).toBe(200);
  });

  test.each([
    ['for another issuer', () => ({ issuer: sister.url, jwks_uri: `${sister.url}/jwks` })],
    ['without keys', () => ({ issuer: issuer.url })],
    [
      'with keys that are not encrypted on their way',
      () => ({ issuer: issuer.url, jwks_uri: 'http://idp.example/jwks' }),
    ],
    ['with keys in a file', () => ({ issuer: issuer.url, jwks_uri: 'file:///etc/passwd' })],
  ])('metadata %s lead nowhere', async (_, metadata) => {
    const good = issuer.answers.get('/.well-known/openid-configuration')!;
    issuer.answers.set('/.well-known/openid-configuration', metadata);
    later();
    const asked = sister.asked.length;
    expect((await read(await fresh())).status).toBe(503);
    expect(sister.asked.length).toBe(asked);
    issuer.answers.set('/.well-known/openid-configuration', good);
    ahead += 6_000;
  });
});

describe('a token that only its issuer can read', () => {
  const active = { active: true, sub: 'ann', aud: audience, scope: 'openid', realm_access: { roles: ['reader'] } };

  test('is asked about with the credentials of this server, once in a minute', async () => {
    issuer.answers.set('/introspect', () => active);
    const before = issuer.timesAsked('/introspect');
    for (let at = 0; at < 3; at++) expect((await read('opaque-1')).status).toBe(200);
    expect(issuer.timesAsked('/introspect')).toBe(before + 1);
    const { headers, body } = issuer.asked.at(-1)!;
    expect(Buffer.from(headers.authorization!.slice(6), 'base64').toString()).toBe('fair+way:p%3Ass');
    expect(new URLSearchParams(body).get('token')).toBe('opaque-1');
    issuer.answers.set('/introspect', () => ({ active: false }));
    ahead += 61_000;
    expect((await read('opaque-1')).status).toBe(401);
  });

  test('is remembered no longer than it lives', async () => {
    const exp = now() + 5;
    issuer.answers.set('/introspect', () => ({ ...active, exp }));
    expect((await read('opaque-2')).status).toBe(200);
    ahead += 36_000;
    expect((await read('opaque-2')).status).toBe(401);
  });

  test.each([
    ['is not active', { active: false }],
    ['is active in words only', { ...active, active: 'true' }],
    ['is of another issuer', { ...active, iss: 'https://idp.example' }],
    ['is for another server', { ...active, aud: 'https://other.example' }],
    ['is for nobody', { ...active, aud: undefined }],
    ['has expired', { ...active, exp: 1 }],
    ['ends in words', { ...active, exp: '9999999999' }],
    ['is not valid yet', { ...active, nbf: 9_999_999_999 }],
    ['is bound to a key', { ...active, cnf: { jkt: 'x' } }],
    ['is bound to a key by its type', { ...active, token_type: 'DPoP' }],
    ['is nobody’s', { ...active, sub: undefined }],
  ])('and %s: 401', async (name, answer) => {
    issuer.answers.set('/introspect', () => answer);
    expect((await read(`opaque-${Buffer.from(name).toString('hex')}`)).status).toBe(401);
  });

  test.each<[string, Parameters<Issuer['answers']['set']>[1]]>([
    ['refuses this server', (_, response) => void response.writeHead(401).end()],
    ['fails', (_, response) => void response.writeHead(502).end()],
    ['says nothing', (request) => void request.socket.destroy()],
    ['gives no object', () => [true]],
  ])('while its issuer %s: 503, never anonymous', async (name, answer) => {
    issuer.answers.set('/introspect', answer);
    expect((await read(`opaque-${Buffer.from(name).toString('hex')}`)).status).toBe(503);
  });
});

describe('what a client states', () => {
  test('a purpose and a project are taken from known askers, in their form', async () => {
    expect((await read('reader', { 'x-purpose-of-use': 'HRESCH, TREAT', 'x-project': 'p-1' })).status).toBe(200);
    for (const headers of [
      { 'x-purpose-of-use': 'research please' },
      { 'x-purpose-of-use': '' },
      { 'x-project': 'a b' },
    ]) {
      expect((await read('reader', headers)).status).toBe(400);
    }
    expect((await read('', { 'x-purpose-of-use': 'anything' })).status).toBe(404);
  });

  test('the glass is broken only with the right, a reason and noise', async () => {
    const reason = 'unconscious in the emergency room';
    const header = { 'x-break-glass-reason': reason };
    logged.length = 0;
    expect((await read('reader', header)).status).toBe(403);
    expect((await read('', header)).status).toBe(401);
    expect(logged.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'the glass was not broken: no right to'],
      ['warn', 'the glass was not broken: no right to'],
    ]);
    const token = await issuer.sign({
      ...claims,
      realm_access: { roles: ['reader', 'doctor'] },
    });
    const short = await read(token, { 'x-break-glass-reason': '  urgent   ' });
    expect([short.status, diagnosticsOf(short)]).toEqual([400, expect.stringContaining('characters')]);
    logged.length = 0;
    expect((await read(token, header)).status).toBe(200);
    expect(logged).toEqual([
      {
        level: 'warn',
        message: 'the glass was broken',
        details: expect.objectContaining({ reason, asker: `person ${issuer.url} ann` }),
      },
    ]);
  });
});
