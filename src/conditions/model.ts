/** What data sources state, compiled to plain data, and what is decided from it. See docs/adr/0010-statements-and-effects.md */
import type { Granularity } from '../fhir/canonical.ts';
import type { PermittedClasses } from '../search/tree.ts';

/** A code of a code system as `system|code`. */
export type CodeText = string;

/** What a provision asks of the resource. Alternatives within one list; all lists that are there must hold. */
export interface ResourceCriteria {
  /** resource types */
  types?: readonly string[];
  /** `system|code` that the resource is about */
  codes?: readonly CodeText[];
  /** security labels; a confidentiality stands for itself and what is less confidential */
  labels?: readonly CodeText[];
  /** clinical time of the data: milliseconds since 1970, both ends belong to it */
  dataPeriod?: { from?: number; to?: number };
  /** `Type/id` on this server: the resource itself, or (`related`) what refers to it, too */
  resources?: readonly { target: string; meaning: 'instance' | 'related' | 'dependents' | 'authoredby' }[];
}

/** A rule of a Consent or Permission. Criteria that are absent hold; among exceptions that apply the deepest wins, and deny among equals. */
export interface Provision {
  effect: 'permit' | 'deny';
  /** identifiers of those it is about (`system|value`, a URL, or `Type/id` of this server) */
  actors?: readonly string[];
  /** purposes of use */
  purposes?: readonly CodeText[];
  /** https://hl7.org/fhir/R4B/valueset-consent-action.html: collect, access, use, disclose, correct */
  actions?: readonly CodeText[];
  /** when the rule holds: milliseconds since 1970 */
  during?: { from?: number; to?: number };
  /** asked of the resource; gone once the provision was folded for one */
  on?: ResourceCriteria;
  /** go with what it permits */
  obligations?: readonly Obligation[];
  exceptions: readonly Provision[];
}

/** A Consent or Permission in force, as compiled when it was written. */
export interface Directive {
  kind: 'consent' | 'permission';
  /** the stating resource, `Type/id` */
  source: string;
  /** `research`, `patient-privacy`, `treatment`; others close */
  scope: string;
  /** category codes, for which of several is the newest */
  categories: readonly CodeText[];
  /** milliseconds since 1970: when it was recorded, 0 when it does not say; the newest of a scope and category wins */
  stated: number;
  /** end of that moment as far as it was told (a day, a second); absent where it was told to the millisecond */
  statedBefore?: number;
  /** the person whose data it is about, `Patient/id`; absent for a policy */
  patient?: string;
  /** data sets that a policy is for, `Library/id`; none: the whole server */
  dataSets: readonly string[];
  provision: Provision;
  /** why it is not understood: then its provision is a plain deny */
  because?: string;
}

/** What bears on a resource beside its data sets, folded for it and interned; few exist, since they name no resource. */
export type Effect =
  /** labels of meta.security that restrict or oblige, sorted */
  | { kind: 'labels'; codes: readonly CodeText[] }
  /** a directive that applies to the resource, what it asks of resources already decided */
  | {
      kind: 'directive';
      /** of a patient's consent the scope only, so that those of many patients are one effect; of a policy its source */
      scope: string;
      source?: string;
      isPatients: boolean;
      /** where a resource is about several persons who state different things: which of them, by number only */
      of?: { person: number; persons: number };
      dataSets: readonly string[];
      provision: Provision;
      because?: string;
    };

/** Something that must be true of the asker (or of the day). */
export type Requirement =
  | { kind: 'visa'; type: string; value?: string; by?: string; source?: string }
  | { kind: 'terms'; url: string }
  | { kind: 'country'; codes: readonly string[] }
  /** identifiers of institutions, services or persons */
  | { kind: 'recipient'; identifiers: readonly string[] }
  | { kind: 'purpose'; codes: readonly CodeText[] }
  | { kind: 'not-before'; at: number }
  | { kind: 'not-after'; at: number }
  /** a committee must have granted it; `Organization/id` or a URL */
  | { kind: 'committee'; committee: string; display?: string };

/** One DUO term with its parameter. */
export interface DataUseTerm {
  /** `DUO:0000007` */
  id: string;
  /** disease `system|code`, country, institution, months, date, as DUO says */
  parameter?: string;
  /** of the parameter, where it is shown and not decided by */
  display?: string;
}

/** Something the recipient must do or refrain from: v3-ActCode, with a parameter such as the months of DELAU. */
export interface Obligation {
  code: CodeText;
  display?: string;
  parameter?: string;
}

/** Up to which granularity some audience may look, if the requirements are met. */
export interface Offer {
  level: Granularity;
  /** Counts below it are withheld. */
  threshold: number;
  /** Counts are rounded to multiples of it. */
  rounding: number;
  /** canonical of the de-identification profile, for `record-deidentified` */
  profile?: string;
  /** what must be true of those it is offered to, beside what the data set asks of everyone */
  audience: readonly Requirement[];
}

/** What one data set states, as kept in the store. */
export interface DataSetStatement {
  /** `Library/id` */
  source: string;
  identifier?: string;
  title?: string;
  /** SPDX code of the licence, if it has one */
  licence?: string;
  /** best first */
  offers: readonly Offer[];
  requirements: readonly Requirement[];
  dataUse: readonly DataUseTerm[];
  obligations: readonly Obligation[];
  /** patients must have consented (a directive of theirs permits) */
  consentRequired: boolean;
  /** Why it is closed to everyone, one for each statement that is not understood or missing; for stewards, never for askers. */
  closed: readonly string[];
}

/** What a committee granted. */
export interface Grant {
  /** the stating Consent, `Consent/id` */
  source: string;
  /** `Library/id` */
  dataSet: string;
  /** keys of subjects (see grantee in access-context) or projects, any of which it is for */
  grantees: readonly string[];
  level: Granularity;
  profile?: string;
  purposes: readonly CodeText[];
  /** milliseconds since 1970 */
  from?: number;
  to?: number;
  obligations: readonly Obligation[];
}

/** A class of resources: the data sets that contain them and what else bears on them. Metadata are in no data set. */
export interface ClassStatements {
  class: number;
  isMetadata: boolean;
  /** keys of data sets, as in `dataSets` of Statements */
  dataSets: readonly string[];
  effects: readonly Effect[];
}

/** All statements in force at one epoch. */
export interface StatementsInForce {
  /** by key */
  dataSets: ReadonlyMap<string, DataSetStatement>;
  classes: readonly ClassStatements[];
  /** policies that ask nothing of resources */
  policies: readonly Directive[];
  grants: readonly Grant[];
  /** tokens that were revoked */
  revoked: ReadonlySet<string>;
}

/** How a count that rests on some classes is told. */
export interface Disclosure {
  threshold: number;
  rounding: number;
  /** Noise is added that hides one person as the Laplace mechanism with this epsilon does; none when absent. */
  epsilon?: number;
}

/** One step of why something was decided, for stewards. */
export interface Reason {
  /** the stating resource or setting: `Library/id`, `Consent/id`, `scopes`, `rights`, `meta.security` */
  source: string;
  outcome: 'permit' | 'deny' | 'needs-person' | 'not-applicable';
  text: string;
  kind: ReasonKind;
  /** the level of the offer that it is asked for; absent where it is asked for whatever use */
  offer?: Granularity;
  /** what the asker has of the kind that is asked, as it was stated; absent where nothing is asked of the asker */
  has?: readonly string[];
}

/** What a reason is about: requirements go by their own kinds. */
export type ReasonKind =
  | Requirement['kind']
  | 'offer'
  | 'data-use'
  | 'closed'
  | 'grant'
  | 'consent'
  | 'directive'
  | 'policy'
  | 'labels'
  | 'scopes'
  | 'rights'
  | 'token'
  | 'decision';

/** What a context may have. Class numbers never stand in two of the lists. */
export interface Decision {
  /** classes whose records may be read, searched, sorted, included (those of `deidentified` too) */
  records: PermittedClasses;
  /** of `records` those that leave only through a profile: class -> canonical of the profile */
  deidentified: ReadonlyMap<number, string>;
  /** classes that may be counted but not read, and how */
  counts: ReadonlyMap<number, Disclosure>;
  /** classes of which only may be said whether enough match, and from how many on */
  exists: ReadonlyMap<number, Disclosure>;
  write: boolean;
  steward: boolean;
  /** obligations that go with records and counts of a class */
  obligations: ReadonlyMap<number, readonly Obligation[]>;
  /** Of the data sets of a class those that give it, `Library/id`. That it is in others, too, is not told. */
  givenBy: ReadonlyMap<number, readonly string[]>;
  /** when it must be made anew, milliseconds since 1970 */
  until: number;
}
