/** An OpenID provider of somebody else on this machine, for tests: people, one page to log in, tokens for the server that is asked for. https://openid.net/specs/openid-connect-core-1_0.html */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';

export interface OidcIssuer {
  url: string;
  close(): Promise<void>;
}

interface Asked {
  clientId: string;
  /** origins of portals */
  portals: readonly string[];
  /** by account */
  roles?: Readonly<Record<string, readonly string[]>>;
  /** whom all tokens are for, as where the issuer settles that by the client; otherwise what is asked for */
  audience?: string;
  accessTokenSeconds?: number;
}

/** Whoever types an account has it: what is tested is on the other side. */
export async function startOidcIssuer(asked: Asked): Promise<OidcIssuer> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(url, configurationOf(asked, url, key));
  provider.silent = true;
  const answer = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!request.url!.startsWith('/log-in/')) return void answer(request, response);
    logIn(provider, request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  return {
    url,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

const scope = 'user/*.cruds';

function configurationOf(
  { clientId, portals, roles = {}, audience, accessTokenSeconds = 600 }: Asked,
  url: string,
  key: object,
): Configuration {
  const addresses = portals.map((origin) => `${origin}/login`);
  return {
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: addresses,
        post_logout_redirect_uris: addresses,
      },
    ],
    jwks: { keys: [key] } as NonNullable<Configuration['jwks']>,
    cookies: { keys: ['of a test'], names: { session: `s${new URL(url).port}` } },
    claims: { openid: ['sub'], profile: ['name'] },
    // Claims of the ID token, as the portal reads them.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    clientBasedCORS: (_, origin) => portals.includes(origin),
    issueRefreshToken: () => true,
    findAccount: (_, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, name: `${accountId} of elsewhere` }),
    }),
    extraTokenClaims: (_, token) =>
      'accountId' in token ? { roles: roles[token.accountId] ?? [], name: `${token.accountId} of elsewhere` } : {},
    interactions: { url: (_, { uid }) => `/log-in/${uid}` },
    ttl: {
      AccessToken: accessTokenSeconds,
      Grant: 3600,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 3600,
      Session: 3600,
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        ...(audience === undefined ? {} : { defaultResource: () => audience }),
        getResourceServerInfo: (_, resource) => ({
          scope,
          audience: audience ?? resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = page(`${form}<button form="op.logoutForm" name="logout" value="yes">Leave</button>`);
        },
      },
    },
  };
}

const page = (content: string): string =>
  `<!doctype html><html lang="en"><title>Elsewhere</title><link rel="icon" href="data:,"><h1>Elsewhere</h1>${content}`;

async function logIn(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    const form = '<form method="post"><label>Who <input name="who"></label><button>Enter</button></form>';
    response.setHeader('content-type', 'text/html').end(page(form));
    return;
  }
  let body = '';
  for await (const part of request) body += String(part);
  const accountId = new URLSearchParams(body).get('who') ?? '';
  const grant = new provider.Grant({ accountId, clientId: String(params['client_id']) });
  grant.addOIDCScope(String(params['scope']));
  for (const resource of [params['resource']].flat()) {
    if (typeof resource === 'string') grant.addResourceScope(resource, scope);
  }
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } });
}
