/** Asks an issuer about tokens that only it can read. https://www.rfc-editor.org/rfc/rfc7662 */
import { askForJson, clientCredentials, objectOf } from '../outbound.ts';
import { type Outside, refused } from '../token-source.ts';
import { refuseBound } from './access-token.ts';
import type { Claims } from './claims.ts';
import { unusable } from './discovery.ts';
import type { ClientSecret, IssuerSettings } from './settings.ts';

/** The claims of an active token for this server; undefined where the issuer does not know it. Throws `login`, or `transient`. */
export async function introspect(
  token: string,
  settings: IssuerSettings & { introspection: ClientSecret },
  outside: Outside,
): Promise<Claims | undefined> {
  const { introspection, issuer, audience, clockSkewSeconds } = settings;
  const { status, json } = await askForJson(
    introspection.endpoint,
    {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: clientCredentials(introspection.clientId, introspection.clientSecret),
      },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
    },
    outside,
  );
  const claims = objectOf(json);
  if (claims === undefined) throw unusable(issuer, `its introspection endpoint answers with status ${status}`, outside);
  if (claims['active'] !== true) return undefined;
  const { iss, aud, exp, nbf, token_type: type } = claims;
  if (iss !== undefined && iss !== issuer) throw refused('it is of another issuer');
  const meant: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!meant.some((one) => typeof one === 'string' && audience.includes(one))) {
    throw refused('it is for another server, or its issuer does not say for which');
  }
  if (type !== undefined && String(type).toLowerCase() !== 'bearer') throw refused('it is no bearer token');
  refuseBound(claims);
  const skew = clockSkewSeconds * 1000;
  const now = outside.now();
  if (exp !== undefined && !(typeof exp === 'number' && exp * 1000 + skew > now)) throw refused('it has expired');
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf * 1000 - skew <= now)) throw refused('it is not valid yet');
  return claims;
}
