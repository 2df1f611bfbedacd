/** Issuers beside a server's own whose tokens it takes, and what they say of themselves. https://www.rfc-editor.org/rfc/rfc9728 */
import { home } from '../server/home.ts';
import { type ExternalIssuer, isSafe, membersOf, readIssuers } from './issuer-metadata.ts';
import { LoginRefused } from './refusal.ts';
import { readConfiguration, type SmartConfiguration } from './smart.ts';

/** Those that the server names, none where it says nothing. Throws only when there is no answer. */
export async function issuersAt(base: string, signal?: AbortSignal): Promise<readonly ExternalIssuer[]> {
  const { origin, pathname } = new URL(base);
  const path = pathname === '/' ? '' : pathname;
  const response = await fetch(`${origin}/.well-known/oauth-protected-resource${path}`, {
    headers: { accept: 'application/json' },
    credentials: 'omit',
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok) return [];
  try {
    return readIssuers(await response.json(), base, home);
  } catch {
    return [];
  }
}

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation Throws LoginRefused. */
export async function discover(issuer: string): Promise<SmartConfiguration> {
  let stated: unknown;
  try {
    const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
      headers: { accept: 'application/json' },
      credentials: 'omit',
    });
    stated = await response.json();
  } catch {
    throw new LoginRefused('no-answer', issuer);
  }
  const found = readConfiguration(stated);
  if (found === undefined || membersOf(stated).get('issuer') !== issuer) throw new LoginRefused('unusable', issuer);
  const { authorizationEndpoint, tokenEndpoint, revocationEndpoint, endSessionEndpoint } = found;
  const all = [authorizationEndpoint, tokenEndpoint, revocationEndpoint, endSessionEndpoint];
  if (!all.every((one) => one === undefined || isSafe(one))) throw new LoginRefused('unusable', issuer);
  // Otherwise another issuer's answer could not be told from its own. https://www.rfc-editor.org/rfc/rfc9700#section-4.4
  if (!found.namesIssuer) throw new LoginRefused('unnamed', issuer);
  return { ...found, issuer };
}
