/** Reads the member `authorizationServer` of the access file: who may log in and which clients there are. https://hl7.org/fhir/smart-app-launch/app-launch.html */
import { type Account, readAccount } from './account.ts';
import { membersOf } from './read-member.ts';
import { isSafeAddress, type RegisteredClient, readClient } from './registered-client.ts';

export type { Account } from './account.ts';
export type { RegisteredClient } from './registered-client.ts';
export type { Standing } from './standing.ts';

/** Every server of ours knows the portals by this name, so that a portal can log people in wherever it is led to. */
export const portalClientId = 'fairway-portal';

export interface AuthorizationServerSettings {
  /** when it is not the FHIR base without its last part */
  issuer?: string;
  accounts: ReadonlyMap<string, Account>;
  clients: ReadonlyMap<string, RegisteredClient>;
  /** origins of portals of other servers, whose pages may log people in here */
  portals: readonly string[];
  accessTokenSeconds: number;
  refreshTokenDays: number;
  sessionMinutes: number;
  /** behind a proxy: the asker's address is the last one of X-Forwarded-For */
  forwardedFor: boolean;
}

const serverMembers = [
  'issuer',
  'accounts',
  'clients',
  'portals',
  'accessTokenSeconds',
  'refreshTokenDays',
  'sessionMinutes',
  'forwardedFor',
];

/** Throws an Error that says what is wrong with `json`, and where. */
export function authorizationServerSettingsOf(json: unknown, where: string): AuthorizationServerSettings {
  const server = membersOf(json, where, serverMembers);
  const issuer = server.optionalText('issuer');
  if (issuer !== undefined && !isIssuer(issuer))
    throw new Error(`${where}.issuer must be an http or https address without query, fragment and slash at its end`);
  const clients = byId(server.list('clients'), `${where}.clients`, readClient);
  if (clients.has(portalClientId))
    throw new Error(`${where}.clients: ${portalClientId} is there already; ${where}.portals says which portals it is`);
  return {
    ...(issuer === undefined ? {} : { issuer }),
    accounts: byId(server.list('accounts'), `${where}.accounts`, readAccount),
    clients,
    portals: server.texts('portals').map((text, at) => originOf(text, `${where}.portals[${at}]`)),
    accessTokenSeconds: server.count('accessTokenSeconds', 30, 3600, 3600),
    refreshTokenDays: server.count('refreshTokenDays', 1, 90, 30),
    sessionMinutes: server.count('sessionMinutes', 1, 1440, 480),
    forwardedFor: server.flag('forwardedFor'),
  };
}

function byId<T extends { id: string }>(
  values: readonly unknown[],
  where: string,
  read: (value: unknown, where: string) => T,
): ReadonlyMap<string, T> {
  const all = new Map<string, T>();
  for (const [at, value] of values.entries()) {
    const one = read(value, `${where}[${at}]`);
    if (all.has(one.id)) throw new Error(`${where}[${at}].id ${one.id} is there twice`);
    all.set(one.id, one);
  }
  return all;
}

/** A portal is named by its origin: which of its pages tokens are sent to is not for others to say. */
function originOf(text: string, where: string): string {
  if (!isSafeAddress(text) || new URL(text).origin !== text.replace(/\/$/, ''))
    throw new Error(`${where}: ${text} must be the address of a site, such as https://fair.example, without a path`);
  return new URL(text).origin;
}

function isIssuer(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && !/[?#]/.test(text) && !text.endsWith('/');
}
