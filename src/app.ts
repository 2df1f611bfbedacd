/** The composition root: wires the parts of one server from its settings. There are no globals. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import Fastify, { type FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AccessSettings } from './auth/access-file.ts';
import { createAuthenticate, openAccess } from './auth/authenticate.ts';
import {
  type AuthorizationServer,
  authorizationServerSettingsOf,
  createAuthorizationServer,
} from './auth/authorization-server/index.ts';
import { createTokenSources } from './auth/token-sources.ts';
import type { AccessContext } from './conditions/access-context.ts';
import type { DisclosureSettings } from './conditions/disclosure/model.ts';
import {
  type Counter as CountTeller,
  compartmentParameters,
  createCounter,
  createDeidentify,
  createPersonsOf,
  createPrepare,
  type Door,
  openCustomParameters,
  openDoor,
  rememberDecisions,
} from './door/index.ts';
import { loadDefinitions } from './fhir/definitions/load.ts';
import type { Definitions, FhirVersion } from './fhir/definitions/model.ts';
import { createPageLinks, type PageLinks, type Role, type Server } from './interaction/index.ts';
import { createFairly } from './rest/fairness.ts';
import { largestBody, registerRest } from './rest/routes.ts';
import { createExtractor } from './search/index.ts';
import type { Hash } from './search/index-rows.ts';
import { type Audit, type AuditMode, openAudit } from './store/audit.ts';
import { authorizationStorage } from './store/authorization.ts';
import type { DatabaseAddress } from './store/connect.ts';
import { openStore, type Store } from './store/store.ts';

export interface AppSettings {
  database: DatabaseAddress;
  fhirVersion: FhirVersion;
  roles: readonly Role[];
  host: string;
  /** 0 picks a free one */
  port: number;
  /** the base address that clients use, when it is not `http://host:port/fhir` */
  baseUrl?: string;
  /** everyone may read and write everything */
  openAccess: boolean;
  /** which tokens, issuers and passports are trusted */
  access: AccessSettings;
  /** asks issuers; default node's own */
  fetch?: typeof fetch;
  /** milliseconds after which a search is given up; 30,000 unless stated */
  searchMilliseconds?: number;
  /** how counts of what may not be read are told, where it differs from the default */
  disclosure?: Partial<DisclosureSettings>;
  /** how the audit log is kept; `batched` unless stated */
  audit?: AuditMode;
  /** between two lines of the log that name the head of the audit chain; a minute unless stated */
  anchorMilliseconds?: number;
  /** milliseconds since 1970; default the machine's clock */
  now?: () => number;
  newId?: () => string;
  log(level: 'info' | 'warn' | 'error', message: string, details?: Record<string, unknown>): void;
}

/** A server that answers. */
export interface App {
  /** FHIR base address without a trailing slash */
  base: string;
  store: Store;
  /** Finishes what is in hand, then lets go of everything. */
  close(): Promise<void>;
}

const prefix = '/fhir';
const defaultCount = 50;
const maxCount = 1000;

/** Starts a server and waits until it can answer. */
export async function createApp(settings: AppSettings): Promise<App> {
  const now = settings.now ?? Date.now;
  const newId = settings.newId ?? randomUUID;
  const [store, specification] = await Promise.all([
    openStore({
      database: settings.database,
      now,
      ...(settings.searchMilliseconds === undefined ? {} : { searchMilliseconds: settings.searchMilliseconds }),
    }),
    loadDefinitions(settings.fhirVersion),
  ]);
  const pages = createPageLinks(await store.secret('page'));
  const deidentificationSecret = await store.secret('deidentification');
  const disclosureSecret = await store.secret('disclosure');
  const audit = openAudit({
    database: settings.database,
    mode: settings.audit ?? 'batched',
    hash: store.hash,
    compartment: compartmentParameters(specification, store.hash),
    log: settings.log,
    ...(settings.anchorMilliseconds === undefined ? {} : { anchorMilliseconds: settings.anchorMilliseconds }),
  });
  const logError = (error: unknown): void => {
    settings.log('error', 'a request failed', {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  };
  // Filled once the port is known; what is made below keeps this very list.
  const baseUrls: string[] = [];
  let serverFor: (asker: AccessContext) => Server;
  const wire = (definitions: Definitions): void => {
    const disclosure = settings.disclosure ?? {};
    serverFor = createServers({
      store,
      audit,
      definitions,
      counter: createCounter({ store, definitions, secret: disclosureSecret, now, settings: disclosure }),
      baseUrls,
      pages,
      roles: settings.roles,
      now,
      newId,
      deidentificationSecret,
    });
  };
  const custom = await openCustomParameters({
    store,
    base: specification,
    baseUrls,
    now,
    changed: wire,
    failed: logError,
  });
  wire(custom.definitions());
  const { access, log } = settings;
  const outside = { fetch: settings.fetch ?? globalThis.fetch, now, log };
  // Made once the address is known, which is part of what it issues.
  let authorization: AuthorizationServer | undefined;
  const own = { contextOf: async (token: string) => authorization?.contextOf(token) };
  const authenticate = settings.openAccess
    ? () => openAccess
    : createAuthenticate({
        ...access,
        sources: createTokenSources(access, outside, access.authorizationServer === undefined ? undefined : own),
        breakGlassHeader: 'x-break-glass-reason',
        now,
        log,
      });
  const metrics = createMetrics(audit);
  const { http, inHand } = await createHttp((request, response) => authorization?.handle(request, response) ?? false);
  registerRest(http, {
    prefix,
    authenticate,
    serverFor: (asker) => serverFor(asker),
    fairly: createFairly(),
    logError,
    observe: metrics.observe,
  });
  registerHealth(http, store, metrics);
  await http.listen({ port: settings.port, host: settings.host });
  const address = http.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.port;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  baseUrls.push((settings.baseUrl ?? `http://${host}:${port}${prefix}`).replace(/\/+$/, ''));
  if (access.authorizationServer !== undefined) {
    authorization = await createAuthorizationServer(
      authorizationServerSettingsOf(access.authorizationServer, 'authorizationServer of the access file'),
      {
        base: baseUrls[0]!,
        prefix,
        storage: authorizationStorage(store.sql),
        revoke: store.revoke,
        authenticate,
        fetch: outside.fetch,
        now,
        randomBytes,
        logError,
      },
    );
  }
  return {
    base: baseUrls[0]!,
    store,
    async close() {
      await closeInTime(http, inHand);
      await custom.close();
      await audit.close();
      await store.close();
    },
  };
}

interface Wiring {
  store: Store;
  audit: Audit;
  definitions: Definitions;
  counter: CountTeller;
  baseUrls: readonly string[];
  pages: PageLinks;
  roles: readonly Role[];
  now(): number;
  newId(): string;
  deidentificationSecret: string;
}

/** The server as each asker meets it, made when the asker first comes. Made anew when search parameters are added. */
function createServers(wiring: Wiring): (asker: AccessContext) => Server {
  const { store, audit, definitions, counter, baseUrls, pages, roles, now, newId } = wiring;
  const context = { definitions, hash: store.hash, baseUrls, now };
  const extract = createExtractor(context);
  const prepare = createPrepare({ ...context, extract });
  const personsOf = createPersonsOf({ ...context, extract });
  const deidentify = createDeidentify();
  const rows = { ...context, defaultCount, maxCount };
  const servers = new WeakMap<AccessContext, Server>();
  const doorFor = (asker: AccessContext): { door: Door; resolve: Hash } => {
    const resolve = store.hash;
    const decisions = rememberDecisions(store, asker, { rows, now, deidentify });
    return {
      door: openDoor(
        { store, audit, definitions, prepare, extract, counter, personsOf, resolve, now },
        decisions,
        asker,
      ),
      resolve,
    };
  };
  const service = remembered((name: string) => doorFor(serviceContext(name)).door);
  return (asker) => {
    const known = servers.get(asker);
    if (known !== undefined) return known;
    const { door, resolve } = doorFor(asker);
    const searchContext = { ...rows, hash: resolve };
    const server: Server = { door, service, definitions, base: baseUrls[0]!, roles, pages, searchContext, newId, now };
    servers.set(asker, server);
    return server;
  };
}

const serviceContext = (name: string): AccessContext => ({
  subject: { kind: 'service', name },
  rights: { readAll: true, write: true, steward: true },
});

function remembered<T>(make: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    let one = known.get(name);
    if (one === undefined) known.set(name, (one = make(name)));
    return one;
  };
}

/** The HTTP server, and the requests that it has in hand. `handle` says whether it answers a request by itself. */
async function createHttp(
  handle: (request: IncomingMessage, response: ServerResponse) => boolean,
): Promise<{ http: FastifyInstance; inHand: ReadonlySet<object> }> {
  const http = Fastify({
    bodyLimit: largestBody,
    logger: false,
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 2 ** 16 },
    forceCloseConnections: 'idle',
  });
  const inHand = new Set<object>();
  http.addHook('onRequest', async (request, reply) => {
    inHand.add(request);
    // Answered or given up by the client, it is in hand no more.
    reply.raw.once('close', () => inHand.delete(request));
    if (handle(request.raw, reply.raw)) reply.hijack();
  });
  await http.register(cors, {
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    exposedHeaders: [
      'ETag',
      'Last-Modified',
      'Location',
      'Content-Location',
      'Retry-After',
      'Link',
      'Warning',
      'Fairway-Obligations',
    ],
    strictPreflight: false,
    maxAge: 86_400,
  });
  await http.register(compress, {
    encodings: ['br', 'gzip'],
    threshold: 1400,
    customTypes: /^(?:application\/(?:fhir\+)?(?:json|xml|ndjson)|text\/)/,
    // Replies are made once and sent once: quick compression is the better bargain.
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
    zlibOptions: { level: 5 },
  });
  return { http, inHand };
}

/** Milliseconds that requests in hand get when the server is asked to end. */
const grace = 20_000;

/**
 * Takes no more connections, lets the requests in hand finish, and cuts what is left after `grace`. A connection over
 * which no request has come counts as one in hand for node:http, so requests are counted here.
 */
async function closeInTime(http: FastifyInstance, inHand: ReadonlySet<object>): Promise<void> {
  const { server } = http;
  const closed = http.close();
  for (let waited = 0; waited < grace && inHand.size > 0; waited += 20) await sleep(20);
  server.closeAllConnections();
  await closed;
}

interface Metrics {
  observe(interaction: string, status: number, milliseconds: number): void;
  text(): Promise<string>;
}

function createMetrics(audit: Audit): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labels = ['interaction', 'status'] as const;
  const requests = new Counter({
    name: 'fairway_requests_total',
    help: 'Interactions by status',
    labelNames: labels,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'fairway_request_seconds',
    help: 'Time to answer an interaction',
    labelNames: ['interaction'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  new Gauge({
    name: 'fairway_audit_unflushed',
    help: 'Entries of the audit log that are not written yet',
    registers: [registry],
    collect() {
      this.set(audit.unflushed());
    },
  });
  return {
    observe(interaction, status, milliseconds) {
      requests.inc({ interaction, status });
      seconds.observe({ interaction }, milliseconds / 1000);
    },
    text: () => registry.metrics(),
  };
}

function registerHealth(http: FastifyInstance, store: Store, metrics: Metrics): void {
  http.get('/health/live', () => ({ status: 'alive' }));
  http.get('/health/ready', async (_, reply) => {
    try {
      await store.ping();
      return { status: 'ready' };
    } catch {
      return reply.status(503).send({ status: 'the database does not answer' });
    }
  });
  http.get('/metrics', async (_, reply) => reply.type('text/plain; version=0.0.4').send(await metrics.text()));
}
