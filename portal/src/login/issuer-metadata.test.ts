/** What a server says of the issuers of its tokens is used only where it can do no harm. https://www.rfc-editor.org/rfc/rfc9728#section-7 */
import { expect, test } from 'vitest';
import { isFor } from './audience.ts';
import { readIssuers } from './issuer-metadata.ts';

const base = 'https://fhir.example/fhir';
const metadata = (client: object = {}, more: object = {}) => ({
  resource: base,
  authorization_servers: ['https://idp.example'],
  fairway_portal_clients: [{ issuer: 'https://idp.example', client_id: 'portal', ...client }],
  ...more,
});

test('an issuer that knows the portal is a way in', () => {
  expect(readIssuers(metadata({ scope: 'openid x' }), base, 'https://other.example/fhir')).toEqual([
    { issuer: 'https://idp.example', clientId: 'portal', scope: 'openid x', resource: base },
  ]);
});

test('a server asks for tokens for itself, and for none that are another’s', () => {
  const stolen = metadata({ resource: 'https://victim.example/fhir' });
  expect(readIssuers(stolen, base, 'https://victim.example/fhir')[0]!.resource).toBe(base);
  // What the operator of the portal states is the operator's business.
  expect(readIssuers(stolen, base, base)[0]!.resource).toBe('https://victim.example/fhir');
  expect(readIssuers(metadata(), base, base)[0]!.resource).toBe(undefined);
});

test.each([
  ['of another server', metadata({}, { resource: 'https://victim.example/fhir' })],
  ['of no server', metadata({}, { resource: undefined })],
  ['with an issuer that the server does not take tokens of', metadata({ issuer: 'https://evil.example' })],
  [
    'with an issuer without TLS',
    metadata({ issuer: 'http://idp.example' }, { authorization_servers: ['http://idp.example'] }),
  ],
  ['without a client', metadata({ client_id: undefined })],
  ['of another form', metadata({}, { fairway_portal_clients: { issuer: 'https://idp.example' } })],
  ['that is nothing', null],
  ['that is a text', 'x'],
])('metadata %s are no way in', (_, value) => expect(readIssuers(value, base, base)).toEqual([]));

test.each([
  [{ aud: base }, true],
  [{ aud: [base] }, true],
  [{ aud: [base, 'https://victim.example/fhir'] }, false],
  [{ aud: 'https://victim.example/fhir' }, false],
  [{}, false],
])('a token with %j is for the server: %s', (claims, is) => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  expect(isFor(`${part({ alg: 'none' })}.${part(claims)}.x`, base)).toBe(is);
});

test('a token that says nothing is for nobody known', () => expect(isFor('opaque', base)).toBe(false));
