/** Reads what belongs to a data set: listed resources, compartments of listed persons, tags of a membership search. https://hl7.org/fhir/uv/fhir-for-fair/ */
import { canonical } from '../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, objectsOf, type Resource } from '../fhir/json.ts';
import { parseReference } from '../fhir/reference.ts';

/** What a data set (Library) names as its extent. */
export interface Extent {
  /** `Type/id` of the resources on this server that list what belongs to it */
  listedBy: string[];
  /** tags that its members carry */
  tags: { system: string; code: string }[];
}

/** What a Group, List or DocumentManifest lists: each `Type/id`. Persons stand for their whole compartment. */
export interface Listing {
  persons: string[];
  resources: string[];
}

const extentTypes = new Set(['Group', 'List', 'DocumentManifest']);

/** Whether resources of this type can state an extent. */
export function isExtentType(type: string): boolean {
  return extentTypes.has(type);
}

/** The extent that a data set states, as far as it lies on the server with these base addresses. */
export function extentOf(library: Resource, baseUrls: readonly string[]): Extent {
  const listedBy = new Set<string>();
  const tags: Extent['tags'] = [];
  for (const reference of relatedReferences(library)) {
    const local = localTarget(reference, baseUrls);
    if (local !== undefined && extentTypes.has(local.slice(0, local.indexOf('/')))) listedBy.add(local);
  }
  for (const content of objectsOf(library['content'])) {
    const url = content['url'];
    if (typeof url !== 'string') continue;
    tags.push(...tagsOf(url, baseUrls));
    const local = localTarget(url, baseUrls);
    if (local !== undefined && extentTypes.has(local.slice(0, local.indexOf('/')))) listedBy.add(local);
  }
  return { listedBy: [...listedBy], tags };
}

/** The references of library-relatedContent: RelatedArtifact -> extension -> Reference. */
function relatedReferences(library: Resource): string[] {
  const artifacts = objectsOf(library['extension'])
    .filter((one) => one['url'] === canonical.relatedContent)
    .map((one) => objectOf(one['valueRelatedArtifact']));
  return artifacts.flatMap((artifact) =>
    objectsOf(artifact?.['extension'])
      .filter((one) => one['url'] === canonical.relatedArtifactResourceReference)
      .map((one) => objectOf(one['valueReference'])?.['reference'])
      .filter((reference) => typeof reference === 'string'),
  );
}

/** A search URL is a membership when it asks for one tag and nothing else: `[base]/Patient?_tag=system|code`. */
function tagsOf(url: string, baseUrls: readonly string[]): Extent['tags'] {
  const at = url.indexOf('?');
  if (at < 0) return [];
  const path = url.slice(0, at);
  const isLocal = !path.includes('://') || baseUrls.some((base) => path.startsWith(`${base}/`));
  if (!isLocal) return [];
  const asked = [...new URLSearchParams(url.slice(at + 1))];
  const [name, value] = asked[0] ?? [];
  const parts = value?.split('|') ?? [];
  if (asked.length !== 1 || name !== '_tag' || parts.length !== 2 || value!.includes(',')) return [];
  return [{ system: parts[0]!, code: parts[1]! }];
}

function localTarget(reference: string, baseUrls: readonly string[]): string | undefined {
  const parsed = parseReference(reference);
  if (parsed === undefined) return undefined;
  if (parsed.base !== undefined && !baseUrls.includes(parsed.base)) return undefined;
  return `${parsed.type}/${parsed.id}`;
}

const memberPath: Record<string, { list: string; reference: string; excluded: (one: JsonObject) => boolean }> = {
  Group: { list: 'member', reference: 'entity', excluded: (one) => one['inactive'] === true },
  List: { list: 'entry', reference: 'item', excluded: (one) => one['deleted'] === true },
  DocumentManifest: { list: 'content', reference: '', excluded: () => false },
};

/** What `resource` (Group, List, DocumentManifest) lists on this server. An extent that is not in force lists nothing. */
export function listingOf(resource: Resource, baseUrls: readonly string[]): Listing {
  const persons: string[] = [];
  const resources: string[] = [];
  const path = memberPath[resource.resourceType];
  if (path === undefined || !isInForce(resource)) return { persons, resources };
  for (const one of objectsOf(resource[path.list])) {
    if (path.excluded(one)) continue;
    const reference: Json | undefined =
      path.reference === '' ? one['reference'] : objectOf(one[path.reference])?.['reference'];
    const target = typeof reference === 'string' ? localTarget(reference, baseUrls) : undefined;
    if (target === undefined) continue;
    if (target.startsWith('Patient/')) persons.push(target);
    else resources.push(target);
  }
  return { persons, resources };
}

function isInForce(resource: Resource): boolean {
  if (resource.resourceType === 'Group') return resource['active'] !== false;
  return resource['status'] === 'current';
}
