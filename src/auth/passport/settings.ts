/** What the operator states of GA4GH Passports: which brokers, visa issuers and assertion sources are trusted, for which visas. https://ga4gh.github.io/data-security/ga4gh-passport */
import type { JWK } from 'jose';
import { type ClientSecret, clientSecretOf, type IssuerSettings } from '../issuer/settings.ts';
import { objectOf } from '../outbound.ts';
import { type Reading, reading } from '../reading.ts';

export const visaTypes = [
  'AffiliationAndRole',
  'AcceptedTermsAndPolicies',
  'ResearcherStatus',
  'ControlledAccessGrants',
  'LinkedIdentities',
] as const;

/** Assembles passports. Its access tokens are checked as those of the issuer of the same name. */
export interface Broker {
  issuer: string;
  /** discovered where it is not stated */
  userinfo?: string;
  /** where its access tokens are exchanged for Passports; then UserInfo is not asked */
  exchange?: ClientSecret;
}

/** Signs visas. */
export interface VisaIssuer {
  issuer: string;
  keys: { jku: string } | { jwks: readonly JWK[] };
  types: ReadonlySet<string>;
}

export interface PassportSettings {
  brokers: readonly Broker[];
  issuers: readonly VisaIssuer[];
  /** types of visas by the source that may assert them */
  sources: ReadonlyMap<string, ReadonlySet<string>>;
  /** seconds after which what a source asserted is not believed any more, whatever the visa says */
  maxAgeSeconds: number;
}

const year = 365 * 24 * 60 * 60;
const members = ['brokers', 'issuers', 'sources', 'maxAgeSeconds'];
type Variables = Readonly<Record<string, string | undefined>>;

/** The member `passports` of `file`. Throws an Error that says what is wrong. */
export function passportsOf(file: Reading, issuers: readonly IssuerSettings[], variables: Variables): PassportSettings {
  const passports = file.object('passports', members);
  const brokers = passports.objects('brokers', ['issuer', 'userinfo', 'exchange']).map((entry): Broker => {
    const issuer = entry.address('issuer');
    if (!issuers.some((one) => one.issuer === issuer)) {
      throw entry.fault('issuer', 'one that stands in "issuers" too, since its access tokens are checked first');
    }
    return {
      issuer,
      ...(entry.has('userinfo') ? { userinfo: entry.address('userinfo') } : {}),
      ...(entry.has('exchange') ? { exchange: clientSecretOf(entry, 'exchange', variables) } : {}),
    };
  });
  const visaIssuers = passports.objects('issuers', ['issuer', 'jku', 'jwks', 'types']).map(visaIssuerOf);
  for (const [name, list] of [
    ['brokers', brokers],
    ['issuers', visaIssuers],
  ] as const) {
    if (new Set(list.map(({ issuer }) => issuer)).size < list.length) throw passports.fault(name, 'each issuer once');
  }
  return {
    brokers,
    issuers: visaIssuers,
    sources: sourcesOf(passports),
    maxAgeSeconds: passports.has('maxAgeSeconds') ? passports.whole('maxAgeSeconds', 1, 100 * year) : year,
  };
}

function typesOf(entry: Reading): ReadonlySet<string> {
  if (!entry.has('types')) return new Set(visaTypes);
  return new Set(entry.texts('types', `a list of ${visaTypes.join(', ')}`, new RegExp(`^(?:${visaTypes.join('|')})$`)));
}

function visaIssuerOf(entry: Reading): VisaIssuer {
  if (entry.has('jku') === entry.has('jwks')) throw entry.fault('jku', 'or "jwks", and not both');
  const keys = entry.has('jku') ? { jku: entry.address('jku') } : { jwks: writtenKeys(entry) };
  return { issuer: entry.text('issuer'), keys, types: typesOf(entry) };
}

function writtenKeys(entry: Reading): readonly JWK[] {
  const keys = entry.object('jwks', ['keys']).value('keys');
  if (!Array.isArray(keys) || keys.length === 0) throw entry.fault('jwks', 'a JWK Set with public keys');
  return keys.map((key): JWK => {
    const { kty, kid, d } = objectOf(key) ?? {};
    if ((kty === 'RSA' || kty === 'EC') && typeof kid === 'string' && d === undefined) {
      return key as JWK; // its kind and name are known; the rest is checked when it is imported
    }
    throw entry.fault('jwks', 'public keys of the type RSA or EC, each with a kid');
  });
}

/** Each source is its URL, or an object with the URL and the types that it may assert. */
function sourcesOf(passports: Reading): PassportSettings['sources'] {
  const stated = passports.value('sources');
  if (!Array.isArray(stated)) throw passports.fault('sources', 'a list of URLs of those whose assertions are believed');
  return new Map(
    stated.map((one: unknown, at) => {
      const where = `${passports.where}, sources[${at}]`;
      const entry = reading(typeof one === 'string' ? { source: one } : one, where, ['source', 'types']);
      return [entry.text('source', 'a URL', /^\S{1,255}$/), typesOf(entry)];
    }),
  );
}
