/** Sets oidc-provider up as SMART asks, and as narrow as possible. https://github.com/panva/node-oidc-provider/blob/main/docs/README.md */
import type { EventEmitter } from 'node:events';
import { type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type AdapterMeans, createAdapter } from './adapter.ts';
import { checkAuthorizationRequest } from './authorization-request.ts';
import { checkAssertion, clockTolerance } from './client-assertion.ts';
import { jwkOf, metadataOf } from './client-metadata.ts';
import { digestOf, sameText } from './digest.ts';
import { grantSeconds } from './grant-context.ts';
import { logoutDonePage, logoutPage } from './logout-page.ts';
import { html, pageHeaders, pageText } from './page.ts';
import { mayAskFrom, mayIntrospect, resourceOf } from './resource-server.ts';
import type { ServerKeys } from './server-keys.ts';
import { mountOf, paths, type Site } from './site.ts';
import { assertionAlgorithms, authenticationMethods, scopesSupported } from './smart-configuration.ts';
import { addSmartFlow } from './smart-flow.ts';
import { accountOf, extraOf } from './token-claims.ts';

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
  emitter.on('error', (error: unknown) => site.logError(error));
  addSmartFlow(provider, adapterMeans);
  return provider;
}

function configurationOf(site: Site, keys: ServerKeys, adapterMeans: AdapterMeans): Configuration {
  const { settings, issuer } = site;
  const isSecure = issuer.startsWith('https:');
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, secure: isSecure } as const;
  return {
    adapter: (kind: string) => createAdapter(kind, adapterMeans),
    clients: [...settings.clients.values()].map(metadataOf),
    jwks: { keys: keys.signing.map(jwkOf) },
    cookies: {
      keys: [...keys.secrets],
      names: { session: sessionCookie(issuer), interaction: 'fairway_at', resume: 'fairway_on' },
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
    scopes: ['openid', 'fhirUser', 'profile', 'offline_access', 'online_access'],
    claims: { openid: ['sub'], fhirUser: ['fhirUser'], profile: ['name', 'roles'] },
    discovery: { scopes_supported: [...scopesSupported], response_modes_supported: ['query'] },
    responseTypes: ['code'],
    clientAuthMethods: [...authenticationMethods],
    enabledJWA: { clientAuthSigningAlgValues: [...assertionAlgorithms], idTokenSigningAlgValues: ['RS256'] },
    clockTolerance,
    allowOmittingSingleRegisteredRedirectUri: false,
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: (_, client, { scopes }) =>
      client.grantTypeAllowed('refresh_token') && (scopes.has('offline_access') || scopes.has('online_access')),
    // Several windows may hold grants of one session; logging out ends all of them, see smart-flow.ts.
    expiresWithSession: () => false,
    // Every launch is about its own patient and its own scopes, so that nothing is taken over from an earlier one.
    loadExistingGrant: async ({ oidc }) => {
      const grant = oidc.result?.consent?.grantId;
      return grant === undefined ? undefined : oidc.provider.Grant.find(grant);
    },
    extraParams: {
      aud: (ctx, _, client) =>
        checkAuthorizationRequest(
          ctx.oidc.params ?? {},
          ctx.query['resource'],
          settings.clients.get(client.clientId),
          site,
        ),
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
      // Without the right to outlast the login, it is over when nobody has used it for as long as a login lasts.
      RefreshToken: (_, { scopes }) =>
        scopes.has('offline_access') ? settings.refreshTokenDays * 86_400 : settings.sessionMinutes * 60,
      Session: settings.sessionMinutes * 60,
    },
    extraTokenClaims: (ctx, token) => extraOf(ctx, token, site),
    assertJwtClientAuthClaimsAndHeader: (_, claims, header, client) =>
      checkAssertion({ claims, header }, settings.clients.get(client.clientId), `${issuer}${paths.token}`, site.now()),
    clientBasedCORS: (_, origin, client) => mayAskFrom(origin, settings.clients.get(client.clientId)),
    renderError,
    features: featuresOf(site),
  };
}

/** Under a name with `__Host-`, browsers take a cookie only over TLS, from this very host, for all of it. They keep no ports apart, so the name does. */
function sessionCookie(issuer: string): string {
  const { port, protocol } = new URL(issuer);
  return `${protocol === 'https:' ? '__Host-' : ''}fairway${port === '' ? '' : `-${port}`}`;
}

function featuresOf(site: Site): NonNullable<Configuration['features']> {
  const { settings } = site;
  const off = { enabled: false } as const;
  return {
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
  };
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
