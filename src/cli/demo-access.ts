/** Whom the servers of the demo know: its people, by token and by account, and the process that fills them. See docs/reference/access-file.md */
import { randomBytes } from 'node:crypto';
import { type AccessSettings, noAccess } from '../auth/access-file.ts';
import { hashPassword } from '../auth/authorization-server/index.ts';
import { frozen } from '../auth/frozen.ts';
import { tokenDigest } from '../auth/static-token.ts';
import type { AccessContext } from '../conditions/access-context.ts';
import { type AccountName, accountNames, accountsAt, people, personNames, type SiteName } from '../demo/index.ts';
import type { DemoPasswords, DemoTokens } from './demo-secrets.ts';

/** Purpose and project are stated by header. */
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

/** What the access file keeps of the passwords; made once for all servers, since it takes a while. */
export async function demoHashes(passwords: DemoPasswords): Promise<DemoPasswords> {
  const hashes = accountNames.map(
    async (name) => [name, await hashPassword(passwords[name], randomBytes(16))] as const,
  );
  return Object.fromEntries(await Promise.all(hashes)) as Record<AccountName, string>; // one of each name
}

/** The same people can log in at every server, from the portals of all of them. */
export function withAccounts(
  access: AccessSettings,
  { site, patients }: { site: SiteName; patients: number },
  hashes: DemoPasswords,
  portals: readonly string[],
): AccessSettings {
  const accounts = accountsAt(site, patients).map((account) => ({ ...account, password: hashes[account.id] }));
  return { ...access, authorizationServer: { accounts, portals } };
}
