/** Takes the entries of a batch or transaction Bundle apart. https://hl7.org/fhir/R4B/http.html#transaction */
import { entryResourceTexts } from '../fhir/format/bundle.ts';
import { parseResource } from '../fhir/format/json.ts';
import { type Json, type JsonObject, objectOf } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One entry: what is asked, and the source text of its resource. */
export interface BundleEntry {
  index: number;
  fullUrl?: string;
  method: Method;
  /** path and query relative to the base */
  url: string;
  ifMatch?: string;
  ifNoneMatch?: string;
  ifNoneExist?: string;
  ifModifiedSince?: string;
  text?: string;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

export interface BundleRequest {
  type: 'batch' | 'transaction';
  /** a faulty entry is its own error, so that a batch can go on without it */
  entries: readonly (BundleEntry | FhirError)[];
}

/** Parses the Bundle; what is wrong with the whole is thrown. */
export function parseBundleRequest(text: string, base: string): BundleRequest {
  const { resource } = parseResource(text);
  const type = resource['type'];
  if (resource.resourceType !== 'Bundle' || (type !== 'batch' && type !== 'transaction')) {
    throw new FhirError('invalid', 'the base address takes a Bundle of type batch or transaction', {
      expression: 'Bundle.type',
    });
  }
  const texts = entryResourceTexts(text);
  const entries = resource['entry'] ?? [];
  if (!Array.isArray(entries))
    throw new FhirError('structure', 'Bundle.entry must be a list', { expression: 'Bundle.entry' });
  return { type, entries: entries.map((entry, index) => parseEntry(entry, index, texts[index], base)) };
}

function parseEntry(
  entry: Json,
  index: number,
  resourceText: string | undefined,
  base: string,
): BundleEntry | FhirError {
  const path = `Bundle.entry[${index}]`;
  const fault = (diagnostics: string, below: string): FhirError =>
    new FhirError('invalid', `${path}.${below}: ${diagnostics}`, { expression: `${path}.${below}` });
  const request = objectOf(objectOf(entry)?.['request']);
  if (request === undefined) return fault('every entry needs a request', 'request');
  const { method, url } = request;
  if (typeof method !== 'string' || !methods.has(method))
    return fault('must be GET, HEAD, POST, PUT, PATCH or DELETE', 'request.method');
  if (typeof url !== 'string' || url === '') return fault('must be an address below the base', 'request.url');
  const fullUrl = objectOf(entry)?.['fullUrl'];
  return {
    index,
    method: method as Method, // one of `methods`
    url: url.startsWith(`${base}/`) ? url.slice(base.length + 1) : url.replace(/^\//, ''),
    ...(typeof fullUrl === 'string' ? { fullUrl } : {}),
    ...header(request, 'ifMatch'),
    ...header(request, 'ifNoneMatch'),
    ...header(request, 'ifNoneExist'),
    ...header(request, 'ifModifiedSince'),
    ...(resourceText === undefined ? {} : { text: resourceText }),
  };
}

function header<Name extends string>(request: JsonObject, name: Name): { [K in Name]?: string } {
  const value = request[name];
  return (typeof value === 'string' ? { [name]: value } : {}) as { [K in Name]?: string }; // just built so
}

/** The text before and after the first `separator`. */
export function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
