/** Asks the addresses that the operator configured for JSON: encrypted, in time, of bounded size, never elsewhere. https://www.rfc-editor.org/rfc/rfc9700#section-2.6 */
import { FhirError } from '../fhir/outcome.ts';
import type { Outside } from './token-source.ts';

/** Bytes of an answer: a set of keys, a discovery document and a passport are much smaller. */
const mostBytes = 2 ** 20;
const defaultPatience = 5_000;

const loopback = /^(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;

/** Whether tokens and keys may travel to and from `address`: https, or http on this machine; no user, no fragment. */
export function isPermittedAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password, hash } = new URL(address);
  if (username !== '' || password !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && loopback.test(hostname));
}

export function isLoopback(address: string): boolean {
  return URL.canParse(address) && loopback.test(new URL(address).hostname);
}

export interface JsonAnswer {
  status: number;
  /** undefined where the status is not 200 */
  json: unknown;
  /** seconds for which the answer may be kept, where it says so */
  maxAge?: number;
}

/**
 * Asks `address`. Answers with any status below 500 are given back, but no redirect is followed.
 * Throws `transient` when there is no such answer in time; the log says why, the asker only learns that it is so.
 */
export async function askForJson(
  address: string,
  request: { method?: 'GET' | 'POST'; headers?: Record<string, string>; body?: string },
  { fetch, log, patience = defaultPatience }: Outside,
): Promise<JsonAnswer> {
  try {
    if (!isPermittedAddress(address)) throw new Error('only https is asked, or http on this machine');
    const signal = AbortSignal.timeout(patience);
    const headers = { accept: 'application/json', ...request.headers };
    const response = await fetch(address, { ...request, headers, redirect: 'manual', signal });
    if (response.status >= 500 || response.status < 200 || (response.status >= 300 && response.status < 400)) {
      await response.body?.cancel();
      throw new Error(`it answers with status ${response.status}`);
    }
    if (response.status !== 200) {
      await response.body?.cancel();
      return { status: response.status, json: undefined };
    }
    const maxAge = /(?:^|[\s,])max-age=(\d{1,9})/.exec(response.headers.get('cache-control') ?? '')?.[1];
    const json: unknown = JSON.parse(await boundedText(response, signal));
    return { status: 200, json, ...(maxAge === undefined ? {} : { maxAge: Number(maxAge) }) };
  } catch (cause) {
    log('warn', 'an issuer of tokens does not answer as it should', { address, reason: String(cause) });
    throw new FhirError('transient', 'the issuer of the bearer token does not answer at the moment; try again', {
      cause,
    });
  }
}

async function boundedText(response: Response, signal: AbortSignal): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  if (response.body === null) return '';
  // Leaving the loop early ends the transfer.
  for await (const part of response.body) {
    signal.throwIfAborted();
    size += part.byteLength;
    if (size > mostBytes) throw new Error(`its answer has more than ${mostBytes} bytes`);
    parts.push(part);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
}

/** HTTP Basic credentials of a client. https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 */
export function clientCredentials(id: string, secret: string): string {
  const form = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
  return `Basic ${Buffer.from(`${form(id)}:${form(secret)}`).toString('base64')}`;
}

/** Members of a JSON object; undefined for what is none. */
export function objectOf(json: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return json as Readonly<Record<string, unknown>>; // it is an object, and nothing is said of its members
}
