/** The FHIR server as what tokens are for, and which clients may do what with tokens. https://www.rfc-editor.org/rfc/rfc8707 */
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { sortScopes } from './scope-request.ts';
import type { RegisteredClient } from './settings.ts';
import type { Site } from './site.ts';

/** The FHIR server as the resource that tokens are for, with those of the scopes in question that the client may have. */
export function resourceOf(
  { oidc }: KoaContextWithOIDC,
  resource: string,
  client: RegisteredClient | undefined,
  { base }: Site,
): { scope: string; audience: string; accessTokenFormat: 'opaque' } {
  if (resource.replace(/\/$/, '') !== base) throw new errors.InvalidTarget();
  const limits = client?.scopes ?? [];
  const asked = typeof oidc.params?.['scope'] === 'string' ? oidc.params['scope'] : '';
  const answer = (scopes: readonly string[]) =>
    ({ scope: scopes.join(' '), audience: base, accessTokenFormat: 'opaque' }) as const;
  if (oidc.params?.['grant_type'] !== 'client_credentials') {
    const { AuthorizationCode, RefreshToken } = oidc.entities;
    const all = [asked, AuthorizationCode?.scope ?? '', RefreshToken?.scope ?? ''].join(' ');
    return answer(sortScopes(all, limits, ['patient', 'user']).offered);
  }
  const { offered, malformed, beyond } = sortScopes(asked, limits, ['system']);
  const [wrong] = [...malformed, ...beyond];
  if (wrong !== undefined)
    throw new errors.InvalidScope('the scope is malformed or was not agreed on for this client', wrong);
  if (offered.length === 0) throw new errors.InvalidScope('scopes must be asked for', '');
  return answer(offered);
}

/** A client may ask about its own tokens, and about all where the settings say so. */
export function mayIntrospect(asker: string, owner: string | undefined, { settings }: Site): boolean {
  const client = settings.clients.get(asker);
  if (client === undefined || client.authentication === 'none') return false;
  return client.introspect || asker === owner;
}

/** Where pages of a browser client are from; secrets do not belong into browsers. */
export function mayAskFrom(origin: string, client: RegisteredClient | undefined): boolean {
  if (client === undefined || client.secretSha256 !== undefined) return false;
  return client.redirectUris.some((uri) => new URL(uri).origin === origin);
}
