/** Digests under which secrets are kept, and comparison in constant time. https://www.rfc-editor.org/rfc/rfc6819#section-5.1.4.1.3 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** What is kept of a token, code or cookie of 256 random bits. */
export const digestOf = (secret: string): string => hash('sha256', secret, 'hex');

/** A text that only who knows `key` can make for `message`. */
export const sealOf = (key: string, message: string): string =>
  createHmac('sha256', key).update(message).digest('base64url');

export function sameText(one: string, other: string): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
}
