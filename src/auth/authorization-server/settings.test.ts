/** What the settings of the authorization server may say, and what they are faulted for. */
import { describe, expect, test } from 'vitest';
import { hashPassword, authorizationServerSettingsOf as read } from './index.ts';
import { checkPassword, isPasswordHash } from './password.ts';

const password = await hashPassword('a password', Buffer.alloc(16, 1));
const account = (more: object = {}) => ({ accounts: [{ id: 'a', name: 'A', password, ...more }] });
const app = { id: 'c', name: 'C', authentication: 'none', redirectUris: ['https://app.example/back'] };
const client = (more: object = {}) => ({ clients: [{ ...app, ...more }] });
const key = { kty: 'RSA', kid: 'k', n: 'x', e: 'AQAB' };
const service = { id: 's', name: 'S', authentication: 'private_key_jwt', backend: true, jwks: { keys: [key] } };

describe('settings', () => {
  test('of nothing are those of a server that lets nobody in', () => {
    expect(read({}, 'x')).toEqual({
      accounts: new Map(),
      clients: new Map(),
      portals: [],
      accessTokenSeconds: 3600,
      refreshTokenDays: 30,
      sessionMinutes: 480,
      forwardedFor: false,
    });
  });

  test.each<[string[], string[], object]>([
    [[], [], { readAll: false, write: false }],
    [['researcher'], [], { readAll: false, write: false }],
    [['steward'], [], { readAll: false, write: false, steward: true }],
    [['committee', 'clinician'], [], { readAll: false, write: false, committees: ['*'], breakGlass: true }],
    [['admin', 'researcher'], [], { readAll: true, write: true, steward: true }],
    [['researcher'], ['read'], { readAll: true, write: false }],
    [[], ['write'], { readAll: false, write: true }],
  ])('roles %j and may %j are rights', (roles, may, rights) => {
    expect(read(account({ roles, may }), 'x').accounts.get('a')?.rights).toEqual(rights);
  });

  test('an account keeps what decisions are made on', () => {
    const stated = {
      patient: 'p',
      actsFor: ['q'],
      fhirUser: 'Practitioner/1',
      affiliations: ['https://ror.org/1'],
      country: 'DE',
      forProfit: true,
      acceptedTerms: ['https://t'],
      purposes: ['s|c'],
      research: { diseases: ['s|d'], kinds: ['disease'], commercial: false },
    };
    const projects = ['one', { id: 'two', research: { kinds: ['health'] } }, { id: 'three' }];
    expect(read(account({ ...stated, projects }), 'x').accounts.get('a')).toMatchObject({
      ...stated,
      projects: [{ id: 'one' }, { id: 'two', research: { diseases: [], kinds: ['health'] } }, { id: 'three' }],
    });
  });

  test('a client keeps its scopes, parsed', () => {
    const { clients } = read(
      { issuer: 'https://fair.example', clients: [{ ...service, scopes: ['system/*.read'] }] },
      'x',
    );
    expect(clients.get('s')).toMatchObject({
      backend: true,
      introspect: false,
      scopes: [{ level: 'system', type: '*', letters: ['r', 's'], query: [] }],
      jwks: [key],
    });
  });

  test.each<[unknown, string]>([
    [[], 'x must be an object'],
    [null, 'x must be an object'],
    [{ acounts: [] }, 'x has no member acounts'],
    [{ accounts: {} }, 'x.accounts must be a list'],
    [{ accounts: ['a'] }, 'x.accounts[0] must be an object'],
    [{ issuer: 'https://a.example/' }, 'x.issuer must be'],
    [{ issuer: 'ftp://a.example' }, 'x.issuer must be'],
    [{ issuer: 'https://a.example?x' }, 'x.issuer must be'],
    [{ issuer: 7 }, 'x.issuer must be a text'],
    [{ accessTokenSeconds: 4000 }, 'x.accessTokenSeconds must be a whole number from 30 to 3600'],
    [{ accessTokenSeconds: '60' }, 'x.accessTokenSeconds must be a whole number'],
    [{ refreshTokenDays: 0 }, 'x.refreshTokenDays must be'],
    [{ sessionMinutes: 1.5 }, 'x.sessionMinutes must be'],
    [{ forwardedFor: 'yes' }, 'x.forwardedFor must be true or false'],
    [{ accounts: [...account().accounts, ...account().accounts] }, 'x.accounts[1].id a is there twice'],
    [account({ password: 'a password' }), 'x.accounts[0].password must be a hash'],
    [account({ password: undefined }), 'x.accounts[0] needs password'],
    [account({ id: '' }), 'x.accounts[0].id must be a text'],
    [account({ patient: 'Patient/1' }), 'Patient/1 is no id'],
    [account({ actsFor: ['a b'] }), 'a b is no id'],
    [account({ actsFor: [''] }), 'x.accounts[0].actsFor[0] must be a text'],
    [account({ fhirUser: 'Observation/1' }), 'x.accounts[0].fhirUser must be'],
    [account({ roles: ['king'] }), 'king is none of researcher'],
    [account({ may: ['delete'] }), 'delete is neither read nor write'],
    [account({ country: 'Germany' }), 'x.accounts[0].country must be'],
    [account({ forProfit: 1 }), 'x.accounts[0].forProfit must be true or false'],
    [account({ purposes: ['HRESCH'] }), 'HRESCH must be system|code'],
    [account({ projects: [''] }), 'x.accounts[0].projects[0] must be an object'],
    [account({ projects: [{ id: 'p', purpose: 'x' }] }), 'has no member purpose'],
    [account({ research: { kinds: ['fun'] } }), 'fun is none of general'],
    [client({ id: 'a b' }), 'x.clients[0].id must be'],
    [client({ authentication: 'client_secret_jwt' }), 'x.clients[0].authentication must be one of'],
    [client({ secretSha256: 'a'.repeat(64) }), 'a client that does not authenticate has no secretSha256'],
    [client({ authentication: 'client_secret_basic' }), 'x.clients[0] needs secretSha256'],
    [client({ authentication: 'client_secret_basic', secretSha256: 'secret' }), 'needs secretSha256 (64'],
    [
      client({ authentication: 'client_secret_post', secretSha256: 'a'.repeat(64), jwksUri: 'https://a' }),
      'neither jwks',
    ],
    [client({ authentication: 'private_key_jwt' }), 'needs either jwks or jwksUri'],
    [client({ authentication: 'private_key_jwt', secretSha256: 'a'.repeat(64) }), 'needs either jwks or jwksUri'],
    [client({ authentication: 'private_key_jwt', jwks: { keys: [key] }, jwksUri: 'https://a' }), 'needs either'],
    [client({ authentication: 'private_key_jwt', jwksUri: 'http://a.example/jwks' }), 'jwksUri must be https'],
    [client({ authentication: 'private_key_jwt', jwks: { keys: [] } }), 'jwks.keys must not be empty'],
    [client({ authentication: 'private_key_jwt', jwks: [key] }), 'jwks must be an object'],
    [client({ authentication: 'private_key_jwt', jwks: { keys: ['k'] } }), 'keys[0] must be an object'],
    [client({ authentication: 'private_key_jwt', jwks: { keys: [{ ...key, d: 'x' }] } }), 'is a secret'],
    [client({ authentication: 'private_key_jwt', jwks: { keys: [{ kty: 'oct', kid: 'k', k: 'x' }] } }), 'is a secret'],
    [client({ authentication: 'private_key_jwt', jwks: { keys: [{ ...key, kid: '' }] } }), 'needs a kid'],
    [client({ authentication: 'private_key_jwt', jwks: { keys: [key, key] } }), 'kid k is there twice'],
    [client({ backend: true }), 'a backend service authenticates by private_key_jwt'],
    [client({ introspect: true }), 'may not introspect'],
    [client({ redirectUris: [] }), 'needs redirectUris'],
    [client({ redirectUris: ['http://app.example/'] }), 'must be https'],
    [client({ redirectUris: ['https://*.example/'] }), 'without fragment and wildcard'],
    [client({ redirectUris: ['https://app.example/#x'] }), 'without fragment'],
    [client({ redirectUris: ['https://user:pass@app.example/'] }), 'must be https'],
    [client({ redirectUris: ['javascript:alert(1)'] }), 'must be https'],
    [client({ redirectUris: ['/back'] }), 'must be https'],
    [client({ postLogoutRedirectUris: ['http://app.example/'] }), 'postLogoutRedirectUris'],
    [client({ scopes: ['patient/*.sr'] }), 'patient/*.sr is no scope'],
    [client({ scopes: ['openid'] }), 'openid is no scope'],
    [client({ scope: 'patient/*.rs' }), 'has no member scope'],
  ])('%j is faulted', (json, message) => {
    expect(() => read(json, 'x')).toThrow(message);
  });
});

describe('passwords', () => {
  test('are kept as hashes that say what they cost', async () => {
    expect(password).toMatch(/^scrypt\$15\$8\$3\$/);
    expect(await checkPassword('a password', password)).toBe(true);
    expect(await checkPassword('a Password', password)).toBe(false);
    expect(await checkPassword('', password)).toBe(false);
    expect(await checkPassword('a password', undefined)).toBe(false);
    const composed = await hashPassword('\u00e9', Buffer.alloc(16, 2));
    expect(await checkPassword('e\u0301', composed)).toBe(true);
    await expect(hashPassword('x', Buffer.alloc(8))).rejects.toThrow('16 bytes');
  });

  test.each([
    'secret',
    password.replace('$15$', '$10$'),
    password.replace('$15$', '$19$'),
    password.replace('$8$', '$1$'),
    password.replace('$3$', '$0$'),
    `${password}x`,
  ])('%s is no hash', async (text) => {
    expect(isPasswordHash(text)).toBe(false);
  });
});
