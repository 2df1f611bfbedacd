/** A request of the console: what may be sent, and the same as curl. https://hl7.org/fhir/R4B/http.html */
import { addressOf } from '../server/address.ts';
import { parseValue, writeValue } from './value.ts';

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] as const;
export type Method = (typeof methods)[number];

export interface ConsoleRequest {
  method: Method;
  path: string;
  /** one `Name: value` in each line */
  headers: string;
  body: string;
}

/** What must be mended before it can be sent. */
export type Fault =
  | { where: 'headers'; kind: 'no-header'; line: string }
  | { where: 'headers'; kind: 'authorization' }
  | { where: 'body'; kind: 'no-json'; message: string };

function headersOf(text: string): Record<string, string> | Fault {
  const headers: Record<string, string> = {};
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return { where: 'headers', kind: 'no-header', line };
    // The session's own token goes along; another would be shown on the screen.
    if (name.toLowerCase() === 'authorization') return { where: 'headers', kind: 'authorization' };
    headers[name.toLowerCase()] = value;
  }
  return headers;
}

const isFault = (value: Record<string, string> | Fault): value is Fault => 'where' in value && 'kind' in value;

export function faultsOf({ headers, body, method }: ConsoleRequest): Fault[] {
  const stated = headersOf(headers);
  const faults: Fault[] = isFault(stated) ? [stated] : [];
  if (!takesBody(method) || body.trim() === '' || !isJson(isFault(stated) ? {} : stated)) return faults;
  try {
    parseValue(body);
  } catch (error) {
    faults.push({ where: 'body', kind: 'no-json', message: error instanceof Error ? error.message : String(error) });
  }
  return faults;
}

export const takesBody = (method: Method): boolean => method === 'POST' || method === 'PUT' || method === 'PATCH';

const isJson = (headers: Record<string, string>): boolean =>
  headers['content-type'] === undefined || /json/.test(headers['content-type']);

/** In many lines; as it stands where it is no JSON. */
export function formatted(body: string): string {
  try {
    return writeValue(parseValue(body));
  } catch {
    return body;
  }
}

/** Whether it may change something: all but reading and searching. */
export const mayChange = ({ method, path }: ConsoleRequest): boolean =>
  method !== 'GET' && method !== 'HEAD' && !(method === 'POST' && /(^|\/)_search(\?|$)/.test(path));

/** What goes with `fetch`. Throws nothing: faults have been mended. */
export function sentHeaders(request: ConsoleRequest): Record<string, string> {
  const stated = headersOf(request.headers);
  const own = isFault(stated) ? {} : stated;
  const hasBody = takesBody(request.method) && request.body.trim() !== '';
  const usual = request.path.includes('_search') ? 'application/x-www-form-urlencoded' : 'application/fhir+json';
  return {
    accept: 'application/fhir+json',
    ...(hasBody && own['content-type'] === undefined ? { 'content-type': usual } : {}),
    ...own,
  };
}

/** For a shell. The token stands in a variable, so that it is in no history. */
export function curlOf(base: string, request: ConsoleRequest, hasToken: boolean): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const parts = [
    `curl -X ${request.method} ${quoted(addressOf(base, request.path))}`,
    ...(hasToken ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...Object.entries(sentHeaders(request)).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(takesBody(request.method) && request.body.trim() !== '' ? [`--data-binary ${quoted(request.body)}`] : []),
  ];
  return parts.join(' \\\n  ');
}
