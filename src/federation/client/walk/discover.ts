/** Walks discovery servers for the registries and repositories that they name. https://hl7.org/fhir/R4B/endpoint.html */
import { canonical } from '../../../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import type { FoundServer, Role } from '../answer.ts';
import type { Parameter } from '../count/patient-search.ts';
import type { Question } from '../question/question.ts';
import { reasonText } from '../reason/reason.ts';
import { pagesOf, queryOf, textOf } from '../server/bundle.ts';
import { problemOf, ServerError } from '../server/fault.ts';
import type { Peer } from '../server/peer.ts';
import {
  asksOfCapabilities,
  endpointParameters,
  isNamedAsWanted,
  knowsServers,
  whyNotWanted,
} from './server-criteria.ts';
import { baseOf, type Walk } from './walk.ts';

const roles: readonly Role[] = ['repository', 'metadata-registry', 'discovery'];

/** Who is told while the walk goes on. */
export interface Visitor {
  /**
   * Whether only those need be named that may lead to data which no content summary speaks for: other registries and
   * discovery servers, and members without a summary. So the listing does not grow with the community.
   */
  withoutSummarised?: boolean;
  /** a server that the question wants, the first time that it is named */
  onServer?(server: FoundServer): void;
  /** a discovery server that told all that it names */
  onListed?(base: string, named: readonly FoundServer[]): void;
}

/** Every server that the discovery servers `from`, and those they lead to, name and the question wants. */
export async function discoverServers(
  walk: Walk,
  from: readonly string[],
  question: Question,
  visitor: Visitor = {},
): Promise<FoundServer[]> {
  const found = new Map<string, FoundServer>();
  const visited = new Set<string>();
  const visit = async (base: string, depth: number): Promise<void> => {
    if (visited.has(base)) return;
    const reason =
      depth > walk.limits.depth
        ? reasonText('too-many-steps', { most: walk.limits.depth })
        : visited.size >= walk.limits.servers
          ? reasonText('too-many-discovery-servers')
          : undefined;
    if (reason !== undefined) return walk.problem({ server: base, step: 'discover', reason });
    visited.add(base);
    const further: Promise<void>[] = [];
    const named: FoundServer[] = [];
    await namedBy(walk, base, question, visitor.withoutSummarised === true, (server, isWanted) => {
      if (server.roles.includes('discovery')) further.push(visit(server.base, depth + 1));
      if (!isWanted) return;
      named.push(server);
      if (found.has(server.base)) return;
      found.set(server.base, server);
      walk.emit({ kind: 'server', server });
      visitor.onServer?.(server);
    });
    visitor.onListed?.(base, named);
    await Promise.all(further);
  };
  await Promise.all(from.map((base) => visit(baseOf(base), 0)));
  return [...found.values()];
}

const endpoints: readonly Parameter[] = [
  ['connection-type', `${canonical.connectionType}|hl7-fhir-rest`],
  ['status', 'active'],
];
const include: Parameter = ['_include', 'Endpoint:organization'];
const pageSize: Parameter = ['_count', '500'];
const payload = (...codes: readonly Role[]): Parameter => [
  'payload-type',
  codes.map((code) => `${canonical.endpointRole}|${code}`).join(','),
];
/** What a discovery server notes of members that no summary, or only an old one, speaks for. See docs/reference/discovery.md */
const unsummarised: Parameter = ['problem', 'no-summary,old-summary'];
/** Members that were not looked at yet; nothing is noted of them. */
export const unseen: Parameter = ['seen:missing', 'true'];

/** Whether a discovery server can tell which of its members no summary speaks for. */
export const notesSummaries = ({ types }: Peer): boolean =>
  ['problem', 'seen'].every((name) => types.get('Endpoint')?.has(name)) &&
  ['content-code', 'endpoint', 'date'].every((name) => types.get('MeasureReport')?.has(name));

/** What a discovery server can do; undefined where it does not say. */
async function peerOf(walk: Walk, base: string): Promise<Peer | undefined> {
  try {
    return await walk.peer(base);
  } catch (error) {
    // It is told of when the search fails too.
    if (error instanceof ServerError) return undefined;
    throw error;
  }
}

async function namedBy(
  walk: Walk,
  base: string,
  question: Question,
  withoutSummarised: boolean,
  onServer: (server: FoundServer, isWanted: boolean) => void,
): Promise<void> {
  const asked = endpointParameters(question, walk.now());
  const wanted = (server: FoundServer): void => onServer(server, true);
  try {
    // One of which nothing is asked but what it names needs not be asked what it can do.
    const peer = asked.length > 0 || withoutSummarised ? await peerOf(walk, base) : undefined;
    const canSearch = peer !== undefined && knowsServers(peer);
    if (canSearch && withoutSummarised && notesSummaries(peer)) {
      const those = (...more: readonly Parameter[]): Promise<void> =>
        listed(walk, base, [...endpoints, ...asked, ...more, include], wanted);
      await Promise.all([
        those(payload('metadata-registry')),
        those(unsummarised),
        those(unseen),
        listed(walk, base, [...endpoints, payload('discovery')], (server) => onServer(server, false)),
      ]);
      return;
    }
    if (asked.length === 0) return await listed(walk, base, [...endpoints, include], wanted);
    if (canSearch) {
      await Promise.all([
        listed(walk, base, [...endpoints, ...asked, include], wanted),
        // Other discovery servers are followed whatever is asked of those that they name.
        listed(walk, base, [...endpoints, payload('discovery')], (server) => onServer(server, false)),
      ]);
      return;
    }
    const looks: Promise<void>[] = [];
    await listed(walk, base, [...endpoints, include], (server) => {
      const look = async (): Promise<void> => onServer(server, await isAbleAsWanted(walk, server, question));
      if (isNamedAsWanted(server, question)) looks.push(look());
      else onServer(server, false);
    });
    await Promise.all(looks);
  } catch (error) {
    walk.problem(problemOf(base, 'discover', error));
  }
}

/** By its own CapabilityStatement, where the question asks of that. */
async function isAbleAsWanted(walk: Walk, { base }: FoundServer, question: Question): Promise<boolean> {
  if (!asksOfCapabilities(question)) return true;
  try {
    return whyNotWanted(await walk.peer(base), question) === undefined;
  } catch (error) {
    walk.problem(problemOf(base, 'resolve', error));
    return false;
  }
}

async function listed(
  walk: Walk,
  base: string,
  parameters: readonly Parameter[],
  onServer: (server: FoundServer) => void,
): Promise<void> {
  const query = queryOf('Endpoint', [...parameters, pageSize]);
  for await (const page of pagesOf(walk.http, 'discover', base, query, walk.limits.pages)) {
    const organisations = new Map<string, JsonObject>();
    for (const { resource } of page) {
      if (resource['resourceType'] === 'Organization') {
        organisations.set(`Organization/${textOf(resource['id'])}`, resource);
      }
    }
    for (const { resource } of page) {
      const server = resource['resourceType'] === 'Endpoint' ? serverOf(resource, organisations, base) : undefined;
      if (server !== undefined) onServer(server);
    }
  }
}

function serverOf(
  endpoint: JsonObject,
  organisations: ReadonlyMap<string, JsonObject>,
  namedBy: string,
): FoundServer | undefined {
  const address = textOf(endpoint['address']);
  if (address === undefined || !/^https?:/.test(address) || !URL.canParse(address)) return undefined;
  const reference = textOf(objectOf(endpoint['managingOrganization'])?.['reference']);
  const owner = reference === undefined ? undefined : organisations.get(reference.split('/').slice(-2).join('/'));
  const name = textOf(endpoint['name']);
  const organization = textOf(owner?.['name']);
  const country = countryOf(owner);
  return {
    base: baseOf(address),
    roles: rolesOf(endpoint),
    ...(name === undefined ? {} : { name }),
    ...(organization === undefined ? {} : { organization }),
    ...(country === undefined ? {} : { country }),
    namedBy,
  };
}

/** R5 states payload types one level deeper than R4. A server of which no role is stated may hold data. */
function rolesOf(endpoint: JsonObject): readonly Role[] {
  const concepts = [
    ...objectsOf(endpoint['payloadType']),
    ...objectsOf(endpoint['payload']).flatMap((one) => objectsOf(one['type'])),
  ];
  const codes = concepts
    .flatMap((concept) => objectsOf(concept['coding']))
    .filter((coding) => coding['system'] === canonical.endpointRole)
    .map((coding) => coding['code']);
  const stated = roles.filter((role) => codes.includes(role));
  return stated.length === 0 ? ['repository'] : stated;
}

function countryOf(organization: JsonObject | undefined): string | undefined {
  const addresses = [
    ...objectsOf(organization?.['address']),
    ...objectsOf(organization?.['contact']).map((contact) => objectOf(contact['address'])),
  ];
  return addresses.map((address) => textOf(address?.['country'])).find((country) => country !== undefined);
}
