/** Which of the scopes that a client asks for it may have, and what they say in plain words. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html */
import { parseScope, type Scope } from '../../conditions/scope.ts';

/** What was asked for, sorted out. */
export interface ScopeRequest {
  /** may be granted, as they were written, in their order */
  offered: readonly string[];
  /** not scopes, or not for this way of asking: the request is refused */
  malformed: readonly string[];
  /** scopes that this client may not have: they are not granted */
  beyond: readonly string[];
}

/** Scopes that are not about resources and that we know. */
export const identityScopes = ['openid', 'fhirUser', 'profile'] as const;
const known = new Set<string>([...identityScopes, 'offline_access', 'online_access', 'launch', 'launch/patient']);

/** Common scopes that we have nothing for; they are passed over, as OAuth lets a server do. */
const passedOver = new Set(['email', 'address', 'phone', 'launch/encounter']);

/** `levels` are those that the way of asking allows: a person grants `patient` and `user`, a service has `system`. */
export function sortScopes(text: string, allowed: readonly Scope[], levels: readonly Scope['level'][]): ScopeRequest {
  const offered: string[] = [];
  const malformed: string[] = [];
  const beyond: string[] = [];
  const isForPersons = levels.includes('user');
  for (const one of new Set(text.split(' ').filter((part) => part !== ''))) {
    const scope = parseScope(one);
    if (scope === undefined) {
      if (isForPersons && known.has(one)) offered.push(one);
      else if (!isForPersons || !passedOver.has(one)) malformed.push(one);
    } else if (!levels.includes(scope.level)) malformed.push(one);
    else if (allowed.some((limit) => covers(limit, scope))) offered.push(one);
    else beyond.push(one);
  }
  return { offered, malformed, beyond };
}

/** Whether `limit` permits all that `scope` asks for. */
export function covers(limit: Scope, scope: Scope): boolean {
  const pairs = new Set(scope.query.map((pair) => JSON.stringify(pair)));
  return (
    limit.level === scope.level &&
    (limit.type === '*' || limit.type === scope.type) &&
    scope.letters.every((letter) => limit.letters.includes(letter)) &&
    // What the limit restricts, the scope must restrict as well; more restrictions are no harm.
    limit.query.every((pair) => pairs.has(JSON.stringify(pair)))
  );
}

const verbs: Readonly<Record<Scope['letters'][number], string>> = {
  c: 'create',
  r: 'read',
  u: 'change',
  d: 'delete',
  s: 'search',
};

/** What granting `text` means, for the person who is asked. */
export function describeScope(text: string): string {
  switch (text) {
    case 'openid':
      return 'Know who you are';
    case 'fhirUser':
      return 'See which record of a person or practitioner is yours';
    case 'profile':
      return 'Know your name and your roles here';
    case 'offline_access':
      return 'Keep this access after you have logged out';
    case 'online_access':
      return 'Keep this access until you log out';
    case 'launch':
    case 'launch/patient':
      return 'Know which patient this is about';
  }
  const scope = parseScope(text);
  if (scope === undefined) return text;
  const doing = listed(scope.letters.map((letter) => verbs[letter]));
  const what = scope.type === '*' ? 'all kinds of records' : `${scope.type} records`;
  const which = scope.query.map(([name, value]) => `${name} is ${value}`);
  const of = { patient: 'of the patient', user: 'that you have access to', system: 'of this server' }[scope.level];
  const limits = which.length === 0 ? '' : `, only where ${listed(which)}`;
  return `${doing.slice(0, 1).toUpperCase()}${doing.slice(1)} ${what} ${of}${limits}`;
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
