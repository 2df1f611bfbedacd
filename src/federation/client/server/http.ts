/** Asks FHIR servers over HTTP: bounded, patient with those that ask for it, and with a trace of every request. https://hl7.org/fhir/R4B/http.html */
import type { JsonObject } from '../../../fhir/json.ts';
import type { Problem, Step, TraceStep } from '../answer.ts';
import { reasonText } from '../reason/reason.ts';
import { type Attempt, type ExchangeSettings, exchange } from './exchange.ts';
import { ServerError } from './fault.ts';
import { createGate, type Gate } from './limits.ts';

export { problemOf, ServerError } from './fault.ts';

export interface HttpSettings extends ExchangeSettings {
  onTrace(step: TraceStep): void;
  /** something that a server said and that cannot be believed */
  onDoubt?(problem: Problem): void;
  /** each answer that is used, with its headers */
  onAnswer?(answer: HttpAnswer): void;
  /** answers of an earlier run, so that it is gone on with; what is fetched is neither read from it nor kept */
  journal?: Journal;
  /** resolves after so many milliseconds; a test may give one that does not wait */
  sleep?(milliseconds: number): Promise<void>;
}

/** Keeps answers by what was asked. */
export interface Journal {
  read(key: string): Promise<JsonObject | undefined>;
  write(key: string, answer: JsonObject): Promise<void>;
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
  /** Tells of something that a server said and that cannot be believed, while the rest of it can be used. */
  doubt(problem: Problem): void;
}

interface Visit {
  gate: Gate;
  /** when this server's time is up; it runs from the first request that is sent */
  until?: number;
  /** requests in a row that were given up because nobody answered */
  failures: number;
  /** the last of them, which stands for all that would follow */
  down?: ServerError;
}

interface Asked {
  step: Step;
  base: string;
  url: string;
  count(body: JsonObject): number;
  sent?: JsonObject;
}

export function createHttp(settings: HttpSettings): Http {
  const all = createGate(settings.limits.inFlight);
  const visits = new Map<string, Visit>();
  const visitOf = (base: string): Visit => {
    let visit = visits.get(base);
    if (visit === undefined) {
      visit = { gate: createGate(settings.limits.perServer), failures: 0 };
      visits.set(base, visit);
    }
    return visit;
  };
  const within = async (asked: Asked): Promise<JsonObject> => {
    const journal = asked.step === 'get' ? undefined : settings.journal;
    const key = journal === undefined ? '' : keyOf(asked, settings.tokens.has(asked.base));
    const kept = await journal?.read(key);
    if (kept !== undefined) {
      settings.onTrace({ ...traceOf(asked, 0), status: 200, found: asked.count(kept), reason: keptReason });
      return kept;
    }
    const visit = visitOf(asked.base);
    const body = await visit.gate(() => persist(settings, all, visit, asked));
    await journal?.write(key, body);
    return body;
  };
  return {
    get: (step, base, url, count = () => 1) => within({ step, base, url, count }),
    post: (step, base, url, sent, count = () => 1) => within({ step, base, url, count, sent }),
    doubt: (problem) => settings.onDoubt?.(problem),
  };
}

const keptReason = reasonText('earlier-run');

/** A token may have changed, but with one more may be told than without. */
const keyOf = ({ url, sent }: Asked, hasToken: boolean): string =>
  `${hasToken ? 'known' : 'anyone'} ${url}${sent === undefined ? '' : ` ${JSON.stringify(sent)}`}`;

function traceOf({ step, base, url }: Asked, ms: number): Pick<TraceStep, 'step' | 'server' | 'request' | 'ms'> {
  const request = url.startsWith(`${base}/`) ? url.slice(base.length + 1) : url;
  return { step, server: base, request, ms: Math.round(ms) };
}

/** Tries again what may succeed later, as long as the server has time left. */
async function persist(settings: HttpSettings, all: Gate, visit: Visit, asked: Asked): Promise<JsonObject> {
  const { limits, now } = settings;
  for (let attempt = 1; ; attempt++) {
    // While it waits to try again, others may go.
    const answer = await all(() => once(settings, visit, asked));
    if ('body' in answer) {
      visit.failures = 0;
      // A download may take as long as it goes on.
      if (asked.step === 'get') visit.until = now() + limits.serverMs;
      const { body, headers, url } = answer;
      settings.onAnswer?.({ step: asked.step, base: asked.base, url, headers, body });
      return body;
    }
    // A little chance keeps many clients from coming back together.
    const pause = answer.retryAfter ?? 200 * 2 ** attempt * (0.5 + Math.random());
    const isLate = now() + pause >= (visit.until ?? 0);
    if (!answer.mayRetry || attempt >= limits.attempts || isLate || settings.signal?.aborted) {
      throw givenUp(settings, visit, answer);
    }
    await (settings.sleep?.(pause) ?? sleep(pause, settings.signal));
  }
}

/** A server at which nobody answers is not asked for ever: after so many requests that were given up, all fail at once. */
function givenUp({ limits }: HttpSettings, visit: Visit, answer: Extract<Attempt, { reason: string }>): ServerError {
  const error = new ServerError(answer.reason, answer.status);
  visit.failures = answer.isDown ? visit.failures + 1 : 0;
  if (visit.failures >= limits.failures) visit.down = error;
  return error;
}

async function once(settings: HttpSettings, visit: Visit, asked: Asked): Promise<Attempt> {
  const { limits, now, onTrace } = settings;
  if (visit.down !== undefined) throw visit.down;
  if (settings.signal?.aborted) throw new ServerError(reasonText('walk-ended'), 0);
  const started = now();
  visit.until ??= started + limits.serverMs;
  const left = visit.until - started;
  if (left <= 0) {
    const reason = reasonText('time-used-up', { seconds: limits.serverMs / 1000 });
    onTrace({ ...traceOf(asked, 0), status: 0, found: 0, reason });
    throw new ServerError(reason, 0);
  }
  const answer = await exchange(settings, asked, Math.min(left, limits.requestMs));
  const { status } = answer;
  const step = { ...traceOf(asked, now() - started), status, found: 0 };
  if (!('body' in answer)) {
    onTrace({ ...step, reason: answer.reason });
    return answer;
  }
  try {
    onTrace({ ...step, found: asked.count(answer.body) });
    return answer;
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    onTrace({ ...step, reason: error.message });
    return { status, reason: error.message, mayRetry: false, isDown: false };
  }
}

/** Ends at once when the walk is ended. */
function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
}
