/** Fetches the records of a data set, and the terms that go with them. https://hl7.org/fhir/R4B/http.html#search */
import { statedOf } from '../../fair/stated.ts';
import type { Terms } from '../../fair/terms.ts';
import type { JsonObject } from '../../fhir/json.ts';
import type { Dataset, Extent } from './answer.ts';
import { pagesOf, queryOf } from './bundle.ts';
import { ServerError } from './http.ts';
import { listedReferences } from './id-set.ts';
import { extentParameters, mainExtent, type Parameter, patientParameter } from './patient-search.ts';
import type { Peer } from './peer.ts';
import { createListener, type Listener } from './said.ts';
import { type Asked, type ClientSettings, createWalk, type Walk } from './walk.ts';

export interface FetchedRecord {
  type: string;
  resource: JsonObject;
}

/** Patients of one request for their records. */
const patientsAtOnce = 50;

/** A search or read that was sent; what pages it had is the server's matter. */
export interface SentRequest {
  server: string;
  /** below the server's base */
  request: string;
  pages: number;
}

/** The records of a data set, each once, page by page; to be gone through once. Throws ServerError when its server fails or refuses. */
export interface Download extends AsyncIterable<FetchedRecord> {
  /** what was sent so far */
  readonly requests: readonly SentRequest[];
  /** The terms of what was fetched so far, with those of other data sets that the server named with it. */
  terms(): Promise<Terms>;
}

export function downloadOf(settings: ClientSettings, dataset: Dataset): Download {
  const listener = createListener();
  const walk = createWalk(settings, listener.hear);
  const requests: SentRequest[] = [];
  return {
    requests,
    [Symbol.asyncIterator]: () => recordsOf(walk, dataset, requests),
    terms: () => termsOf(walk, dataset, listener, settings.asked ?? {}),
  };
}

/** Records of other data sets read for the terms of one download. */
const mostRecords = 20;

async function termsOf(walk: Walk, dataset: Dataset, listener: Listener, asked: Asked): Promise<Terms> {
  const received = walk.now();
  // Records that are read now say what holds for themselves, not for the data.
  const said = listener.said();
  const base = mainExtent(dataset.extents)?.base;
  const known = new Set([dataset.metadata, ...dataset.alsoAt]);
  const further = said.licences.filter(
    (url) => base !== undefined && url.startsWith(`${base}/Library/`) && !known.has(url),
  );
  const read = further.slice(0, mostRecords).map(async (url) => {
    try {
      const library = await walk.http.get('get', base!, url); // further is empty without a base
      return library['resourceType'] === 'Library' ? [statedOf(library, url)] : [];
    } catch (error) {
      // It stays among the licences as an address that a person has to read.
      if (error instanceof ServerError) return [];
      throw error;
    }
  });
  const others = (await Promise.all(read)).flat();
  const isStated = base !== undefined && walk.hasToken(base);
  const identifiers = dataset.stated?.identifiers ?? [];
  return {
    title: dataset.title,
    identifiers: identifiers.length === 0 ? [dataset.identifier] : identifiers,
    ...(dataset.publisher === undefined ? {} : { publisher: dataset.publisher }),
    stated: [...(dataset.stated === undefined ? [] : [dataset.stated]), ...others],
    said,
    received,
    purposes: isStated ? (asked.purposes ?? []) : [],
    ...(isStated && asked.project !== undefined ? { project: asked.project } : {}),
  };
}

async function* recordsOf(walk: Walk, dataset: Dataset, sent: SentRequest[]): AsyncGenerator<FetchedRecord> {
  const extent = mainExtent(dataset.extents);
  if (extent === undefined) throw new ServerError('its record does not say where its data are', 0);
  const peer = await walk.peer(extent.base);
  const seen = new Set<string>();
  for await (const record of fetched({ walk, peer, sent }, extent, typesOf(dataset, peer))) {
    const key = `${record.type}/${String(record.resource['id'])}`;
    if (seen.has(key)) continue;
    seen.add(key);
    yield record;
  }
}

interface Fetching {
  walk: Walk;
  peer: Peer;
  sent: SentRequest[];
}

/** What the record names, else all that the server says it can search by patient. */
function typesOf({ types }: Dataset, peer: Peer): readonly string[] {
  if (types.length > 0) return types;
  return [...peer.types].filter(([type, names]) => type === 'Patient' || names.has('patient')).map(([type]) => type);
}

async function* fetched(fetching: Fetching, extent: Extent, types: readonly string[]): AsyncGenerator<FetchedRecord> {
  const { walk, peer, sent } = fetching;
  if (extent.kind === 'whole' || extent.kind === 'search') {
    for (const type of types) yield* search(fetching, type, restriction(peer, extent, type));
    return;
  }
  sent.push({ server: peer.base, request: `${listingTypes[extent.kind]}/${extent.id}`, pages: 1 });
  const references = await listedReferences(walk, peer.base, extent);
  const isPatient = (reference: string): boolean => reference.startsWith('Patient/');
  for (const reference of references.filter((one) => !isPatient(one))) {
    sent.push({ server: peer.base, request: reference, pages: 1 });
    const resource = await walk.http.get('get', peer.base, `${peer.base}/${reference}`);
    yield { type: String(resource['resourceType']), resource };
  }
  const patients = references.filter(isPatient);
  for (let at = 0; at < patients.length; at += patientsAtOnce) {
    const some = patients.slice(at, at + patientsAtOnce);
    for (const type of new Set(['Patient', ...types])) {
      const reference = patientParameter(peer, type);
      const ids = some.map((one) => one.slice('Patient/'.length)).join(',');
      if (type === 'Patient') yield* search(fetching, type, [['_id', ids]]);
      else if (reference !== undefined) yield* search(fetching, type, [[reference, some.join(',')]]);
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

const listingTypes = { group: 'Group', list: 'List', manifest: 'DocumentManifest' } as const;

async function* search(
  { walk, peer, sent }: Fetching,
  type: string,
  parameters: readonly Parameter[],
): AsyncGenerator<FetchedRecord> {
  const query = queryOf(type, [...parameters, ['_count', '500']]);
  const request = { server: peer.base, request: query, pages: 0 };
  sent.push(request);
  for await (const page of pagesOf(walk.http, 'get', peer.base, query, walk.limits.pages)) {
    request.pages++;
    for (const { resource, mode } of page) {
      if (mode === 'outcome') continue;
      if (resource['resourceType'] !== type)
        throw new ServerError(`it answered a search for ${type} with other types`, 200);
      yield { type, resource };
    }
  }
}
