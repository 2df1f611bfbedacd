/** All that knows bearer tokens beside the access file itself, in the order in which it is asked. https://www.rfc-editor.org/rfc/rfc6750 */
import type { AccessSettings } from './access-file.ts';
import { createIssuerKeys, createJwtSource, createOpaqueSource } from './issuer/index.ts';
import { createPassports } from './passport/index.ts';
import type { Outside, TokenSource } from './token-source.ts';

/**
 * JWTs go to the issuer that they name, then the authorization server of this server is asked; only what neither knows
 * is shown to an issuer that reads its tokens itself.
 */
export function createTokenSources(
  { issuers, passports: settings }: AccessSettings,
  outside: Outside,
  authorizationServer?: TokenSource,
): readonly TokenSource[] {
  const keys = createIssuerKeys(issuers, outside);
  const audiences = new Map(issuers.map(({ issuer, audience }) => [issuer, audience]));
  const passports = settings === undefined ? undefined : createPassports(settings, keys, audiences, outside);
  const sources = [
    issuers.length === 0 ? undefined : createJwtSource(issuers, keys, passports, outside),
    authorizationServer,
    createOpaqueSource(issuers, passports, outside),
  ];
  return sources.filter((one) => one !== undefined);
}
