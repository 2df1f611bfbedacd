/** Bearer tokens by the server that they were issued for, kept for this tab only: a login leads away from the page and back. */
import { useSyncExternalStore } from 'react';
import { baseOf } from './address.ts';

export interface Session {
  /** base address of the server that the token is for */
  readonly base: string;
  readonly token: string;
  /** who is logged in, as the server says */
  readonly name?: string;
  /** milliseconds since 1970 */
  readonly expires?: number;
}

const key = 'fairway-sessions';
const listeners = new Set<() => void>();
let sessions: readonly Session[] = stored();

function stored(): readonly Session[] {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '[]') as Session[]; // written by keep
  } catch {
    return [];
  }
}

function keep(next: readonly Session[]): void {
  sessions = next;
  sessionStorage.setItem(key, JSON.stringify(next));
  for (const listener of listeners) listener();
}

export const sessionAt = (base: string): Session | undefined => {
  const wanted = baseOf(base);
  return sessions.find((one) => one.base === wanted && (one.expires ?? Number.POSITIVE_INFINITY) > Date.now());
};

export function logIn(session: Session): void {
  const base = baseOf(session.base);
  keep([...sessions.filter((one) => one.base !== base), { ...session, base }]);
}

export const logOut = (base: string): void => keep(sessions.filter((one) => one.base !== baseOf(base)));

/** Tokens by base address, as the client takes them. */
export const tokensByBase = (): Readonly<Record<string, string>> =>
  Object.fromEntries(sessions.map(({ base, token }) => [base, token]));

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Where one is logged in. */
export const useSessions = (): readonly Session[] => useSyncExternalStore(subscribe, () => sessions);
