/** Secrets of the demo's people: made at its first start, kept in its folder, readable by its owner only. See docs/reference/command-line.md */
import { randomBytes, randomInt } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AccountName, accountNames, type PersonName, personNames } from '../demo/index.ts';
import { UsageError } from './environment.ts';

/** By which one is someone in commands. */
export type DemoTokens = Readonly<Record<PersonName, string>>;
/** By which one logs in to the portal. */
export type DemoPasswords = Readonly<Record<AccountName, string>>;

export const tokensPath = (folder: string): string => join(folder, 'demo-tokens.json');
export const passwordsPath = (folder: string): string => join(folder, 'demo-passwords.json');
export const newToken = (): string => randomBytes(32).toString('base64url');

/** Short enough to be typed, of signs that are not taken for each other: 79 bits. */
function newPassword(): string {
  const signs = 'abcdefghjkmnpqrstuvwxyz23456789';
  const part = (): string => Array.from({ length: 4 }, () => signs[randomInt(signs.length)]).join('');
  return [part(), part(), part(), part()].join('-');
}

export const demoTokens = (folder: string): Promise<DemoTokens> =>
  keptSecrets(tokensPath(folder), personNames, { what: 'tokens', make: newToken, form: /^[\w-]{32,}$/ });

export const demoPasswords = (folder: string): Promise<DemoPasswords> =>
  keptSecrets(passwordsPath(folder), accountNames, { what: 'passwords', make: newPassword, form: /^[\w-]{16,}$/ });

interface Kind {
  what: string;
  make(): string;
  /** whoever can guess a secret is its owner */
  form: RegExp;
}

/** Those that the file keeps, made if there is none yet. */
async function keptSecrets<Name extends string>(
  path: string,
  names: readonly Name[],
  kind: Kind,
): Promise<Readonly<Record<Name, string>>> {
  try {
    return secretsIn(await readFile(path, 'utf8'), path, names, kind);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const made = Object.fromEntries(names.map((name) => [name, kind.make()])) as Record<Name, string>; // one of each name
  await mkdir(join(path, '..'), { recursive: true });
  // Never over a file that another start has just made.
  const file = await open(path, 'wx', 0o600);
  await file.writeFile(`${JSON.stringify(made, null, 2)}\n`);
  await file.close();
  return made;
}

function secretsIn<Name extends string>(
  text: string,
  path: string,
  names: readonly Name[],
  { what, form }: Kind,
): Readonly<Record<Name, string>> {
  const fault = new UsageError(`${path} does not hold the ${what} of the demo; delete it, and new ones are made`);
  let stated: unknown;
  try {
    stated = JSON.parse(text);
  } catch {
    throw fault;
  }
  if (typeof stated !== 'object' || stated === null) throw fault;
  const known = new Map(Object.entries(stated));
  const isSecret = (value: unknown): value is string => typeof value === 'string' && form.test(value);
  const secrets = names.map((name): [string, unknown] => [name, known.get(name)]);
  if (!secrets.every(([, secret]) => isSecret(secret))) throw fault;
  return Object.fromEntries(secrets) as Record<Name, string>; // tested above
}
