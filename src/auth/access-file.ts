/** Reads the access file: which bearer tokens, issuers and passports this server trusts, and how far. https://www.rfc-editor.org/rfc/rfc6750 */
import { readFile } from 'node:fs/promises';
import { type IssuerSettings, issuersOf } from './issuer/settings.ts';
import { type PassportSettings, passportsOf } from './passport/settings.ts';
import { type Reading, reading } from './reading.ts';
import { type KnownTokens, tokenEntryOf, tokenMembers } from './static-token.ts';

/** What the operator settled. */
export interface AccessSettings {
  tokens: KnownTokens;
  issuers: readonly IssuerSettings[];
  passports?: PassportSettings;
  /** name in lower case of the header by which clients state a purpose of use */
  purposeHeader?: string;
  /** name in lower case of the header by which clients state the project that they ask for */
  projectHeader?: string;
  /** as it stands in the file, for the authorization server to read */
  authorizationServer?: unknown;
}

/** Nobody is known. */
export const noAccess: AccessSettings = { tokens: new Map(), issuers: [] };

const members = ['tokens', 'issuers', 'passports', 'purposeHeader', 'projectHeader', 'authorizationServer'];
/** Headers that mean something else already. */
const taken = new Set(['authorization', 'cookie', 'host', 'accept', 'prefer', 'x-break-glass-reason']);

/**
 * The file is JSON; docs/reference/access-file.md tells its members. `variables` holds the secrets that the file names.
 * Throws an Error that says what is wrong with it.
 */
export async function readAccessFile(
  path: string,
  variables: Readonly<Record<string, string | undefined>> = {},
): Promise<AccessSettings> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new Error(`cannot read the access file ${path}: ${(cause as Error).message}`, { cause });
  }
  return accessSettingsOf(parsed, `the access file ${path}`, variables);
}

/** The settings that `json` states; `where` stands in messages. */
export function accessSettingsOf(
  json: unknown,
  where: string,
  variables: Readonly<Record<string, string | undefined>>,
): AccessSettings {
  const file = reading(json, where, members);
  if (!['tokens', 'issuers', 'authorizationServer'].some((name) => file.has(name))) {
    throw file.fault('tokens', 'a list; or "issuers" or "authorizationServer"');
  }
  const issuers = file.has('issuers') ? issuersOf(file, variables) : [];
  const purposeHeader = headerOf(file, 'purposeHeader');
  const projectHeader = headerOf(file, 'projectHeader');
  if (purposeHeader !== undefined && purposeHeader === projectHeader) {
    throw file.fault('projectHeader', 'another header than purposeHeader');
  }
  return {
    tokens: tokensOf(file),
    issuers,
    ...(file.has('passports') ? { passports: passportsOf(file, issuers, variables) } : {}),
    ...(purposeHeader === undefined ? {} : { purposeHeader }),
    ...(projectHeader === undefined ? {} : { projectHeader }),
    ...(file.has('authorizationServer') ? { authorizationServer: file.value('authorizationServer') } : {}),
  };
}

function tokensOf(file: Reading): KnownTokens {
  const tokens = new Map<string, NonNullable<ReturnType<KnownTokens['get']>>>();
  if (!file.has('tokens')) return tokens;
  for (const entry of file.objects('tokens', tokenMembers)) {
    const [digest, context] = tokenEntryOf(entry);
    if (tokens.has(digest)) throw entry.fault('sha256', 'which no other token of the file has');
    tokens.set(digest, context);
  }
  return tokens;
}

function headerOf(file: Reading, name: string): string | undefined {
  if (!file.has(name)) return undefined;
  const header = file.text(name, 'the name of an HTTP header', /^[A-Za-z][A-Za-z0-9-]{0,99}$/).toLowerCase();
  if (taken.has(header)) throw file.fault(name, `a header that means nothing else, unlike ${header}`);
  return header;
}
