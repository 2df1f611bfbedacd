/** A real issuer of tokens on this machine, for tests: discovery, keys, UserInfo, introspection, exchange. https://openid.net/specs/openid-connect-discovery-1_0.html */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export interface Key {
  kid: string;
  alg: string;
  privateKey: CryptoKey;
  publicJwk: JWK;
}

export async function newKey(kid: string, alg = 'ES256'): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

export type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => unknown;

export interface Issuer {
  url: string;
  key: Key;
  /** what it answers by path; JSON where a function gives a value, else what the function writes */
  answers: Map<string, Answer>;
  /** paths that were asked for, in their order, and with what */
  asked: { path: string; headers: IncomingMessage['headers']; body: string }[];
  timesAsked(path: string): number;
  sign(claims: object, header?: Record<string, unknown>, key?: Key): Promise<string>;
  close(): Promise<void>;
}

/** Signs with ES256 unless stated; `claims` get iss, iat and exp where they do not state them (undefined: none). */
export async function startIssuer(alg = 'ES256', clock: () => number = Date.now): Promise<Issuer> {
  const key = await newKey('one', alg);
  const answers = new Map<string, Answer>();
  const asked: Issuer['asked'] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += String(part);
    const path = request.url!;
    asked.push({ path, headers: request.headers, body });
    const answer = answers.get(path);
    if (answer === undefined) {
      response.writeHead(404).end();
      return;
    }
    const json = await answer(request, response, body);
    if (json !== undefined) response.setHeader('content-type', 'application/json').end(JSON.stringify(json));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answers.set('/.well-known/openid-configuration', () => ({
    issuer: url,
    jwks_uri: `${url}/jwks`,
    userinfo_endpoint: `${url}/userinfo`,
  }));
  answers.set('/jwks', () => ({ keys: [key.publicJwk] }));
  return {
    url,
    key,
    answers,
    asked,
    timesAsked: (path) => asked.filter((one) => one.path === path).length,
    sign(claims, header = {}, by = key) {
      const now = Math.floor(clock() / 1000);
      const all = JSON.parse(JSON.stringify({ iss: url, iat: now, exp: now + 600, ...claims })) as JWTPayload;
      return new SignJWT(all)
        .setProtectedHeader({ alg: by.alg, kid: by.kid, typ: 'at+jwt', ...header } as { alg: string })
        .sign(by.privateKey);
    },
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/** A JWT made by hand: what no library would make. */
export function handMade(header: object, claims: object, signature = ''): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.${signature}`;
}
