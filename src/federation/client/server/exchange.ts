/** One request and its answer: credentials, redirects, size and form. https://hl7.org/fhir/R4B/http.html */
import type { JsonObject } from '../../../fhir/json.ts';
import { reasonText } from '../reason/reason.ts';
import { diagnosticsOf, failureOf, ServerError, shown } from './fault.ts';
import type { Limits } from './limits.ts';

export interface ExchangeSettings {
  fetch: typeof fetch;
  /** milliseconds since 1970 */
  now(): number;
  limits: Limits;
  /** bearer token by the base address of the server that it was issued for */
  tokens: ReadonlyMap<string, string>;
  /** what the asker states of purpose and project, as headers; sent with tokens only, to the same servers */
  stated?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

export interface Asked {
  base: string;
  url: string;
  /** the body of a POST */
  sent?: JsonObject;
}

export type Attempt =
  | { status: number; body: JsonObject; headers: Headers; url: string }
  /** `isDown`: there was no answer, or none in time */
  | { status: number; reason: string; mayRetry: boolean; retryAfter?: number; isDown: boolean };

const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Asks once and takes at most `ms` milliseconds. Does not throw. */
export async function exchange(settings: ExchangeSettings, asked: Asked, ms: number): Promise<Attempt> {
  const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(ms)));
  const signal = settings.signal === undefined ? timeout : AbortSignal.any([timeout, settings.signal]);
  let status = 0;
  const failed = (reason: string, mayRetry = false, isDown = false): Attempt => ({ status, reason, mayRetry, isDown });
  try {
    const response = await follow(settings, asked, signal);
    status = response.status;
    const text = await readText(response, settings.limits);
    if (!response.ok) return refused(response, text, settings.now);
    const type = foreignType(response);
    if (type !== undefined) return failed(reasonText('no-fhir-json', { type, said: shown(text) }));
    const body = parseObject(text);
    if (body === undefined) return failed(reasonText('no-json-object', { said: shown(text) }));
    return { status, body, headers: response.headers, url: response.url === '' ? asked.url : response.url };
  } catch (error) {
    if (error instanceof ServerError) return failed(error.message);
    if (settings.signal?.aborted) return failed(reasonText('walk-ended'));
    if (timeout.aborted) return failed(reasonText('no-answer-in-time', { seconds: Math.ceil(ms) / 1000 }), false, true);
    const { reason, mayRetry } = failureOf(error, status !== 0);
    return failed(reason, mayRetry, status === 0);
  }
}

/** Whether `url` lies on the server at `base`, so that what is meant for the server may be sent there. */
export function isBelow(base: string, url: string): boolean {
  if (!URL.canParse(url) || !URL.canParse(base)) return false;
  // Both as they are sent: dots that lead out of the base are gone then.
  const [at, from] = [new URL(url).href, new URL(base).href.replace(/\/+$/, '')];
  return at === from || [...'/?#'].some((next) => at.startsWith(`${from}${next}`));
}

const redirects = new Set([301, 302, 303, 307, 308]);
const mostRedirects = 5;

/**
 * Follows redirects by hand, since what is sent depends on where it goes: a token and what is stated go to addresses
 * below the base that they are meant for, and a server that was told of them may not send the question elsewhere.
 */
async function follow(settings: ExchangeSettings, asked: Asked, signal: AbortSignal): Promise<Response> {
  const isKnown = settings.tokens.has(asked.base);
  let at = asked.url;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const request = requestTo(settings, asked, at, signal);
    const response = await settings.fetch(at, { ...request, redirect: 'manual' });
    // Browsers tell nothing of where a redirect leads; without a token nothing can be given away.
    if (response.type === 'opaqueredirect') {
      if (isKnown) throw new ServerError(reasonText('redirect-of-token'), 0);
      return settings.fetch(at, request);
    }
    const location = response.headers.get('location');
    if (!redirects.has(response.status) || location === null) return response;
    await response.body?.cancel();
    at = redirectedTo(asked, at, location, response.status, isKnown);
  }
  throw new ServerError(reasonText('redirects-in-circle'), 0);
}

function redirectedTo(asked: Asked, from: string, location: string, status: number, isKnown: boolean): string {
  const next = URL.canParse(location, from) ? new URL(location, from) : undefined;
  const where = shown(location);
  if (next === undefined || !/^https?:$/.test(next.protocol)) {
    throw new ServerError(reasonText('redirect-to-nothing', { where }), status);
  }
  if (asked.sent !== undefined && !isBelow(asked.base, next.href)) {
    throw new ServerError(reasonText('redirect-of-question', { where }), status);
  }
  if (isKnown && next.origin !== new URL(asked.url).origin) {
    throw new ServerError(reasonText('redirect-to-other', { where }), status);
  }
  if (new URL(from).protocol === 'https:' && next.protocol === 'http:') {
    throw new ServerError(reasonText('redirect-unencrypted', { where }), status);
  }
  return next.href;
}

function requestTo(settings: ExchangeSettings, { base, sent }: Asked, url: string, signal: AbortSignal): RequestInit {
  const token = isBelow(base, url) ? settings.tokens.get(base) : undefined;
  return {
    ...(sent === undefined ? {} : { method: 'POST', body: JSON.stringify(sent) }),
    headers: {
      ...(sent === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      accept: 'application/fhir+json',
      // A server that ignores what it does not know would count too many.
      prefer: 'handling=strict',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}`, ...settings.stated }),
    },
    signal,
  };
}

function refused(response: Response, text: string, now: () => number): Attempt {
  const { status } = response;
  const said = diagnosticsOf(parseObject(text)) ?? shown(text);
  const reason = said === '' ? reasonText('refused', { status }) : reasonText('refused-saying', { status, said });
  const after = retryAfterOf(response.headers.get('retry-after'), now);
  return {
    status,
    reason,
    mayRetry: passing.has(status),
    isDown: status === 502 || status === 503 || status === 504,
    ...(after === undefined ? {} : { retryAfter: after }),
  };
}

/** Seconds or a date, in milliseconds from now. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfterOf(header: string | null, now: () => number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now());
}

/** A type that is stated and is no JSON. https://hl7.org/fhir/R4B/http.html#mime-type */
function foreignType({ headers }: Response): string | undefined {
  const type = (headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  return type === '' || /^[a-z]+\/([a-z0-9.-]+\+)?json(\+fhir)?$/.test(type) ? undefined : shown(type);
}

/** Answers may be packed so much without being a bomb. */
const freeBytes = 2 ** 20;

async function readText(response: Response, { bytes: most, ratio }: Limits): Promise<string> {
  if (response.body === null) return '';
  const packed = response.headers.has('content-encoding') ? Number(response.headers.get('content-length') ?? 0) : 0;
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  const parts: string[] = [];
  let bytes = 0;
  const stop = async (reason: string): Promise<never> => {
    await reader.cancel();
    throw new ServerError(reason, response.status);
  };
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts.join('') + decoder.decode();
    bytes += value.byteLength;
    if (bytes > most) await stop(reasonText('too-long', { most }));
    if (packed > 0 && bytes > freeBytes && bytes > ratio * packed) {
      await stop(reasonText('unpacks-to-too-much', { packed, ratio }));
    }
    parts.push(decoder.decode(value, { stream: true }));
  }
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
