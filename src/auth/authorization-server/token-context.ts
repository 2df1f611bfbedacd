/** Turns an access token into who asks: one frozen value for as long as the token means the same. https://www.rfc-editor.org/rfc/rfc6750 */
import type { AccessContext, ResearchPurpose, Subject } from '../../conditions/access-context.ts';
import { parseScope, type Scope } from '../../conditions/scope.ts';
import { accessTokenKinds } from './adapter.ts';
import { digestOf } from './digest.ts';
import type { GrantContext } from './grant-context.ts';
import { covers } from './scope-request.ts';
import type { RegisteredClient, Standing } from './settings.ts';
import type { Site } from './site.ts';
import type { FoundToken } from './storage.ts';

export interface TokenContexts {
  /** undefined for what is no token of ours, or not in force any more */
  contextOf(token: string): Promise<AccessContext | undefined>;
  /** Lets go of what is kept of a token. */
  forget(tokenId: string): void;
}

interface Remembered {
  /** what the context was made of */
  from: string;
  context: AccessContext;
  lookedUp: number;
}

const mostRemembered = 10_000;
const form = /^[A-Za-z0-9_-]{43}$/;

export function createTokenContexts(site: Site): TokenContexts {
  const remembered = new Map<string, Remembered>();
  const trust = site.trustMilliseconds ?? 0;
  return {
    async contextOf(token) {
      if (!form.test(token)) return undefined;
      const id = digestOf(token);
      const now = site.now();
      const known = remembered.get(id);
      if (known !== undefined && now - known.lookedUp < trust && now < (known.context.expires ?? 0))
        return known.context;
      const found = await site.storage.token(accessTokenKinds, id, now);
      const context = found === undefined ? undefined : accessContextOf(found, id, site);
      if (found === undefined || context === undefined) {
        remembered.delete(id);
        return undefined;
      }
      const from = JSON.stringify(found);
      // Read anew: another request with this token may have come first meanwhile.
      const latest = remembered.get(id);
      const kept = latest?.from === from ? latest.context : context;
      remembered.delete(id);
      if (remembered.size >= mostRemembered) remembered.delete(remembered.keys().next().value!);
      remembered.set(id, { from, context: kept, lookedUp: now });
      return kept;
    },
    forget: (tokenId) => void remembered.delete(tokenId),
  };
}

/** As oidc-provider keeps it; see extraTokenClaims in provider.ts. */
interface TokenContent {
  accountId?: string;
  clientId?: string;
  scope?: string;
  extra?: Pick<GrantContext, 'patient' | 'purposes' | 'project'>;
}

function accessContextOf(token: FoundToken, tokenId: string, { settings, issuer }: Site): AccessContext | undefined {
  const content = JSON.parse(token.content) as TokenContent; // written by the adapter
  const client = settings.clients.get(content.clientId ?? '');
  if (client === undefined) return undefined;
  const granted = content.extra ?? {};
  const isService = token.kind === 'ClientCredentials';
  const account = isService ? undefined : settings.accounts.get(content.accountId ?? '');
  if (!isService && account === undefined) return undefined;
  if (isService && !client.backend) return undefined;
  const standing: Standing = account ?? client;
  // A person who represents the patient in context asks as that patient.
  const represented = granted.patient !== undefined && account?.actsFor.includes(granted.patient);
  const own = represented ? granted.patient : account?.patient;
  const subject: Subject =
    account === undefined
      ? { kind: 'service', name: client.id }
      : {
          kind: 'person',
          ...(account.identity ?? { issuer, id: account.id }),
          name: account.name,
          ...(own === undefined ? {} : { patient: own }),
        };
  const { country, forProfit } = standing;
  const purposes = granted.purposes?.filter((purpose) => standing.purposes.includes(purpose));
  const project = standing.projects.find(({ id }) => id === granted.project);
  const research = project?.research ?? standing.research;
  return deepFrozen({
    subject,
    rights: standing.rights,
    client: client.id,
    tokenId,
    expires: token.expires,
    ...limitsOf(scopesOf(content.scope, client)),
    ...(granted.patient === undefined ? {} : { patient: granted.patient }),
    ...(purposes === undefined || purposes.length === 0 ? {} : { purposes }),
    ...(research === undefined ? {} : { research: copyOf(research) }),
    ...(standing.visas.length === 0 ? {} : { visas: standing.visas.map((visa) => ({ ...visa })) }),
    ...(project === undefined ? {} : { project: project.id }),
    affiliations: [...standing.affiliations],
    ...(forProfit === undefined ? {} : { forProfit }),
    ...(country === undefined ? {} : { country }),
    acceptedTerms: [...new Set([...standing.acceptedTerms, ...token.acceptedTerms])],
  });
}

/** The scopes of the token that the client may have today. */
function scopesOf(text: string | undefined, client: RegisteredClient): Scope[] {
  const scopes = (text ?? '').split(' ').map(parseScope);
  return scopes
    .filter((scope) => scope !== undefined)
    .filter((scope) => client.scopes.some((limit) => covers(limit, scope)));
}

/**
 * Scopes that let a person or service do everything with all types limit nothing: the token is as good as the account.
 * Operations that are about no type (erasing, the state of the index) ask for a token without limits.
 */
const limitsOf = (scopes: readonly Scope[]): Pick<AccessContext, 'scopes'> =>
  scopes.some(
    ({ level, type, letters, query }) =>
      level !== 'patient' && type === '*' && letters.length === 5 && query.length === 0,
  )
    ? {}
    : { scopes };

const copyOf = ({ diseases, kinds, ...more }: ResearchPurpose): ResearchPurpose => ({
  diseases: [...diseases],
  kinds: [...kinds],
  ...more,
});

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const one of Object.values(value)) deepFrozen(one);
  }
  return value;
}
