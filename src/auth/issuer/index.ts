/** Tokens of external issuers such as Keycloak or LS-AAI as sources of contexts. https://www.rfc-editor.org/rfc/rfc9068 */
import type { AccessContext } from '../../conditions/access-context.ts';
import { FhirError } from '../../fhir/outcome.ts';
import { frozen } from '../frozen.ts';
import { createMemory, type Found } from '../memory.ts';
import type { Passports } from '../passport/index.ts';
import { tokenDigest } from '../static-token.ts';
import type { Outside, TokenSource } from '../token-source.ts';
import { accessTokenClaims } from './access-token.ts';
import { type Claims, contextOfClaims, scopeWords } from './claims.ts';
import { discover } from './discovery.ts';
import { introspect } from './introspection.ts';
import { readJwt } from './jwt.ts';
import { createKeySet, type KeySet } from './key-set.ts';
import type { ClientSecret, IssuerSettings } from './settings.ts';

/** Tokens that are remembered. */
const most = 10_000;
/** Milliseconds after which a token is checked again: keys are withdrawn, tokens are revoked. */
const checkedFor = { jwt: 5 * 60_000, opaque: 60_000, unknown: 10_000 };
/** Tokens that issuers are asked about at the same time. */
const mostAsked = 50;

/** The keys of each issuer, which passports of a broker are checked with, too. */
export function createIssuerKeys(issuers: readonly IssuerSettings[], outside: Outside): ReadonlyMap<string, KeySet> {
  return new Map(
    issuers.map(({ issuer, jwksUri }) => {
      const address = async (): Promise<string> => jwksUri ?? discover(issuer, 'jwks_uri', outside);
      return [issuer, createKeySet(issuer, address, outside)];
    }),
  );
}

/** JWTs of the issuers; a JWT is of the issuer that it names, and of no other. */
export function createJwtSource(
  issuers: readonly IssuerSettings[],
  keys: ReadonlyMap<string, KeySet>,
  passports: Passports | undefined,
  outside: Outside,
): TokenSource {
  const { now } = outside;
  const byIssuer = new Map(issuers.map((settings) => [settings.issuer, settings]));
  const memory = createMemory<AccessContext>({ most, now });
  return {
    async contextOf(token) {
      const jwt = readJwt(token);
      const settings = typeof jwt?.claims.iss === 'string' ? byIssuer.get(jwt.claims.iss) : undefined;
      if (jwt === undefined || settings === undefined) return undefined;
      const digest = tokenDigest(token);
      return memory.of(digest, async () => {
        const claims = await accessTokenClaims(jwt, settings, keys.get(settings.issuer)!, now());
        return withVisas(token, digest, claims, settings, passports, now() + checkedFor.jwt);
      });
    },
  };
}

/** Tokens that are no JWT: their issuer is asked. Put it last: it is shown tokens that nobody else here knows. */
export function createOpaqueSource(
  issuers: readonly IssuerSettings[],
  passports: Passports | undefined,
  outside: Outside,
): TokenSource | undefined {
  const settings = issuers.find(
    (one): one is IssuerSettings & { introspection: ClientSecret } => 'introspection' in one,
  );
  if (settings === undefined) return undefined;
  const { now } = outside;
  const busy = (): FhirError =>
    new FhirError('throttled', 'too many new tokens at the same time; try again in a moment');
  const memory = createMemory<AccessContext | undefined>({ most, now, mostFinding: mostAsked, busy });
  return {
    async contextOf(token) {
      if (readJwt(token) !== undefined) return undefined;
      const digest = tokenDigest(token);
      return memory.of(digest, async () => {
        const claims = await introspect(token, settings, outside);
        if (claims === undefined) return { value: undefined, until: now() + checkedFor.unknown };
        return withVisas(token, digest, claims, settings, passports, now() + checkedFor.opaque);
      });
    },
  };
}

/** The context of checked claims, with the visas that the broker has for the token, where it may ask for them. */
async function withVisas(
  token: string,
  digest: string,
  claims: Claims,
  settings: IssuerSettings,
  passports: Passports | undefined,
  until: number,
): Promise<Found<AccessContext>> {
  const context = contextOfClaims(claims, settings, digest);
  const { subject, expires = Number.POSITIVE_INFINITY } = context;
  if (passports === undefined || subject.kind !== 'person') {
    return { value: frozen(context), until: Math.min(until, expires) };
  }
  const holder = { issuer: settings.issuer, subject: subject.id, token, digest, scopes: new Set(scopeWords(claims)) };
  const granted = await passports.grantedTo(holder);
  if (granted === undefined) return { value: frozen(context), until: Math.min(until, expires) };
  const ends = Math.min(expires, ...granted.visas.map((visa) => visa.expires));
  const terms = [...(context.acceptedTerms ?? []), ...granted.acceptedTerms];
  const affiliations = [...(context.affiliations ?? []), ...granted.affiliations];
  const value: AccessContext = {
    ...context,
    visas: granted.visas,
    ...(terms.length === 0 ? {} : { acceptedTerms: [...new Set(terms)] }),
    ...(affiliations.length === 0 ? {} : { affiliations: [...new Set(affiliations)] }),
    ...(Number.isFinite(ends) ? { expires: ends } : {}),
  };
  return { value: frozen(value), until: Math.min(until, ends, granted.until) };
}
