/** Reads the member `authorizationServer` of the access file: who may log in and which clients there are. https://hl7.org/fhir/smart-app-launch/app-launch.html */
import type { ResearchPurpose, Rights } from '../../conditions/access-context.ts';
import { parseScope, type Scope } from '../../conditions/scope.ts';
import { isPasswordHash } from './password.ts';
import { type Members, membersOf } from './read-member.ts';

/** What accounts and services have in common: what decisions are made on. */
export interface Standing {
  rights: Rights;
  affiliations: readonly string[];
  country?: string;
  forProfit?: boolean;
  acceptedTerms: readonly string[];
  /** `system|code` of the purposes of use that may be stated */
  purposes: readonly string[];
  projects: readonly Project[];
  research?: ResearchPurpose;
}

export interface Project {
  id: string;
  /** what this project does with the data; the account's own when it is not stated */
  research?: ResearchPurpose;
}

/** A person who can log in. */
export interface Account extends Standing {
  id: string;
  name: string;
  /** made by `hashPassword` */
  password: string;
  /** id of the Patient on this server who the person is */
  patient?: string;
  /** ids of other patients whom the person represents, such as their children */
  actsFor: readonly string[];
  /** relative reference to the resource that stands for the person, such as `Practitioner/1` */
  fhirUser?: string;
}

export type ClientAuthentication = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';

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

export interface AuthorizationServerSettings {
  /** when it is not the FHIR base without its last part */
  issuer?: string;
  accounts: ReadonlyMap<string, Account>;
  clients: ReadonlyMap<string, RegisteredClient>;
  accessTokenSeconds: number;
  refreshTokenDays: number;
  sessionMinutes: number;
  /** behind a proxy: the asker's address is the last one of X-Forwarded-For */
  forwardedFor: boolean;
}

const roles = ['researcher', 'steward', 'committee', 'clinician', 'admin'] as const;
type AccountRole = (typeof roles)[number];

const standingMembers = [
  'roles',
  'may',
  'affiliations',
  'country',
  'forProfit',
  'acceptedTerms',
  'purposes',
  'projects',
  'research',
];
const accountMembers = ['id', 'name', 'password', 'patient', 'actsFor', 'fhirUser', ...standingMembers];
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
const serverMembers = [
  'issuer',
  'accounts',
  'clients',
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
  return {
    ...(issuer === undefined ? {} : { issuer }),
    accounts: byId(server.list('accounts'), `${where}.accounts`, accountOf),
    clients: byId(server.list('clients'), `${where}.clients`, clientOf),
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

const fhirId = /^[A-Za-z0-9\-.]{1,64}$/;

function accountOf(value: unknown, where: string): Account {
  const account = membersOf(value, where, accountMembers);
  const password = account.text('password');
  if (!isPasswordHash(password)) throw new Error(`${where}.password must be a hash that fairway made, not a password`);
  const patient = account.optionalText('patient');
  const actsFor = account.texts('actsFor');
  const wrong = [patient, ...actsFor].find((id) => id !== undefined && !fhirId.test(id));
  if (wrong !== undefined) throw new Error(`${where}: ${wrong} is no id of a Patient`);
  const fhirUser = account.optionalText('fhirUser');
  if (
    fhirUser !== undefined &&
    !/^(Patient|Practitioner|PractitionerRole|RelatedPerson|Person)\/[A-Za-z0-9\-.]{1,64}$/.test(fhirUser)
  )
    throw new Error(`${where}.fhirUser must be a reference such as Practitioner/1`);
  return {
    id: account.text('id'),
    name: account.text('name'),
    password,
    actsFor,
    ...(patient === undefined ? {} : { patient }),
    ...(fhirUser === undefined ? {} : { fhirUser }),
    ...standingOf(account),
  };
}

const authentications: readonly ClientAuthentication[] = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
];

function clientOf(value: unknown, where: string): RegisteredClient {
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
  return keys.map((key, at) => {
    if (typeof key !== 'object' || key === null || Array.isArray(key))
      throw new Error(`${where}.keys[${at}] must be an object`);
    if ('d' in key || 'k' in key)
      throw new Error(`${where}.keys[${at}] is a secret; only its public part belongs here`);
    if (!('kid' in key) || typeof key.kid !== 'string' || key.kid === '')
      throw new Error(`${where}.keys[${at}] needs a kid`);
    return { ...key };
  });
}

function checkRedirectUri(uri: string, where: string): void {
  if (uri.includes('#') || uri.includes('*') || !isSafeAddress(uri))
    throw new Error(`${where}: ${uri} must be https (or http on this machine), whole, without fragment and wildcard`);
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

function isSafeAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback.has(url.hostname));
}

function isIssuer(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && !/[?#]/.test(text) && !text.endsWith('/');
}

function standingOf(members: Members): Standing {
  const { where } = members;
  const country = members.optionalText('country');
  if (country !== undefined && !/^[A-Z]{2}$/.test(country))
    throw new Error(`${where}.country must be an ISO 3166-1 code of two letters`);
  const purposes = members.texts('purposes');
  const wrong = purposes.find((purpose) => !/^[^|\s]+\|[^|\s]+$/.test(purpose));
  if (wrong !== undefined) throw new Error(`${where}.purposes: ${wrong} must be system|code`);
  const forProfit = members.optionalFlag('forProfit');
  const research = members.has('research') ? researchOf(members.value('research'), `${where}.research`) : undefined;
  return {
    rights: rightsOf(members),
    affiliations: members.texts('affiliations'),
    ...(country === undefined ? {} : { country }),
    ...(forProfit === undefined ? {} : { forProfit }),
    acceptedTerms: members.texts('acceptedTerms'),
    purposes,
    projects: members.list('projects').map((project, at) => projectOf(project, `${where}.projects[${at}]`)),
    ...(research === undefined ? {} : { research }),
  };
}

function projectOf(value: unknown, where: string): Project {
  if (typeof value === 'string' && value !== '') return { id: value };
  const project = membersOf(value, where, ['id', 'research']);
  const id = project.text('id');
  return project.has('research')
    ? { id, research: researchOf(project.value('research'), `${where}.research`) }
    : { id };
}

const researchKinds = ['general', 'health', 'disease', 'ancestry', 'methods', 'clinical-care', 'genetic'];

function researchOf(value: unknown, where: string): ResearchPurpose {
  const research = membersOf(value, where, ['diseases', 'kinds', 'commercial']);
  const kinds = research.texts('kinds');
  const wrong = kinds.find((kind) => !researchKinds.includes(kind));
  if (wrong !== undefined) throw new Error(`${where}.kinds: ${wrong} is none of ${researchKinds.join(', ')}`);
  const commercial = research.optionalFlag('commercial');
  return { diseases: research.texts('diseases'), kinds, ...(commercial === undefined ? {} : { commercial }) };
}

/** Each role's rights; several roles have the rights of all of them. */
const rightsOfRole: Readonly<Record<AccountRole, Partial<Rights>>> = {
  researcher: {},
  steward: { steward: true },
  committee: { committee: true },
  clinician: { breakGlass: true },
  admin: { readAll: true, write: true, steward: true },
};

function rightsOf(members: Members): Rights {
  let rights: Rights = { readAll: false, write: false };
  for (const name of members.texts('roles')) {
    const role = roles.find((one) => one === name);
    if (role === undefined) throw new Error(`${members.where}.roles: ${name} is none of ${roles.join(', ')}`);
    rights = { ...rights, ...rightsOfRole[role] };
  }
  for (const right of members.texts('may')) {
    if (right === 'read') rights = { ...rights, readAll: true };
    else if (right === 'write') rights = { ...rights, write: true };
    else throw new Error(`${members.where}.may: ${right} is neither read nor write`);
  }
  return rights;
}
