/** Starts real servers on real PostgreSQL for tests, each with a database of its own, and asks them over HTTP. */
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { type App, type AppSettings, createApp } from '../src/app.ts';
import { noAccess } from '../src/auth/access-file.ts';
import { tokenDigest } from '../src/auth/static-token.ts';
import type { AccessContext } from '../src/conditions/access-context.ts';
import type { JsonObject } from '../src/fhir/json.ts';
import { type DatabaseAddress, ensureDatabase } from '../src/store/connect.ts';
import { startEngine } from '../src/store/engine.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** the body as JSON; an empty object where there is none */
  body: JsonObject & Record<string, any>;
}

export interface Asked {
  body?: unknown;
  headers?: Record<string, string>;
  /** bearer token; 'writer' unless stated, '' for none */
  as?: string;
}

export type Ask = (method: string, path: string, asked?: Asked) => Promise<Answer>;

export interface TestServer {
  base: string;
  ask: Ask;
  /** sends lines to $import */
  load(resources: Iterable<object | string>): Promise<Answer>;
  address: DatabaseAddress;
  app: App;
  /** what the server logged as errors */
  errors: string[];
  close(): Promise<void>;
}

/** Who may do what in tests: the token is the name. */
export const tokens = new Map<string, AccessContext>(
  [
    { name: 'writer', rights: { readAll: true, write: true } },
    { name: 'reader', rights: { readAll: true, write: false } },
    { name: 'blind-writer', rights: { readAll: false, write: true } },
  ].map(({ name, rights }) => [tokenDigest(name), { subject: { kind: 'service', name }, rights }]),
);

/** The address of a new, empty database. */
export async function newDatabase(): Promise<DatabaseAddress> {
  const engine = await startEngine({ folder: inject('engineFolder') });
  const database = `test_${randomBytes(8).toString('hex')}`;
  await ensureDatabase(engine, database);
  return { engine, database };
}

export async function startServer(settings: Partial<AppSettings> = {}): Promise<TestServer> {
  const address = settings.database ?? (await newDatabase());
  const errors: string[] = [];
  const app = await createApp({
    database: address,
    fhirVersion: 'R4B',
    roles: ['repository', 'registry', 'discovery'],
    host: '127.0.0.1',
    port: 0,
    openAccess: false,
    allowPrivateNetwork: true,
    access: { ...noAccess, tokens },
    log: (level, message, details) => {
      if (level === 'error') errors.push(`${message} ${JSON.stringify(details)}`);
    },
    ...settings,
  });
  const ask = askerOf(() => app.base);
  return {
    base: app.base,
    ask,
    load: (resources) => ask('POST', '$import', importOf(resources)),
    address,
    app,
    errors,
    close: () => app.close(),
  };
}

export function importOf(resources: Iterable<object | string>): Asked {
  const lines = [...resources].map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return { body: lines.join('\n'), headers: { 'content-type': 'application/fhir+ndjson' } };
}

/** `path` is relative to the base, or absolute. `base` is asked anew for each request. */
export function askerOf(base: () => string): Ask {
  return async (method, path, { body, headers, as = 'writer' } = {}) => {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(/^https?:/.test(path) ? path : `${base()}/${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(as === '' ? {} : { authorization: `Bearer ${as}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: (isRaw ? body : JSON.stringify(body)) as BodyInit }), // texts and bytes go as they are
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };
}

function parse(text: string): Answer['body'] {
  try {
    return JSON.parse(text) as Answer['body'];
  } catch {
    return {};
  }
}

/** Ids of the matches of a search result, in their order. */
export function idsOf(answer: Answer): string[] {
  const entries = (answer.body['entry'] ?? []) as { resource: { id: string }; search: { mode: string } }[];
  return entries.filter((entry) => entry.search.mode === 'match').map((entry) => entry.resource.id);
}

/** The first diagnostics of an OperationOutcome. */
export function diagnosticsOf(answer: Answer): string {
  const { body } = answer;
  if (body['resourceType'] !== 'OperationOutcome') throw new Error(`no OperationOutcome: ${answer.text.slice(0, 500)}`);
  return (body['issue'] as { diagnostics: string }[])[0]!.diagnostics;
}
