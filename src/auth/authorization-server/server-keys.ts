/** The keys of the authorization server itself: made once for all processes, replaced by age, the old ones still honoured. https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys */
import { generateKeyPair, type JsonWebKey } from 'node:crypto';
import { promisify } from 'node:util';
import { digestOf } from './digest.ts';
import type { AuthorizationStorage, KeptKey } from './storage.ts';

const day = 86_400_000;
/** A key signs for so long ... */
const replacedAfter = 30 * day;
/** ... and what it signed is honoured for so long. */
const droppedAfter = 60 * day;
/** A new key is published for a while before it signs, so that no process and no client meets an unknown one. */
const publishedBefore = 10 * 60_000;

export interface ServerKeys {
  /** private keys (JWK), the one that signs first */
  signing: readonly JsonWebKey[];
  /** secrets for cookies and forms, the one in use first */
  secrets: readonly string[];
}

/** Loads the keys in force, making new ones where it is time. */
export async function loadServerKeys(
  storage: AuthorizationStorage,
  now: number,
  randomBytes: (size: number) => Uint8Array,
): Promise<ServerKeys> {
  const signing = await keysOf(storage, 'signing', now, makeSigningKey);
  const secrets = await keysOf(storage, 'secret', now, async () => Buffer.from(randomBytes(32)).toString('base64url'));
  return { signing: signing.map((text) => JSON.parse(text) as JsonWebKey), secrets }; // written by makeSigningKey
}

async function keysOf(
  storage: AuthorizationStorage,
  purpose: string,
  now: number,
  make: () => Promise<string>,
): Promise<string[]> {
  let keys = await storage.keys(purpose);
  if (keys[0] === undefined || keys[0].made <= now - replacedAfter) {
    await storage.addKey(purpose, { content: await make(), made: now }, now - replacedAfter, now - droppedAfter);
    keys = await storage.keys(purpose);
  }
  return inOrderOfUse(keys, now);
}

/** The newest one that has been published long enough, then the others; the very first one is used at once. */
function inOrderOfUse(keys: readonly KeptKey[], now: number): string[] {
  const inUse = keys.find(({ made }) => made <= now - publishedBefore) ?? keys.at(-1);
  return [...(inUse === undefined ? [] : [inUse]), ...keys.filter((key) => key !== inUse)].map(
    ({ content }) => content,
  );
}

async function makeSigningKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const jwk = privateKey.export({ format: 'jwk' });
  return JSON.stringify({ ...jwk, use: 'sig', alg: 'RS256', kid: digestOf(String(jwk.n)).slice(0, 16) });
}
