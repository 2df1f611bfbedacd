/** The way in: hands requests to our own pages or to oidc-provider. https://www.rfc-editor.org/rfc/rfc8414#section-3 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { type HttpAnswer, jsonAnswer, noticeAnswer } from './answer.ts';
import { answerInteraction } from './interaction.ts';
import { answerLaunch } from './launch.ts';
import { html } from './page.ts';
import { withClientOfRefreshToken } from './public-refresh.ts';
import { mountOf, paths, type Site } from './site.ts';
import { smartConfigurationOf } from './smart-configuration.ts';
import { answerTerms } from './terms.ts';

export interface Front {
  site: Site;
  current(): Promise<CurrentProvider>;
}

/** The provider with the keys in force, and the secrets for forms. */
export interface CurrentProvider {
  provider: Provider;
  answer: ReturnType<Provider['callback']>;
  secrets: readonly string[];
}

const wellKnown = new Set(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']);

/** False for what is not for the authorization server. */
export function answerFront(request: IncomingMessage, response: ServerResponse, front: Front): boolean {
  const { site } = front;
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  if (path === `${site.prefix}/.well-known/smart-configuration`) {
    write(response, smartConfiguration(request, site), request.method === 'HEAD');
    return true;
  }
  if (!wellKnown.has(path) && !path.startsWith('/auth/')) return false;
  answer(path, new URLSearchParams(query), request, response, front).catch((error) => {
    site.logError(error);
    const failed = jsonAnswer(500, { error: 'server_error' });
    if (response.headersSent) response.destroy();
    else write(response, failed);
  });
  return true;
}

function write(response: ServerResponse, { status, headers, body }: HttpAnswer, withoutBody = false): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('content-length', Buffer.byteLength(body));
  response.statusCode = status;
  response.end(withoutBody ? undefined : body);
}

/** JSON always, whatever is accepted, and for pages of all origins. */
function smartConfiguration({ method }: IncomingMessage, { issuer }: Site): HttpAnswer {
  const open = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*', vary: 'Origin' };
  if (method === 'OPTIONS') return { status: 204, headers: open, body: '' };
  if (method !== 'GET' && method !== 'HEAD') return jsonAnswer(405, { error: 'invalid_request' }, { allow: 'GET' });
  return jsonAnswer(200, smartConfigurationOf(issuer), { ...open, 'cache-control': 'public, max-age=300' });
}

async function answer(
  path: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
  { site, current }: Front,
): Promise<void> {
  const { provider, secrets, answer: answerOther } = await current();
  const address = addressOf(request, site.settings.forwardedFor);
  underIssuer(request, site.issuer);
  if (path.startsWith(`${paths.interaction}/`)) {
    const answered = await answerInteraction(path, { request, response, address, provider, secrets }, site);
    return write(response, answered ?? noPage);
  }
  if (path === paths.terms) {
    const session = await provider.Session.get(provider.createContext(request, response));
    return write(response, await answerTerms(query, { request, session, secrets }, site));
  }
  if (path === paths.launch) {
    const { status, body, headers } = await answerLaunch(request, site);
    return write(response, jsonAnswer(status, body, headers));
  }
  if (path !== paths.token || request.method !== 'POST') return answerOther(request, response);
  const tokenRequest = await withClientOfRefreshToken(request, site);
  if (tokenRequest === undefined) return write(response, jsonAnswer(413, { error: 'invalid_request' }));
  return answerOther(tokenRequest, response);
}

/** Addresses are made of what the issuer says, never of what a request calls this host. */
function underIssuer(request: IncomingMessage, issuer: string): void {
  const { host, protocol } = new URL(issuer);
  request.headers.host = host;
  request.headers['x-forwarded-proto'] = protocol.slice(0, -1);
  delete request.headers['x-forwarded-host'];
  // Where the library looks for the part of the path that a proxy has taken off.
  Object.assign(request, { baseUrl: mountOf(issuer) });
}

function addressOf({ headers, socket }: IncomingMessage, isForwarded: boolean): string {
  const forwarded = isForwarded
    ? String(headers['x-forwarded-for'] ?? '')
        .split(',')
        .at(-1)
        ?.trim()
    : undefined;
  return forwarded || (socket.remoteAddress ?? '');
}

const noPage = noticeAnswer(404, 'No such page', html``);
