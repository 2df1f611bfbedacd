/** Checks one visa: form, signature, and whether issuer and source are trusted for what it says. https://ga4gh.github.io/data-security/ga4gh-passport#passport-visa-format */
import type { JWTPayload } from 'jose';
import type { Visa } from '../../conditions/access-context.ts';
import { readJwt, verifiedClaims } from '../issuer/jwt.ts';
import type { KeySet } from '../issuer/key-set.ts';
import { objectOf } from '../outbound.ts';
import { refused } from '../token-source.ts';
import { type Conditions, readConditions } from './conditions.ts';
import { type PassportSettings, type VisaIssuer, visaTypes } from './settings.ts';

/** The only algorithms that visas and passports may be signed with. */
export const passportAlgorithms = ['RS256', 'ES256'];
/** Clocks differ by that much. */
export const clockSkewSeconds = 30;

/** A visa that is valid as such; whose it is and whether its conditions are met is decided with the others. */
export interface CheckedVisa {
  /** the person as its issuer knows them */
  identity: { sub: string; iss: string };
  visa: Visa;
  conditions?: Conditions;
}

export interface TrustedIssuer extends VisaIssuer {
  keySet: KeySet;
}

/** Throws `login` with the reason why it is not valid, `transient` when its keys cannot be had now. */
export async function checkVisa(
  text: unknown,
  issuers: ReadonlyMap<string, TrustedIssuer>,
  { sources, maxAgeSeconds }: PassportSettings,
  now: number,
): Promise<CheckedVisa> {
  const token = typeof text === 'string' && text.length <= 2 ** 16 ? readJwt(text) : undefined;
  if (token === undefined) throw refused('a visa is no JWT');
  if (token.typ !== undefined && token.typ !== 'jwt' && token.typ !== 'vnd.ga4gh.visa+jwt') {
    throw refused('a visa has the typ of another kind of token');
  }
  const issuer = typeof token.claims.iss === 'string' ? issuers.get(token.claims.iss) : undefined;
  if (issuer === undefined) throw refused('the issuer of a visa is not trusted');
  const { jku } = token;
  // Before any key is fetched; keys are only ever fetched from where the operator said.
  if (typeof jku !== 'string') throw refused('a visa without jku is a token for its issuer, not a document');
  if ('jku' in issuer.keys && issuer.keys.jku !== jku) throw refused('the jku of a visa is not that of its issuer');
  const stated = objectOf(token.claims['ga4gh_visa_v1']);
  const said = stated === undefined ? undefined : visaOf(stated);
  if (stated === undefined || said === undefined) throw refused('what a visa says is malformed, or of a custom type');
  if (!issuer.types.has(said.type)) throw refused(`the issuer of a visa is not trusted for ${said.type}`);
  if (sources.get(said.source)?.has(said.type) !== true) {
    throw refused(`the source of a visa is not trusted for ${said.type}`);
  }
  const conditions = Object.hasOwn(stated, 'conditions') ? readConditions(stated['conditions']) : [];
  if (conditions === undefined) throw refused('the conditions of a visa are malformed');
  const checks = { issuer: issuer.issuer, algorithms: passportAlgorithms, now, clockSkewSeconds };
  const claims = await verifiedClaims(token, issuer.keySet, checks);
  return {
    identity: { sub: subjectOf(claims), iss: issuer.issuer },
    visa: { ...said, expires: endOf(claims, said.asserted, maxAgeSeconds, now) },
    ...(Object.hasOwn(stated, 'conditions') ? { conditions } : {}),
  };
}

function subjectOf({ sub, iat, scope }: JWTPayload): string {
  if (typeof sub !== 'string' || sub === '') throw refused('a visa needs a subject');
  if (iat === undefined) throw refused('a visa needs the time at which it was issued');
  if (scope !== undefined && (typeof scope !== 'string' || scope.split(' ').includes('openid'))) {
    throw refused('a visa must not be an access token');
  }
  return sub;
}

/** When a visa ends, milliseconds since 1970: as it says, or when what its source asserted is too old. */
function endOf({ exp }: JWTPayload, asserted: number, maxAgeSeconds: number, now: number): number {
  const ends = Math.min(exp! * 1000, asserted + maxAgeSeconds * 1000); // required when the claims were verified
  if (asserted > now + clockSkewSeconds * 1000) throw refused('a visa was asserted in the future');
  if (ends <= now) throw refused('a visa has ended, or was asserted too long ago');
  return ends;
}

const authorities = ['self', 'peer', 'system', 'so', 'dac'];
const isUrl = (text: string): boolean => text.length <= 255 && /^[a-z][a-z0-9+.-]*:\S+$/i.test(text);

/** What `ga4gh_visa_v1` says; undefined when it is malformed or of a type that is not one of the standard five. */
function visaOf(stated: Readonly<Record<string, unknown>>): Omit<Visa, 'expires'> | undefined {
  const { type, value, source, by, asserted } = stated;
  if (typeof type !== 'string' || !visaTypes.some((one) => one === type)) return undefined;
  if (typeof value !== 'string' || typeof source !== 'string' || !isUrl(source)) return undefined;
  if (typeof asserted !== 'number' || !Number.isFinite(asserted) || asserted < 0) return undefined;
  if (by !== undefined && !(typeof by === 'string' && authorities.includes(by))) return undefined;
  if (!isWellFormed(type, value, by)) return undefined;
  return { type, value, source, asserted: asserted * 1000, ...(by === undefined ? {} : { by }) };
}

/** What the standard asks of each type beyond the common form. */
function isWellFormed(type: string, value: string, by: string | undefined): boolean {
  switch (type) {
    case 'AffiliationAndRole':
      return affiliationOf(value) !== undefined;
    case 'AcceptedTermsAndPolicies':
    case 'ControlledAccessGrants':
      return isUrl(value) && by !== undefined;
    case 'ResearcherStatus':
      return isUrl(value);
    default:
      return linkedIdentities(value).length > 0;
  }
}

/** The institution of `role@institution`; undefined without an `@`, a role or an institution. */
export function affiliationOf(value: string): string | undefined {
  const at = value.indexOf('@');
  return at <= 0 || at === value.length - 1 ? undefined : value.slice(at + 1);
}

/** The identities that the value of LinkedIdentities lists; empty when one of them is malformed. */
export function linkedIdentities(value: string): { sub: string; iss: string }[] {
  const identities: { sub: string; iss: string }[] = [];
  for (const entry of value.split(';')) {
    const [sub, iss, ...rest] = entry.split(',');
    if (sub === undefined || iss === undefined || sub === '' || iss === '' || rest.length > 0) return [];
    try {
      identities.push({ sub: decodeURIComponent(sub), iss: decodeURIComponent(iss) });
    } catch {
      return [];
    }
  }
  return identities;
}
