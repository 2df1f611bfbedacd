/** A member of a community, and the Endpoint that it is kept as. See docs/reference/discovery.md */
import { canonical } from '../../fhir/canonical.ts';
import type { Definitions } from '../../fhir/definitions/model.ts';
import { type Json, type JsonObject, objectOf, objectsOf, type Resource } from '../../fhir/json.ts';

export const memberships = ['pending', 'approved', 'refused', 'left'] as const;
export type Membership = (typeof memberships)[number];

/** What can be wrong with a member: the codes of our CodeSystem member-problem. */
export type MemberProblem =
  | 'no-answer'
  | 'wrong-version'
  | 'wrong-role'
  | 'wrong-address'
  | 'certificate'
  | 'no-summary'
  | 'old-summary';

export interface Member {
  /** of its Endpoint */
  id: string;
  /** base address without a trailing slash; undefined where the Endpoint has none that can be asked */
  address?: string;
  name?: string;
  status: string;
  membership: Membership;
  reason?: string;
  /** codes of our CodeSystem endpoint-role */
  roles: readonly string[];
  /** FHIR versions that the Endpoint states with its media types, such as 4.0 */
  versions: readonly string[];
  problems: readonly MemberProblem[];
  /** `Organization/id` */
  organization?: string;
  /** milliseconds since 1970 */
  seen?: number;
  certificateUntil?: number;
}

/** What a check or a steward changes. */
export interface MemberChange {
  status?: string;
  membership?: Membership;
  /** null takes it away */
  reason?: string | null;
  problems?: readonly MemberProblem[];
  seen?: number;
  certificateUntil?: number;
  /** beginnings of what else than its own it may publish for */
  speaksFor?: readonly string[];
}

/** The base address as members are told apart by it. */
export const baseOf = (address: string): string => address.replace(/\/+$/, '');

export function memberOf(endpoint: Resource): Member {
  const extensions = objectsOf(endpoint['extension']);
  const valuesOf = (url: string): Json[] =>
    extensions.filter((one) => one['url'] === url).map((one) => Object.entries(one).find(isValue)?.[1] ?? null);
  const texts = (url: string): string[] => valuesOf(url).filter((one) => typeof one === 'string');
  const [stated = 'approved'] = texts(canonical.membership);
  const address = endpoint['address'];
  const seen = Date.parse(texts(canonical.lastSeen)[0] ?? '');
  const until = Date.parse(texts(canonical.certificateUntil)[0] ?? '');
  const [reason] = texts(canonical.membershipReason);
  const organization = objectOf(endpoint['managingOrganization'])?.['reference'];
  const name = endpoint['name'];
  return {
    id: String(endpoint['id']),
    status: String(endpoint['status']),
    // What is not understood is not let in.
    membership: memberships.find((one) => one === stated) ?? 'pending',
    roles: payloadsOf(endpoint).flatMap(({ codes }) => codes),
    versions: payloadsOf(endpoint).flatMap(({ types }) => types.flatMap(versionOfType)),
    problems: objectsOf(valuesOf(canonical.memberProblem)).map((coding) => coding['code'] as MemberProblem), // written by endpointWith
    ...(typeof address === 'string' && isAskable(address) ? { address: baseOf(address) } : {}),
    ...(typeof name === 'string' ? { name } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(typeof organization === 'string' ? { organization } : {}),
    ...(Number.isNaN(seen) ? {} : { seen }),
    ...(Number.isNaN(until) ? {} : { certificateUntil: until }),
  };
}

const isValue = ([name]: [string, Json]): boolean => name.startsWith('value');

/** Whether a FHIR server can be asked there: http or https, no user, no query, no fragment. */
export function isAskable(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password, search, hash } = new URL(address);
  return /^https?:$/.test(protocol) && username === '' && password === '' && search === '' && hash === '';
}

/** One that states no role may hold data. */
export const mayHoldData = ({ roles }: Pick<Member, 'roles'>): boolean =>
  roles.length === 0 || roles.includes('repository');

interface Payload {
  codes: string[];
  types: string[];
}

/** R4 states payload types and media types beside each other, R5 together. */
function payloadsOf(endpoint: Resource): Payload[] {
  const textsOf = (value: Json | undefined): string[] =>
    Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  const codesOf = (concepts: Json | undefined): string[] =>
    objectsOf(concepts)
      .flatMap((concept) => objectsOf(concept['coding']))
      .filter((coding) => coding['system'] === canonical.endpointRole)
      .map((coding) => String(coding['code']));
  const beside = { codes: codesOf(endpoint['payloadType']), types: textsOf(endpoint['payloadMimeType']) };
  const together = objectsOf(endpoint['payload']).map((one) => ({
    codes: codesOf(one['type']),
    types: textsOf(one['mimeType']),
  }));
  return [beside, ...together];
}

/** https://hl7.org/fhir/R4B/versioning.html#mt-version */
function versionOfType(type: string): string[] {
  const version = /;\s*fhirVersion="?([\d.]+)/i.exec(type)?.[1];
  return version === undefined ? [] : [version];
}

/** An Endpoint for a server that asks to join. */
export function newEndpoint(
  {
    id,
    address,
    name,
    roles,
    organization,
    contact,
  }: {
    id: string;
    address: string;
    name: string;
    roles: readonly string[];
    organization: string;
    contact?: JsonObject;
  },
  definitions: Definitions,
): Resource {
  const elements = definitions.types['Endpoint']!.elements;
  const connection: JsonObject = { system: canonical.connectionType, code: 'hl7-fhir-rest' };
  const types = roles.map((code) => ({ coding: [{ system: canonical.endpointRole, code }] }));
  return {
    resourceType: 'Endpoint',
    id,
    meta: { profile: [`${canonical.structureDefinitions}member`] },
    status: 'off',
    connectionType: elements['connectionType']!.max === 1 ? connection : [{ coding: [connection] }],
    name,
    managingOrganization: { reference: organization },
    ...(contact === undefined ? {} : { contact: [contact] }),
    ...('payload' in elements ? { payload: [{ type: types }] } : { payloadType: types }),
    address,
  };
}

/** The Endpoint with what has changed; everything else stays as it is. */
export function endpointWith(endpoint: Resource, change: MemberChange): Resource {
  const { status, membership, reason, problems, seen, certificateUntil, speaksFor } = change;
  const instant = (at: number): string => new Date(at).toISOString();
  const replaced: [url: string, values: JsonObject[]][] = [
    ...entry(canonical.membership, membership, (one) => [{ valueCode: one }]),
    ...entry(canonical.membershipReason, reason, (one) => (one === null ? [] : [{ valueString: one }])),
    ...entry(canonical.lastSeen, seen, (one) => [{ valueInstant: instant(one) }]),
    ...entry(canonical.certificateUntil, certificateUntil, (one) => [{ valueDateTime: instant(one) }]),
    ...entry(canonical.speaksFor, speaksFor, (all) => all.map((one) => ({ valueString: one }))),
    ...entry(canonical.memberProblem, problems, (all) =>
      all.map((code) => ({ valueCoding: { system: canonical.memberProblemCode, code } })),
    ),
  ];
  const urls = new Set(replaced.map(([url]) => url));
  const extension = [
    ...objectsOf(endpoint['extension']).filter((one) => !urls.has(String(one['url']))),
    ...replaced.flatMap(([url, values]) => values.map((value) => ({ url, ...value }))),
  ];
  const { extension: _, ...rest } = endpoint;
  return {
    ...rest,
    ...(extension.length === 0 ? {} : { extension }),
    ...(status === undefined ? {} : { status }),
  } as Resource; // the type is among the rest
}

function entry<T>(url: string, value: T | undefined, values: (value: T) => JsonObject[]): [string, JsonObject[]][] {
  return value === undefined ? [] : [[url, values(value)]];
}

const restricted: JsonObject = { system: canonical.confidentiality, code: 'R' };

/** Hides a resource from those without the right to read everything, or shows it to all. Other labels stay. */
export function shownTo(resource: Resource, audience: 'all' | 'stewards'): Resource {
  const meta = objectOf(resource['meta']) ?? {};
  const labels = objectsOf(meta['security']).filter(
    ({ system, code }) => system !== restricted['system'] || code !== restricted['code'],
  );
  const security = audience === 'all' ? labels : [...labels, restricted];
  const { security: _, ...others } = meta;
  const shown = { ...others, ...(security.length === 0 ? {} : { security }) };
  const { meta: __, ...rest } = resource;
  return (Object.keys(shown).length === 0 ? rest : { ...rest, meta: shown }) as Resource; // the type is among the rest
}
