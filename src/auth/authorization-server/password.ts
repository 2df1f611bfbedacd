/** Keeps passwords as scrypt hashes and checks them in constant time. https://www.rfc-editor.org/rfc/rfc7914 */
import { scrypt, timingSafeEqual } from 'node:crypto';

interface Cost {
  N: number;
  r: number;
  p: number;
}

/** What new hashes cost: 32 MiB and three passes. Hashes say what they cost, so it can be raised. */
const cost: Cost = { N: 2 ** 15, r: 8, p: 3 };
const mostMemory = 2 ** 28;
const keyLength = 32;

const form = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9_-]{22,})\$([A-Za-z0-9_-]{43})$/;

/** `scrypt$log2(N)$r$p$salt$key`, salt and key in base64url. `salt` must be 16 random bytes or more. */
export async function hashPassword(password: string, salt: Uint8Array): Promise<string> {
  if (salt.length < 16) throw new Error('the salt must have 16 bytes or more');
  const key = await derive(password, salt, cost);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  return `scrypt$${Math.log2(cost.N)}$${cost.r}$${cost.p}$${text(salt)}$${text(key)}`;
}

/** Whether `text` is a hash that `checkPassword` can check. */
export function isPasswordHash(text: string): boolean {
  const parsed = parse(text);
  return parsed !== undefined && 128 * parsed.cost.N * parsed.cost.r <= mostMemory;
}

/** Takes as long for an account that does not exist (`hash` undefined) as for one that does. */
export async function checkPassword(password: string, hash: string | undefined): Promise<boolean> {
  const parsed = hash === undefined ? undefined : parse(hash);
  const { salt, key, cost: stated } = parsed ?? { salt: Buffer.alloc(16), key: Buffer.alloc(keyLength), cost };
  const derived = await derive(password, salt, stated);
  return timingSafeEqual(derived, key) && parsed !== undefined;
}

function parse(text: string): { salt: Buffer; key: Buffer; cost: Cost } | undefined {
  const [, logN, r, p, salt, key] = form.exec(text) ?? [];
  if (salt === undefined || key === undefined) return undefined;
  const N = 2 ** Number(logN);
  if (N < 2 ** 14 || N > 2 ** 20 || Number(r) < 8 || Number(p) < 1) return undefined;
  return {
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
    cost: { N, r: Number(r), p: Number(p) },
  };
}

/** The same characters give the same bytes, however the keyboard composes them. */
function derive(password: string, salt: Uint8Array, { N, r, p }: Cost): Promise<Buffer> {
  return new Promise((done, fail) =>
    scrypt(password.normalize('NFKC'), salt, keyLength, { N, r, p, maxmem: mostMemory + 2 ** 20 }, (error, key) =>
      error === null ? done(key) : fail(error),
    ),
  );
}
