/** The question a person asks of many servers: one small model for command line, file, portal and wire. See docs/reference/question.md */
import type { Granularity } from '../../../fhir/canonical.ts';

/** Ages in completed years at the reference date, both ends included. */
export interface AgeRange {
  readonly from?: number;
  readonly to?: number;
}

/** `code` is `system|code`, `code` alone for any system, or a list of which one suffices. */
export interface CodeCriterion {
  readonly code: string | readonly string[];
  /** also everything under the code in its system's hierarchy; so for medications unless stated, and for nothing else */
  readonly below?: boolean;
  /** YYYY-MM-DD, both included: the record is about some time in between */
  readonly from?: string;
  readonly to?: string;
}

export const comparators = ['eq', 'ne', 'gt', 'lt', 'ge', 'le'] as const;
export type Comparator = (typeof comparators)[number];

/** `number` is text so that it keeps its digits (6.50 is more precise than 6.5). */
export interface QuantityFilter {
  readonly comparator: Comparator;
  readonly number: string;
  /** UCUM code or unit as written */
  readonly unit?: string;
}

/** The value is one of the codes, written as those of a criterion. */
interface CodeFilter {
  readonly code: string | readonly string[];
}

export type ValueFilter = QuantityFilter | CodeFilter;

export interface ObservationCriterion extends CodeCriterion {
  /** of several all must hold, of the same record; codes stand in one of them at most */
  readonly value?: ValueFilter | readonly ValueFilter[];
}

/** FHIR's administrative genders. https://hl7.org/fhir/R4B/valueset-administrative-gender.html */
export const sexes = ['male', 'female', 'other', 'unknown'] as const;
export type Sex = (typeof sexes)[number];

/** Kinds of criteria that name codes. */
export const codedKinds = ['medication', 'condition', 'procedure', 'observation', 'immunization'] as const;
export type CodedKind = (typeof codedKinds)[number];

export const togethers = ['any-time', 'overlapping'] as const;
export type Together = (typeof togethers)[number];

/** What is asked of a patient: one member is set, and `together` may stand beside `all`. */
export type PatientCriterion =
  | { readonly age: AgeRange }
  | { readonly sex: Sex }
  | { readonly medication: CodeCriterion }
  | { readonly condition: CodeCriterion }
  | { readonly procedure: CodeCriterion }
  | { readonly observation: ObservationCriterion }
  | { readonly immunization: CodeCriterion }
  /** a FHIR search: `Patient?...`, or `Condition?...` of which one match must refer to the patient */
  | { readonly where: string }
  /** `overlapping`: there is a moment that records of each of those about records are about */
  | { readonly all: readonly PatientCriterion[]; readonly together?: Together }
  | { readonly any: readonly PatientCriterion[] }
  | { readonly not: PatientCriterion };

export type { Granularity };

/** What is asked of a data set; of several codes one suffices. */
export interface DatasetCriteria {
  /** these and no others: by `system|value` or URI of an identifier, canonical URL, or absolute address of the record */
  readonly only?: readonly string[];
  readonly text?: string;
  /** SPDX codes */
  readonly licence?: readonly string[];
  /** Data Use Ontology: terms that must hold for the data, one of them */
  readonly dataUse?: readonly string[];
  /** at least this much must be granted, as far as the record says */
  readonly granularity?: Granularity;
  /** types of GA4GH visas, one of which is asked for */
  readonly visa?: readonly string[];
  /** ISO 3166 two-letter codes of its jurisdiction */
  readonly country?: readonly string[];
  /** as far as its summary tells */
  readonly minimumPatients?: number;
}

export const serverRoles = ['repository', 'metadata-registry', 'discovery'] as const;

/** What is asked of a server. Of several countries, languages, roles, versions or codes one suffices; types, search parameters, operations, profiles must all be there. */
export interface ServerCriteria {
  /** ISO 3166 two-letter codes */
  readonly country?: readonly string[];
  /** BCP 47 */
  readonly language?: readonly string[];
  readonly role?: readonly (typeof serverRoles)[number][];
  /** R4, R4B, R5, or as FHIR writes it: 4.0.1 */
  readonly fhirVersion?: readonly string[];
  /** resource types that it holds */
  readonly type?: readonly string[];
  /** `Type.code`, or a code alone */
  readonly searchParameter?: readonly string[];
  /** name or canonical URL */
  readonly operation?: readonly string[];
  /** canonical URLs */
  readonly profile?: readonly string[];
  /** restful-security-service: SMART-on-FHIR, OAuth and so on */
  readonly security?: readonly string[];
  /** words of its name */
  readonly name?: string;
  /** it answered within this time: a number and m, h, d or w */
  readonly seenWithin?: string;
}

export interface Question {
  readonly about?: string;
  readonly patients: {
    /** a patient must meet every one */
    readonly all: readonly PatientCriterion[];
    readonly together?: Together;
    /** YYYY-MM-DD, the day at which ages are reckoned; today unless stated */
    readonly asOf?: string;
  };
  readonly datasets?: DatasetCriteria;
  readonly servers?: ServerCriteria;
}

/** What a question may be at most: criteria inside each other, criteria and codes in all, data sets by name. */
export const questionLimits = { depth: 8, criteria: 200, codes: 1000, dataSets: 100 } as const;
