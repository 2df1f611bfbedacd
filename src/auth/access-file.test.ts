/** What an access file may say, and what is told to those who write it wrong. See docs/reference/access-file.md */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { accessSettingsOf } from './access-file.ts';

const sha256 = 'a'.repeat(64);
const token = (more: object = {}) => ({ tokens: [{ name: 'x', sha256, ...more }] });
const issuer = (more: object = {}) => ({ issuers: [{ issuer: 'https://idp.example', audience: 'us', ...more }] });
const passports = (more: object = {}) => ({
  ...issuer(),
  passports: { brokers: [], issuers: [], sources: [], ...more },
});
const read = (json: unknown) => accessSettingsOf(json, 'access.json', { SECRET: 's', EMPTY: '' });

describe('tokens', () => {
  test('as they were always written', () => {
    const { tokens } = read({ tokens: [{ name: 'steward', sha256, may: ['read', 'write'] }] });
    expect(tokens.get(sha256)).toEqual({
      subject: { kind: 'service', name: 'steward' },
      rights: { readAll: true, write: true },
      tokenId: sha256,
    });
  });

  test('with all that is known of who uses them', () => {
    const context = read(
      token({
        may: ['steward', 'break-glass'],
        purposes: ['HRESCH', 'urn:purposes|x'],
        project: 'p',
        affiliations: ['https://uni.example'],
        country: 'DE',
        forProfit: false,
        acceptedTerms: ['https://terms.example'],
        research: {
          kinds: ['disease'],
          diseases: ['http://purl.obolibrary.org/obo/mondo.owl|MONDO:1'],
          commercial: false,
        },
        scopes: ['system/Observation.rs?category=laboratory', 'patient/Patient.r'],
        patient: 'p1',
      }),
    ).tokens.get(sha256)!;
    expect(context).toEqual({
      subject: { kind: 'service', name: 'x' },
      rights: { readAll: false, write: false, steward: true, breakGlass: true },
      tokenId: sha256,
      purposes: ['http://terminology.hl7.org/CodeSystem/v3-ActReason|HRESCH', 'urn:purposes|x'],
      project: 'p',
      affiliations: ['https://uni.example'],
      country: 'DE',
      forProfit: false,
      acceptedTerms: ['https://terms.example'],
      research: {
        kinds: ['disease'],
        diseases: ['http://purl.obolibrary.org/obo/mondo.owl|MONDO:1'],
        commercial: false,
      },
      scopes: [
        { level: 'system', type: 'Observation', letters: ['r', 's'], query: [['category', 'laboratory']] },
        { level: 'patient', type: 'Patient', letters: ['r'], query: [] },
      ],
      patient: 'p1',
    });
    expect(Object.isFrozen(context.scopes![0])).toBe(true);
  });

  test('without a right may what data sets permit', () => {
    expect(read(token()).tokens.get(sha256)!.rights).toEqual({ readAll: false, write: false });
  });
});

test('all settings', () => {
  const settings = read({
    issuers: [
      {
        issuer: 'https://idp.example',
        audience: ['us', 'https://us.example'],
        introspection: { endpoint: 'https://idp.example/i', clientId: 'c', clientSecretEnv: 'SECRET' },
        algorithms: ['ES256'],
        claims: {
          roles: { claim: ['realm_access', 'roles'], rights: { boss: ['read', 'steward'] } },
          project: 'project',
        },
        withoutScopes: ['user/Patient.rs'],
        clockSkewSeconds: 5,
      },
      { issuer: 'http://127.0.0.1:8080', audience: 'us', jwksUri: 'http://127.0.0.1:8080/jwks' },
    ],
    passports: {
      brokers: [
        { issuer: 'https://idp.example', userinfo: 'https://idp.example/u' },
        {
          issuer: 'http://127.0.0.1:8080',
          exchange: { endpoint: 'https://idp.example/t', clientId: 'c', clientSecretEnv: 'SECRET' },
        },
      ],
      issuers: [
        { issuer: 'https://visas.example', jku: 'https://visas.example/jwks', types: ['ResearcherStatus'] },
        { issuer: 'https://dac.example', jwks: { keys: [{ kty: 'EC', kid: 'k' }] } },
      ],
      sources: ['https://a.example', { source: 'https://b.example', types: ['ControlledAccessGrants'] }],
      maxAgeSeconds: 60,
    },
    purposeHeader: 'X-Purpose-Of-Use',
    projectHeader: 'X-Project',
    authorizationServer: { anything: true },
  });
  expect([...settings.tokens]).toEqual([]);
  expect(settings.issuers[0]).toEqual({
    issuer: 'https://idp.example',
    audience: ['us', 'https://us.example'],
    introspection: { endpoint: 'https://idp.example/i', clientId: 'c', clientSecret: 's' },
    algorithms: ['ES256'],
    claims: {
      roles: { claim: ['realm_access', 'roles'], rights: new Map([['boss', ['read', 'steward']]]) },
      project: ['project'],
    },
    withoutScopes: [{ level: 'user', type: 'Patient', letters: ['r', 's'], query: [] }],
    clockSkewSeconds: 5,
  });
  expect(settings.issuers[1]!.withoutScopes).toEqual([]);
  expect(settings.passports!.sources.get('https://b.example')).toEqual(new Set(['ControlledAccessGrants']));
  expect(settings.passports!.sources.get('https://a.example')!.size).toBe(5);
  expect(settings.passports!.brokers[1]!.exchange!.clientSecret).toBe('s');
  expect(settings).toMatchObject({
    purposeHeader: 'x-purpose-of-use',
    projectHeader: 'x-project',
    authorizationServer: { anything: true },
  });
  expect(settings.issuers.map(({ portal }) => portal)).toEqual(settings.issuers.map(() => undefined));
  expect(read(issuer({ withoutScopes: 'unrestricted' })).issuers[0]!.withoutScopes).toBe('unrestricted');
  expect(read(passports()).passports!.maxAgeSeconds).toBe(31_536_000);
});

describe('refused, and why', () => {
  test.each<[unknown, string]>([
    [[], 'access.json must be an object with tokens, issuers'],
    [{}, 'access.json needs "tokens", a list; or "issuers" or "authorizationServer"'],
    [{ tokens: [], token: [], x: 1 }, 'access.json has "token", "x", which this server does not know; it knows tokens'],
    [{ tokens: {} }, 'access.json needs "tokens", a list of objects'],
    [{ tokens: ['x'] }, 'access.json, tokens[0] must be an object with name'],
    [{ tokens: [{}] }, 'access.json, tokens[0] needs "name", a text'],
    [
      { tokens: [{ name: 'x', sha256: 'y' }] },
      'tokens[0] needs "sha256", the SHA-256 of the token as 64 hexadecimal digits',
    ],
    [
      { tokens: [...token().tokens, ...token().tokens] },
      'tokens[1] needs "sha256", which no other token of the file has',
    ],
    [token({ may: [] }), '"may", a list of read, write, steward, break-glass; it must not be empty'],
    [token({ may: ['fly'] }), '"may", a list of read, write, steward, break-glass; each once'],
    [token({ may: ['read', 'read'] }), 'each once'],
    [token({ rights: [] }), 'tokens[0] has "rights", which this server does not know'],
    [token({ purposes: ['re search'] }), '"purposes", codes of v3-ActReason or system|code, not re search'],
    [token({ project: '' }), '"project", the identifier of a project'],
    [token({ country: 'Germany' }), '"country", a two-letter code'],
    [token({ forProfit: 'no' }), '"forProfit", true or false'],
    [token({ scopes: ['system/Observation.sr'] }), 'system/Observation.sr is none that this server understands'],
    [token({ scopes: ['patient/Observation.r'] }), '"patient", the id of a Patient'],
    [token({ patient: 'Patient/1' }), '"patient", the id of a Patient'],
    [token({ research: { kinds: ['fun'] } }), 'tokens[0], research needs "kinds"'],
    [token({ research: { kinds: ['health'], diseases: ['flu'] } }), '"diseases", a list of diseases as system|code'],
    [issuer({ issuer: 'http://idp.example' }), '"issuer", an https address, or an http address on this machine'],
    [issuer({ issuer: 'https://user:x@idp.example' }), '"issuer", an https address'],
    [issuer({ issuer: 'idp' }), '"issuer", an https address'],
    [issuer({ audience: [] }), '"audience", the name'],
    [issuer({ audience: undefined }), '"audience", the name'],
    [issuer({ jwksUri: 'https://idp.example/#x' }), '"jwksUri", an https address'],
    [issuer({ algorithms: ['none'] }), '"algorithms", a list of RS256'],
    [issuer({ algorithms: ['HS256'] }), '"algorithms", a list of RS256'],
    [issuer({ clockSkewSeconds: 301 }), '"clockSkewSeconds", a whole number from 0 to 300'],
    [issuer({ clockSkewSeconds: 0.5 }), '"clockSkewSeconds", a whole number'],
    [issuer({ withoutScopes: 'all' }), '"withoutScopes", "nothing", "unrestricted" or a list of SMART scopes'],
    [issuer({ portal: {} }), 'issuers[0], portal needs "clientId", a text'],
    [issuer({ portal: { clientId: 'p', secret: 's' } }), 'portal has "secret", which this server does not know'],
    [issuer({ portal: { clientId: 'p', scopes: ['profile'] } }), '"scopes", a list with openid in it'],
    [issuer({ portal: { clientId: 'p', scopes: ['openid profile'] } }), '"scopes", a list of scopes without blanks'],
    [issuer({ portal: { clientId: 'p', resource: 'us' } }), '"resource", an address without a fragment, or false'],
    [issuer({ portal: { clientId: 'p', resource: 'https://us.example/#x' } }), '"resource", an address without'],
    [issuer({ claims: { role: 'x' } }), 'issuers[0], claims has "role", which this server does not know'],
    [issuer({ claims: { project: 1 } }), 'issuers[0], claims needs "project", the name of a claim'],
    [
      issuer({ claims: { roles: { claim: 'r', rights: { x: ['fly'] } } } }),
      'issuers[0], claims, roles, rights needs "x", a list of read',
    ],
    [issuer({ claims: { roles: { claim: 'r', rights: null } } }), 'roles, rights must be an object'],
    [
      issuer({ introspection: { endpoint: 'https://x.example', clientId: 'c', clientSecretEnv: 'NONE' } }),
      '"clientSecretEnv", a variable that is set, and NONE is not',
    ],
    [
      issuer({ introspection: { endpoint: 'https://x.example', clientId: 'c', clientSecretEnv: 'EMPTY' } }),
      'EMPTY is not',
    ],
    [{ issuers: [...issuer().issuers, ...issuer().issuers] }, '"issuers", each issuer once'],
    [
      {
        issuers: ['https://a.example', 'https://b.example'].map((one) => ({
          issuer: one,
          audience: 'us',
          introspection: { endpoint: one, clientId: 'c', clientSecretEnv: 'SECRET' },
        })),
      },
      '"issuers", of which at most one has "introspection"',
    ],
    [
      passports({ brokers: [{ issuer: 'https://other.example' }] }),
      'passports, brokers[0] needs "issuer", one that stands in "issuers" too',
    ],
    [
      passports({ brokers: [{ issuer: 'https://idp.example' }, { issuer: 'https://idp.example' }] }),
      '"brokers", each issuer once',
    ],
    [passports({ issuers: [{ issuer: 'x' }] }), 'passports, issuers[0] needs "jku", or "jwks", and not both'],
    [passports({ issuers: [{ issuer: 'x', jku: 'https://x.example', jwks: {} }] }), 'and not both'],
    [passports({ issuers: [{ issuer: 'x', jku: 'http://x.example' }] }), '"jku", an https address'],
    [passports({ issuers: [{ issuer: 'x', jwks: { keys: [] } }] }), '"jwks", a JWK Set with public keys'],
    [
      passports({ issuers: [{ issuer: 'x', jwks: { keys: [{ kty: 'EC', kid: 'k', d: 'secret' }] } }] }),
      '"jwks", public keys',
    ],
    [
      passports({ issuers: [{ issuer: 'x', jwks: { keys: [{ kty: 'oct', kid: 'k', k: 'secret' }] } }] }),
      '"jwks", public keys',
    ],
    [passports({ issuers: [{ issuer: 'x', jwks: { keys: ['x'] } }] }), '"jwks", public keys'],
    [
      passports({ issuers: [{ issuer: 'x', jku: 'https://x.example', types: ['https://custom.example'] }] }),
      '"types", a list of AffiliationAndRole',
    ],
    [passports({ sources: 'https://x.example' }), '"sources", a list of URLs'],
    [passports({ sources: ['a b'] }), 'passports, sources[0] needs "source", a URL'],
    [passports({ sources: [1] }), 'passports, sources[0] must be an object with source, types'],
    [passports({ maxAgeSeconds: 0 }), '"maxAgeSeconds", a whole number from 1'],
    [
      { tokens: [], purposeHeader: 'Authorization' },
      '"purposeHeader", a header that means nothing else, unlike authorization',
    ],
    [{ tokens: [], purposeHeader: 'a b' }, '"purposeHeader", the name of an HTTP header'],
    [{ tokens: [], purposeHeader: 'X-A', projectHeader: 'x-a' }, '"projectHeader", another header than purposeHeader'],
  ])('%j', (json, message) => {
    expect(() => read(json)).toThrow(message);
  });
});

test('the reference names all that may be written', () => {
  const reference = readFileSync(join(import.meta.dirname, '../../docs/reference/access-file.md'), 'utf8');
  const wrong = { '?': 1 };
  for (const json of [
    wrong,
    token(wrong),
    token({ research: wrong }),
    issuer(wrong),
    issuer({ claims: wrong }),
    issuer({ claims: { roles: wrong } }),
    issuer({ introspection: wrong }),
    passports(wrong),
    passports({ brokers: [wrong] }),
    passports({ issuers: [wrong] }),
    passports({ sources: [wrong] }),
  ]) {
    let message = '';
    try {
      read(json);
    } catch (error) {
      message = String(error);
    }
    const names = /it knows (.+)$/.exec(message)![1]!.split(', ');
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) expect(reference).toMatch(new RegExp(`[\`"]${name}[\`"]`));
  }
});

test.each([
  [{ clientId: 'p' }, { clientId: 'p', resource: 'https://us.example/fhir' }],
  [
    { clientId: 'p', scopes: ['openid', 'user/*.rs'], resource: 'https://api.example' },
    { clientId: 'p', scopes: ['openid', 'user/*.rs'], resource: 'https://api.example' },
  ],
  [{ clientId: 'p', resource: false }, { clientId: 'p' }],
])('the portal is a client of an issuer: %j', (portal, expected) => {
  const audience = ['us', 'https://us.example/fhir'];
  expect(read(issuer({ audience, portal })).issuers[0]!.portal).toEqual(expected);
});
