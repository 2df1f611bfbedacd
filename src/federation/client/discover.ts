/** Walks discovery servers for the registries and repositories that they name. https://hl7.org/fhir/R4B/endpoint.html */
import { canonical } from '../../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../fhir/json.ts';
import type { FoundServer, Role } from './answer.ts';
import { type Entry, pagesOf, queryOf, textOf } from './bundle.ts';
import { problemOf } from './http.ts';
import type { Question } from './question.ts';
import { baseOf, type Walk } from './walk.ts';

const roles: readonly Role[] = ['repository', 'metadata-registry', 'discovery'];

/** Every server that the discovery servers `from`, and those they lead to, name and the question wants. */
export async function discoverServers(walk: Walk, from: readonly string[], question: Question): Promise<FoundServer[]> {
  const found = new Map<string, FoundServer>();
  const visited = new Set<string>();
  let next = from.map(baseOf);
  while (next.length > 0) {
    const now = next.filter((base) => !visited.has(base));
    for (const base of now) visited.add(base);
    if (visited.size > walk.limits.servers) {
      for (const server of now) walk.problem({ server, step: 'discover', reason: 'too many discovery servers' });
      break;
    }
    const named = (await Promise.all(now.map((base) => ask(walk, base)))).flat();
    next = named.filter((server) => server.roles.includes('discovery')).map((server) => server.base);
    for (const server of named) {
      if (!isWanted(server, question) || found.has(server.base)) continue;
      found.set(server.base, server);
      walk.emit({ kind: 'server', server });
    }
  }
  return [...found.values()];
}

async function ask(walk: Walk, base: string): Promise<FoundServer[]> {
  const query = queryOf('Endpoint', [
    ['connection-type', `${canonical.connectionType}|hl7-fhir-rest`],
    ['status', 'active'],
    ['_include', 'Endpoint:organization'],
  ]);
  try {
    const entries: Entry[] = [];
    for await (const page of pagesOf(walk.http, 'discover', base, query, walk.limits.pages)) entries.push(...page);
    const organisations = new Map<string, JsonObject>();
    for (const { resource } of entries) {
      if (resource['resourceType'] === 'Organization')
        organisations.set(`Organization/${textOf(resource['id'])}`, resource);
    }
    return entries
      .filter(({ resource }) => resource['resourceType'] === 'Endpoint')
      .map(({ resource }) => serverOf(resource, organisations, base))
      .filter((server) => server !== undefined);
  } catch (error) {
    walk.problem(problemOf(base, 'discover', error));
    return [];
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

/** A server that states no country is not left out: it may be in one that is asked for. */
function isWanted({ country }: FoundServer, { servers }: Question): boolean {
  return servers?.country === undefined || country === undefined || servers.country.includes(country.toUpperCase());
}
