/** What a server says of external issuers by which people log in to the portal, and what it takes of them. https://www.rfc-editor.org/rfc/rfc9728 */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessSettingsOf } from '../../src/auth/access-file.ts';
import { type OidcIssuer, startOidcIssuer } from '../oidc-issuer.ts';
import { startServer, type TestServer } from '../server.ts';
import { Browser, freePort, startSmartServer } from '../smart-app.ts';

const portal = 'https://portal.example';
const base = 'https://fhir.example/fhir';
const clientId = 'portal';

let issuer: OidcIssuer;
let stranger: OidcIssuer;
let server: TestServer;
let port: number;
beforeAll(async () => {
  const asked = { clientId, portals: [portal], roles: { stella: ['data-steward'] } };
  issuer = await startOidcIssuer(asked);
  stranger = await startOidcIssuer(asked);
  const claims = { roles: { claim: 'roles', rights: { 'data-steward': ['steward'] } } };
  const quiet = { issuer: 'https://quiet.example', audience: 'us' };
  const issuers = [{ issuer: issuer.url, audience: ['us', base], claims, portal: { clientId } }, quiet];
  port = await freePort();
  server = await startServer({ port, baseUrl: base, access: accessSettingsOf({ issuers }, 'a test', {}) });
});
afterAll(async () => {
  await Promise.all([server, issuer, stranger].map((one) => one.close()));
  expect(server.errors).toEqual([]);
});

/** Where the server listens, whatever it is called outside. */
const at = (path: string): string => `http://127.0.0.1:${port}${path}`;
const status = async (token: string, path: string): Promise<number> =>
  (await fetch(at(`/fhir/${path}`), { headers: { authorization: `Bearer ${token}` } })).status;

interface Tokens {
  access_token: string;
  id_token: string;
  refresh_token: string;
}

/** A login as the portal does it. */
async function enter(by: OidcIssuer, who: string, resource: string | undefined): Promise<Tokens> {
  const browser = new Browser(by.url);
  const verifier = randomBytes(32).toString('base64url');
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: `${portal}/login`,
    scope: 'openid profile user/*.cruds',
    state: 's',
    nonce: 'n',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    prompt: 'login',
    ...(resource === undefined ? {} : { resource }),
  });
  const form = await browser.visit(`/auth?${parameters}`);
  const back = new URL((await browser.post(form.url, [['who', who]])).headers.get('location')!);
  expect([back.origin, back.searchParams.get('state'), back.searchParams.get('iss')]).toEqual([portal, 's', by.url]);
  const answer = await fetch(`${by.url}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: back.searchParams.get('code')!,
      redirect_uri: `${portal}/login`,
      client_id: clientId,
      code_verifier: verifier,
      ...(resource === undefined ? {} : { resource }),
    }),
  });
  return (await answer.json()) as Tokens;
}

describe('the metadata of the server', () => {
  test('name all issuers, and as which client the portal may ask', async () => {
    const answer = await fetch(at('/.well-known/oauth-protected-resource/fhir'), { headers: { origin: portal } });
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(await answer.json()).toEqual({
      resource: base,
      authorization_servers: [issuer.url, 'https://quiet.example'],
      bearer_methods_supported: ['header'],
      fairway_portal_clients: [{ issuer: issuer.url, client_id: clientId, resource: base }],
    });
  });

  test('name the server’s own, where it has one, and nothing where it has none', async () => {
    const own = await startSmartServer();
    const none = await startServer();
    const of = async ({ base: address }: TestServer) =>
      (await fetch(new URL('/.well-known/oauth-protected-resource/fhir', address))).json();
    expect(await of(own)).toEqual({
      resource: own.base,
      authorization_servers: [own.origin],
      bearer_methods_supported: ['header'],
    });
    expect(await of(none)).toEqual({ resource: none.base, bearer_methods_supported: ['header'] });
    await own.close();
    await none.close();
  });
});

describe('a token of a login', () => {
  test('for this server has the rights of the person', async () => {
    const [stella, robin] = await Promise.all(['stella', 'robin'].map((who) => enter(issuer, who, base)));
    expect(await status(stella!.access_token, '$audit-log')).toBe(200);
    expect(await status(robin!.access_token, 'metadata')).toBe(200);
    expect(await status(robin!.access_token, '$audit-log')).toBe(403);
  });

  test('for another server is refused', async () => {
    const { access_token: token } = await enter(issuer, 'stella', 'https://other.example/fhir');
    expect(await status(token, 'metadata')).toBe(401);
  });

  test('for nobody, of an issuer that is not trusted, or that says who someone is, is refused', async () => {
    const nobody = await enter(issuer, 'stella', undefined);
    const untrusted = await enter(stranger, 'stella', base);
    const known = await enter(issuer, 'stella', base);
    for (const token of [nobody.access_token, untrusted.access_token, known.id_token, known.refresh_token])
      expect(await status(token, 'metadata')).toBe(401);
  });
});
