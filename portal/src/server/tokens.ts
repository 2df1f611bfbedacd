/** Bearer tokens by the server that they were issued for, kept for this tab only: a login leads away from the page and back. See docs/adr/0031-login.md */
import { useSyncExternalStore } from 'react';
import { baseOf } from './address.ts';

/** By what a login is renewed and ended; a token that was pasted has none. */
export interface LoginMeans {
  readonly clientId: string;
  readonly tokenEndpoint: string;
  /** whom tokens are for, where it is to be said (RFC 8707) */
  readonly resource?: string;
  readonly refreshToken?: string;
  readonly idToken?: string;
  readonly revocationEndpoint?: string;
  readonly endSessionEndpoint?: string;
}

export interface Session {
  /** base address of the server that the token is for */
  readonly base: string;
  readonly token: string;
  /** who is logged in, as the server says */
  readonly name?: string;
  /** what that person may do there beyond what data sets permit, as the server says */
  readonly roles?: readonly string[];
  /** which resource that person is, such as the address of a Patient */
  readonly user?: string;
  /** milliseconds since 1970 */
  readonly expires?: number;
  /** when it is time for a new token */
  readonly renew?: number;
  /** who issued the token, where that is not the server itself */
  readonly issuer?: string;
  readonly login?: LoginMeans;
}

/** A login that is over, though nobody logged out. */
export type EndedLogin = Pick<Session, 'base' | 'name' | 'issuer'>;

interface Known {
  readonly sessions: readonly Session[];
  readonly ended: readonly EndedLogin[];
}

const keys = { sessions: 'fairway-sessions', ended: 'fairway-ended' } as const;
const listeners = new Set<() => void>();
let known: Known = { sessions: stored(keys.sessions), ended: stored(keys.ended) };

function stored<T>(key: string): readonly T[] {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '[]') as T[]; // written by keep
  } catch {
    return [];
  }
}

function keep(next: Known): void {
  known = next;
  sessionStorage.setItem(keys.sessions, JSON.stringify(next.sessions));
  sessionStorage.setItem(keys.ended, JSON.stringify(next.ended));
  for (const listener of listeners) listener();
  watch();
}

const isAt = (base: string): ((one: { base: string }) => boolean) => {
  const wanted = baseOf(base);
  return (one) => one.base === wanted;
};
const without = <T extends { base: string }>(all: readonly T[], base: string): T[] => {
  const isThere = isAt(base);
  return all.filter((one) => !isThere(one));
};

const holds = ({ expires }: Session): boolean => (expires ?? Number.POSITIVE_INFINITY) > Date.now();

const sessionAt = (base: string): Session | undefined => known.sessions.find(isAt(base));

export function logIn(session: Session): void {
  const base = baseOf(session.base);
  keep({ sessions: [...without(known.sessions, base), { ...session, base }], ended: without(known.ended, base) });
}

/** Forgets the login, and that there was one. */
export const logOut = (base: string): void =>
  keep({ sessions: without(known.sessions, base), ended: without(known.ended, base) });

/** The server does not take the token any more, or it has expired. */
export function loginEnded(base: string): void {
  const session = sessionAt(base);
  if (session === undefined) return;
  const { name, issuer } = session;
  const ended = {
    base: session.base,
    ...(name === undefined ? {} : { name }),
    ...(issuer === undefined ? {} : { issuer }),
  };
  keep({ sessions: without(known.sessions, base), ended: [...without(known.ended, base), ended] });
}

/** The login at a server with a token that holds, renewed where it is due; undefined when there is none or it is over. */
export async function freshSessionAt(base: string): Promise<Session | undefined> {
  const session = sessionAt(base);
  if (session === undefined) return undefined;
  if (holds(session) && Date.now() < (session.renew ?? Number.POSITIVE_INFINITY)) return session;
  await renewed(session);
  return sessionAt(base);
}

const renewing = new Map<string, Promise<void>>();

/** A refresh token is good for one use, so that all who wait get the same new one. */
function renewed(session: Session): Promise<void> {
  const { base } = session;
  const pending = renewing.get(base) ?? renew(session).finally(() => renewing.delete(base));
  renewing.set(base, pending);
  return pending;
}

async function renew(session: Session): Promise<void> {
  const { base, login } = session;
  const answer = login?.refreshToken === undefined ? 'refused' : await refreshed(login, login.refreshToken);
  // Whoever logged out or in meanwhile has other tokens.
  if (sessionAt(base)?.token !== session.token) return;
  if (typeof answer === 'object') return logIn({ ...session, ...answer });
  if (!holds(session)) return loginEnded(base);
  // The token holds a while longer: until then it is tried again, unless it is of no use.
  logIn({ ...session, renew: answer === 'refused' ? session.expires! : Date.now() + 10_000 });
}

/** https://www.rfc-editor.org/rfc/rfc6749#section-6 */
async function refreshed(login: LoginMeans, refreshToken: string): Promise<Partial<Session> | 'refused' | 'failed'> {
  try {
    const response = await fetch(login.tokenEndpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        client_id: login.clientId,
        ...(login.resource === undefined ? {} : { resource: login.resource }),
      }),
      credentials: 'omit',
    });
    if (response.status >= 500 || response.status === 429) return 'failed';
    const body = (await response.json()) as Readonly<Record<string, unknown>>;
    const token = body['access_token'];
    if (!response.ok || typeof token !== 'string') return 'refused';
    const next = body['refresh_token'];
    return {
      token,
      ...timesOf(body['expires_in']),
      login: { ...login, refreshToken: typeof next === 'string' ? next : refreshToken },
    };
  } catch {
    return 'failed';
  }
}

/** When a token that was just issued ends, and when it is to be renewed: a minute before, or at half its time. */
export function timesOf(expiresIn: unknown): Pick<Session, 'expires' | 'renew'> {
  const seconds = Number(expiresIn);
  if (!Number.isFinite(seconds) || seconds <= 0) return {};
  const now = Date.now();
  return { expires: now + seconds * 1000, renew: now + (seconds - Math.min(60, seconds / 2)) * 1000 };
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** Renews tokens when it is time, so that nobody meets an expired one, and says so when one ends. */
function watch(): void {
  clearTimeout(timer);
  const due = ({ renew, expires }: Session): number =>
    Math.min(renew ?? Number.POSITIVE_INFINITY, expires ?? Number.POSITIVE_INFINITY);
  const next = Math.min(...known.sessions.map(due));
  if (!Number.isFinite(next)) return;
  const wait = Math.min(Math.max(0, next - Date.now()), 2 ** 31 - 1);
  timer = setTimeout(
    () => {
      for (const session of known.sessions) if (due(session) <= Date.now()) void renewed(session);
      watch();
    },
    Math.max(wait, 1000),
  );
}
watch();

/** Tokens by base address, as the client takes them. */
export const tokensByBase = (): Readonly<Record<string, string>> =>
  Object.fromEntries(known.sessions.filter(holds).map(({ base, token }) => [base, token]));

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Where one is logged in. */
export const useSessions = (): readonly Session[] => useSyncExternalStore(subscribe, () => known.sessions);
/** Where a login ended by itself. */
export const useEndedLogins = (): readonly EndedLogin[] => useSyncExternalStore(subscribe, () => known.ended);
