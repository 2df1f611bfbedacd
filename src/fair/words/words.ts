/** What must be said in every language in which conditions are told to people; the compiler finds what one of them lacks. See docs/reference/terms.md */
import type { Granularity } from '../../fhir/canonical.ts';

export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

/** Abbreviations of the terms of the Data Use Ontology. https://github.com/EBISPOT/DUO */
export type DuoName =
  | 'NRES'
  | 'GRU'
  | 'HMB'
  | 'DS'
  | 'POA'
  | 'RS'
  | 'NMDS'
  | 'GSO'
  | 'NPUNCU'
  | 'NPU'
  | 'NCU'
  | 'PUB'
  | 'COL'
  | 'IRB'
  | 'GS'
  | 'MOR'
  | 'TS'
  | 'US'
  | 'PS'
  | 'IS'
  | 'RTN'
  | 'CC'
  | 'NPOA';

/** https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html */
export type PurposeCode =
  | 'HRESCH'
  | 'BIORCH'
  | 'DSRCH'
  | 'POARCH'
  | 'TRANSRCH'
  | 'CLINTRCH'
  | 'CLINTRCHNPC'
  | 'CLINTRCHPC'
  | 'PRECLINTRCH'
  | 'PUBHLTH'
  | 'TREAT'
  | 'ETREAT'
  | 'HPAYMT'
  | 'HOPERAT'
  | 'HQUALIMP'
  | 'PATRQT';

/** What a recipient must do or refrain from. https://terminology.hl7.org/ValueSet-v3-SecurityPolicy.html */
export type ObligationCode =
  | 'ANONY'
  | 'AUDIT'
  | 'AUDTR'
  | 'CPLYCC'
  | 'CPLYCD'
  | 'CPLYPOL'
  | 'DEID'
  | 'DELAU'
  | 'ENCRYPT'
  | 'MASK'
  | 'MINEC'
  | 'PERSISTLABEL'
  | 'PRIVMARK'
  | 'PSEUD'
  | 'REDACT'
  | 'NOAUTH'
  | 'NOCOLLECT'
  | 'NODSCLCD'
  | 'NODSCLCDS'
  | 'NOINTEGRATE'
  | 'NOLIST'
  | 'NOMOU'
  | 'NOPERSISTP'
  | 'NORDSCLCD'
  | 'NORDSLCD'
  | 'NORELINK'
  | 'NOREUSE'
  | 'NOVIP'
  | 'ORCON';

/** https://github.com/ga4gh-duri/ga4gh-duri.github.io/blob/master/researcher_ids/ga4gh_passport_v1.md */
type VisaType =
  | 'ResearcherStatus'
  | 'AffiliationAndRole'
  | 'ControlledAccessGrants'
  | 'AcceptedTermsAndPolicies'
  | 'LinkedIdentities';

/** A visa as a data set asks for it, each part fit to be shown. */
interface VisaParts {
  type: string;
  value?: string | undefined;
  source?: string | undefined;
  by?: string | undefined;
}

/** How small and how finely numbers are told. */
interface Limits {
  /** smaller ones are withheld; 1 withholds none */
  threshold: number;
  /** 1 rounds nothing */
  rounding: number;
}

/** Texts are given fit to be shown, and codes are added by whoever says more than a name. */
export interface Words {
  language: Language;
  level: Readonly<Record<Granularity, string>>;
  duo: Readonly<Record<DuoName, string>>;
  purpose: Readonly<Record<PurposeCode, string>>;
  obligation: Readonly<Record<ObligationCode, string>>;
  visaType: Readonly<Record<VisaType, string>>;
  /** `YYYY-MM-DD` */
  day(day: string): string;
  /** to the millisecond, in UTC */
  moment(instant: string): string;
  /** alternatives */
  either(parts: readonly string[]): string;
  licenceInRecord: string;
  visa(visa: VisaParts): string;
  terms(url: string): string;
  countries(codes: readonly string[]): string;
  onlyFor(whom: string): string;
  notBefore(day: string): string;
  until(day: string): string;
  /** `name` where the record states one */
  committee(who: { name?: string | undefined; committee: string }): string;
  consent: string;
  offer: {
    none: string;
    exists(threshold: number): string;
    count(limits: Limits): string;
    aggregate(limits: Limits): string;
    deidentified(profile: string | undefined): string;
    record: string;
    openRecord: string;
  };
  /** how long after use data must be gone */
  within(months: number): string;
  unknownCondition(url: string): string;
  unknownDataUse(id: string): string;
  unknownObligation(code: string, display: string | undefined, parameter: string | undefined): string;
}
