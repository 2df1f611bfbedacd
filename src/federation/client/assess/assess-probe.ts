/** Asks addresses for an assessment: whatever comes back is a fact, nothing is tried twice, and there is an end to it. https://www.rfc-editor.org/rfc/rfc9110 */
import type { Asked } from '../../../fair/assessment/facts.ts';
import { plain } from '../../../fair/plain.ts';
import { type JsonObject, objectOf, objectsOf, parseJson } from '../../../fhir/json.ts';
import { textOf } from '../server/bundle.ts';
import { createGate } from '../server/limits.ts';
import { baseOf, type ClientSettings, statedHeaders } from '../walk/walk.ts';

export interface ProbeLimits {
  /** requests in one assessment, redirects included */
  requests: number;
  /** milliseconds of one request, and of the whole assessment */
  requestMs: number;
  totalMs: number;
  /** bytes that are read of an answer in JSON or XML, and of any other */
  bytes: number;
  pageBytes: number;
}

export const defaultProbeLimits: ProbeLimits = {
  requests: 120,
  requestMs: 10_000,
  totalMs: 60_000,
  bytes: 16 * 2 ** 20,
  pageBytes: 64 * 2 ** 10,
};

export interface ProbeSettings extends ClientSettings {
  probe?: Partial<ProbeLimits>;
  /** whether an error of `fetch` says that it asked nothing */
  isRefusal?(error: unknown): boolean;
  /** Why an address is not to be asked, or not by nobody; absent when all may be. */
  refuse?(address: string, asNobody: boolean): string | undefined;
}

export interface Answer {
  asked: Asked;
  /** the body, where it is a JSON object that was read whole */
  body?: JsonObject;
}

interface Ask {
  accept?: string;
  /** without the token */
  asNobody?: boolean;
}

export interface Probe {
  ask(address: string, how?: Ask): Promise<Answer>;
  now(): number;
}

const redirects = new Set([301, 302, 303, 307, 308]);
const mostRedirects = 5;

export function createProbe(settings: ProbeSettings): Probe {
  const limits = { ...defaultProbeLimits, ...settings.probe };
  const now = settings.now ?? Date.now;
  const gate = createGate(6);
  const until = now() + limits.totalMs;
  const tokens = Object.entries(settings.tokens ?? {}).map(([base, token]) => [baseOf(base), token] as const);
  const tokenFor = (address: string): string | undefined =>
    tokens.find(([base]) => address === base || address.startsWith(`${base}/`) || address.startsWith(`${base}?`))?.[1];
  const answered = new Map<string, Promise<Answer>>();
  let sent = 0;

  async function follow(address: string, { accept = '*/*', asNobody = false }: Ask): Promise<Answer> {
    let at = address;
    for (let hop = 0; hop <= mostRedirects; hop++) {
      const why = unwilling(at, asNobody);
      if (why !== undefined) return notAsked(address, at === address ? why : `it leads to ${plain(at, 200)}; ${why}`);
      sent++;
      const token = asNobody ? undefined : tokenFor(at);
      const response = await send(address, at, {
        accept,
        prefer: 'handling=strict',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}`, ...statedHeaders(settings) }),
      });
      if ('asked' in response) return response;
      const location = response.headers.get('location');
      if (!redirects.has(response.status) || location === null || !URL.canParse(location, at)) {
        return read(address, response);
      }
      await response.body?.cancel();
      at = new URL(location, at).href;
    }
    return { asked: { address, status: 0, reason: 'its redirects have no end' } };
  }

  function unwilling(address: string, asNobody: boolean): string | undefined {
    if (!/^https?:\/\//i.test(address)) return 'it is no address of HTTP';
    if (sent >= limits.requests) return `an assessment asks ${limits.requests} times at most`;
    if (now() >= until) return `an assessment takes ${limits.totalMs / 1000} s at most`;
    return settings.refuse?.(address, asNobody);
  }

  /** The response, or why there is none. */
  async function send(address: string, at: string, headers: Record<string, string>): Promise<Response | Answer> {
    const ms = Math.max(1, Math.min(limits.requestMs, until - now()));
    const timeout = AbortSignal.timeout(Math.ceil(ms));
    const signal = settings.signal === undefined ? timeout : AbortSignal.any([timeout, settings.signal]);
    try {
      return await (settings.fetch ?? globalThis.fetch)(at, { headers, signal, redirect: 'manual' });
    } catch (error) {
      const none = (reason: string): Answer => ({ asked: { address, status: 0, reason: plain(reason, 300) } });
      if (timeout.aborted) return none(`no answer within ${Math.ceil(ms) / 1000} s`);
      const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
      if (settings.isRefusal?.(error) === true) return notAsked(address, plain(message ?? '', 300));
      return none(`it cannot be reached: ${cause?.code ?? cause?.message ?? message ?? String(error)}`);
    }
  }

  async function read(address: string, response: Response): Promise<Answer> {
    const { status, headers } = response;
    const contentType = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
    const authenticate = headers.get('www-authenticate');
    const isRead = contentType !== undefined && /[/+](?:json|xml)$/.test(contentType);
    const text = await firstOf(response, isRead ? limits.bytes : limits.pageBytes);
    const body = text === undefined ? undefined : objectOf(parseJson(text));
    const reason = status < 400 ? undefined : (diagnosticsOf(body) ?? response.statusText);
    const asked: Asked = {
      address,
      status,
      ...(contentType === undefined || contentType === '' ? {} : { contentType }),
      ...(authenticate === null ? {} : { authenticate: plain(authenticate, 200) }),
      ...(reason === undefined || reason === '' ? {} : { reason: plain(reason, 300) }),
    };
    return { asked, ...(body === undefined ? {} : { body }) };
  }

  return {
    now,
    ask(address, how = {}) {
      const key = `${how.accept ?? ''} ${how.asNobody === true} ${address}`;
      let answer = answered.get(key);
      if (answer === undefined) answered.set(key, (answer = gate(() => follow(address, how))));
      return answer;
    },
  };
}

const notAsked = (address: string, reason: string): Answer => ({
  asked: { address, status: 0, reason: `not asked: ${reason}`, isNotAsked: true },
});

/** The text of an answer; undefined when it is longer than is read, or breaks off. */
async function firstOf(response: Response, bytes: number): Promise<string | undefined> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  const parts: string[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return parts.join('') + decoder.decode();
      length += value.byteLength;
      if (length > bytes) {
        await reader.cancel();
        return undefined;
      }
      parts.push(decoder.decode(value, { stream: true }));
    }
  } catch {
    return undefined;
  }
}

function diagnosticsOf(outcome: JsonObject | undefined): string | undefined {
  if (outcome?.['resourceType'] !== 'OperationOutcome') return undefined;
  const texts = objectsOf(outcome['issue']).map((one) => textOf(one['diagnostics']));
  return texts.filter((one) => one !== undefined).join('; ');
}
