/** Logs in at a server: away to its authorization server and back with a code, which only this tab can turn into a token. https://hl7.org/fhir/smart-app-launch/app-launch.html#obtain-authorization-code */
import { baseOf } from '../server/address.ts';
import { type LoginMeans, type Session, timesOf } from '../server/tokens.ts';
import { LoginRefused } from './refusal.ts';
import { checkTaken } from './taken.ts';
import type { Way } from './ways.ts';

/** What this tab remembers of a login that is under way. */
export interface Pending extends Way {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly base: string;
  /** where the reader was */
  readonly from: string;
  readonly started: number;
}

const key = 'fairway-logins';
/** An authorization server lets nobody wait longer. */
const longest = 3_600_000;

function pendingLogins(): readonly Pending[] {
  try {
    const all = JSON.parse(sessionStorage.getItem(key) ?? '[]') as Pending[]; // written by remember
    return all.filter(({ started }) => Date.now() - started < longest);
  } catch {
    return [];
  }
}

const remember = (all: readonly Pending[]): void => sessionStorage.setItem(key, JSON.stringify(all));

export const redirectUri = (): string => `${location.origin}/login`;

const text64 = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
const random = (): string => text64(crypto.getRandomValues(new Uint8Array(32)));

/** Digests are only there for pages that came over TLS, or from this machine. */
export const canLogIn = (): boolean => globalThis.crypto?.subtle !== undefined;

/** The address to go to; this tab remembers what the answer must fit. */
export async function authorizationAddress(base: string, way: Way, from: string): Promise<string> {
  const pending: Pending = {
    ...way,
    state: random(),
    nonce: random(),
    verifier: random(),
    base: baseOf(base),
    from,
    started: Date.now(),
  };
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier));
  remember([...pendingLogins(), pending]);
  const address = new URL(way.smart.authorizationEndpoint);
  const parameters = {
    response_type: 'code',
    client_id: way.clientId,
    redirect_uri: redirectUri(),
    scope: way.scope,
    // SMART's word for whom the token is for, and OAuth's.
    ...(way.isExternal ? resourcePart(way) : { aud: pending.base }),
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: text64(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    // Whoever sits here now says who they are; a login that somebody left behind is not theirs.
    prompt: 'login',
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  return address.href;
}

/** https://www.rfc-editor.org/rfc/rfc8707#section-2 */
const resourcePart = ({ resource }: Way): { resource?: string } => (resource === undefined ? {} : { resource });

/** What came back in the address. */
export interface Returned {
  readonly state: string;
  readonly code?: string | undefined;
  readonly iss?: string | undefined;
  readonly error?: string | undefined;
  readonly errorDescription?: string | undefined;
}

/** Takes the login that an answer belongs to; undefined when this tab began none such. An answer counts once. */
export function takePending(state: string): Pending | undefined {
  const all = pendingLogins();
  const found = all.find((one) => one.state === state);
  if (found !== undefined) remember(all.filter((one) => one !== found));
  return found;
}

/** Turns the answer into a login. Throws LoginRefused. */
export async function finishLogin(returned: Returned, pending: Pending): Promise<Session> {
  const { smart } = pending;
  // Before anything of the answer is used: it must come from whom was asked. https://www.rfc-editor.org/rfc/rfc9207#section-2.4
  if (returned.iss === undefined ? smart.namesIssuer : returned.iss !== smart.issuer)
    throw new LoginRefused('other-issuer', returned.iss ?? '');
  if (returned.error !== undefined) throw new LoginRefused('refused', returned.errorDescription ?? returned.error);
  if (returned.code === undefined) throw new LoginRefused('no-token');
  const answer = await exchange(returned.code, pending);
  const token = answer['access_token'];
  if (typeof token !== 'string' || String(answer['token_type']).toLowerCase() !== 'bearer')
    throw new LoginRefused('no-token', String(answer['error_description'] ?? answer['error'] ?? ''));
  const idToken = textOf(answer['id_token']);
  const claims = idToken === undefined ? {} : claimsOf(idToken);
  // A server of SMART need not say who it is; an issuer of OpenID Connect does.
  if (idToken === undefined ? pending.isExternal : !isOurs(claims, pending)) throw new LoginRefused('wrong-identity');
  if (pending.isExternal) await checkTaken(token, pending.base);
  const name = textOf(claims['name']) ?? textOf(claims['preferred_username']) ?? textOf(claims['sub']);
  const roles = claims['roles'];
  return {
    base: pending.base,
    token,
    ...(name === undefined ? {} : { name }),
    ...(textOf(claims['fhirUser']) === undefined ? {} : { user: textOf(claims['fhirUser'])! }),
    ...(Array.isArray(roles) ? { roles: roles.filter((one) => typeof one === 'string') } : {}),
    ...timesOf(answer['expires_in']),
    ...(pending.isExternal ? { issuer: smart.issuer! } : {}), // discovery compared it
    login: meansOf(pending, textOf(answer['refresh_token']), idToken),
  };
}

async function exchange(code: string, pending: Pending): Promise<Readonly<Record<string, unknown>>> {
  const { smart, verifier, clientId } = pending;
  try {
    const response = await fetch(smart.tokenEndpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri(),
        client_id: clientId,
        code_verifier: verifier,
        ...resourcePart(pending),
      }),
      credentials: 'omit',
    });
    return (await response.json()) as Readonly<Record<string, unknown>>;
  } catch {
    throw new LoginRefused('no-answer', new URL(smart.tokenEndpoint).origin);
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function meansOf(way: Way, refreshToken: string | undefined, idToken: string | undefined): LoginMeans {
  const { tokenEndpoint, revocationEndpoint, endSessionEndpoint } = way.smart;
  return {
    clientId: way.clientId,
    tokenEndpoint,
    ...resourcePart(way),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(idToken === undefined ? {} : { idToken }),
    ...(revocationEndpoint === undefined ? {} : { revocationEndpoint }),
    ...(endSessionEndpoint === undefined ? {} : { endSessionEndpoint }),
  };
}

/** The token came from the token endpoint itself, so that its signature says nothing more. https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation */
function claimsOf(idToken: string): Readonly<Record<string, unknown>> {
  try {
    const [, payload = ''] = idToken.split('.');
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>;
  } catch {
    throw new LoginRefused('wrong-identity');
  }
}

function isOurs(claims: Readonly<Record<string, unknown>>, { smart, nonce, clientId }: Pending): boolean {
  const audience: unknown[] = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']];
  const isFresh = typeof claims['exp'] === 'number' && claims['exp'] * 1000 > Date.now() - 60_000;
  return (
    (smart.issuer === undefined || claims['iss'] === smart.issuer) &&
    audience.includes(clientId) &&
    (audience.length === 1 || claims['azp'] === clientId) &&
    claims['nonce'] === nonce &&
    isFresh
  );
}
