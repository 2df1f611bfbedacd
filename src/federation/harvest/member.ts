/** The servers whose metadata are taken: approved Endpoints, and what each may speak for. https://hl7.org/fhir/R4B/endpoint.html */
import { type Door, resourceOf } from '../../door/index.ts';
import { canonical } from '../../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf, type Resource } from '../../fhir/json.ts';
import { parseReference } from '../../fhir/reference.ts';
import type { Server } from '../../interaction/index.ts';
import { type PageKey, parseSearch } from '../../search/index.ts';

export interface Member {
  /** base address without a slash at its end */
  address: string;
  /** id of its Endpoint here */
  endpoint: string;
  /** beginnings of addresses and identifiers that it may publish for */
  speaksFor: readonly string[];
}

/** The Endpoints of a server by their address, and those that are members. */
export interface Community {
  endpoints: ReadonlyMap<string, string>;
  members: readonly Member[];
}

const withoutSlash = (address: string): string => address.replace(/\/+$/, '');

/** What a search finds, all pages of it. */
export async function searchAll(
  server: Server,
  door: Door,
  type: string,
  parameters: readonly (readonly [string, string])[],
): Promise<Resource[]> {
  const search = parseSearch(type, [...parameters, ['_count', '1000']], {
    ...server.searchContext,
    handling: 'strict',
  });
  const found: Resource[] = [];
  let after: PageKey | undefined;
  do {
    const page = await door.search(search, after);
    found.push(...page.matches.map(resourceOf));
    after = page.next;
  } while (after !== undefined);
  return found;
}

/** Endpoints that were taken over from others are no members: only who writes here says who is. */
export async function communityOf(server: Server, door: Door): Promise<Community> {
  const endpoints = new Map<string, string>();
  const members: Member[] = [];
  for (const resource of await searchAll(server, door, 'Endpoint', [])) {
    const { address, id } = resource;
    if (typeof address !== 'string' || typeof id !== 'string' || isHarvested(resource)) continue;
    const base = withoutSlash(address);
    endpoints.set(base, id);
    if (!isMember(resource) || base === server.base) continue;
    const speaksFor = [...statedIn(resource), ...(await organizationOf(resource, door)), base];
    members.push({ address: base, endpoint: id, speaksFor });
  }
  return { endpoints, members };
}

export const isHarvested = (resource: Resource): boolean =>
  objectsOf(resource['extension']).some(({ url }) => url === canonical.hop);

function isMember(endpoint: Resource): boolean {
  const membership = objectsOf(endpoint['extension']).find(({ url }) => url === canonical.membership)?.['valueCode'];
  const status = endpoint['status'];
  const isApproved = membership === undefined || membership === 'approved';
  return isApproved && status !== 'entered-in-error' && status !== 'suspended' && status !== 'off';
}

const statedIn = (endpoint: Resource): string[] =>
  objectsOf(endpoint['extension'])
    .filter(({ url }) => url === canonical.speaksFor)
    .map((one) => one['valueString'])
    .filter((one) => typeof one === 'string');

/** Identifiers of the organisation that runs it. */
async function organizationOf(endpoint: Resource, door: Door): Promise<string[]> {
  const reference = objectOf(endpoint['managingOrganization'])?.['reference'];
  const target = typeof reference === 'string' ? parseReference(reference) : undefined;
  if (target?.type !== 'Organization' || target.base !== undefined) return [];
  try {
    return identifiersOf(resourceOf(await door.read('Organization', target.id)));
  } catch {
    return []; // it is gone: then nothing follows from it
  }
}

/** Identifiers as rules of trust write them: a URI alone, others after their system. */
export function identifiersOf(resource: JsonObject): string[] {
  const stated = resource['identifier'];
  return (Array.isArray(stated) ? objectsOf(stated) : objectsOf([stated ?? null])).flatMap(({ system, value }) => {
    if (typeof value !== 'string') return [];
    return system === canonical.uri || typeof system !== 'string' ? [value] : [`${system}|${value}`];
  });
}

/** Whether one of the beginnings stands for the address or identifier, as a whole or up to a border. */
export function covers(speaksFor: readonly string[], text: string): boolean {
  const plain = plainOf(text);
  if (plain === undefined) return false;
  return speaksFor.some((beginning) => {
    if (beginning === '*' || plain === beginning) return true;
    if (!plain.startsWith(beginning)) return false;
    return /[/|:#?=.-]$/.test(beginning) || /[/?#|]/.test(plain[beginning.length]!);
  });
}

/** Web addresses as they are asked for: without ways back (`..`), and never with a user in them. */
function plainOf(text: string): string | undefined {
  if (!/^https?:/i.test(text)) return text;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return undefined;
  // An address without a path is the same with a slash.
  return url.pathname === '/' && !/^[^/]*\/\/[^/]*\//.test(text) ? url.href.replace(/\/$/, '') : url.href;
}
