/** Asks any FHIR server over HTTP, with the token that was issued for it and with no other. https://hl7.org/fhir/R4B/http.html */
import { addressOf, isBelow } from './address.ts';
import { noteRefusal } from './met.ts';
import { statementHeaders } from './statement.ts';
import { freshSessionAt, loginEnded } from './tokens.ts';

export type Json = Record<string, unknown>;

/** What a server refused or failed at, in words that can be shown. */
export class FhirProblem extends Error {
  /** HTTP status; 0 when there was no answer */
  readonly status: number;
  readonly server: string;
  /** the OperationOutcome, where there was one */
  readonly outcome: Json | undefined;

  constructor(
    message: string,
    { status, server, outcome }: { status: number; server: string; outcome?: Json | undefined },
  ) {
    super(message);
    this.status = status;
    this.server = server;
    this.outcome = outcome;
  }

  /** Whether the same request may well be answered if it is sent again. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

export interface Asked {
  method?: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

export interface FhirAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** `path` is relative to `base`, or an absolute address below it (a page link). Throws FhirProblem. */
export async function ask(
  base: string,
  path: string,
  { method = 'GET', body, headers, signal }: Asked = {},
): Promise<FhirAnswer> {
  const url = addressOf(base, path);
  const response = await send(base, url, {
    method,
    headers: {
      accept: 'application/fhir+json',
      ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  const json = jsonOf(text);
  if (!response.ok) throw problemOf(response.status, base, json);
  if (json === undefined && text !== '') {
    throw new FhirProblem('it answered something that is not FHIR', { status: response.status, server: base });
  }
  return { status: response.status, headers: response.headers, body: json ?? {} };
}

export const getJson = async (base: string, path: string, asked?: Asked): Promise<Json> =>
  (await ask(base, path, asked)).body;

/** A request as it is, with the session's token and what was stated where `url` is below `base`. Throws FhirProblem only when there is no answer. */
export async function send(base: string, url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  const session = isBelow(base, url) ? await freshSessionAt(base) : undefined;
  if (session !== undefined) {
    headers.set('authorization', `Bearer ${session.token}`);
    for (const [name, value] of Object.entries(statementHeaders())) if (!headers.has(name)) headers.set(name, value);
  }
  try {
    const response = await fetch(url, { ...init, headers, credentials: 'omit', redirect: 'follow', cache: 'no-store' });
    if (response.status === 401 && session !== undefined) loginEnded(base);
    if (response.status === 401 || response.status === 403) noteRefusal(base);
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new FhirProblem('it does not answer, or not to pages of this site', { status: 0, server: base });
  }
}

function jsonOf(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

function problemOf(status: number, server: string, outcome: Json | undefined): FhirProblem {
  const issues = Array.isArray(outcome?.['issue']) ? (outcome['issue'] as Json[]) : [];
  const texts = issues.flatMap(({ diagnostics, details }) => {
    const text = diagnostics ?? (details as Json | undefined)?.['text'];
    return typeof text === 'string' ? [text] : [];
  });
  return new FhirProblem(texts.length === 0 ? `it answered with status ${status}` : texts.join('; '), {
    status,
    server,
    outcome,
  });
}
