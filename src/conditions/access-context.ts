/** Who asks, as far as authentication could establish it. https://hl7.org/fhir/R4B/security.html#authentication */
import type { Scope } from './scope.ts';

/** Rights that the server's operator gave, beyond what data sets grant. */
export interface Rights {
  /** read everything, whatever the conditions are: the data source's own service */
  readAll: boolean;
  write: boolean;
  /** state conditions (data sets, consents, permissions), see explanations and the audit log; both `readAll` and `write` include it */
  steward?: boolean;
  /** read everything in an emergency, when a reason is given */
  breakGlass?: boolean;
  /** data access committees (as data sets name them) that the subject decides for; `*` stands for all */
  committees?: readonly string[];
  /** base addresses of members of the community whose metadata the subject may publish here */
  publishes?: readonly string[];
}

export type Subject =
  | { kind: 'anonymous' }
  | { kind: 'service'; name: string }
  /** `id` is unique for the issuer; `patient` is the id of the Patient on this server whose own data this person may read */
  | { kind: 'person'; issuer: string; id: string; name?: string; patient?: string };

/** A GA4GH visa that was checked: signature, issuer, source, expiry, conditions, and that it is about this subject. */
export interface Visa {
  type: string;
  value: string;
  source: string;
  by?: string;
  /** milliseconds since 1970 */
  asserted: number;
  expires: number;
}

/** What a project does with the data, in DUO's terms. https://github.com/EBISPOT/DUO */
export interface ResearchPurpose {
  /** diseases by `system|code`, for disease specific research */
  diseases: readonly string[];
  /** what kind of research: 'general', 'health', 'disease', 'ancestry', 'methods', 'clinical-care', 'genetic' */
  kinds: readonly string[];
  /** whether the use is commercial; absent: not said */
  commercial?: boolean;
}

/** Made by auth/ for each token (and what goes with it); conditions decide on nothing else. Absent means not known: it satisfies nothing. */
export interface AccessContext {
  subject: Subject;
  rights: Rights;
  /** OAuth client that acts for the subject */
  client?: string;
  /** Names the token, so that it can be revoked. */
  tokenId?: string;
  /** milliseconds since 1970 after which the context is nothing any more */
  expires?: number;
  /** SMART scopes; absent where the token is not restricted by any */
  scopes?: readonly Scope[];
  /** id of the patient in context, for scopes of the level `patient` */
  patient?: string;
  visas?: readonly Visa[];
  /** purposes of use, `system|code` */
  purposes?: readonly string[];
  research?: ResearchPurpose;
  /** identifier of the project that the data are for */
  project?: string;
  /** identifiers of the institutions that the subject belongs to */
  affiliations?: readonly string[];
  /** whether the subject's organisation works for profit */
  forProfit?: boolean;
  /** ISO 3166-1 two-letter code of where the data go */
  country?: string;
  /** URLs of terms that the subject accepted */
  acceptedTerms?: readonly string[];
  /** why the glass was broken; only with the right to */
  breakGlass?: { reason: string };
}

export const anonymous: AccessContext = { subject: { kind: 'anonymous' }, rights: { readAll: false, write: false } };

/** A text that tells subjects apart; page links, budgets and the audit log are tied to it. */
export function subjectKey({ subject, client }: AccessContext): string {
  switch (subject.kind) {
    case 'anonymous':
      return 'anonymous';
    case 'service':
      return `service ${subject.name}`;
    case 'person':
      return `person ${subject.issuer} ${subject.id}${client === undefined ? '' : ` by ${client}`}`;
  }
}

/** Whether the subject may state conditions and see why something was decided. */
export function isSteward({ rights }: AccessContext): boolean {
  return rights.steward === true || (rights.readAll && rights.write);
}
