/** What servers say of their logins, and where one may be led back to. */
import { describe, expect, test } from 'vitest';
import { isPlace } from './place.ts';
import { readConfiguration, scopesFor } from './smart.ts';

const stated = {
  issuer: 'https://fair.example',
  authorization_endpoint: 'https://fair.example/auth/authorize',
  token_endpoint: 'https://fair.example/auth/token',
  code_challenge_methods_supported: ['S256'],
  capabilities: ['permission-v2'],
};

describe('a smart-configuration', () => {
  test('is read as far as it is understood', () => {
    expect(readConfiguration({ ...stated, revocation_endpoint: 7, scopes_supported: ['openid', 7] })).toEqual({
      issuer: stated.issuer,
      authorizationEndpoint: stated.authorization_endpoint,
      tokenEndpoint: stated.token_endpoint,
      revocationEndpoint: undefined,
      endSessionEndpoint: undefined,
      scopesSupported: ['openid'],
      capabilities: ['permission-v2'],
      namesIssuer: false,
    });
  });

  test.each([
    ['nothing', null],
    ['no token endpoint', { ...stated, token_endpoint: undefined }],
    ['an address that runs', { ...stated, authorization_endpoint: 'javascript:alert(1)' }],
    ['no proof of who asked', { ...stated, code_challenge_methods_supported: ['plain'] }],
  ])('with %s is none', (_, value) => {
    expect(readConfiguration(value)).toBeUndefined();
  });

  test('scopes are asked for that it has, and renewal only until the login ends where that is possible', () => {
    const of = (scopes: string[] | undefined, capabilities = ['permission-v2']) =>
      scopesFor(
        readConfiguration({ ...stated, capabilities, ...(scopes === undefined ? {} : { scopes_supported: scopes }) })!,
      );
    expect(of(['openid', 'profile', 'online_access', 'offline_access'])).toBe(
      'openid profile online_access user/*.cruds',
    );
    expect(of(['openid', 'offline_access'])).toBe('openid offline_access user/*.cruds');
    expect(of(undefined, ['permission-v1'])).toBe('openid fhirUser profile user/*.*');
  });
});

test('one comes back to pages of the portal only', () => {
  expect(['/', '/ask?q=1', '/access'].filter(isPlace)).toHaveLength(3);
  expect(
    ['', '//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)'].filter(isPlace),
  ).toEqual([]);
});
