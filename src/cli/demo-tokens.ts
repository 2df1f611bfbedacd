/** Tokens by which one can be someone in the demo: made at its first start, kept in its folder. See docs/reference/command-line.md */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AccessSettings, noAccess } from '../auth/access-file.ts';
import { frozen } from '../auth/frozen.ts';
import { tokenDigest } from '../auth/static-token.ts';
import type { AccessContext } from '../conditions/access-context.ts';
import { type PersonName, people, personNames } from '../demo/index.ts';
import { UsageError } from './environment.ts';

export type DemoTokens = Readonly<Record<PersonName, string>>;

export const tokensPath = (folder: string): string => join(folder, 'demo-tokens.json');
export const newToken = (): string => randomBytes(32).toString('base64url');

/** The tokens that the folder keeps, made if it has none yet. Only its owner may read the file. */
export async function demoTokens(folder: string): Promise<DemoTokens> {
  const path = tokensPath(folder);
  try {
    return tokensIn(await readFile(path, 'utf8'), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const made = Object.fromEntries(personNames.map((name) => [name, newToken()])) as DemoTokens; // one of each name
  await mkdir(folder, { recursive: true });
  // Never over a file that another start has just made.
  const file = await open(path, 'wx', 0o600);
  await file.writeFile(`${JSON.stringify(made, null, 2)}\n`);
  await file.close();
  return made;
}

function tokensIn(text: string, path: string): DemoTokens {
  const fault = new UsageError(`${path} does not hold the tokens of the demo; delete it, and new ones are made`);
  let stated: unknown;
  try {
    stated = JSON.parse(text);
  } catch {
    throw fault;
  }
  if (typeof stated !== 'object' || stated === null) throw fault;
  const known = new Map(Object.entries(stated));
  // Whoever can guess a token is its owner.
  const isToken = (value: unknown): value is string => typeof value === 'string' && /^[\w-]{32,}$/.test(value);
  const tokens = personNames.map((name): [string, unknown] => [name, known.get(name)]);
  if (!tokens.every(([, token]) => isToken(token))) throw fault;
  return Object.fromEntries(tokens) as DemoTokens; // tested above
}

/** Who the servers of the demo know: the people, and the process that loads data and brings the servers together. Purpose and project are stated by header. */
export function demoAccess(tokens: DemoTokens, loader: string): AccessSettings {
  const known = personNames.map((name) => [tokens[name], people[name]] as const);
  const loading: AccessContext = {
    subject: { kind: 'service', name: 'demo' },
    rights: { readAll: true, write: true, steward: true },
  };
  const contexts = [...known, [loader, loading] as const].map(([token, context]) => {
    const tokenId = tokenDigest(token);
    return [tokenId, frozen({ ...context, tokenId })] as const;
  });
  return { ...noAccess, tokens: new Map(contexts), purposeHeader: 'purpose-of-use', projectHeader: 'project' };
}
