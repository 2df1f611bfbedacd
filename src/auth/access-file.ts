/** Reads the access file: which bearer tokens this server knows and what they may do. https://www.rfc-editor.org/rfc/rfc6750 */
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AccessContext } from '../conditions/access-context.ts';

/** Contexts by the SHA-256 (hexadecimal) of their token. */
export type KnownTokens = ReadonlyMap<string, AccessContext>;

const rights = ['read', 'write'] as const;

/**
 * The file is JSON: `{"tokens": [{"name": "steward", "sha256": "<hex>", "may": ["read", "write"]}]}`.
 * Throws an Error that says what is wrong with it.
 */
export async function readAccessFile(path: string): Promise<KnownTokens> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new Error(`cannot read the access file ${path}: ${(cause as Error).message}`, { cause });
  }
  const tokens = (parsed as { tokens?: unknown } | null)?.tokens;
  if (!Array.isArray(tokens)) throw new Error(`the access file ${path} needs a list "tokens"`);
  return new Map(tokens.map((token, at) => entryOf(token, `${path}, tokens[${at}]`)));
}

function entryOf(token: unknown, where: string): [string, AccessContext] {
  const { name, sha256, may } = (token ?? {}) as Record<string, unknown>; // checked field by field below
  if (typeof name !== 'string' || name === '') throw new Error(`${where} needs a name`);
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new Error(`${where} needs sha256, the SHA-256 of the token as 64 hexadecimal digits`);
  }
  if (!Array.isArray(may) || may.length === 0 || !may.every((one) => rights.includes(one as 'read'))) {
    throw new Error(`${where} needs "may", a list of ${rights.join(', ')}`);
  }
  const context: AccessContext = {
    subject: { kind: 'service', name },
    rights: { readAll: may.includes('read'), write: may.includes('write') },
  };
  return [sha256, context];
}

/** What the access file keeps of a token. */
export function tokenDigest(token: string): string {
  return hash('sha256', token, 'hex');
}
