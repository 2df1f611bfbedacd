/** What a question asks of servers: as a search for Endpoints, and as a look at what a server says of itself. https://hl7.org/fhir/R4B/endpoint.html#search */
import { canonical } from '../../../fhir/canonical.ts';
import { operationUrl } from '../../../fhir/specification/operation.ts';
import type { FoundServer } from '../answer.ts';
import type { Parameter } from '../count/patient-search.ts';
import type { Question, ServerCriteria } from '../question/question.ts';
import { reasonText } from '../reason/reason.ts';
import { escapeValue } from '../server/bundle.ts';
import { type Peer, releaseOf } from '../server/peer.ts';

/** Whether a discovery server has our search parameters. */
export const knowsServers = ({ types }: Peer): boolean =>
  types.get('Endpoint')?.has('seen') === true && types.get('CapabilityStatement')?.has('operation') === true;

const able = '_has:CapabilityStatement:endpoint:';
const versions: Readonly<Record<string, readonly string[]>> = {
  R4: ['4.0.0', '4.0.1', '4.0'],
  R4B: ['4.3.0', '4.3', '4.1.0'],
  R5: ['5.0.0', '5.0'],
};
const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Parameters of a search for Endpoints on a discovery server that knows ours. Each must hold. */
export function endpointParameters({ servers = {} }: Question, now: number): Parameter[] {
  const anyOf = (name: string, values: readonly string[] | undefined): Parameter[] =>
    values === undefined ? [] : [[name, values.map(escapeValue).join(',')]];
  const allOf = (name: string, values: readonly string[] | undefined): Parameter[] =>
    (values ?? []).map((value) => [name, escapeValue(value)]);
  const seen = sinceOf(servers, now);
  return [
    ...anyOf('organization.address-country', servers.country),
    ...anyOf('organization._language', servers.language),
    ...(servers.role === undefined
      ? []
      : [['payload-type', servers.role.map((role) => `${canonical.endpointRole}|${role}`).join(',')] as const]),
    ...anyOf(
      `${able}fhir-version`,
      servers.fhirVersion?.flatMap((one) => versions[one] ?? [one]),
    ),
    ...allOf(`${able}resource`, servers.type),
    ...allOf(`${able}search-parameter`, servers.searchParameter?.filter(isUrl)),
    ...allOf(
      `${able}operation`,
      servers.operation?.map((one) => (isUrl(one) ? one : operationUrl(bare(one)))),
    ),
    ...allOf(`${able}supported-profile`, servers.profile),
    ...anyOf(`${able}security-service`, servers.security),
    ...(servers.name === undefined ? [] : [['name:contains', escapeValue(servers.name)] as const]),
    ...(seen === undefined ? [] : [['seen', `ge${seen}`] as const]),
  ];
}

const isUrl = (text: string): boolean => /^https?:/.test(text);
const bare = (operation: string): string => operation.replace(/^.*\$/, '');

function sinceOf({ seenWithin }: ServerCriteria, now: number): string | undefined {
  const [, number, unit] = /^(\d+)\s*([mhdw])$/.exec(seenWithin ?? '') ?? [];
  return unit === undefined ? undefined : new Date(now - Number(number) * unitMs[unit]!).toISOString();
}

/** What an Endpoint itself says; a server of which a thing is not said is not left out for it. */
export function isNamedAsWanted(server: FoundServer, { servers = {} }: Question): boolean {
  const { country, role, name } = servers;
  if (country !== undefined && server.country !== undefined && !country.includes(server.country.toUpperCase())) {
    return false;
  }
  if (role !== undefined && !server.roles.some((one) => role.includes(one))) return false;
  const words = [server.name ?? '', server.organization ?? ''].join(' ').toLowerCase();
  return name === undefined || words.trim() === '' || words.includes(name.toLowerCase());
}

/** Whether what a question asks of servers stands in their CapabilityStatement. */
export const asksOfCapabilities = ({ servers = {} }: Question): boolean =>
  [servers.fhirVersion, servers.type, servers.searchParameter, servers.operation].some((one) => one !== undefined);

/** Why a server is not wanted, by what it says that it can do; undefined where it is. */
export function whyNotWanted(peer: Peer, { servers = {} }: Question): string | undefined {
  const { fhirVersion, type = [], searchParameter = [], operation = [] } = servers;
  const own = [releaseOf(peer.fhirVersion), peer.fhirVersion];
  if (fhirVersion !== undefined && !fhirVersion.some((one) => own.includes(one))) {
    return reasonText('not-wanted-version', { own: own[0]!, wanted: fhirVersion.join(' or ') });
  }
  const lacking = type.find((one) => !peer.types.has(one));
  if (lacking !== undefined) return reasonText('not-wanted-type', { type: lacking });
  const parameter = searchParameter.filter((one) => !isUrl(one)).find((one) => !searches(peer, one));
  if (parameter !== undefined) return reasonText('not-wanted-parameter', { parameter });
  const offered = [...peer.operations].flatMap(([path, url]) => [bare(path), url.split('|')[0]!]);
  const missing = operation.find((one) => !offered.includes(isUrl(one) ? one : bare(one)));
  return missing === undefined ? undefined : reasonText('not-wanted-operation', { operation: missing });
}

function searches({ types }: Peer, text: string): boolean {
  const [first, ...rest] = text.split('.');
  if (rest.length === 0) return [...types.values()].some((names) => names.has(text));
  return types.get(first!)?.has(rest.join('.')) === true;
}
