/** Follows one data reference to what it means, on whichever server that lies. https://hl7.org/fhir/R4B/references.html */
import { canonical } from '../../../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { parseReference } from '../../../fhir/reference.ts';
import { entriesOf, escapeValue, queryOf, textOf } from '../server/bundle.ts';
import { ServerError } from '../server/http.ts';
import type { Walk } from '../walk/walk.ts';
import { type DataReference, type FileNote, namesData, namingTypes, type Way, wayText } from './data-reference.ts';

/** The resource that a reference stands in. */
export interface Holder {
  /** the server that it lies on; empty where it lies on none */
  base: string;
  resource?: JsonObject;
  /** the resources of the Bundle that it came in, by fullUrl */
  within?: ReadonlyMap<string, JsonObject>;
}

export type Found =
  | {
      readonly kind: 'resource';
      readonly base: string;
      readonly url: string;
      readonly resource: JsonObject;
      readonly version?: string;
    }
  | { readonly kind: 'search'; readonly base: string; readonly type: string; readonly query: string }
  | { readonly kind: 'file'; readonly url: string; readonly note: FileNote }
  | { readonly kind: 'data'; readonly data: string; readonly note: FileNote };

/** What a reference led to, and in which of its ways. */
export interface Resolved {
  found: Found;
  way: Way;
}

/** No way led anywhere; the message says of each why not. */
export class Unresolved extends Error {
  override readonly name = 'Unresolved';
  /** whether a later try may lead somewhere */
  readonly mayPass: boolean;
  constructor(reason: string, mayPass: boolean) {
    super(reason);
    this.mayPass = mayPass;
  }
}

/** A server that is gone, busy or broken may be there again later. */
export const mayPass = ({ status }: ServerError): boolean => status === 0 || status === 429 || status >= 500;

export interface Resolving {
  walk: Walk;
  /** servers that may know what the holder does not, in their order */
  servers: readonly string[];
}

/** The first of the ways that leads anywhere. Throws Unresolved. */
export async function resolve(context: Resolving, reference: DataReference, holder: Holder): Promise<Resolved> {
  const reasons: string[] = [];
  let isPassing = false;
  for (const way of reference.ways) {
    try {
      return { found: await follow(context, way, reference, holder), way };
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      isPassing ||= mayPass(error);
      reasons.push(way.kind === 'nothing' ? error.message : `${wayText(way)}: ${error.message}`);
    }
  }
  throw new Unresolved(reasons.join('; '), isPassing);
}

async function follow(context: Resolving, way: Way, reference: DataReference, holder: Holder): Promise<Found> {
  const { file, type } = reference;
  switch (way.kind) {
    case 'literal':
      return literal(context, way.reference, reference, holder);
    case 'search': {
      const base = way.base ?? holder.base;
      if (base === '') throw new ServerError('it is relative, and nothing says to which server', 404);
      return { kind: 'search', base, type: way.type, query: way.query };
    }
    case 'identifier':
      if (holder.within?.has(way.value)) {
        return { kind: 'resource', base: holder.base, url: way.value, resource: holder.within.get(way.value)! };
      }
      return byIdentifier(context, way, type, holder);
    case 'canonical':
      return byCanonical(context, way, type, holder);
    case 'address':
      return byAddress(context, way.url, reference, holder);
    case 'contained':
      return { kind: 'resource', base: holder.base, url: '', resource: way.resource };
    case 'data':
      return { kind: 'data', data: way.data, note: file ?? {} };
    case 'nothing':
      throw new ServerError(way.reason, 404);
  }
}

async function literal(context: Resolving, text: string, { file }: DataReference, holder: Holder): Promise<Found> {
  const { base: stated, type, id, version } = parseReference(text)!; // ways of this kind are made of what was parsed
  // A copy of another server's record may speak of what lies there.
  const origin = parseReference(textOf(objectOf(holder.resource?.['meta'])?.['source']) ?? '')?.base;
  const bases = stated === undefined ? [holder.base, ...(origin === undefined ? [] : [origin])] : [stated];
  const path = `${type}/${id}${version === undefined ? '' : `/_history/${version}`}`;
  let refusal = new ServerError('it is relative, and nothing says to which server', 404);
  for (const base of new Set(bases.filter((one) => one !== ''))) {
    // What an Attachment names as a Binary is the file in it.
    if (type === 'Binary' && file !== undefined) return { kind: 'file', url: `${base}/${path}`, note: file };
    try {
      await context.walk.peer(base);
      const resource = await context.walk.http.get('resolve', base, `${base}/${path}`);
      if (resource['resourceType'] !== type)
        throw new ServerError(`it answered a read of a ${type} with something else`, 200);
      const versioned = version === undefined ? {} : { version };
      return { kind: 'resource', base, url: `${base}/${path}`, resource, ...versioned };
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/** Asks the holder, then the other servers, for the one resource that meets a search. */
async function searched(
  { walk, servers }: Resolving,
  holder: Holder,
  typesOf: (base: string) => Promise<readonly string[]>,
  parameters: readonly (readonly [string, string])[],
  what: string,
): Promise<Found> {
  const bases = new Set([...(holder.base === '' ? [] : [holder.base]), ...servers]);
  const reasons: string[] = [];
  let status = 404;
  for (const base of bases) {
    try {
      for (const type of await typesOf(base)) {
        const found = newest(await matches(walk, base, type, parameters));
        if (found === undefined) continue;
        if (found === 'several') throw new ServerError(`${what} names several resources`, 200);
        return { kind: 'resource', base, url: `${base}/${type}/${textOf(found['id']) ?? ''}`, resource: found };
      }
      reasons.push(`${base} has nothing that ${what} names`);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      if (mayPass(error)) status = error.status;
      reasons.push(`${base}: ${error.message}`);
    }
  }
  throw new ServerError(reasons.length === 0 ? 'there is no server to ask' : reasons.join('; '), status);
}

async function matches(
  walk: Walk,
  base: string,
  type: string,
  parameters: readonly (readonly [string, string])[],
): Promise<JsonObject[]> {
  try {
    const body = await walk.http.get(
      'resolve',
      base,
      `${base}/${queryOf(type, parameters)}`,
      (one) => objectsOf(one['entry']).length,
    );
    return entriesOf(body)
      .filter(({ resource, mode }) => mode === 'match' && resource['resourceType'] === type)
      .map(({ resource }) => resource);
  } catch (error) {
    // A type or a parameter that it does not have names nothing there.
    if (error instanceof ServerError && [400, 404, 405, 422, 501].includes(error.status)) return [];
    throw error;
  }
}

/** Of several versions of one thing the newest; `several` where they are different things. */
function newest(found: readonly JsonObject[]): JsonObject | 'several' | undefined {
  if (found.length < 2) return found[0];
  if (new Set(found.map((one) => textOf(one['url']))).size > 1 || found[0]!['url'] === undefined) return 'several';
  const key = (one: JsonObject): string => textOf(one['version']) ?? textOf(one['date']) ?? '';
  const isRetired = (one: JsonObject): number => Number(one['status'] === 'retired');
  return [...found].sort(
    (one, two) => isRetired(one) - isRetired(two) || key(two).localeCompare(key(one), 'en', { numeric: true }),
  )[0];
}

/** Types of the server that a search by `parameter` may be tried on; those that name data first. */
async function candidates(
  walk: Walk,
  base: string,
  type: string | undefined,
  parameter: string,
): Promise<readonly string[]> {
  if (type !== undefined) return [type];
  const { types } = await walk.peer(base);
  const may = (one: string): boolean => {
    const names = types.get(one);
    return types.size === 0 || (names !== undefined && (names.size === 0 || names.has(parameter)));
  };
  return namingTypes.filter(may);
}

const doi = /^(?:https?:\/\/(?:dx\.)?doi\.org\/?|urn:doi:|doi:)/i;

/** The ways in which communities write the same identifier; DOIs have many. */
function identifierTokens({ system, value }: { system?: string; value: string }): string[] {
  const whole = system === undefined || system === canonical.uri ? value : `${system}${value}`;
  if (!doi.test(whole))
    return [system === undefined ? escapeValue(value) : `${escapeValue(system)}|${escapeValue(value)}`];
  const name = whole.replace(doi, '').replace(/^\/+/, '').replace(doi, '');
  return [
    ...['https://doi.org', 'https://doi.org/', 'http://doi.org', 'http://doi.org/', 'urn:doi'].map(
      (one) => `${one}|${escapeValue(name)}`,
    ),
    ...[`https://doi.org/${name}`, `http://doi.org/${name}`, `urn:doi:${name}`].map(
      (one) => `${canonical.uri}|${escapeValue(one)}`,
    ),
  ];
}

async function byIdentifier(
  context: Resolving,
  way: { system?: string; value: string },
  type: string | undefined,
  holder: Holder,
): Promise<Found> {
  const types = (base: string) => candidates(context.walk, base, type, 'identifier');
  try {
    return await searched(context, holder, types, [['identifier', identifierTokens(way).join(',')]], 'the identifier');
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    const url = addressOf(way);
    if (url === undefined) throw error;
    // An identifier that is an address leads to what it names, if that is FHIR.
    return await fetched(context, url).catch((later) => {
      if (!(later instanceof ServerError)) throw later;
      throw new ServerError(`${error.message}; ${url}: ${later.message}`, mayPass(error) ? error.status : later.status);
    });
  }
}

function addressOf({ system, value }: { system?: string; value: string }): string | undefined {
  if (/^https?:\/\//.test(value) && URL.canParse(value)) return value;
  return system !== undefined && doi.test(system) ? `https://doi.org/${value.replace(/^\/+/, '')}` : undefined;
}

async function byCanonical(
  context: Resolving,
  { url, version }: { url: string; version?: string },
  type: string | undefined,
  holder: Holder,
): Promise<Found> {
  const stated = type ?? parseReference(url)?.type;
  const parameters: [string, string][] = [
    ['url', escapeValue(url)],
    ...(version === undefined ? [] : [['version', escapeValue(version)] as [string, string]]),
  ];
  const types = (base: string) => candidates(context.walk, base, stated, 'url');
  try {
    return await searched(context, holder, types, parameters, 'the canonical');
  } catch (error) {
    if (!(error instanceof ServerError) || !/^https?:/.test(url) || version !== undefined) throw error;
    return await fetched(context, url).catch((later) => {
      if (!(later instanceof ServerError)) throw later;
      throw new ServerError(`${error.message}; ${url}: ${later.message}`, mayPass(error) ? error.status : later.status);
    });
  }
}

const isFhirJson = (contentType: string | undefined): boolean => /^application\/fhir\+json\b/.test(contentType ?? '');

/** An address in an Attachment is a file, unless it is said to be FHIR and a server knows it as a canonical or an identifier. */
async function byAddress(
  context: Resolving,
  url: string,
  { file, type }: DataReference,
  holder: Holder,
): Promise<Found> {
  if (file === undefined) return byCanonical(context, { url }, type, holder);
  if (!/^https?:/.test(url)) {
    if (holder.base === '') throw new ServerError('it is relative, and nothing says to which server', 404);
    return { kind: 'file', url: `${holder.base}/${url.replace(/^\/+/, '')}`, note: file };
  }
  if (isFhirJson(file.contentType)) {
    const types = (base: string) => candidates(context.walk, base, type, 'url');
    try {
      return await searched(context, holder, types, [['url', escapeValue(url)]], 'the canonical');
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
    }
  }
  return { kind: 'file', url, note: file };
}

/** A resource at an address that need not be of a FHIR server. */
async function fetched({ walk, servers }: Resolving, url: string): Promise<Found> {
  const own = servers.find((base) => url.startsWith(`${base}/`));
  const resource = await walk.http.get('resolve', own ?? new URL(url).origin, url);
  const type = textOf(resource['resourceType']);
  if (type === undefined || !namesData(type))
    throw new ServerError('it leads to no FHIR resource that names data', 200);
  const reference = parseReference(url);
  return { kind: 'resource', base: own ?? reference?.base ?? '', url, resource };
}
