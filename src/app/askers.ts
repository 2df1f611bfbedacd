/** Who asks: the tokens of the access file, external issuers, and the embedded authorization server. See docs/reference/access-file.md */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessSettings } from '../auth/access-file.ts';
import { type Authenticate, createAuthenticate, openAccess } from '../auth/authenticate.ts';
import {
  type AuthorizationServer,
  authorizationServerSettingsOf,
  createAuthorizationServer,
} from '../auth/authorization-server/index.ts';
import { protectedResourceOf } from '../auth/protected-resource.ts';
import type { Log } from '../auth/token-source.ts';
import { createTokenSources } from '../auth/token-sources.ts';
import { authorizationStorage } from '../store/authorization.ts';
import type { Store } from '../store/store.ts';

interface AskersSettings {
  openAccess: boolean;
  access: AccessSettings;
  fetch?: typeof fetch;
  log: Log;
}

interface AskersMeans {
  store: Store;
  now(): number;
  /** path of the FHIR base */
  prefix: string;
  logError(error: unknown): void;
}

export interface Askers {
  authenticate: Authenticate;
  /** Answers requests for the authorization server; false for others. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** for CapabilityStatement.rest.security */
  security(): Readonly<Record<string, unknown>> | undefined;
  /** who issues tokens for the server at `base` */
  protectedResource(base: string): Readonly<Record<string, unknown>>;
  /** Called once the address is known, which is part of what the authorization server issues. */
  open(base: string): Promise<void>;
}

/** Throws an Error that says what is wrong with the settings. */
export function createAskers(settings: AskersSettings, means: AskersMeans): Askers {
  const { access, log } = settings;
  const { store, now, prefix, logError } = means;
  const outside = { fetch: settings.fetch ?? globalThis.fetch, now, log };
  const own =
    access.authorizationServer === undefined
      ? undefined
      : authorizationServerSettingsOf(access.authorizationServer, 'authorizationServer of the access file');
  let server: AuthorizationServer | undefined;
  const source = { contextOf: async (token: string) => server?.contextOf(token) };
  const authenticate = settings.openAccess
    ? () => openAccess
    : createAuthenticate({
        ...access,
        sources: createTokenSources(access, outside, own === undefined ? undefined : source),
        breakGlassHeader: 'x-break-glass-reason',
        now,
        log,
      });
  return {
    authenticate,
    handle: (request, response) => server?.handle(request, response) ?? false,
    security: () => server?.security(),
    protectedResource: (base) => protectedResourceOf(base, server?.issuer, access.issuers),
    async open(base) {
      if (own === undefined) return;
      const storage = authorizationStorage(store.sql);
      const { revoke } = store;
      const { fetch } = outside;
      server = await createAuthorizationServer(own, {
        base,
        prefix,
        storage,
        revoke,
        authenticate,
        fetch,
        now,
        randomBytes,
        logError,
      });
    },
  };
}
