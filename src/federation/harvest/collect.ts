/** Reads the metadata of a server that may be a stranger: everything, or what changed since. https://profiles.ihe.net/ITI/mCSD/ITI-91.html */
import { canonical } from '../../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf, type Resource } from '../../fhir/json.ts';
import { parseReference } from '../../fhir/reference.ts';
import { entriesOf, linkOf, pagesOf, queryOf } from '../client/server/bundle.ts';
import { createHttp, type Http, ServerError } from '../client/server/http.ts';
import { defaultLimits, type Limits } from '../client/server/limits.ts';
import { harvestedTypes } from './localize.ts';

/** A record of a member, or the news that it is gone. */
export interface Sent {
  /** URL at the member */
  url: string;
  resource?: Resource;
}

/** Time enough for millions of records, a page at a time. */
const limits: Limits = { ...defaultLimits, requestMs: 60_000, serverMs: 24 * 3_600_000, pages: 100_000 };
const pageSize = 200;

/** What is asked for each type: only what can be metadata. */
const criteria: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  Library: [['type', `${canonical.libraryType}|asset-collection`]],
  MeasureReport: [['measure', canonical.contentSummaryMeasure]],
  Endpoint: [['connection-type', `${canonical.connectionType}|hl7-fhir-rest`]],
};

export interface Source {
  address: string;
  /** types that it has, each with the interactions that it states */
  types: ReadonlyMap<string, ReadonlySet<string>>;
  /** its clock, in milliseconds since 1970, when it was first asked */
  clock(): number | undefined;
  everything(type: string): AsyncGenerator<Sent[]>;
  /** Throws ServerError where it has no history of the type. */
  changes(type: string, since: number): AsyncGenerator<Sent[]>;
}

/** Gets to know a server. Throws ServerError when it is none, or does not answer. */
export async function openSource(
  address: string,
  means: { fetch: typeof fetch; now(): number; signal?: AbortSignal },
): Promise<Source> {
  let clock: number | undefined;
  const http = createHttp({
    ...means,
    limits,
    // Nobody in particular asks: what is not open to everyone stays where it is.
    tokens: new Map(),
    onTrace: () => {},
    onAnswer: ({ headers }) => {
      const date = Date.parse(headers.get('date') ?? '');
      if (clock === undefined && !Number.isNaN(date)) clock = date;
    },
  });
  const types = await typesOf(http, address);
  return {
    address,
    types,
    clock: () => clock,
    everything: (type) => everything(http, address, type),
    changes: (type, since) => changes(http, address, type, since),
  };
}

/** The metadata types of the server in the order in which they are taken. */
async function typesOf(http: Http, base: string): Promise<Map<string, Set<string>>> {
  const statement = await http.get('resolve', base, `${base}/metadata`);
  if (statement['resourceType'] !== 'CapabilityStatement')
    throw new ServerError('it states no capabilities: it may be no FHIR server', 200);
  const stated = new Map<string, Set<string>>();
  for (const resource of objectsOf(statement['rest']).flatMap((rest) => objectsOf(rest['resource']))) {
    const codes = objectsOf(resource['interaction']).map(({ code }) => String(code));
    stated.set(String(resource['type']), new Set(codes));
  }
  return new Map(harvestedTypes.flatMap((type) => (stated.has(type) ? [[type, stated.get(type)!]] : [])));
}

async function* everything(http: Http, base: string, type: string): AsyncGenerator<Sent[]> {
  const query = queryOf(type, [...(criteria[type] ?? []), ['_count', String(pageSize)]]);
  for await (const entries of pagesOf(http, 'find', base, query, limits.pages)) {
    yield entries
      .filter(({ mode, resource }) => mode === 'match' && resource['resourceType'] === type)
      .map(({ resource }) => ({ url: `${base}/${type}/${String(resource['id'])}`, resource: resource as Resource })); // its type was just seen
  }
}

/** Only the newest version of each counts; histories begin with it. */
async function* changes(http: Http, base: string, type: string, since: number): AsyncGenerator<Sent[]> {
  const query = `${type}/_history?_since=${new Date(since).toISOString()}&_count=${pageSize}`;
  const seen = new Set<string>();
  for await (const body of historyPages(http, base, query)) {
    const news: Sent[] = [];
    for (const entry of objectsOf(body['entry'])) {
      const sent = changeOf(entry, base, type);
      if (sent === undefined || seen.has(sent.url)) continue;
      seen.add(sent.url);
      // Of Libraries and reports, those that no search would give are none of ours.
      if (sent.resource === undefined || isAskedFor(sent.resource)) news.push(sent);
    }
    yield news;
  }
}

function isAskedFor(resource: Resource): boolean {
  if (resource.resourceType === 'MeasureReport') return resource['measure'] === canonical.contentSummaryMeasure;
  if (resource.resourceType !== 'Library') return true;
  return objectsOf(objectOf(resource['type'])?.['coding']).some(({ code }) => code === 'asset-collection');
}

function changeOf(entry: JsonObject, base: string, type: string): Sent | undefined {
  const resource = objectOf(entry['resource']);
  if (resource?.['resourceType'] === type && typeof resource['id'] === 'string') {
    return { url: `${base}/${type}/${resource['id']}`, resource: resource as Resource }; // its type was just seen
  }
  const request = objectOf(entry['request']);
  const target = parseReference(String(request?.['url']));
  if (request?.['method'] !== 'DELETE' || target?.type !== type) return undefined;
  return { url: `${base}/${type}/${target.id}` };
}

async function* historyPages(http: Http, base: string, query: string): AsyncGenerator<JsonObject> {
  let url: string | undefined = `${base}/${query}`;
  for (let pages = 0; url !== undefined; pages++) {
    if (pages >= limits.pages) throw new ServerError(`its history has more than ${limits.pages} pages`, 200);
    const body: JsonObject = await http.get('find', base, url, (one) => objectsOf(one['entry']).length);
    entriesOf(body); // throws where it is no Bundle
    yield body;
    const next = linkOf(body, 'next');
    if (next !== undefined && (!URL.canParse(next, url) || new URL(next, url).origin !== new URL(base).origin))
      throw new ServerError(`its next link leads to another server: ${next.slice(0, 200)}`, 200);
    const after: string | undefined = next === undefined ? undefined : new URL(next, url).href;
    if (after === url) throw new ServerError('its pages lead in a circle', 200);
    url = after;
  }
}
