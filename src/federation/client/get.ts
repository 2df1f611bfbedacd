/** Fetches the records of a data set. https://hl7.org/fhir/R4B/http.html#search */
import type { JsonObject } from '../../fhir/json.ts';
import type { Dataset, Extent } from './answer.ts';
import { pagesOf, queryOf } from './bundle.ts';
import { ServerError } from './http.ts';
import { listedReferences } from './id-set.ts';
import { extentParameters, mainExtent, type Parameter, patientParameter } from './patient-search.ts';
import type { Peer } from './peer.ts';
import type { Walk } from './walk.ts';

export interface FetchedRecord {
  type: string;
  resource: JsonObject;
}

/** Patients of one request for their records. */
const patientsAtOnce = 50;

/** The records of `dataset`, page by page; each comes once. Throws ServerError when its server fails or refuses. */
export async function* recordsOf(walk: Walk, dataset: Dataset): AsyncGenerator<FetchedRecord> {
  const extent = mainExtent(dataset.extents);
  if (extent === undefined) throw new ServerError('its record does not say where its data are', 0);
  const peer = await walk.peer(extent.base);
  const seen = new Set<string>();
  for await (const record of fetched(walk, peer, extent, typesOf(dataset, peer))) {
    const key = `${record.type}/${String(record.resource['id'])}`;
    if (seen.has(key)) continue;
    seen.add(key);
    yield record;
  }
}

/** What the record names, else all that the server says it can search by patient. */
function typesOf({ types }: Dataset, peer: Peer): readonly string[] {
  if (types.length > 0) return types;
  return [...peer.types].filter(([type, names]) => type === 'Patient' || names.has('patient')).map(([type]) => type);
}

async function* fetched(
  walk: Walk,
  peer: Peer,
  extent: Extent,
  types: readonly string[],
): AsyncGenerator<FetchedRecord> {
  if (extent.kind === 'whole' || extent.kind === 'search') {
    for (const type of types) yield* search(walk, peer, type, restriction(peer, extent, type));
    return;
  }
  const references = await listedReferences(walk, peer.base, extent);
  const isPatient = (reference: string): boolean => reference.startsWith('Patient/');
  for (const reference of references.filter((one) => !isPatient(one))) {
    const resource = await walk.http.get('get', peer.base, `${peer.base}/${reference}`);
    yield { type: String(resource['resourceType']), resource };
  }
  const patients = references.filter(isPatient);
  for (let at = 0; at < patients.length; at += patientsAtOnce) {
    const some = patients.slice(at, at + patientsAtOnce);
    for (const type of new Set(['Patient', ...types])) {
      const reference = patientParameter(peer, type);
      const ids = some.map((one) => one.slice('Patient/'.length)).join(',');
      if (type === 'Patient') yield* search(walk, peer, type, [['_id', ids]]);
      else if (reference !== undefined) yield* search(walk, peer, type, [[reference, some.join(',')]]);
    }
  }
}

/** What every type knows is asked as it stands; what only patients know is asked of the patient. */
function restriction(peer: Peer, extent: Extent, type: string): Parameter[] {
  const parameters = extentParameters(extent);
  if (parameters === undefined) throw new ServerError('no search can say what belongs to the data set', 0);
  const isCommon = parameters.every(([name]) => name.startsWith('_') && !name.startsWith('_has:'));
  if (type === 'Patient' || isCommon) return parameters;
  const reference = patientParameter(peer, type);
  if (reference === undefined) throw new ServerError(`${type} cannot be searched by patient`, 0);
  return parameters.map(([name, value]) => [`${reference}:Patient.${name}`, value]);
}

async function* search(
  walk: Walk,
  peer: Peer,
  type: string,
  parameters: readonly Parameter[],
): AsyncGenerator<FetchedRecord> {
  const query = queryOf(type, [...parameters, ['_count', '500']]);
  for await (const page of pagesOf(walk.http, 'get', peer.base, query, walk.limits.pages)) {
    for (const { resource, mode } of page) {
      if (mode === 'outcome') continue;
      if (resource['resourceType'] !== type)
        throw new ServerError(`it answered a search for ${type} with other types`, 200);
      yield { type, resource };
    }
  }
}
