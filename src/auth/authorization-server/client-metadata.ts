/** A client of the settings in the words of OAuth's registration. https://www.rfc-editor.org/rfc/rfc7591#section-2 */
import type { JsonWebKey } from 'node:crypto';
import type { ClientMetadata, JWK } from 'oidc-provider';
import type { RegisteredClient } from './settings.ts';

export function metadataOf(client: RegisteredClient): ClientMetadata {
  const isForPersons = client.redirectUris.length > 0;
  const { secretSha256, jwks, jwksUri } = client;
  return {
    client_id: client.id,
    client_name: client.name,
    token_endpoint_auth_method: client.authentication,
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    response_types: isForPersons ? ['code'] : [],
    response_modes: ['query'],
    grant_types: [
      ...(isForPersons ? ['authorization_code', 'refresh_token'] : []),
      ...(client.backend ? ['client_credentials'] : []),
    ],
    id_token_signed_response_alg: 'RS256',
    ...(secretSha256 === undefined ? {} : { client_secret: secretSha256 }),
    ...(jwks === undefined ? {} : { jwks: { keys: jwks.map(jwkOf) } }),
    ...(jwksUri === undefined ? {} : { jwks_uri: jwksUri }),
  };
}

/** The library reads the members that it knows. */
export const jwkOf = (key: JsonWebKey | Readonly<Record<string, unknown>>): JWK => ({ ...key }) as JWK;
