/** Slows down who guesses passwords: by account and address, by account, and by address. https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html */
import { digestOf } from './digest.ts';
import type { AuthorizationStorage } from './storage.ts';

const windowMilliseconds = 15 * 60_000;

/** Attempts in a window. The account's own limit is higher, so that a stranger elsewhere does not lock its owner out quickly. */
const limits = { pair: 5, account: 50, address: 30 } as const;

/** Counts an attempt before it is made, so that many at once are counted too; milliseconds to wait, 0 for none. */
export async function countAttempt(
  storage: AuthorizationStorage,
  attempt: { account: string; address: string },
  now: number,
): Promise<number> {
  let wait = 0;
  for (const { key, limit } of keysOf(attempt)) {
    const { count, until } = await storage.attempt(key, windowMilliseconds, now);
    if (count > limit) wait = Math.max(wait, until - now);
  }
  return wait;
}

/** A login that succeeded was no guess: it is not counted, and the pair of account and address starts anew. */
export async function forgiveAttempts(
  storage: AuthorizationStorage,
  attempt: { account: string; address: string },
): Promise<void> {
  for (const { key, isForgotten } of keysOf(attempt)) await storage.takeBack(key, isForgotten ? 'all' : 'one');
}

function keysOf({ account, address }: { account: string; address: string }) {
  return [
    { key: `login ${digestOf(`${account}\n${address}`)}`, limit: limits.pair, isForgotten: true },
    { key: `account ${digestOf(account)}`, limit: limits.account, isForgotten: false },
    { key: `address ${digestOf(address)}`, limit: limits.address, isForgotten: false },
  ];
}
