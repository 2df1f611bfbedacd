/** What the claims of a checked token mean here. https://www.rfc-editor.org/rfc/rfc9068#section-2.2 */
import type { AccessContext, Subject } from '../../conditions/access-context.ts';
import { parseScope, type Scope } from '../../conditions/scope.ts';
import { objectOf } from '../outbound.ts';
import { purposeOf } from '../purpose.ts';
import { countryForm, idForm, rightsOf } from '../static-token.ts';
import { refused } from '../token-source.ts';
import type { ClaimPath, IssuerSettings } from './settings.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** The words of the claim `scope`. Throws `login` for a claim of another form: what it restricts is not known. */
export function scopeWords({ scope }: Claims): readonly string[] {
  if (scope === undefined) return [];
  if (typeof scope !== 'string') throw refused('its claim scope must be a text');
  return scope.split(' ').filter((word) => word !== '');
}

/**
 * Who asks, as `claims` say. A claim that is there but is not understood satisfies nothing; it is never as if it were
 * absent. `digest` names tokens that have no name of their own.
 */
export function contextOfClaims(claims: Claims, settings: IssuerSettings, digest: string): AccessContext {
  const { claims: mapping, issuer } = settings;
  const at = (path: ClaimPath | undefined): unknown => (path === undefined ? undefined : valueAt(claims, path));
  const client = textOf(claims['client_id']) ?? textOf(claims['azp']);
  const user = userOf(at(mapping.fhirUser));
  const context: AccessContext = {
    subject: subjectOf(claims, issuer, client, textOf(at(mapping.name)), user),
    rights: rightsOf(rightNamesOf(at(mapping.roles?.claim), mapping.roles?.rights)),
    tokenId: typeof claims['jti'] === 'string' ? `${issuer} ${claims['jti']}` : digest,
  };
  if (client !== undefined) context.client = client;
  const scopes = scopesOf(scopeWords(claims), settings);
  if (scopes !== undefined) context.scopes = scopes;
  const patient = mapping.patient === undefined ? user : patientOf(at(mapping.patient));
  if (patient !== undefined) context.patient = patient;
  const purposes = textsOf(at(mapping.purposes));
  if (purposes !== undefined) context.purposes = purposes.map(purposeOf).filter((one) => one !== undefined);
  const project = textOf(at(mapping.project));
  if (project !== undefined) context.project = project;
  const affiliations = textsOf(at(mapping.affiliations));
  if (affiliations !== undefined) context.affiliations = affiliations;
  const country = textOf(at(mapping.country));
  if (country !== undefined && countryForm.test(country)) context.country = country;
  const forProfit = at(mapping.forProfit);
  if (typeof forProfit === 'boolean') context.forProfit = forProfit;
  const acceptedTerms = textsOf(at(mapping.acceptedTerms));
  if (acceptedTerms !== undefined) context.acceptedTerms = acceptedTerms;
  if (typeof claims['exp'] === 'number') context.expires = (claims['exp'] + settings.clockSkewSeconds) * 1000;
  return context;
}

/** A client that acts for itself is a service; its name tells it from those of the access file and of other issuers. */
function subjectOf(
  claims: Claims,
  issuer: string,
  client: string | undefined,
  name: string | undefined,
  patient: string | undefined,
): Subject {
  const id = textOf(claims['sub']) ?? client;
  if (id === undefined) throw refused('it needs a subject');
  if (id === client) return { kind: 'service', name: `${client} of ${issuer}` };
  return {
    kind: 'person',
    issuer,
    id,
    ...(name === undefined ? {} : { name }),
    ...(patient === undefined ? {} : { patient }),
  };
}

function valueAt(claims: Claims, path: ClaimPath): unknown {
  let value: unknown = claims;
  for (const name of path) {
    const members = objectOf(value);
    value = members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;
  }
  return value;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** A text is a list of one. What is there but is neither is an empty list. */
function textsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.filter((one) => textOf(one) !== undefined);
  return typeof value === 'string' && value !== '' ? [value] : [];
}

function rightNamesOf(roles: unknown, rights: ReadonlyMap<string, readonly string[]> | undefined): ReadonlySet<string> {
  return new Set((textsOf(roles) ?? []).flatMap((role) => rights?.get(role) ?? []));
}

/** A word that is meant as a SMART scope counts as one, so that a malformed one does not lift all restrictions. */
function scopesOf(words: readonly string[], settings: IssuerSettings): readonly Scope[] | undefined {
  const meant = words.filter((word) => /^(?:patient|user|system)\//i.test(word));
  if (meant.length > 0) return meant.map(parseScope).filter((scope) => scope !== undefined);
  return settings.withoutScopes === 'unrestricted' ? undefined : settings.withoutScopes;
}

/** `Patient/id` or the id alone. */
function patientOf(value: unknown): string | undefined {
  const id = textOf(value)?.replace(/^Patient\//, '');
  return id !== undefined && idForm.test(id) ? id : undefined;
}

const userOf = (value: unknown): string | undefined =>
  textOf(value)?.startsWith('Patient/') === true ? patientOf(value) : undefined;
