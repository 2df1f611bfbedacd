/** What a server says that it can do. https://hl7.org/fhir/R4B/capabilitystatement.html */
import { type JsonObject, objectsOf } from '../../../fhir/json.ts';
import { reasonText } from '../reason/reason.ts';
import { textOf } from './bundle.ts';
import { type Http, ServerError } from './http.ts';

export interface Peer {
  base: string;
  fhirVersion: string;
  /** search parameters by resource type */
  types: ReadonlyMap<string, ReadonlySet<string>>;
  /** operations as `Type/$name`, or `$name` where they are of the whole server, with the canonical URL of their definition */
  operations: ReadonlyMap<string, string>;
}

/** Reads `[base]/metadata`. Throws ServerError when the server gives none. */
export async function readPeer(http: Http, base: string): Promise<Peer> {
  const body = await http.get(
    'resolve',
    base,
    `${base}/metadata`,
    (one) => objectsOf(serverOf(one)['resource']).length,
  );
  if (body['resourceType'] !== 'CapabilityStatement') {
    throw new ServerError(reasonText('no-capabilities'), 200);
  }
  const fhirVersion = textOf(body['fhirVersion']);
  if (fhirVersion === undefined) throw new ServerError(reasonText('no-fhir-version'), 200);
  const types = new Map<string, Set<string>>();
  const operations = new Map<string, string>();
  const offers = (holder: JsonObject, prefix: string): void => {
    for (const operation of objectsOf(holder['operation'])) {
      const name = textOf(operation['name'])?.replace(/^\$/, '');
      if (name !== undefined) operations.set(`${prefix}$${name}`, textOf(operation['definition']) ?? '');
    }
  };
  offers(serverOf(body), '');
  for (const resource of objectsOf(serverOf(body)['resource'])) {
    const type = textOf(resource['type']);
    if (type === undefined) continue;
    offers(resource, `${type}/`);
    const names = objectsOf(resource['searchParam']).map((one) => textOf(one['name']));
    types.set(type, new Set(names.filter((name) => name !== undefined)));
  }
  return { base, fhirVersion, types, operations };
}

/** What it states of itself as a server. */
function serverOf(body: JsonObject): JsonObject {
  const rest = objectsOf(body['rest']);
  return rest.find((one) => one['mode'] === 'server') ?? rest[0] ?? {};
}

/** `4.3.0` is R4B, and so on; versions that fairway does not know stay as they are. */
export function releaseOf(fhirVersion: string): string {
  const releases: Record<string, string> = { '3.0': 'STU3', '4.0': 'R4', '4.3': 'R4B', '5.0': 'R5' };
  return releases[fhirVersion.split('.').slice(0, 2).join('.')] ?? fhirVersion;
}
