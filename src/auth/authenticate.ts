/** Establishes who asks from the headers of a request. https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
import { type AccessContext, anonymous } from '../conditions/access-context.ts';
import { FhirError } from '../fhir/outcome.ts';
import { frozen } from './frozen.ts';
import { createStatements, type StatedHeaders } from './stated-by-client.ts';
import { type KnownTokens, tokenDigest } from './static-token.ts';
import { type Log, refused, type TokenSource } from './token-source.ts';

/** Headers by their names in lower case, as node:http gives them. */
type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A promise only where others must be asked. Throws `login`; `transient` when it cannot be found out. */
export type Authenticate = (headers: RequestHeaders) => AccessContext | Promise<AccessContext>;

export interface AuthenticateSettings extends StatedHeaders {
  tokens: KnownTokens;
  /** asked in their order about tokens that are not among `tokens` */
  sources: readonly TokenSource[];
  /** milliseconds since 1970 */
  now(): number;
  log: Log;
}

/** Everyone may do everything: for tests and trials on one machine only. */
export const openAccess: AccessContext = frozen({
  subject: { kind: 'service', name: 'insecure-open-access' },
  rights: { readAll: true, write: true },
});

/** Tokens of sources whose contexts are remembered, so that the same token is the same object. */
const most = 10_000;

/**
 * Without an Authorization header the asker is anonymous; with one that is not understood or not known, nobody: 401.
 * The same token, stating the same, is the very same frozen object as long as nothing about it changes.
 */
export function createAuthenticate(settings: AuthenticateSettings): Authenticate {
  const { tokens, sources, now } = settings;
  const withStatements = createStatements(settings);
  const same = createInterning(most);
  const fromSources = async (token: string, digest: string): Promise<AccessContext> => {
    for (const source of sources) {
      const context = await source.contextOf(token);
      if (context === undefined) continue;
      if (context.expires !== undefined && context.expires <= now()) throw refused('it has expired');
      return same(digest, context);
    }
    throw unknownToken();
  };
  return (headers) => {
    const { authorization } = headers;
    if (authorization === undefined) return withStatements(anonymous, headers);
    const token = typeof authorization === 'string' ? bearerForm.exec(authorization)?.[1] : undefined;
    if (token === undefined) throw unknownToken();
    // Tokens are looked up by their digest, so the time of the look-up says nothing about them.
    const digest = tokenDigest(token);
    const context = tokens.get(digest);
    if (context !== undefined) return withStatements(context, headers);
    if (sources.length === 0) throw unknownToken();
    return fromSources(token, digest).then((found) => withStatements(found, headers));
  };
}

const bearerForm = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
const unknownToken = (): FhirError => new FhirError('login', 'this server does not know the bearer token');

/** Gives for a context that says the same as the last one of its token that very object. */
function createInterning(most: number): (digest: string, context: AccessContext) => AccessContext {
  const known = new Map<string, { context: AccessContext; made: AccessContext; text: string }>();
  return (digest, made) => {
    const last = known.get(digest);
    known.delete(digest);
    if (last?.made === made) {
      known.set(digest, last);
      return last.context;
    }
    const text = JSON.stringify(made);
    const context = last?.text === text ? last.context : frozen(made);
    known.set(digest, { context, made, text });
    for (const oldest of known.keys()) {
      if (known.size <= most) break;
      known.delete(oldest);
    }
    return context;
  };
}
