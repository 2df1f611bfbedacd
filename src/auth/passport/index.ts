/** GA4GH Passports: what the visas of the holder of an access token grant. https://ga4gh.github.io/data-security/ga4gh-passport */
import type { Visa } from '../../conditions/access-context.ts';
import { FhirError } from '../../fhir/outcome.ts';
import { createKeySet, givenKeys, type KeySet } from '../issuer/key-set.ts';
import { createMemory, type Found } from '../memory.ts';
import { type Outside, reasonOf } from '../token-source.ts';
import { visasHeld } from './holder.ts';
import { type Holder, type Passport, passportOf } from './passport.ts';
import type { Broker, PassportSettings } from './settings.ts';
import { affiliationOf, type CheckedVisa, checkVisa, type TrustedIssuer } from './visa.ts';

/** What the visas of a person say. */
interface Granted {
  visas: readonly Visa[];
  acceptedTerms: readonly string[];
  /** institutions, and each with the role in it */
  affiliations: readonly string[];
  /** milliseconds since 1970 after which it must be asked for again */
  until: number;
}

export interface Passports {
  /**
   * Undefined for tokens of others than brokers, and for those that are not scoped for passports. Throws `login` when
   * the broker refuses the token or the passport is not valid, `transient` when that cannot be found out now.
   */
  grantedTo(holder: Holder): Promise<Granted | undefined>;
}

/** milliseconds: a broker is not asked about the same token more often */
const polledEvery = 60 * 60_000;
/** After a failure it is asked sooner, and so are issuers whose keys were missing. */
const triedAgainAfter = 60_000;
const most = 10_000;
const mostAsked = 50;

/** `keys` and `audiences` are those of the issuers that are brokers, too. */
export function createPassports(
  settings: PassportSettings,
  keys: ReadonlyMap<string, KeySet>,
  audiences: ReadonlyMap<string, readonly string[]>,
  outside: Outside,
): Passports {
  const { now } = outside;
  const brokers = new Map(settings.brokers.map((broker) => [broker.issuer, broker]));
  const issuers = trustedIssuers(settings, outside);
  const busy = (): FhirError =>
    new FhirError('throttled', 'too many new tokens at the same time; try again in a moment');
  const memory = createMemory<Passport | FhirError>({ most, now, mostFinding: mostAsked, busy });
  const poll = async (holder: Holder, broker: Broker): Promise<Found<Passport | FhirError>> => {
    try {
      const checks = { keys: keys.get(broker.issuer)!, audience: audiences.get(broker.issuer)! }; // each broker is an issuer
      const passport = await passportOf(holder, broker, checks, outside);
      return { value: passport, until: Math.min(now() + polledEvery, passport.expires ?? Number.POSITIVE_INFINITY) };
    } catch (error) {
      if (error instanceof FhirError) return { value: error, until: now() + triedAgainAfter };
      throw error;
    }
  };
  return {
    async grantedTo(holder) {
      const broker = brokers.get(holder.issuer);
      if (broker === undefined || !holder.scopes.has('openid') || !holder.scopes.has('ga4gh_passport_v1')) {
        return undefined;
      }
      const passport = await memory.of(holder.digest, () => poll(holder, broker));
      if (passport instanceof FhirError) throw passport;
      return granted(holder, passport, issuers, settings, outside);
    },
  };
}

function trustedIssuers(settings: PassportSettings, outside: Outside): ReadonlyMap<string, TrustedIssuer> {
  return new Map(
    settings.issuers.map((one) => {
      const { issuer, keys } = one;
      const keySet =
        'jku' in keys ? createKeySet(issuer, async () => keys.jku, outside) : givenKeys(issuer, keys.jwks, outside);
      return [issuer, { ...one, keySet }];
    }),
  );
}

/** Visas that are not valid are passed over, as the standard asks: the rest may be enough. */
async function granted(
  holder: Holder,
  passport: Passport,
  issuers: ReadonlyMap<string, TrustedIssuer>,
  settings: PassportSettings,
  outside: Outside,
): Promise<Granted> {
  const now = outside.now();
  const checked: CheckedVisa[] = [];
  let until = Math.min(now + polledEvery, passport.expires ?? Number.POSITIVE_INFINITY);
  const results = await Promise.allSettled(passport.visas.map((text) => checkVisa(text, issuers, settings, now)));
  for (const result of results) {
    if (result.status === 'fulfilled') checked.push(result.value);
    else {
      if (!(result.reason instanceof FhirError)) throw result.reason;
      outside.log('info', 'a visa is passed over', { broker: holder.issuer, reason: reasonOf(result.reason) });
      if (result.reason.code === 'transient') until = Math.min(until, now + triedAgainAfter);
    }
  }
  const visas = visasHeld({ sub: holder.subject, iss: holder.issuer }, checked);
  const valuesOf = (type: string): string[] => visas.filter((visa) => visa.type === type).map(({ value }) => value);
  return {
    visas,
    acceptedTerms: valuesOf('AcceptedTermsAndPolicies'),
    affiliations: valuesOf('AffiliationAndRole').flatMap((value) => {
      const institution = affiliationOf(value);
      return institution === undefined || institution === 'no.organization' ? [value] : [institution, value];
    }),
    until,
  };
}
