/** Sets oidc-provider up as SMART asks, and as narrow as possible. https://github.com/panva/node-oidc-provider/blob/main/docs/README.md */
import type { JsonWebKey } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import {
  type ClientMetadata,
  type Configuration,
  errors,
  type JWK,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import { type AdapterMeans, createAdapter } from './adapter.ts';
import { checkAuthorizationRequest } from './authorization-request.ts';
import { checkAssertion, clockTolerance } from './client-assertion.ts';
import { digestOf, sameText } from './digest.ts';
import { findGrantContext, grantSeconds, launchParametersOf, listOf } from './grant-context.ts';
import { logoutDonePage, logoutPage } from './logout-page.ts';
import { html, pageHeaders, pageText } from './page.ts';
import { sortScopes } from './scope-request.ts';
import type { ServerKeys } from './server-keys.ts';
import type { Account, RegisteredClient } from './settings.ts';
import { mountOf, paths, type Site } from './site.ts';
import { assertionAlgorithms, authenticationMethods, scopesSupported } from './smart-configuration.ts';
import { addSmartFlow } from './smart-flow.ts';

/** Makes the server with the keys that are in force. */
export function createProvider(site: Site, keys: ServerKeys, adapterMeans: AdapterMeans): Provider {
  const provider = new Provider(site.issuer, configurationOf(site, keys, adapterMeans));
  // What the issuer says is what clients see; the front hands it to the library in these headers.
  provider.proxy = true;
  provider.silent = true;
  // Only digests of secrets are known here.
  provider.Client.prototype.compareClientSecret = function (this: { clientSecret?: string }, secret: string) {
    return sameText(digestOf(secret), this.clientSecret ?? '');
  };
  provider.on('server_error', (_, error) => site.logError(error));
  const emitter: EventEmitter = provider;
  emitter.on('error', (error: unknown) => {
    if (!isClientsOwn(error)) site.logError(error);
  });
  addSmartFlow(provider, adapterMeans);
  return provider;
}

/** Errors with which a client is answered, or connections that it gave up. */
const isClientsOwn = (error: unknown): boolean =>
  error instanceof Error && ('expose' in error ? error.expose === true : 'headerSent' in error);

function configurationOf(site: Site, keys: ServerKeys, adapterMeans: AdapterMeans): Configuration {
  const { settings, issuer } = site;
  const isSecure = issuer.startsWith('https:');
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, secure: isSecure } as const;
  const off = { enabled: false } as const;
  return {
    adapter: (kind: string) => createAdapter(kind, adapterMeans),
    clients: [...settings.clients.values()].map(metadataOf),
    jwks: { keys: keys.signing.map(jwkOf) },
    cookies: {
      keys: [...keys.secrets],
      // Under this name browsers take the cookie only over TLS, from this very host, for all of it.
      names: { session: isSecure ? '__Host-fairway' : 'fairway', interaction: 'fairway_at', resume: 'fairway_on' },
      long: cookie,
      short: cookie,
    },
    routes: {
      authorization: paths.authorization,
      token: paths.token,
      jwks: paths.jwks,
      introspection: paths.introspection,
      revocation: paths.revocation,
      end_session: paths.endSession,
    },
    scopes: ['openid', 'fhirUser', 'offline_access'],
    claims: { openid: ['sub'], fhirUser: ['fhirUser'] },
    discovery: { scopes_supported: [...scopesSupported], response_modes_supported: ['query'] },
    responseTypes: ['code'],
    clientAuthMethods: [...authenticationMethods],
    enabledJWA: { clientAuthSigningAlgValues: [...assertionAlgorithms], idTokenSigningAlgValues: ['RS256'] },
    clockTolerance,
    allowOmittingSingleRegisteredRedirectUri: false,
    pkce: { required: () => true },
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    // Every launch is about its own patient and its own scopes, so that nothing is taken over from an earlier one.
    loadExistingGrant: async ({ oidc }) => {
      const grant = oidc.result?.consent?.grantId;
      return grant === undefined ? undefined : oidc.provider.Grant.find(grant);
    },
    extraParams: {
      aud: (ctx, _, client) =>
        checkAuthorizationRequest(ctx.oidc.params ?? {}, settings.clients.get(client.clientId), site),
      launch: null,
      purpose_of_use: null,
      project: null,
    },
    findAccount: (_, id) => accountOf(settings.accounts.get(id), site.base),
    interactions: { url: (_, { uid }) => `${mountOf(issuer)}${paths.interaction}/${uid}` },
    ttl: {
      AccessToken: settings.accessTokenSeconds,
      AuthorizationCode: 60,
      ClientCredentials: Math.min(300, settings.accessTokenSeconds),
      Grant: grantSeconds,
      IdToken: 3600,
      Interaction: 1800,
      RefreshToken: settings.refreshTokenDays * 86_400,
      Session: settings.sessionMinutes * 60,
    },
    extraTokenClaims: (ctx, token) => extraOf(ctx, token, site),
    assertJwtClientAuthClaimsAndHeader: (_, claims, header, client) =>
      checkAssertion({ claims, header }, settings.clients.get(client.clientId), `${issuer}${paths.token}`, site.now()),
    clientBasedCORS: (_, origin, client) => mayAskFrom(origin, settings.clients.get(client.clientId)),
    renderError,
    features: {
      claimsParameter: off,
      clientCredentials: { enabled: true },
      devInteractions: off,
      dPoP: off,
      introspection: {
        enabled: true,
        allowedPolicy: (_, client, token) => mayIntrospect(client.clientId, token.clientId, site),
      },
      pushedAuthorizationRequests: off,
      resourceIndicators: {
        enabled: true,
        defaultResource: () => site.base,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource, client) =>
          resourceOf(ctx, resource, settings.clients.get(client.clientId), site),
      },
      revocation: { enabled: true, allowedPolicy: (_, client, token) => client.clientId === token.clientId },
      rpInitiatedLogout: { enabled: true, logoutSource: logoutPage, postLogoutSuccessSource: logoutDonePage },
      userinfo: off,
    },
  };
}

function metadataOf(client: RegisteredClient): ClientMetadata {
  const isForPersons = client.redirectUris.length > 0;
  const { secretSha256, jwks, jwksUri } = client;
  return {
    client_id: client.id,
    client_name: client.name,
    token_endpoint_auth_method: client.authentication,
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    response_types: isForPersons ? ['code'] : [],
    response_modes: ['query'],
    grant_types: [
      ...(isForPersons ? ['authorization_code', 'refresh_token'] : []),
      ...(client.backend ? ['client_credentials'] : []),
    ],
    id_token_signed_response_alg: 'RS256',
    ...(secretSha256 === undefined ? {} : { client_secret: secretSha256 }),
    ...(jwks === undefined ? {} : { jwks: { keys: jwks.map(jwkOf) } }),
    ...(jwksUri === undefined ? {} : { jwks_uri: jwksUri }),
  };
}

/** The library reads the members that it knows. */
const jwkOf = (key: JsonWebKey | Readonly<Record<string, unknown>>): JWK => ({ ...key }) as JWK;

function accountOf(account: Account | undefined, base: string) {
  if (account === undefined) return undefined;
  const reference = account.fhirUser ?? (account.patient === undefined ? undefined : `Patient/${account.patient}`);
  return {
    accountId: account.id,
    claims: () => ({ sub: account.id, ...(reference === undefined ? {} : { fhirUser: `${base}/${reference}` }) }),
  };
}

/** Where pages of a browser client are from; secrets do not belong into browsers. */
function mayAskFrom(origin: string, client: RegisteredClient | undefined): boolean {
  if (client === undefined || client.secretSha256 !== undefined) return false;
  return client.redirectUris.some((uri) => new URL(uri).origin === origin);
}

function mayIntrospect(asker: string, owner: string | undefined, { settings }: Site): boolean {
  const client = settings.clients.get(asker);
  if (client === undefined || client.authentication === 'none') return false;
  return client.introspect || asker === owner;
}

/** The FHIR server as the resource that tokens are for, with those of the scopes in question that the client may have. */
function resourceOf(
  { oidc }: KoaContextWithOIDC,
  resource: string,
  client: RegisteredClient | undefined,
  { base }: Site,
): { scope: string; audience: string; accessTokenFormat: 'opaque' } {
  if (resource.replace(/\/$/, '') !== base) throw new errors.InvalidTarget();
  const limits = client?.scopes ?? [];
  const asked = typeof oidc.params?.['scope'] === 'string' ? oidc.params['scope'] : '';
  const answer = (scopes: readonly string[]) =>
    ({ scope: scopes.join(' '), audience: base, accessTokenFormat: 'opaque' }) as const;
  if (oidc.params?.['grant_type'] !== 'client_credentials') {
    const { AuthorizationCode, RefreshToken } = oidc.entities;
    const all = [asked, AuthorizationCode?.scope ?? '', RefreshToken?.scope ?? ''].join(' ');
    return answer(sortScopes(all, limits, ['patient', 'user']).offered);
  }
  const { offered, malformed, beyond } = sortScopes(asked, limits, ['system']);
  const [wrong] = [...malformed, ...beyond];
  if (wrong !== undefined)
    throw new errors.InvalidScope('the scope is malformed or was not agreed on for this client', wrong);
  if (offered.length === 0) throw new errors.InvalidScope('scopes must be asked for', '');
  return answer(offered);
}

/** What is kept with an access token and told to those who may introspect it. */
async function extraOf(
  ctx: KoaContextWithOIDC,
  token: { kind: string; grantId?: string | undefined; accountId?: string | undefined; scope?: string | undefined },
  site: Site,
): Promise<Record<string, unknown> | undefined> {
  if (token.kind === 'ClientCredentials') return serviceContextOf(ctx, site);
  const context = await findGrantContext(token.grantId ?? '', site);
  const claims = accountOf(site.settings.accounts.get(token.accountId ?? ''), site.base)?.claims();
  const isAsked = token.scope?.split(' ').includes('fhirUser') ?? false;
  return {
    ...launchParametersOf(context),
    ...(isAsked && claims?.fhirUser !== undefined ? { fhirUser: claims.fhirUser } : {}),
    ...(context.purposes === undefined ? {} : { purposes: context.purposes }),
    ...(context.project === undefined ? {} : { project: context.project }),
  };
}

/** A service states its purposes and project in the token request; those it was registered with, unless it says less. */
function serviceContextOf({ oidc }: KoaContextWithOIDC, { settings }: Site): Record<string, unknown> {
  const client = settings.clients.get(oidc.client?.clientId ?? '');
  if (client === undefined) throw new errors.InvalidClientAuth();
  const asked = listOf(oidc.body?.['purpose_of_use']);
  const purposes = asked.length === 0 ? client.purposes : asked;
  const foreign = purposes.find((purpose) => !client.purposes.includes(purpose));
  if (foreign !== undefined) throw new errors.InvalidRequest('the purpose of use was not agreed on for this client');
  const only = client.projects.length === 1 ? client.projects[0]?.id : undefined;
  const project = oidc.body?.['project'] ?? only;
  if (project !== undefined && !client.projects.some(({ id }) => id === project))
    throw new errors.InvalidRequest('the project was not agreed on for this client');
  return { ...(purposes.length === 0 ? {} : { purposes }), ...(project === undefined ? {} : { project }) };
}

/** Errors that cannot be sent to the client are shown to the person. */
function renderError(ctx: KoaContextWithOIDC, out: { error: string; error_description?: string | undefined }): void {
  ctx.set({ ...pageHeaders() });
  ctx.type = 'html';
  ctx.body = pageText({
    title: 'This does not work',
    alert: out.error_description ?? out.error,
    main: html`<p>Go back to the application and start again. It was told: <span class="name">${out.error}</span>.</p>`,
  });
}
