/** Checks the access tokens of an issuer, and that they are access tokens and nothing else. https://www.rfc-editor.org/rfc/rfc9068#section-4 */
import type { JWTPayload } from 'jose';
import { refused } from '../token-source.ts';
import { type ReadJwt, verifiedClaims } from './jwt.ts';
import type { KeySet } from './key-set.ts';
import type { IssuerSettings } from './settings.ts';

/** Claims of ID tokens, logout tokens, security events, visas and passports; access tokens have none of them. */
const notOfAccessTokens = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events', 'ga4gh_visa_v1', 'ga4gh_passport_v1'];

/** The claims of `token`, when it is an access token of this issuer for this server. Throws `login`, or `transient`. */
export async function accessTokenClaims(
  token: ReadJwt,
  settings: IssuerSettings,
  keys: KeySet,
  now: number,
): Promise<JWTPayload> {
  if (token.typ !== 'at+jwt' && token.typ !== 'jwt') throw refused('its header must have the typ at+jwt or JWT');
  // Access tokens have no use for one; visas must have it.
  if (token.jku !== undefined) throw refused('its header must not have jku');
  const claims = await verifiedClaims(token, keys, { ...settings, now });
  refuseOtherKinds(claims, token.typ);
  return claims;
}

function refuseOtherKinds(claims: JWTPayload, typ: string): void {
  for (const name of notOfAccessTokens) if (name in claims) throw refused(`access tokens have no claim ${name}`);
  const { sub, iss, scope, client_id: client, typ: kind, token_use: use } = claims;
  // A client's assertion names the client as issuer and subject.
  if (typeof sub !== 'string' || sub === '' || sub === iss) throw refused('it needs a subject beside its issuer');
  refuseBound(claims);
  // Keycloak and Cognito say of every JWT what it is.
  if (kind !== undefined && kind !== 'Bearer') throw refused('it is no bearer token');
  if (use !== undefined && use !== 'access') throw refused('it is no access token');
  // ID tokens are JWTs of the same form; what only an access token has must be there.
  if (typ === 'jwt' && scope === undefined && client === undefined && kind === undefined && use === undefined) {
    throw refused('nothing says that it is an access token');
  }
}

/** A token that is bound to a key is good only with a proof of the key, which a bearer does not bring. https://www.rfc-editor.org/rfc/rfc9449#section-7 */
export function refuseBound(claims: Readonly<Record<string, unknown>>): void {
  if (claims['cnf'] !== undefined) throw refused('it is bound to a key, and this server takes bearer tokens only');
}
