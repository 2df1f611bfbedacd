/** The bearer tokens that the access file lists, and what each may do. https://www.rfc-editor.org/rfc/rfc6750 */
import { hash } from 'node:crypto';
import type { AccessContext, ResearchPurpose } from '../conditions/access-context.ts';
import { parseScope, type Scope } from '../conditions/scope.ts';
import { frozen } from './frozen.ts';
import { purposeOf } from './purpose.ts';
import type { Reading } from './reading.ts';

/** Contexts by the SHA-256 (hexadecimal) of their token. */
export type KnownTokens = ReadonlyMap<string, AccessContext>;

/** What the access file keeps of a token. */
export function tokenDigest(token: string): string {
  return hash('sha256', token, 'hex');
}

/** What an operator may give, and what it is in a context. */
export const rightNames = ['read', 'write', 'steward', 'break-glass'] as const;
export type RightName = (typeof rightNames)[number];

export function rightsOf(names: ReadonlySet<string>): AccessContext['rights'] {
  return {
    readAll: names.has('read'),
    write: names.has('write'),
    ...(names.has('steward') ? { steward: true } : {}),
    ...(names.has('break-glass') ? { breakGlass: true } : {}),
  };
}

export const tokenMembers = [
  'name',
  'sha256',
  'may',
  'committees',
  'publishes',
  'purposes',
  'project',
  'affiliations',
  'country',
  'forProfit',
  'acceptedTerms',
  'research',
  'scopes',
  'patient',
];

/** Ids as FHIR has them. https://hl7.org/fhir/R4B/datatypes.html#id */
export const idForm = /^[A-Za-z0-9\-.]{1,64}$/;
export const countryForm = /^[A-Z]{2}$/;

/**
 * `{"name": "steward", "sha256": "<hex>", "may": ["read", "write"]}` as digest and context. Without `may` the token may
 * what data sets permit. Throws an Error that says what is wrong.
 */
export function tokenEntryOf(entry: Reading): [digest: string, AccessContext] {
  const name = entry.text('name');
  const digest = entry.text('sha256', 'the SHA-256 of the token as 64 hexadecimal digits', /^[0-9a-f]{64}$/);
  const context: AccessContext = {
    subject: { kind: 'service', name },
    rights: { ...rightsOf(new Set(mayOf(entry))), ...committeesOf(entry), ...publishesOf(entry) },
    tokenId: digest,
  };
  if (entry.has('scopes')) context.scopes = scopesOf(entry, 'scopes');
  if (entry.has('patient')) context.patient = entry.text('patient', 'the id of a Patient', idForm);
  if (context.patient === undefined && context.scopes?.some(({ level }) => level === 'patient') === true) {
    throw entry.fault('patient', 'the id of a Patient, since its scopes are of the level patient');
  }
  if (entry.has('purposes')) context.purposes = purposesOf(entry);
  if (entry.has('project')) context.project = entry.text('project', 'the identifier of a project');
  if (entry.has('affiliations')) {
    context.affiliations = entry.texts('affiliations', 'a list of identifiers of institutions');
  }
  if (entry.has('country')) context.country = entry.text('country', 'a two-letter code of ISO 3166-1', countryForm);
  if (entry.has('forProfit')) context.forProfit = entry.flag('forProfit');
  if (entry.has('acceptedTerms')) context.acceptedTerms = entry.texts('acceptedTerms', 'a list of URLs of terms');
  if (entry.has('research')) context.research = researchOf(entry);
  return [digest, frozen(context)];
}

function mayOf(entry: Reading): readonly string[] {
  if (!entry.has('may')) return [];
  return entry.texts('may', `a list of ${rightNames.join(', ')}`, new RegExp(`^(?:${rightNames.join('|')})$`));
}

function committeesOf(entry: Reading): Pick<AccessContext['rights'], 'committees'> {
  if (!entry.has('committees')) return {};
  return {
    committees: entry.texts('committees', 'a list of committees as data sets name them: Organization/id or URLs'),
  };
}

function publishesOf(entry: Reading): Pick<AccessContext['rights'], 'publishes'> {
  if (!entry.has('publishes')) return {};
  const addresses = entry.texts('publishes', 'a list of FHIR base addresses of members', /^https?:\/\/\S+$/);
  return { publishes: addresses.map((one) => one.replace(/\/+$/, '')) };
}

function purposesOf(entry: Reading): readonly string[] {
  return entry.texts('purposes', 'a list of codes of v3-ActReason, or of system|code').map((text) => {
    const purpose = purposeOf(text);
    if (purpose === undefined) throw entry.fault('purposes', `codes of v3-ActReason or system|code, not ${text}`);
    return purpose;
  });
}

/** SMART scopes that an operator wrote: all of them must be understood. */
export function scopesOf(entry: Reading, name: string): readonly Scope[] {
  return entry.texts(name, 'a list of SMART scopes such as system/Observation.rs').map((text) => {
    const scope = parseScope(text);
    if (scope === undefined) throw entry.fault(name, `SMART scopes, and ${text} is none that this server understands`);
    return scope;
  });
}

const researchKinds = ['general', 'health', 'disease', 'ancestry', 'methods', 'clinical-care', 'genetic'];

function researchOf(entry: Reading): ResearchPurpose {
  const research = entry.object('research', ['diseases', 'kinds', 'commercial']);
  const kinds = research.texts(
    'kinds',
    `a list of ${researchKinds.join(', ')}`,
    new RegExp(`^(?:${researchKinds.join('|')})$`),
  );
  const diseases = research.has('diseases')
    ? research.texts('diseases', 'a list of diseases as system|code', /^[^\s|]+\|[^\s|]+$/)
    : [];
  return { diseases, kinds, ...(research.has('commercial') ? { commercial: research.flag('commercial') } : {}) };
}
