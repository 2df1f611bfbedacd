/** Brings patients' ids together from several searches, where one search cannot say a question. https://hl7.org/fhir/R4B/search.html */
import { type JsonObject, objectOf, objectsOf } from '../../fhir/json.ts';
import { parseReference } from '../../fhir/reference.ts';
import type { Extent } from './answer.ts';
import { pagesOf, queryOf, textOf } from './bundle.ts';
import type { CodedCriterion, Criterion } from './criterion.ts';
import { ServerError } from './http.ts';
import {
  codeParameter,
  demographicParameters,
  extentParameters,
  type Parameter,
  patientParameter,
} from './patient-search.ts';
import type { Peer } from './peer.ts';
import type { Walk } from './walk.ts';

const pageSize: Parameter = ['_count', '500'];

/** The ids of the patients in `extent` who meet all criteria; `carriers` are the types that may carry each coded one. */
export async function patientIds(
  walk: Walk,
  peer: Peer,
  extent: Extent,
  criteria: readonly Criterion[],
  carriers: (criterion: CodedCriterion) => readonly string[],
  asOf: string,
): Promise<Set<string>> {
  const coded = criteria.filter((criterion) => criterion.kind === 'coded');
  const sets = [members(walk, peer, extent, demographicParameters(criteria, asOf))];
  for (const criterion of coded) sets.push(carried(walk, peer, criterion, carriers(criterion)));
  const [first, ...others] = await Promise.all(sets);
  return new Set([...first!].filter((id) => others.every((set) => set.has(id))));
}

/** Patients of the data set who meet the demographic criteria. */
async function members(
  walk: Walk,
  peer: Peer,
  extent: Extent,
  demographic: readonly Parameter[],
): Promise<Set<string>> {
  const isListed = extent.kind === 'group' || extent.kind === 'list' || extent.kind === 'manifest';
  const listed = isListed ? await listedPatients(walk, peer.base, extent) : undefined;
  if (listed !== undefined && demographic.length === 0) return listed;
  const restricting = isListed ? [] : extentParameters(extent);
  if (restricting === undefined) throw new ServerError('no search can say what belongs to the data set', 0);
  const found = await collect(walk, peer.base, 'Patient', [...restricting, ...demographic], (patient) =>
    textOf(patient['id']),
  );
  return listed === undefined ? found : new Set([...found].filter((id) => listed.has(id)));
}

/** Patients with a record that carries the criterion, of any of the types. */
async function carried(
  walk: Walk,
  peer: Peer,
  criterion: CodedCriterion,
  types: readonly string[],
): Promise<Set<string>> {
  const sets = types.map((type) => {
    const reference = patientParameter(peer, type) === 'patient' ? ['subject', 'patient'] : ['subject'];
    return collect(walk, peer.base, type, [codeParameter(criterion)], (record) =>
      reference.map((name) => patientOf(objectOf(record[name]), peer.base)).find((id) => id !== undefined),
    );
  });
  const union = new Set<string>();
  for (const set of await Promise.all(sets)) for (const id of set) union.add(id);
  return union;
}

async function collect(
  walk: Walk,
  base: string,
  type: string,
  parameters: readonly Parameter[],
  idOf: (resource: JsonObject) => string | undefined,
): Promise<Set<string>> {
  const ids = new Set<string>();
  const query = queryOf(type, [...parameters, pageSize]);
  for await (const page of pagesOf(walk.http, 'count', base, query, walk.limits.pages)) {
    for (const { resource, mode } of page) {
      if (mode !== 'match') continue;
      if (resource['resourceType'] !== type)
        throw new ServerError(`it answered a search for ${type} with other types`, 200);
      const id = idOf(resource);
      if (id !== undefined) ids.add(id);
    }
    if (ids.size > walk.limits.patients)
      throw new ServerError(`more than ${walk.limits.patients} patients to compare`, 200);
  }
  return ids;
}

type Listed = Extract<Extent, { kind: 'group' | 'list' | 'manifest' }>;
const listings = {
  group: { type: 'Group', list: 'member', item: 'entity' },
  list: { type: 'List', list: 'entry', item: 'item' },
  manifest: { type: 'DocumentManifest', list: 'content', item: undefined },
} as const;

/** `Type/id` of what a Group, List or DocumentManifest lists on this server. */
export async function listedReferences(walk: Walk, base: string, extent: Listed): Promise<string[]> {
  const { type, list, item } = listings[extent.kind];
  const resource = await walk.http.get(
    'resolve',
    base,
    `${base}/${type}/${extent.id}`,
    (one) => objectsOf(one[list]).length,
  );
  if (resource['resourceType'] !== type)
    throw new ServerError(`it answered a read of a ${type} with something else`, 200);
  return objectsOf(resource[list])
    .map((one) => textOf((item === undefined ? one : objectOf(one[item]))?.['reference']))
    .map((reference) => (reference === undefined ? undefined : localOf(reference, base)))
    .filter((reference) => reference !== undefined);
}

async function listedPatients(walk: Walk, base: string, extent: Listed): Promise<Set<string>> {
  const references = await listedReferences(walk, base, extent);
  return new Set(references.filter((one) => one.startsWith('Patient/')).map((one) => one.slice('Patient/'.length)));
}

function localOf(reference: string, base: string): string | undefined {
  const parsed = parseReference(reference);
  if (parsed === undefined || (parsed.base !== undefined && parsed.base !== base)) return undefined;
  return `${parsed.type}/${parsed.id}`;
}

function patientOf(reference: JsonObject | undefined, base: string): string | undefined {
  const local = localOf(textOf(reference?.['reference']) ?? '', base);
  return local?.startsWith('Patient/') ? local.slice('Patient/'.length) : undefined;
}
