/** Logs out: tokens are revoked, and the sessions at the authorization servers are ended one after the other. https://openid.net/specs/openid-connect-rpinitiated-1_0.html */
import { logOut, type Session } from '../server/tokens.ts';
import { redirectUri } from './authorization.ts';

const key = 'fairway-leaving';

/** Forgets the logins first, whatever the servers answer; then leaves for the pages on which the sessions end. */
export async function logOutOf(sessions: readonly Session[]): Promise<void> {
  for (const { base } of sessions) logOut(base);
  await Promise.all(sessions.map(revoke));
  const addresses = sessions.flatMap(endAddress);
  sessionStorage.setItem(key, JSON.stringify(addresses));
  goOnLeaving();
}

/** Goes to the next page on which a session ends; false when there is none left. */
export function goOnLeaving(): boolean {
  const [next, ...others] = JSON.parse(sessionStorage.getItem(key) ?? '[]') as string[]; // written here
  sessionStorage.setItem(key, JSON.stringify(others));
  if (next === undefined) return false;
  location.assign(next);
  return true;
}

/** https://www.rfc-editor.org/rfc/rfc7009 */
async function revoke({ token, login }: Session): Promise<void> {
  if (login?.revocationEndpoint === undefined) return;
  const body = new URLSearchParams({ token: login.refreshToken ?? token, client_id: login.clientId });
  // A server that is not there any more cannot be told; the token is forgotten here anyway.
  await fetch(login.revocationEndpoint, { method: 'POST', body, credentials: 'omit' }).catch(() => undefined);
}

function endAddress({ login }: Session): string[] {
  if (login?.endSessionEndpoint === undefined || login.idToken === undefined) return [];
  const address = new URL(login.endSessionEndpoint);
  address.searchParams.set('id_token_hint', login.idToken);
  address.searchParams.set('client_id', login.clientId);
  address.searchParams.set('post_logout_redirect_uri', redirectUri());
  address.searchParams.set('state', 'left');
  return [address.href];
}
