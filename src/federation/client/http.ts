/** Asks FHIR servers over HTTP: bounded, patient with those that ask for it, and with a trace of every request. https://hl7.org/fhir/R4B/http.html */
import type { JsonObject } from '../../fhir/json.ts';
import type { Problem, Step, TraceStep } from './answer.ts';
import { createGate, type Limits } from './limits.ts';

/** Why a server gave nothing that can be used. `status` is 0 when there was no answer at all. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly status: number;
  constructor(reason: string, status: number) {
    super(reason);
    this.status = status;
  }
}

export interface HttpSettings {
  fetch: typeof fetch;
  /** milliseconds since 1970 */
  now(): number;
  limits: Limits;
  /** bearer token by the base address of the server that it was issued for */
  tokens: ReadonlyMap<string, string>;
  /** what the asker states of purpose and project, as headers; sent with tokens only, to the same servers */
  stated?: Readonly<Record<string, string>>;
  onTrace(step: TraceStep): void;
  /** each answer that is used, with its headers */
  onAnswer?(answer: HttpAnswer): void;
  signal?: AbortSignal;
  /** resolves after so many milliseconds; a test may give one that does not wait */
  sleep?(milliseconds: number): Promise<void>;
}

/** What came back from a request that succeeded. */
export interface HttpAnswer {
  step: Step;
  base: string;
  /** the address that answered */
  url: string;
  headers: Headers;
  body: JsonObject;
}

/** Fetches JSON objects from `base` and below. Throws ServerError. */
export interface Http {
  get(step: Step, base: string, url: string, count?: (body: JsonObject) => number): Promise<JsonObject>;
  /** Sends `sent` to an operation that changes nothing, so that it may be tried again like a read. */
  post(
    step: Step,
    base: string,
    url: string,
    sent: JsonObject,
    count?: (body: JsonObject) => number,
  ): Promise<JsonObject>;
}

interface Visit {
  gate: ReturnType<typeof createGate>;
  /** when this server's time is up */
  until: number;
}

export function createHttp(settings: HttpSettings): Http {
  const { limits, now } = settings;
  const all = createGate(limits.inFlight);
  const visits = new Map<string, Visit>();
  const visitOf = (base: string): Visit => {
    let visit = visits.get(base);
    if (visit === undefined) {
      visit = { gate: createGate(limits.perServer), until: now() + limits.serverMs };
      visits.set(base, visit);
    }
    return visit;
  };
  const within = (asked: Asked): Promise<JsonObject> => {
    const visit = visitOf(asked.base);
    return visit.gate(() => all(() => persist(settings, visit, asked)));
  };
  return {
    get: (step, base, url, count = () => 1) => within({ step, base, url, count }),
    post: (step, base, url, sent, count = () => 1) => within({ step, base, url, count, sent }),
  };
}

interface Asked {
  step: Step;
  base: string;
  url: string;
  count(body: JsonObject): number;
  /** the body of a POST */
  sent?: JsonObject;
}

/** Tries again what may succeed later, as long as the server has time left. */
async function persist(settings: HttpSettings, visit: Visit, asked: Asked): Promise<JsonObject> {
  const { limits, now, onTrace } = settings;
  const sleep = settings.sleep ?? ((ms) => new Promise<void>((done) => setTimeout(done, ms)));
  for (let attempt = 1; ; attempt++) {
    const started = now();
    const left = visit.until - started;
    const request = asked.url.startsWith(`${asked.base}/`) ? asked.url.slice(asked.base.length + 1) : asked.url;
    const trace = (status: number, found: number, reason?: string): void =>
      onTrace({
        step: asked.step,
        server: asked.base,
        request,
        status,
        ms: Math.round(now() - started),
        found,
        ...(reason === undefined ? {} : { reason }),
      });
    if (left <= 0) {
      const reason = `its time of ${limits.serverMs / 1000} s is used up`;
      trace(0, 0, reason);
      throw new ServerError(reason, 0);
    }
    const answer = await attemptOnce(settings, asked, Math.min(left, limits.requestMs));
    if ('body' in answer) {
      trace(answer.status, asked.count(answer.body));
      // A download may take as long as it goes on.
      if (asked.step === 'get') visit.until = now() + limits.serverMs;
      const { body, headers, url } = answer;
      settings.onAnswer?.({ step: asked.step, base: asked.base, url, headers, body });
      return body;
    }
    trace(answer.status, 0, answer.reason);
    // A little chance keeps many clients from coming back together.
    const pause = answer.retryAfter ?? 200 * 2 ** attempt * (0.5 + Math.random());
    if (!answer.mayRetry || attempt >= limits.attempts || now() + pause >= visit.until || settings.signal?.aborted) {
      throw new ServerError(answer.reason, answer.status);
    }
    await sleep(pause);
  }
}

type Attempt =
  | { status: number; body: JsonObject; headers: Headers; url: string }
  | { status: number; reason: string; mayRetry: boolean; retryAfter?: number };

const passing = new Set([408, 429, 500, 502, 503, 504]);

async function attemptOnce(settings: HttpSettings, { base, url, sent }: Asked, ms: number): Promise<Attempt> {
  const token = settings.tokens.get(base);
  const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(ms)));
  const signal = settings.signal === undefined ? timeout : AbortSignal.any([timeout, settings.signal]);
  let status = 0;
  try {
    const response = await ask(settings, url, {
      ...(sent === undefined ? {} : { method: 'POST', body: JSON.stringify(sent) }),
      headers: {
        ...(sent === undefined ? {} : { 'content-type': 'application/fhir+json' }),
        accept: 'application/fhir+json',
        // A server that ignores what it does not know would count too many.
        prefer: 'handling=strict',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}`, ...settings.stated }),
      },
      signal,
    });
    status = response.status;
    const text = await readText(response, settings.limits.bytes);
    if (!response.ok) return refused(response, text, settings.now);
    const body = parseObject(text);
    return body === undefined
      ? { status, reason: `it answered with what is no JSON object: ${shown(text)}`, mayRetry: false }
      : { status, body, headers: response.headers, url: response.url === '' ? url : response.url };
  } catch (error) {
    if (error instanceof ServerError) return { status, reason: error.message, mayRetry: false };
    if (settings.signal?.aborted) return { status, reason: 'the walk was ended', mayRetry: false };
    if (timeout.aborted)
      return { status, reason: `it did not answer within ${Math.ceil(ms) / 1000} s`, mayRetry: false };
    return { status, reason: `it cannot be reached: ${causeOf(error)}`, mayRetry: true };
  }
}

const redirects = new Set([301, 302, 303, 307, 308]);
const mostRedirects = 5;

/**
 * Tokens are taken off when a redirect leads to another server, but headers of our own are not: what is stated to one
 * server must reach no other, so with them redirects are followed by hand and within the server only.
 */
async function ask({ fetch, stated }: HttpSettings, url: string, request: RequestInit): Promise<Response> {
  const isPrivate =
    stated !== undefined && Object.keys(request.headers ?? {}).some((name) => Object.hasOwn(stated, name));
  if (!isPrivate) return fetch(url, request);
  let at = url;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const response = await fetch(at, { ...request, redirect: 'manual' });
    // Browsers tell nothing of where a redirect leads.
    if (response.type === 'opaqueredirect') throw new ServerError('it redirects: name the address that it leads to', 0);
    const location = response.headers.get('location');
    if (!redirects.has(response.status) || location === null) return response;
    await response.body?.cancel();
    const next = URL.canParse(location, at) ? new URL(location, at) : undefined;
    if (next?.origin !== new URL(url).origin) {
      throw new ServerError(`it redirects to another server: ${shown(location)}`, response.status);
    }
    at = next.href;
  }
  throw new ServerError('its redirects lead in a circle', 0);
}

function refused(response: Response, text: string, now: () => number): Attempt {
  const { status } = response;
  const said = diagnosticsOf(parseObject(text)) ?? shown(text);
  const reason = `it answered ${status}${said === '' ? '' : `: ${said}`}`;
  const after = retryAfterOf(response.headers.get('retry-after'), now);
  return { status, reason, mayRetry: passing.has(status), ...(after === undefined ? {} : { retryAfter: after }) };
}

/** Seconds or a date, in milliseconds from now. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfterOf(header: string | null, now: () => number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now());
}

async function readText(response: Response, limit: number): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  const parts: string[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts.join('') + decoder.decode();
    bytes += value.byteLength;
    if (bytes > limit) {
      await reader.cancel();
      throw new ServerError(`its answer is longer than ${limit} bytes`, response.status);
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

function diagnosticsOf(outcome: JsonObject | undefined): string | undefined {
  const issues = outcome?.['resourceType'] === 'OperationOutcome' ? outcome['issue'] : undefined;
  if (!Array.isArray(issues)) return undefined;
  const texts = issues.map((issue) => (issue as JsonObject | null)?.['diagnostics']); // any JSON; only texts are kept
  return shown(texts.filter((one) => typeof one === 'string').join('; '));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a stranger's text must not move the cursor of a terminal
const controls = /[\u0000-\u001f\u007f-\u009f]+/g;
const shown = (text: string): string => text.slice(0, 300).replace(controls, ' ').trim();

function causeOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}

/** Tells the person what is wrong with a server. */
export function problemOf(server: string, step: Step, error: unknown): Problem {
  // Anything but a ServerError is a defect of ours.
  if (!(error instanceof ServerError)) throw error;
  return { server, step, reason: error.message };
}
