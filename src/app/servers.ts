/** The server as each asker meets it: one door for each, over one store. See docs/adr/0003. */
import type { AccessContext } from '../conditions/access-context.ts';
import {
  type Counter,
  createDeidentify,
  createPersonsOf,
  createPrepare,
  createResolve,
  type Door,
  openDoor,
  rememberDecisions,
} from '../door/index.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import type { Community, PageLinks, Role, Server } from '../interaction/index.ts';
import { createExtractor } from '../search/index.ts';
import type { Hash } from '../search/index-rows.ts';
import type { Audit } from '../store/audit.ts';
import type { Store } from '../store/store.ts';

const defaultCount = 50;
const maxCount = 1000;

/** What the servers of all askers are made of. */
export interface Wiring {
  store: Store;
  audit: Audit;
  definitions: Definitions;
  counter: Counter;
  baseUrls: readonly string[];
  pages: PageLinks;
  roles: readonly Role[];
  now(): number;
  newId(): string;
  outbound: typeof fetch;
  soon(name: string): Promise<void>;
  jobs: Server['jobs'];
  community: Community;
  deidentificationSecret: string;
  /** for CapabilityStatement.rest.security */
  security(): Readonly<Record<string, unknown>> | undefined;
}

/** The server as each asker meets it, made when the asker first comes. Made anew when search parameters are added. */
export function createServers(wiring: Wiring): (asker: AccessContext) => Server {
  const { store, audit, definitions, counter, baseUrls, pages, roles, now, newId } = wiring;
  const { outbound, soon, jobs, community, security } = wiring;
  const context = { definitions, hash: store.hash, baseUrls, now };
  const extract = createExtractor(context);
  const isDirectory = roles.includes('discovery') && !roles.includes('repository');
  const preparation = { ...context, extract, isDirectory };
  const prepare = createPrepare(preparation);
  const personsOf = createPersonsOf(preparation);
  const secret = wiring.deidentificationSecret;
  const deidentify = createDeidentify({ ...context, secret });
  const rows = { ...context, defaultCount, maxCount };
  const servers = new WeakMap<AccessContext, Server>();
  const doorFor = (asker: AccessContext): { door: Door; resolve: Hash } => {
    const resolve = createResolve({ hash: store.hash, secret }, asker);
    const decisions = rememberDecisions(store, asker, { rows, now, deidentify });
    return {
      door: openDoor(
        { store, audit, definitions, prepare, extract, counter, baseUrls, personsOf, resolve, now },
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
    const base = baseUrls[0]!;
    const server: Server = {
      door,
      service,
      definitions,
      base,
      roles,
      pages,
      searchContext,
      security,
      outbound,
      soon,
      jobs,
      community,
      newId,
      now,
    };
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
