/** The composition root: wires the parts of one server from its settings. There are no globals. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import Fastify, { type FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { KnownTokens } from './auth/access-file.ts';
import { createAuthenticate, openAccess } from './auth/authenticate.ts';
import {
  type AuthorizationServer,
  type AuthorizationServerSettings,
  createAuthorizationServer,
  withAuthorizationServer,
} from './auth/authorization-server/index.ts';
import type { AccessContext } from './conditions/access-context.ts';
import { createPrepare, openCustomParameters, openDoor, rememberDecisions } from './door/index.ts';
import { loadDefinitions } from './fhir/definitions/load.ts';
import type { Definitions, FhirVersion } from './fhir/definitions/model.ts';
import { createPageLinks, type PageLinks, type Role, type Server } from './interaction/index.ts';
import { createFairly } from './rest/fairness.ts';
import { largestBody, registerRest } from './rest/routes.ts';
import { createExtractor } from './search/index.ts';
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
  tokens: KnownTokens;
  /** runs the embedded authorization server */
  authorizationServer?: AuthorizationServerSettings;
  /** milliseconds after which a search is given up; 30,000 unless stated */
  searchMilliseconds?: number;
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
  const logError = (error: unknown): void => {
    settings.log('error', 'a request failed', {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  };
  // Filled once the port is known; what is made below keeps this very list.
  const baseUrls: string[] = [];
  let serverFor: (asker: AccessContext) => Server;
  const wire = (definitions: Definitions): void => {
    serverFor = createServers({ store, definitions, baseUrls, pages, roles: settings.roles, now, newId });
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
  // Made once the address is known, which is part of what it issues.
  let authorization: AuthorizationServer | undefined;
  const authenticate = withAuthorizationServer(
    settings.openAccess ? () => openAccess : createAuthenticate(settings.tokens),
    () => authorization,
  );
  const metrics = createMetrics();
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
  if (settings.authorizationServer !== undefined) {
    authorization = await createAuthorizationServer(settings.authorizationServer, {
      base: baseUrls[0]!,
      prefix,
      storage: authorizationStorage(store.sql),
      // Tokens are looked up for every request, so that one that is gone is refused everywhere.
      revoke: async () => {},
      authenticate,
      fetch,
      now,
      randomBytes,
      logError,
    });
  }
  return {
    base: baseUrls[0]!,
    store,
    async close() {
      await closeInTime(http, inHand);
      await custom.close();
      await store.close();
    },
  };
}

interface Wiring {
  store: Store;
  definitions: Definitions;
  baseUrls: readonly string[];
  pages: PageLinks;
  roles: readonly Role[];
  now(): number;
  newId(): string;
}

/** The server as each asker meets it, made when the asker first comes. Made anew when search parameters are added. */
function createServers(wiring: Wiring): (asker: AccessContext) => Server {
  const { store, definitions, baseUrls, pages, roles, now, newId } = wiring;
  const context = { definitions, hash: store.hash, baseUrls, now };
  const extract = createExtractor(context);
  const prepare = createPrepare({ ...context, extract });
  const servers = new WeakMap<AccessContext, Server>();
  return (asker) => {
    const known = servers.get(asker);
    if (known !== undefined) return known;
    const server: Server = {
      door: openDoor({ store, definitions, prepare, extract }, rememberDecisions(store, asker), asker),
      definitions,
      base: baseUrls[0]!,
      roles,
      pages,
      searchContext: { ...context, defaultCount, maxCount },
      newId,
      now,
    };
    servers.set(asker, server);
    return server;
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
    exposedHeaders: ['ETag', 'Last-Modified', 'Location', 'Content-Location', 'Retry-After'],
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

function createMetrics(): Metrics {
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
