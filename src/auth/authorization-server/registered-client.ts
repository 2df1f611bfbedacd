/** Reads the clients that are registered by the operator; there are no others. https://hl7.org/fhir/smart-app-launch/app-launch.html#register-app-with-ehr */
import { parseScope, type Scope } from '../../conditions/scope.ts';
import { type Members, membersOf } from './read-member.ts';
import { type Standing, standingMembers, standingOf } from './standing.ts';

type ClientAuthentication = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';

/** A program that asks on behalf of persons (`redirectUris`), of itself (`backend`), or both. */
export interface RegisteredClient extends Standing {
  id: string;
  name: string;
  authentication: ClientAuthentication;
  /** SHA-256 of the client's secret, hexadecimal */
  secretSha256?: string;
  /** the client's public keys, or where they are published */
  jwks?: readonly Record<string, unknown>[];
  jwksUri?: string;
  redirectUris: readonly string[];
  postLogoutRedirectUris: readonly string[];
  backend: boolean;
  /** resource scopes beyond which nothing is granted to it */
  scopes: readonly Scope[];
  /** may ask what any token is about (RFC 7662) */
  introspect: boolean;
}

const clientMembers = [
  'id',
  'name',
  'authentication',
  'secretSha256',
  'jwks',
  'jwksUri',
  'redirectUris',
  'postLogoutRedirectUris',
  'backend',
  'scopes',
  'introspect',
  ...standingMembers,
];
const authentications: readonly ClientAuthentication[] = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
];

export function readClient(value: unknown, where: string): RegisteredClient {
  const client = membersOf(value, where, clientMembers);
  const id = client.text('id');
  if (!/^[\x21-\x7e]{1,200}$/.test(id)) throw new Error(`${where}.id must be of printable characters without spaces`);
  const authentication = authentications.find((one) => one === client.text('authentication'));
  if (authentication === undefined)
    throw new Error(`${where}.authentication must be one of ${authentications.join(', ')}`);
  const backend = client.flag('backend');
  const introspect = client.flag('introspect');
  if (backend && authentication !== 'private_key_jwt')
    throw new Error(`${where}: a backend service authenticates by private_key_jwt`);
  if (introspect && authentication === 'none')
    throw new Error(`${where}: a client that anyone can pass for may not introspect tokens`);
  const redirectUris = client.texts('redirectUris');
  for (const uri of redirectUris) checkRedirectUri(uri, `${where}.redirectUris`);
  const postLogoutRedirectUris = client.texts('postLogoutRedirectUris');
  for (const uri of postLogoutRedirectUris) checkRedirectUri(uri, `${where}.postLogoutRedirectUris`);
  if (redirectUris.length === 0 && !backend && !introspect)
    throw new Error(`${where} needs redirectUris, or to be a backend, or to introspect`);
  return {
    id,
    name: client.text('name'),
    authentication,
    ...credentialsOf(client, authentication),
    redirectUris,
    postLogoutRedirectUris,
    backend,
    scopes: client.texts('scopes').map((text, at) => scopeAt(text, `${where}.scopes[${at}]`)),
    introspect,
    ...standingOf(client),
  };
}

function scopeAt(text: string, where: string): Scope {
  const scope = parseScope(text);
  if (scope === undefined) throw new Error(`${where}: ${text} is no scope on resources`);
  return scope;
}

function credentialsOf(
  client: Members,
  authentication: ClientAuthentication,
): Pick<RegisteredClient, 'secretSha256' | 'jwks' | 'jwksUri'> {
  const { where } = client;
  const stated = ['secretSha256', 'jwks', 'jwksUri'].filter((name) => client.has(name));
  if (authentication === 'none') {
    if (stated.length > 0) throw new Error(`${where}: a client that does not authenticate has no ${stated[0]}`);
    return {};
  }
  if (authentication !== 'private_key_jwt') {
    const secretSha256 = client.text('secretSha256');
    if (stated.length > 1 || !/^[0-9a-f]{64}$/.test(secretSha256))
      throw new Error(`${where} needs secretSha256 (64 hexadecimal digits) and neither jwks nor jwksUri`);
    return { secretSha256 };
  }
  if (stated.length !== 1 || stated[0] === 'secretSha256')
    throw new Error(`${where} needs either jwks or jwksUri, and no secret`);
  if (client.has('jwks')) return { jwks: jwksOf(client.value('jwks'), `${where}.jwks`) };
  const jwksUri = client.text('jwksUri');
  if (!isSafeAddress(jwksUri)) throw new Error(`${where}.jwksUri must be https, or http on this machine`);
  return { jwksUri };
}

function jwksOf(value: unknown, where: string): readonly Record<string, unknown>[] {
  const keys = membersOf(value, where, ['keys']).list('keys');
  if (keys.length === 0) throw new Error(`${where}.keys must not be empty`);
  const kids = new Set<string>();
  return keys.map((key, at) => {
    if (typeof key !== 'object' || key === null || Array.isArray(key))
      throw new Error(`${where}.keys[${at}] must be an object`);
    if ('d' in key || 'k' in key)
      throw new Error(`${where}.keys[${at}] is a secret; only its public part belongs here`);
    if (!('kid' in key) || typeof key.kid !== 'string' || key.kid === '')
      throw new Error(`${where}.keys[${at}] needs a kid`);
    if (kids.has(key.kid)) throw new Error(`${where}.keys[${at}].kid ${key.kid} is there twice`);
    kids.add(key.kid);
    return { ...key };
  });
}

function checkRedirectUri(uri: string, where: string): void {
  if (uri.includes('#') || uri.includes('*') || !isSafeAddress(uri))
    throw new Error(`${where}: ${uri} must be https (or http on this machine), whole, without fragment and wildcard`);
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Https, or http on this machine; nobody's name in it. */
export function isSafeAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback.has(url.hostname));
}
