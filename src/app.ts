/** The composition root: wires the parts of one server from its settings. There are no globals. */
import { randomUUID } from 'node:crypto';
import { type Askers, createAskers } from './app/askers.ts';
import { scheduleHarvest } from './app/harvest.ts';
import { closeInTime, createHttp } from './app/http.ts';
import { createMetrics, registerHealth } from './app/metrics.ts';
import { createServers } from './app/servers.ts';
import { serveSpecification } from './app/specification.ts';
import type { AccessSettings } from './auth/access-file.ts';
import { type AccessContext, anonymous } from './conditions/access-context.ts';
import type { DisclosureSettings } from './conditions/disclosure/model.ts';
import { compartmentParameters, createCounter, openCustomParameters } from './door/index.ts';
import { publishSummaries } from './federation/content-summary/publish.ts';
import { type CommunityMeans, createCommunity, scheduleChecks } from './federation/member/index.ts';
import { createOutbound } from './federation/outbound.ts';
import { loadDefinitions } from './fhir/definitions/load.ts';
import type { Definitions, FhirVersion } from './fhir/definitions/model.ts';
import { type Admission, type Community, createPageLinks, type Role, type Server } from './interaction/index.ts';
import { createFairly } from './rest/fairness.ts';
import { registerLanding } from './rest/landing.ts';
import { registerPortal } from './rest/portal.ts';
import { registerProtectedResource } from './rest/protected-resource.ts';
import { registerRest } from './rest/routes.ts';
import { type Audit, type AuditMode, openAudit } from './store/audit.ts';
import type { DatabaseAddress } from './store/connect.ts';
import { compactChanges } from './store/content.ts';
import { type Jobs, openJobs } from './store/jobs.ts';
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
  /** whether other servers may be asked that are on this machine or in a private network */
  allowPrivateNetwork?: boolean;
  /** seconds between two harvests of each member; none unless stated */
  harvestSeconds?: number;
  /** how counts of what may not be read are told, where it differs from the default */
  disclosure?: Partial<DisclosureSettings>;
  /** whether the artefacts of our implementation guide are kept among the resources */
  servesSpecification?: boolean;
  /** folder of the built web portal, which is then served at `/`; none unless stated */
  portal?: string;
  /** seconds between two times that the summaries of what data sets hold are brought up to date; never unless stated */
  summarySeconds?: number;
  /** whether servers that ask to join wait for a steward, as they do unless stated */
  admission?: Admission;
  /** between two checks of all members of the community; none unless stated */
  checkSeconds?: number;
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
  /** what the server does by itself */
  jobs: Jobs;
  /** Finishes what is in hand, then lets go of everything. */
  close(): Promise<void>;
}

const prefix = '/fhir';

/** Starts a server and waits until it can answer. */
export async function createApp(settings: AppSettings): Promise<App> {
  const now = settings.now ?? Date.now;
  const [store, specification] = await Promise.all([
    openStore({
      database: settings.database,
      now,
      ...(settings.searchMilliseconds === undefined ? {} : { searchMilliseconds: settings.searchMilliseconds }),
    }),
    loadDefinitions(settings.fhirVersion),
  ]);
  const audit = openAuditOf(settings, store, specification);
  const logError = (error: unknown): void => {
    settings.log('error', 'a request failed', {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  };
  // Filled once the port is known; what is made below keeps this very list.
  const baseUrls: string[] = [];
  const askers = createAskers(settings, { store, now, prefix, logError });
  const jobs = openJobs({ sql: store.sql, log: settings.log });
  const outbound = createOutbound({ allowPrivate: settings.allowPrivateNetwork === true });
  const means: CommunityMeans = {
    store,
    fetch: outbound.fetch,
    allowPrivate: settings.allowPrivateNetwork === true,
    now,
    admission: settings.admission ?? 'steward',
  };
  const wire = await wiringOf(settings, {
    store,
    audit,
    baseUrls,
    now,
    askers,
    outbound: outbound.fetch,
    soon: jobs.soon,
    jobs: jobs.states,
    community: createCommunity(means),
  });
  let serverFor: (asker: AccessContext) => Server;
  const changed = (definitions: Definitions): void => {
    serverFor = wire(definitions);
  };
  const custom = await openCustomParameters({ store, base: specification, baseUrls, now, changed, failed: logError });
  changed(custom.definitions());
  const metrics = createMetrics(audit, jobs);
  const { http, inHand } = await createHttp(askers.handle);
  const portal = settings.portal === undefined ? undefined : registerPortal(http, settings.portal, () => baseUrls[0]!);
  if (settings.portal !== undefined && portal === undefined)
    settings.log('warn', `there is no portal in ${settings.portal}; npm run portal builds it`);
  const asking = {
    prefix,
    authenticate: askers.authenticate,
    serverFor: (asker: AccessContext) => serverFor(asker),
    logError,
    ...(portal === undefined ? {} : { portal }),
  };
  registerRest(http, { ...asking, fairly: createFairly(), observe: metrics.observe });
  registerLanding(http, asking);
  registerHealth(http, store, metrics);
  registerProtectedResource(http, () => askers.protectedResource(baseUrls[0]!));
  await http.listen({ port: settings.port, host: settings.host });
  const address = http.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.port;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  baseUrls.push((settings.baseUrl ?? `http://${host}:${port}${prefix}`).replace(/\/+$/, ''));
  await askers.open(baseUrls[0]!);
  if (settings.servesSpecification === true) await serveSpecification(serverFor!(anonymous));
  await scheduleWork(settings, store, jobs, means, () => serverFor(anonymous));
  await scheduleHarvest(jobs, settings, (asker) => serverFor(asker));
  return {
    base: baseUrls[0]!,
    store,
    jobs,
    async close() {
      await closeInTime(http, inHand);
      await jobs.close();
      await outbound.close();
      await custom.close();
      await audit.close();
      await store.close();
    },
  };
}

/** What the server does by itself. */
async function scheduleWork(
  { roles, summarySeconds, checkSeconds, log }: AppSettings,
  store: Store,
  jobs: Jobs,
  means: CommunityMeans,
  server: () => Server,
): Promise<void> {
  if (roles.includes('repository') && summarySeconds !== undefined) {
    if (summarySeconds > 0)
      await jobs.every('content-summary', summarySeconds, (signal) => publishSummaries(server(), signal));
    // Somebody may ask for summaries all the same, so what changed is still noted.
    else await jobs.every('content-changes', 3600, () => compactChanges(store.sql));
  }
  if (checkSeconds !== undefined && roles.some((role) => role !== 'repository'))
    await scheduleChecks(means, jobs, { seconds: checkSeconds, server, log });
}

function openAuditOf(settings: AppSettings, store: Store, specification: Definitions): Audit {
  const { database, audit = 'batched', log, anchorMilliseconds } = settings;
  return openAudit({
    database,
    mode: audit,
    hash: store.hash,
    compartment: compartmentParameters(specification, store.hash),
    log,
    ...(anchorMilliseconds === undefined ? {} : { anchorMilliseconds }),
  });
}

/** Makes the servers of all askers from definitions, which change when search parameters are added. */
async function wiringOf(
  settings: AppSettings,
  means: {
    store: Store;
    audit: Audit;
    baseUrls: readonly string[];
    now(): number;
    askers: Askers;
    outbound: typeof fetch;
    soon: Jobs['soon'];
    jobs: Jobs['states'];
    community: Community;
  },
): Promise<(definitions: Definitions) => (asker: AccessContext) => Server> {
  const { store, now, askers } = means;
  const { roles, disclosure = {}, newId = randomUUID } = settings;
  const pages = createPageLinks(await store.secret('page'));
  const deidentificationSecret = await store.secret('deidentification');
  const secret = await store.secret('disclosure');
  return (definitions) => {
    const counter = createCounter({ store, definitions, secret, now, settings: disclosure });
    const { security } = askers;
    return createServers({
      ...means,
      definitions,
      counter,
      pages,
      roles,
      newId,
      deidentificationSecret,
      security,
    });
  };
}
