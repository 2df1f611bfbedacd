/** Makes of another server's record one that can be kept here: whose it is, whence it came, and references that lead somewhere. https://hl7.org/fhir/R4B/references.html */
import { createHash } from 'node:crypto';
import { canonical } from '../../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, objectsOf, type Resource } from '../../fhir/json.ts';
import { parseReference } from '../../fhir/reference.ts';

/** Types of which metadata are taken. Summaries come after what they refer to. */
export const harvestedTypes = [
  'Endpoint',
  'Organization',
  'OrganizationAffiliation',
  'Group',
  'ResearchStudy',
  'Library',
  'MeasureReport',
] as const;

const isHarvestedType = new Set<string>(harvestedTypes);

/** The id that a thing of another server has here, the same on every server. */
export const localId = (origin: string): string =>
  `h-${createHash('sha256').update(origin).digest('hex').slice(0, 40)}`;
const localForm = /^h-[0-9a-f]{40}$/;

/** Where a record comes from. */
export interface Origin {
  /** absolute URL where it was made */
  origin: string;
  /** base addresses of the servers by which it came, the first one first; the member itself is the last */
  hops: readonly string[];
  /** its URL at the member */
  url: string;
}

/** Only what was taken over has hops; what else stands in meta.source says nothing of ours. */
export function originOf(resource: Resource, member: string): Origin {
  const url = `${member}/${resource.resourceType}/${String(resource['id'])}`;
  const before = objectsOf(resource['extension'])
    .filter((one) => one['url'] === canonical.hop)
    .map((one) => String(one['valueUrl']).replace(/\/+$/, ''));
  const source = objectOf(resource['meta'])?.['source'];
  const isCopy = before.length > 0 && typeof source === 'string' && parseReference(source)?.base !== undefined;
  const address = resource.resourceType === 'Endpoint' ? resource['address'] : undefined;
  const origin = typeof address === 'string' ? address.replace(/\/+$/, '') : isCopy ? source : url;
  return { origin, hops: [...before, member], url };
}

export interface Localization extends Origin {
  id: string;
  member: string;
  /** the id here of an Endpoint by its URL at the member, or by its address */
  endpointId(urlOrAddress: string): { id: string; address: string } | undefined;
  /** what the server decides of an Endpoint itself */
  membership?: string;
}

export function localize(resource: Resource, where: Localization): Resource {
  const { origin, hops, id } = where;
  const { extension, meta, ...rest } = resource;
  const kept = objectsOf(extension).filter(({ url }) => !own.has(String(url)));
  const known = objectOf(meta) ?? {};
  const labels = Object.fromEntries(
    ['profile', 'security', 'tag'].flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]])),
  );
  // Where a record lies is told by its source; that of an Endpoint is not its address.
  const source = resource.resourceType === 'Endpoint' && hops.length === 1 ? where.url : origin;
  const isCopy = hops.length > 1;
  const base = parseReference(isCopy ? origin : where.url)?.base ?? where.member;
  const rewritten = rewrite({ ...rest, extension: kept } as JsonObject, { ...where, base, isCopy }, true) as JsonObject;
  return {
    ...rewritten,
    resourceType: resource.resourceType,
    id,
    meta: { ...labels, source },
    extension: [
      ...objectsOf(rewritten['extension']),
      ...hops.map((hop) => ({ url: canonical.hop, valueUrl: hop })),
      ...(where.membership === undefined ? [] : [{ url: canonical.membership, valueCode: where.membership }]),
    ],
  };
}

/** Nobody else says these of a record here. */
const own = new Set<string>([
  canonical.hop,
  canonical.primaryRecord,
  canonical.membership,
  canonical.lastSeen,
  canonical.speaksFor,
]);

type Place = Localization & { base: string; isCopy: boolean };

function rewrite(value: Json, place: Place, links: boolean): Json {
  if (Array.isArray(value)) return value.map((one) => rewrite(one, place, links));
  if (typeof value !== 'object' || value === null) return value;
  // What the data of a data set are, and who decides on them, stays at their server: such references only become absolute.
  const within = links && value['url'] !== canonical.relatedContent && value['url'] !== canonical.committee;
  const made: JsonObject = {};
  for (const [name, one] of Object.entries(value)) made[name] = rewrite(one, place, within);
  if (typeof value['reference'] === 'string') return referenceOf(made, value['reference'], place, within);
  if (typeof value['url'] === 'string' && 'contentType' in value) made['url'] = absolute(value['url'], place.base);
  return made;
}

export function absolute(url: string, base: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(url) || url.startsWith('#')) return url;
  return `${base}/${url.replace(/^\/+/, '')}`;
}

function referenceOf(made: JsonObject, text: string, place: Place, links: boolean): JsonObject {
  const target = parseReference(text);
  if (target === undefined || text.startsWith('#')) return made;
  const { type, id } = target;
  const isRelative = target.base === undefined;
  // In a copy, what is relative was made by the same rules as here.
  if (place.isCopy && isRelative && isHarvestedType.has(type)) {
    if (type === 'Endpoint') return endpointReference(made, identifierUri(made), place) ?? withoutTarget(made);
    if (localForm.test(id)) return made;
  }
  const url = absolute(text, place.isCopy ? place.member : place.base);
  if (!links || !isHarvestedType.has(type)) return { ...made, reference: url };
  if (type === 'Endpoint') return endpointReference(made, url, place) ?? { ...made, reference: url };
  // Only what the same server has is taken from it.
  if (!isRelative && target.base !== place.base) return { ...made, reference: url };
  const plain = `${isRelative ? (place.isCopy ? place.member : place.base) : target.base}/${type}/${id}`;
  const identifier = made['identifier'] ?? { system: canonical.uri, value: plain };
  return { ...made, reference: `${type}/${localId(plain)}`, identifier };
}

function identifierUri(reference: JsonObject): string | undefined {
  const value = objectOf(reference['identifier'])?.['value'];
  return typeof value === 'string' ? value : undefined;
}

function endpointReference(made: JsonObject, known: string | undefined, place: Place): JsonObject | undefined {
  const found = known === undefined ? undefined : place.endpointId(known);
  if (found === undefined) return undefined;
  return {
    ...made,
    reference: `Endpoint/${found.id}`,
    identifier: { system: canonical.uri, value: found.address },
  };
}

/** A reference that would lead astray here, without its target. */
function withoutTarget({ reference: _, ...rest }: JsonObject): JsonObject {
  return Object.keys(rest).length === 0 ? { display: 'a server that is not known here' } : rest;
}
