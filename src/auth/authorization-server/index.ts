/** The embedded authorization server, for sites that have none of their own: SMART App Launch and Backend Services. https://hl7.org/fhir/smart-app-launch/ */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import type { AccessContext } from '../../conditions/access-context.ts';
import type { AdapterMeans } from './adapter.ts';
import { type ClientKeys, publishedKeys } from './client-keys.ts';
import { answerFront, type CurrentProvider } from './front.ts';
import { withPortal } from './portal-client.ts';
import { createProvider } from './provider.ts';
import { loadServerKeys } from './server-keys.ts';
import type { AuthorizationServerSettings, RegisteredClient } from './settings.ts';
import { type AuthorizationMeans, issuerOf, type Site } from './site.ts';
import { securityOf, smartConfigurationOf } from './smart-configuration.ts';
import { createTokenContexts } from './token-context.ts';

export { hashPassword } from './password.ts';
export { type AuthorizationServerSettings, authorizationServerSettingsOf } from './settings.ts';
export type { AuthorizationMeans } from './site.ts';
export { securityOf } from './smart-configuration.ts';
export type { AuthorizationStorage } from './storage.ts';

export interface AuthorizationServer {
  issuer: string;
  /** Who asks with this token; the same frozen value while the token means the same. */
  contextOf(token: string): Promise<AccessContext | undefined>;
  /** Answers the request if it is for the authorization server; false when it is not. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  smartConfiguration(): Readonly<Record<string, unknown>>;
  /** for `CapabilityStatement.rest.security` */
  security(): Readonly<Record<string, unknown>>;
  /** Notes that a person accepted terms; their tokens say so from the next request on. */
  acceptTerms(account: string, url: string): Promise<void>;
}

/** Keys are looked for again after so long; see server-keys.ts for why that is soon enough. */
const keysMilliseconds = 60_000;
const tidyMilliseconds = 10 * 60_000;

export async function createAuthorizationServer(
  settings: AuthorizationServerSettings,
  means: AuthorizationMeans,
): Promise<AuthorizationServer> {
  const issuer = issuerOf(means.base, means.prefix, settings.issuer);
  const site: Site = { ...means, settings: withPortal(settings, means.base), issuer };
  const contexts = createTokenContexts(site);
  const adapterMeans: AdapterMeans = {
    storage: means.storage,
    now: means.now,
    async revoke(tokenId, until) {
      contexts.forget(tokenId);
      await means.revoke(tokenId, until);
    },
  };
  const current = providers(site, adapterMeans);
  await current();
  const tidy = occasionally(tidyMilliseconds, site, () => means.storage.tidy(means.now()));
  return {
    issuer,
    contextOf: contexts.contextOf,
    handle(request, response) {
      tidy();
      return answerFront(request, response, { site, current });
    },
    smartConfiguration: () => smartConfigurationOf(issuer),
    security: () => securityOf(issuer),
    acceptTerms: (account, url) => means.storage.acceptTerms(account, url, means.now()),
  };
}

/** The provider with the keys in force: made anew when they change, which is rare. */
function providers(site: Site, adapterMeans: AdapterMeans): () => Promise<CurrentProvider> {
  const keysOfClients = new Map<string, ClientKeys>();
  let current: (CurrentProvider & { from: string }) | undefined;
  let loaded = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;
  const load = async (): Promise<void> => {
    const keys = await loadServerKeys(site.storage, site.now(), site.randomBytes);
    loaded = site.now();
    const from = JSON.stringify(keys);
    if (current?.from === from) return;
    const provider = createProvider(site, keys, adapterMeans);
    for (const client of site.settings.clients.values()) await useKeys(provider, client, keysOfClients, site);
    current = { provider, answer: provider.callback(), secrets: keys.secrets, from };
  };
  return async () => {
    if (current === undefined || Math.abs(site.now() - loaded) > keysMilliseconds) {
      await (loading ??= load().finally(() => {
        loading = undefined;
      }));
    }
    return current!;
  };
}

/** Lets assertions be verified by the keys that a client publishes, looked up as SMART wants it. */
async function useKeys(
  provider: Provider,
  client: RegisteredClient,
  known: Map<string, ClientKeys>,
  site: Site,
): Promise<void> {
  const { id, jwksUri } = client;
  if (jwksUri === undefined) return;
  const keys = known.get(id) ?? publishedKeys(jwksUri, site);
  known.set(id, keys);
  const found = await provider.Client.find(id);
  if (found === undefined) throw new Error(`the client ${id} is not known to oidc-provider`);
  Object.defineProperty(found, 'asymmetricKeyStore', { value: keys });
}

/** Runs `what` at most once in the time, beside requests. */
function occasionally(milliseconds: number, { now, logError }: Site, what: () => Promise<void>): () => void {
  let last = now();
  return () => {
    if (now() - last < milliseconds) return;
    last = now();
    void what().catch(logError);
  };
}
