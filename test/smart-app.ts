/** An app's side of SMART App Launch and Backend Services, and a person at a browser without scripts. https://hl7.org/fhir/smart-app-launch/ */
import { createHash, randomBytes, scryptSync } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { AppSettings } from '../src/app.ts';
import { noAccess } from '../src/auth/access-file.ts';
import { tokenDigest } from '../src/auth/static-token.ts';
import { startServer, type TestServer, tokens } from './server.ts';

export const password = 'correct horse battery staple';
export const redirectUri = 'http://127.0.0.1:9/callback';
export const secret = 'a-secret-of-the-confidential-client';
const actReason = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
export const research = `${actReason}|HRESCH`;

/** A hash in our form that costs as little as is taken, since the tests log in a lot. */
export function cheapHash(of: string): string {
  const salt = randomBytes(16);
  const key = scryptSync(of, salt, 32, { N: 2 ** 14, r: 8, p: 1 });
  return `scrypt$14$8$1$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

export interface Keys {
  rs384: { key: CryptoKey; jwk: JWK };
  es384: { key: CryptoKey; jwk: JWK };
}

export async function newKeys(prefix = ''): Promise<Keys> {
  const make = async (alg: 'RS384' | 'ES384') => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: `${prefix}${alg}`, alg, use: 'sig' };
    return { key: privateKey, jwk };
  };
  return { rs384: await make('RS384'), es384: await make('ES384') };
}

/** The settings of all tests: persons, apps and services of each kind. */
export function settingsJson(keys: Keys, more: { clients?: object[]; accounts?: object[] } = {}) {
  const hash = cheapHash(password);
  return {
    accessTokenSeconds: 600,
    accounts: [
      {
        id: 'ada',
        name: 'Ada <b>Lovelace</b>',
        password: hash,
        patient: 'ada',
        actsFor: ['byron'],
        purposes: [research],
      },
      {
        id: 'rosa',
        name: 'Rosa Researcher',
        password: hash,
        roles: ['researcher'],
        fhirUser: 'Practitioner/rosa',
        affiliations: ['https://ror.org/1'],
        country: 'DE',
        forProfit: false,
        acceptedTerms: ['https://terms.example/old'],
        purposes: [research, `${actReason}|CLINTRCH`, 'urn:x|teaching'],
        projects: [{ id: 'p1', research: { diseases: [], kinds: ['health'], commercial: false } }, 'p2'],
        research: { diseases: [], kinds: ['general'] },
      },
      { id: 'adam', name: 'Adam Admin', password: hash, roles: ['admin'] },
      ...(more.accounts ?? []),
    ],
    clients: [
      {
        id: 'app',
        name: 'An App <script>alert(1)</script>',
        authentication: 'none',
        redirectUris: [redirectUri],
        postLogoutRedirectUris: ['http://127.0.0.1:9/bye'],
        scopes: ['patient/*.cruds', 'user/*.rs'],
      },
      {
        id: 'other-app',
        name: 'Another App',
        authentication: 'none',
        redirectUris: ['http://127.0.0.1:9/other'],
        scopes: ['patient/*.rs'],
      },
      {
        id: 'confidential',
        name: 'A Confidential App',
        authentication: 'client_secret_basic',
        secretSha256: tokenDigest(secret),
        redirectUris: [redirectUri],
        scopes: ['patient/*.rs', 'user/*.rs'],
      },
      {
        id: 'asymmetric',
        name: 'An Asymmetric App',
        authentication: 'private_key_jwt',
        jwks: { keys: [keys.rs384.jwk, keys.es384.jwk] },
        redirectUris: [redirectUri],
        scopes: ['patient/*.rs'],
      },
      {
        id: 'backend',
        name: 'A Backend Service',
        authentication: 'private_key_jwt',
        jwks: { keys: [keys.rs384.jwk, keys.es384.jwk] },
        backend: true,
        scopes: ['system/Patient.rs', 'system/Observation.rs?category=laboratory'],
        may: ['read'],
        purposes: [research],
        projects: ['p1'],
      },
      {
        id: 'inspector',
        name: 'A Resource Server',
        authentication: 'client_secret_basic',
        secretSha256: tokenDigest(secret),
        introspect: true,
      },
      ...(more.clients ?? []),
    ],
  };
}

export interface SmartServer extends TestServer {
  origin: string;
  keys: Keys;
}

export async function startSmartServer(
  more: { clients?: object[]; accounts?: object[]; app?: Partial<AppSettings>; settings?: object; keys?: Keys } = {},
): Promise<SmartServer> {
  const keys = more.keys ?? (await newKeys());
  const json = { ...settingsJson(keys, more), ...more.settings };
  const server = await startServer({ access: { ...noAccess, tokens, authorizationServer: json }, ...more.app });
  return { ...server, origin: new URL(server.base).origin, keys };
}

/** A second server on the same database, known by the same address; `origin` is where it listens. */
export async function startTwin(
  server: SmartServer,
  more: Extras = {},
): Promise<{ origin: string; close(): Promise<void> }> {
  const port = await freePort();
  const json = { ...settingsJson(server.keys, more), ...more.settings };
  const twin = await startServer({
    database: server.address,
    port,
    baseUrl: server.base,
    access: { ...noAccess, tokens, authorizationServer: json },
  });
  return { origin: `http://127.0.0.1:${port}`, close: () => twin.close() };
}

interface Extras {
  clients?: object[];
  accounts?: object[];
  settings?: object;
}

export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo; // it listens on a port
  listener.close();
  await once(listener, 'close');
  return port;
}

export interface Visited {
  status: number;
  headers: Headers;
  text: string;
  url: string;
}

/** A person's browser: keeps cookies by path, follows redirects on this site, and stops at those that leave it. */
export class Browser {
  readonly #cookies = new Map<string, { value: string; path: string }>();
  readonly origin: string;
  readonly site: string;
  /** requests go there instead, as if a balancer chose another process */
  to: string | undefined;
  /** headers that a proxy adds */
  adds: Readonly<Record<string, string>> = {};

  /** `site` is what a proxy replaces by `to`: the origin, unless it takes a path off as well */
  constructor(origin: string, site = origin) {
    this.origin = origin;
    this.site = site;
  }

  get cookies(): ReadonlyMap<string, { value: string; path: string }> {
    return this.#cookies;
  }

  plant(name: string, value: string, path = '/'): void {
    this.#cookies.set(`${name} ${path}`, { value, path });
  }

  async visit(url: string, init: RequestInit = {}, follows = true): Promise<Visited> {
    const address = new URL(url, this.origin);
    const sent = [...this.#cookies]
      .filter(
        ([, { path }]) =>
          address.pathname === path || address.pathname.startsWith(path.endsWith('/') ? path : `${path}/`),
      )
      .map(([key, { value }]) => `${key.split(' ')[0]}=${value}`);
    const target = this.to === undefined ? address.href : address.href.replace(this.site, this.to);
    const response = await fetch(target, {
      ...init,
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        ...(sent.length === 0 ? {} : { cookie: sent.join('; ') }),
        ...this.adds,
        ...init.headers,
      },
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line, address);
    const location = response.headers.get('location');
    if (follows && location !== null) {
      const next = new URL(location, address);
      if (next.origin === this.origin) return this.visit(next.href);
    }
    return { status: response.status, headers: response.headers, text: await response.text(), url: address.href };
  }

  #keep(line: string, address: URL): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? address.pathname;
    const key = `${pair.slice(0, at)} ${path}`;
    const expires = attributes.find((one) => /^expires=/i.test(one))?.slice(8);
    if (expires !== undefined && Date.parse(expires) < Date.now()) this.#cookies.delete(key);
    else this.#cookies.set(key, { value: pair.slice(at + 1), path });
  }

  /** Sends the form of the page whose action ends so, with its hidden fields and `fields`. */
  submit(page: Visited, actionEnd: string, fields: readonly (readonly [string, string])[], init: RequestInit = {}) {
    const forms = [...page.text.matchAll(/<form method="post" action="([^"]*)">([\s\S]*?)<\/form>/g)];
    const form = forms.find(([, action]) => unescaped(action!).endsWith(actionEnd));
    if (form === undefined) throw new Error(`no form ${actionEnd} on ${page.status} ${page.text}`);
    const hidden = [...form[2]!.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
      ([, name, value]) => [name!, unescaped(value!)] as const,
    );
    return this.post(unescaped(form[1]!), [...hidden, ...fields], init);
  }

  post(url: string, fields: readonly (readonly [string, string])[], init: RequestInit = {}): Promise<Visited> {
    return this.visit(url, {
      method: 'POST',
      body: new URLSearchParams(fields.map(([name, value]) => [name, value])).toString(),
      ...init,
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: this.origin, ...init.headers },
    });
  }
}

export const unescaped = (text: string): string =>
  text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));

/** Scopes that a consent page offers. */
export const scopesOn = (page: Visited): string[] =>
  [...page.text.matchAll(/name="scope" id="[^"]*" value="([^"]*)"/g)].map(([, value]) => unescaped(value!));

export const verifier = randomBytes(32).toString('base64url');
export const challenge = createHash('sha256').update(verifier).digest('base64url');

export type Parameters = Readonly<Record<string, string | undefined>>;

export const authorizeUrl = (server: SmartServer, parameters: Parameters = {}): string => {
  const all: Parameters = {
    response_type: 'code',
    client_id: 'app',
    redirect_uri: redirectUri,
    scope: 'openid fhirUser launch/patient patient/*.rs',
    state: 'a state',
    aud: server.base,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...parameters,
  };
  const stated = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `${server.origin}/auth/authorize?${new URLSearchParams(stated)}`;
};

export interface Run {
  account?: string;
  parameters?: Parameters;
  /** fields of the consent form instead of everything that is offered */
  consent?: readonly (readonly [string, string])[];
  patient?: string;
  browser?: Browser;
}

/** From the authorization request to where the client is sent back to. */
export async function logIn(
  server: SmartServer,
  run: Run = {},
): Promise<{ back: URL; browser: Browser; consent: Visited }> {
  const browser = run.browser ?? new Browser(server.origin);
  let page = await browser.visit(authorizeUrl(server, run.parameters));
  if (page.text.includes('name="password"'))
    page = await browser.submit(page, '/login', [
      ['account', run.account ?? 'ada'],
      ['password', password],
    ]);
  const consent = page;
  const fields = run.consent ?? [
    ...scopesOn(page).map((scope) => ['scope', scope] as const),
    ['patient', run.patient ?? run.account ?? 'ada'] as const,
  ];
  const last = page.headers.has('location') ? page : await browser.submit(page, '/consent', fields);
  const location = last.headers.get('location');
  if (location === null) throw new Error(`not sent back: ${last.status} ${last.text}`);
  return { back: new URL(location), browser, consent };
}

export interface Tokens {
  status: number;
  headers: Headers;
  body: Record<string, any>;
}

export async function tokenRequest(
  server: SmartServer,
  fields: Parameters,
  headers: Record<string, string> = {},
  path = '/auth/token',
  at = server.origin,
): Promise<Tokens> {
  const stated = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const response = await fetch(`${at}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(stated).toString(),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

export const exchange = (
  server: SmartServer,
  code: string,
  more: Parameters = {},
  headers: Record<string, string> = {},
) =>
  tokenRequest(
    server,
    {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      client_id: 'app',
      code_verifier: verifier,
      ...more,
    },
    headers,
  );

/** The whole of it: the answer of the token endpoint. */
export async function launchApp(
  server: SmartServer,
  run: Run = {},
): Promise<Tokens & { browser: Browser; code: string }> {
  const { back, browser } = await logIn(server, run);
  const code = back.searchParams.get('code');
  if (code === null) throw new Error(`no code: ${back}`);
  const client = run.parameters?.['client_id'];
  return { ...(await exchange(server, code, client === undefined ? {} : { client_id: client })), browser, code };
}

export const basic = (client: string, of = secret): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${client}:${of}`).toString('base64')}`,
});

export interface AssertionOptions {
  client?: string;
  key?: CryptoKey | Uint8Array;
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
}

/** A client assertion, right unless it is said how not. */
export function assertionOf(server: SmartServer, options: AssertionOptions = {}): Promise<string> {
  const client = options.client ?? 'backend';
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: client,
    sub: client,
    aud: `${server.origin}/auth/token`,
    exp: now + 240,
    jti: randomBytes(16).toString('hex'),
    ...options.claims,
  })
    .setProtectedHeader({ alg: 'RS384', kid: 'RS384', typ: 'JWT', ...options.header } as { alg: string })
    .sign(options.key ?? server.keys.rs384.key);
}

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export const backendToken = async (
  server: SmartServer,
  options: AssertionOptions & { scope?: string; at?: string; more?: Parameters; assertion?: string } = {},
): Promise<Tokens> =>
  tokenRequest(
    server,
    {
      grant_type: 'client_credentials',
      scope: options.scope ?? 'system/Patient.rs',
      client_assertion_type: assertionType,
      client_assertion: options.assertion ?? (await assertionOf(server, options)),
      ...options.more,
    },
    {},
    '/auth/token',
    options.at,
  );

export const introspect = (server: SmartServer, token: string, headers = basic('inspector'), at = server.origin) =>
  tokenRequest(server, { token }, headers, '/auth/introspect', at);

export const revoke = (server: SmartServer, token: string, client = 'app', at = server.origin) =>
  tokenRequest(server, { token, client_id: client }, {}, '/auth/revoke', at);
