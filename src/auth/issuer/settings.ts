/** What the operator states of external issuers: who they are, how their tokens are checked, what their claims mean here. https://www.rfc-editor.org/rfc/rfc9068 */
import type { Scope } from '../../conditions/scope.ts';
import type { Reading } from '../reading.ts';
import { type RightName, rightNames, scopesOf } from '../static-token.ts';

/** A claim by its name, or by the names on the way to it: `['realm_access', 'roles']`. */
export type ClaimPath = readonly string[];

interface ClaimMapping {
  roles?: { claim: ClaimPath; rights: ReadonlyMap<string, readonly RightName[]> };
  name?: ClaimPath;
  purposes?: ClaimPath;
  project?: ClaimPath;
  affiliations?: ClaimPath;
  country?: ClaimPath;
  forProfit?: ClaimPath;
  /** id of the patient in context */
  patient?: ClaimPath;
  /** reference to who the person is on this server; `Patient/id` lets them read their own data */
  fhirUser?: ClaimPath;
  acceptedTerms?: ClaimPath;
}

/** A client's own secret, taken from the environment. */
export interface ClientSecret {
  endpoint: string;
  clientId: string;
  clientSecret: string;
}

/** The portal as a public client of the issuer. */
interface PortalClient {
  clientId: string;
  /** what it asks for; what the issuer offers unless stated */
  scopes?: readonly string[];
  /** by which it asks for a token for this server; absent where the issuer knows it by the client. https://www.rfc-editor.org/rfc/rfc8707 */
  resource?: string;
}

export interface IssuerSettings {
  /** compared letter by letter with `iss` */
  issuer: string;
  /** names of this server; a token must be for one of them */
  audience: readonly string[];
  /** where its keys are; discovered where it is not stated */
  jwksUri?: string;
  /** for tokens that are no JWT */
  introspection?: ClientSecret;
  algorithms: readonly string[];
  claims: ClaimMapping;
  /** what a token may do that states no SMART scope: as far as its rights go, or these scopes (none of them: nothing) */
  withoutScopes: 'unrestricted' | readonly Scope[];
  clockSkewSeconds: number;
  /** people may log in to the portal there */
  portal?: PortalClient;
}

const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const members = [
  'issuer',
  'audience',
  'jwksUri',
  'introspection',
  'algorithms',
  'claims',
  'withoutScopes',
  'clockSkewSeconds',
  'portal',
];
const claimNames = [
  'name',
  'purposes',
  'project',
  'affiliations',
  'country',
  'forProfit',
  'patient',
  'fhirUser',
  'acceptedTerms',
] as const;

type Variables = Readonly<Record<string, string | undefined>>;

/** The member `issuers` of `file`. Throws an Error that says what is wrong. */
export function issuersOf(file: Reading, variables: Variables): readonly IssuerSettings[] {
  const issuers = file.objects('issuers', members).map((entry) => issuerOf(entry, variables));
  if (new Set(issuers.map(({ issuer }) => issuer)).size < issuers.length) {
    throw file.fault('issuers', 'each issuer once');
  }
  // A token that is no JWT does not name its issuer, and must not be shown to others.
  if (issuers.filter(({ introspection }) => introspection !== undefined).length > 1) {
    throw file.fault('issuers', 'of which at most one has "introspection"');
  }
  return issuers;
}

function issuerOf(entry: Reading, variables: Variables): IssuerSettings {
  return {
    issuer: entry.address('issuer'),
    audience: audienceOf(entry),
    ...(entry.has('jwksUri') ? { jwksUri: entry.address('jwksUri') } : {}),
    ...(entry.has('introspection') ? { introspection: clientSecretOf(entry, 'introspection', variables) } : {}),
    algorithms: entry.has('algorithms')
      ? entry.texts('algorithms', `a list of ${algorithms.join(', ')}`, new RegExp(`^(?:${algorithms.join('|')})$`))
      : algorithms,
    claims: entry.has('claims') ? mappingOf(entry.object('claims', ['roles', ...claimNames])) : {},
    withoutScopes: withoutScopesOf(entry),
    clockSkewSeconds: entry.has('clockSkewSeconds') ? entry.whole('clockSkewSeconds', 0, 300) : 30,
    ...(entry.has('portal')
      ? { portal: portalOf(entry.object('portal', ['clientId', 'scopes', 'resource']), audienceOf(entry)) }
      : {}),
  };
}

function portalOf(portal: Reading, audience: readonly string[]): PortalClient {
  const scopes = portal.has('scopes')
    ? portal.texts('scopes', 'a list of scopes without blanks', /^[\x21\x23-\x5b\x5d-\x7e]+$/)
    : undefined;
  // The answer is known to be for this login by the ID token.
  if (scopes?.includes('openid') === false) throw portal.fault('scopes', 'a list with openid in it');
  const resource = resourceOf(portal) ?? audience.find(isResource);
  return {
    clientId: portal.text('clientId'),
    ...(scopes === undefined ? {} : { scopes }),
    ...(resource === undefined || resource === false ? {} : { resource }),
  };
}

function resourceOf(portal: Reading): string | false | undefined {
  const stated = portal.value('resource');
  if (stated === undefined || stated === false) return stated;
  if (typeof stated === 'string' && isResource(stated)) return stated;
  throw portal.fault('resource', 'an address without a fragment, or false');
}

const isResource = (text: string): boolean => /^https?:/.test(text) && URL.canParse(text) && !text.includes('#');

function audienceOf(entry: Reading): readonly string[] {
  const wanted = 'the name (or a list of names) by which tokens mean this server';
  return Array.isArray(entry.value('audience')) ? entry.texts('audience', wanted) : [entry.text('audience', wanted)];
}

/** An endpoint and the credentials for it. */
export function clientSecretOf(entry: Reading, name: string, variables: Variables): ClientSecret {
  const stated = entry.object(name, ['endpoint', 'clientId', 'clientSecretEnv']);
  const variable = stated.text('clientSecretEnv', 'the name of the environment variable that holds the secret');
  const clientSecret = variables[variable];
  if (clientSecret === undefined || clientSecret === '') {
    throw stated.fault('clientSecretEnv', `a variable that is set, and ${variable} is not`);
  }
  return { endpoint: stated.address('endpoint'), clientId: stated.text('clientId'), clientSecret };
}

function withoutScopesOf(entry: Reading): IssuerSettings['withoutScopes'] {
  const stated = entry.value('withoutScopes') ?? 'nothing';
  if (stated === 'nothing') return [];
  if (stated === 'unrestricted') return stated;
  if (Array.isArray(stated)) return scopesOf(entry, 'withoutScopes');
  throw entry.fault('withoutScopes', '"nothing", "unrestricted" or a list of SMART scopes');
}

function mappingOf(claims: Reading): ClaimMapping {
  const mapping: ClaimMapping = {};
  for (const name of claimNames) if (claims.has(name)) mapping[name] = pathOf(claims, name);
  if (claims.has('roles')) {
    const roles = claims.object('roles', ['claim', 'rights']);
    mapping.roles = { claim: pathOf(roles, 'claim'), rights: roleRightsOf(roles) };
  }
  return mapping;
}

function pathOf(entry: Reading, name: string): ClaimPath {
  const wanted = 'the name of a claim, or the list of names that lead to it';
  const stated = entry.value(name);
  return Array.isArray(stated) ? entry.texts(name, wanted) : [entry.text(name, wanted)];
}

function roleRightsOf(roles: Reading): ReadonlyMap<string, readonly RightName[]> {
  const names = Object.keys(Object(roles.value('rights')));
  const rights = roles.object('rights', names);
  return new Map(
    names.map((role) => {
      const form = new RegExp(`^(?:${rightNames.join('|')})$`);
      const given = rights.texts(role, `a list of ${rightNames.join(', ')}`, form);
      return [role, given as readonly RightName[]]; // by the form
    }),
  );
}
