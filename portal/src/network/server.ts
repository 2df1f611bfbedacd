/** A server of the community as the home server knows it, read from its Endpoint, Organization and CapabilityStatement in any FHIR version. See docs/reference/discovery.md */
import { canonical } from '../../../src/fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, objectsOf } from '../../../src/fhir/json.ts';
import { baseOf } from '../server/address.ts';
import type { Role } from '../server/query.ts';
import { countryCode } from './country.ts';

/** How a server is, as far as the home server knows. `unchecked`: it knows it from another server alone. */
export const healths = ['well', 'problem', 'failing', 'off', 'waiting', 'refused', 'left', 'unchecked'] as const;
export type Health = (typeof healths)[number];

export interface NetworkServer {
  /** of its Endpoint; '' for a home server that has none */
  readonly id: string;
  readonly base: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly health: Health;
  /** codes of our CodeSystem member-problem */
  readonly problems: readonly string[];
  /** why its membership is as it is, as a steward said */
  readonly reason?: string;
  readonly seen?: string;
  readonly certificateUntil?: string;
  readonly organisation?: string;
  /** two letters of ISO 3166, or what stands there */
  readonly country?: string;
  readonly city?: string;
  /** servers by which the home server came to know it, the first one first */
  readonly hops: readonly string[];
  /** such as R4B, or the number where it has no such name */
  readonly version?: string;
  readonly software?: string;
  readonly isHome: boolean;
}

/** What the home server answered. */
export interface Community {
  readonly endpoints: readonly JsonObject[];
  readonly organisations: readonly JsonObject[];
  readonly statements: readonly JsonObject[];
}

export interface HomeFacts {
  readonly base: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly fhirVersion: string;
  readonly software: string;
}

export function serversOf({ endpoints, organisations, statements }: Community, home: HomeFacts): NetworkServer[] {
  const organisationOf = new Map(organisations.map((one) => [`Organization/${String(one['id'])}`, one]));
  const statementOf = new Map(
    statements.map((one) => [textOf(objectOf(extensionsOf(one, canonical.endpoint)[0])?.['reference']) ?? '', one]),
  );
  const byBase = new Map<string, NetworkServer>();
  for (const endpoint of endpoints) {
    const server = serverOf(endpoint, { organisationOf, statementOf, home });
    const known = byBase.get(server.base);
    // What the home server checks itself says more than what it heard of the same server.
    if (server.base !== '' && (known === undefined || known.health === 'unchecked')) byBase.set(server.base, server);
  }
  if (!byBase.has(home.base)) byBase.set(home.base, homeServer(home));
  return [...byBase.values()].sort(byName);
}

const byName = (x: NetworkServer, y: NetworkServer): number =>
  x.name.localeCompare(y.name) || (x.base < y.base ? -1 : 1);

const homeServer = (home: HomeFacts): NetworkServer => ({
  id: '',
  base: home.base,
  name: home.name,
  roles: home.roles,
  health: 'well',
  problems: [],
  hops: [],
  ...versionPart(home.fhirVersion),
  ...(home.software === '' ? {} : { software: home.software }),
  isHome: true,
});

interface Around {
  organisationOf: ReadonlyMap<string, JsonObject>;
  statementOf: ReadonlyMap<string, JsonObject>;
  home: HomeFacts;
}

function serverOf(endpoint: JsonObject, { organisationOf, statementOf, home }: Around): NetworkServer {
  const id = String(endpoint['id']);
  const base = baseOf(textOf(endpoint['address']) ?? '');
  const isHome = base === home.base;
  const managing = objectOf(endpoint['managingOrganization']);
  const organisation = organisationOf.get(textOf(managing?.['reference']) ?? '');
  const statement = statementOf.get(`Endpoint/${id}`);
  const hops = texts(endpoint, canonical.hop);
  const problems = objectsOf(extensionsOf(endpoint, canonical.memberProblem)).map(({ code }) => String(code));
  const organisationName = textOf(organisation?.['name']) ?? textOf(managing?.['display']);
  const software = isHome ? home.software : softwareOf(statement);
  const payloads = payloadsOf(endpoint);
  const version =
    (isHome ? home.fhirVersion : undefined) ??
    statedVersion(statement) ??
    payloads.flatMap(({ versions }) => versions)[0];
  return {
    id,
    base,
    name: textOf(endpoint['name']) ?? organisationName ?? base,
    roles: isHome && home.roles.length > 0 ? home.roles : rolesOf(payloads.flatMap(({ codes }) => codes)),
    health: isHome ? 'well' : healthOf(endpoint, problems, hops.length > 0),
    problems,
    hops: hops.map(baseOf),
    isHome,
    ...part('reason', texts(endpoint, canonical.membershipReason)[0]),
    ...part('seen', texts(endpoint, canonical.lastSeen)[0]),
    ...part('certificateUntil', texts(endpoint, canonical.certificateUntil)[0]),
    ...part('organisation', organisationName),
    ...placeOf(organisation),
    ...versionPart(version),
    ...part('software', software === '' ? undefined : software),
  };
}

function healthOf(endpoint: JsonObject, problems: readonly string[], isTold: boolean): Health {
  const membership = texts(endpoint, canonical.membership)[0] ?? 'approved';
  const status = textOf(endpoint['status']);
  // The membership of a server that was heard of is the one that it has elsewhere.
  if (isTold && membership !== 'approved')
    return status === 'active' ? 'unchecked' : status === 'error' ? 'failing' : 'off';
  if (membership === 'refused' || membership === 'left') return membership;
  if (membership !== 'approved') return 'waiting';
  if (status === 'error') return 'failing';
  if (status !== 'active') return 'off';
  if (problems.length > 0) return 'problem';
  return texts(endpoint, canonical.lastSeen).length === 0 ? 'unchecked' : 'well';
}

interface Payload {
  codes: string[];
  versions: string[];
}

/** R4 states payload types and media types beside each other, R5 together. */
function payloadsOf(endpoint: JsonObject): Payload[] {
  const of = (types: Json | undefined, media: Json | undefined): Payload => ({
    codes: objectsOf(types)
      .flatMap((concept) => objectsOf(concept['coding']))
      .filter(({ system }) => system === canonical.endpointRole)
      .map(({ code }) => String(code)),
    versions: (Array.isArray(media) ? media : []).flatMap((one) => {
      const version = typeof one === 'string' ? /;\s*fhirVersion="?([\d.]+)/i.exec(one)?.[1] : undefined;
      return version === undefined ? [] : [version];
    }),
  });
  return [
    of(endpoint['payloadType'], endpoint['payloadMimeType']),
    ...objectsOf(endpoint['payload']).map((one) => of(one['type'], one['mimeType'])),
  ];
}

const roleOfCode: Readonly<Record<string, Role>> = {
  repository: 'repository',
  'metadata-registry': 'registry',
  discovery: 'discovery',
};

const rolesOf = (codes: readonly string[]): Role[] => [...new Set(codes.flatMap((code) => roleOfCode[code] ?? []))];

/** R5 has the address among the contacts. */
function placeOf(organisation: JsonObject | undefined): { country?: string; city?: string } {
  const addresses = [
    ...objectsOf(organisation?.['address']),
    ...objectsOf(objectsOf(organisation?.['contact']).flatMap(({ address = null }) => [address])),
  ];
  const of = (name: string): string | undefined => addresses.map((one) => textOf(one[name])).find((one) => one);
  const country = of('country');
  return { ...part('country', country === undefined ? undefined : countryCode(country)), ...part('city', of('city')) };
}

function statedVersion(statement: JsonObject | undefined): string | undefined {
  if (statement === undefined) return undefined;
  return texts(statement, canonical.fhirVersion)[0] ?? textOf(statement['fhirVersion']);
}

export function softwareOf(statement: JsonObject | undefined): string {
  const software = objectOf(statement?.['software']);
  return [textOf(software?.['name']), textOf(software?.['version'])].filter((one) => one !== undefined).join(' ');
}

const versionNames: readonly (readonly [beginning: string, name: string])[] = [
  ['3.0', 'STU3'],
  ['4.0', 'R4'],
  ['4.3', 'R4B'],
  ['4.1', 'R4B'],
  ['5.0', 'R5'],
  ['6.0', 'R6'],
];

export const versionName = (version: string): string =>
  versionNames.find(([beginning]) => version.startsWith(beginning))?.[1] ?? version;

const versionPart = (version: string | undefined): { version?: string } =>
  version === undefined || version === '' ? {} : { version: versionName(version) };

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Values of the extensions with the URL. */
function extensionsOf(resource: JsonObject, url: string): Json[] {
  return objectsOf(resource['extension'])
    .filter((one) => one['url'] === url)
    .flatMap((one) => Object.entries(one).find(([name]) => name.startsWith('value'))?.[1] ?? []);
}

const texts = (resource: JsonObject, url: string): string[] =>
  extensionsOf(resource, url).filter((one) => typeof one === 'string');

const part = <Name extends string>(name: Name, value: string | undefined): { [key in Name]?: string } =>
  value === undefined ? {} : ({ [name]: value } as { [key in Name]: string }); // exactly this key
