/** What a feasibility question asks of a patient, as plain data that is the same whatever form it was asked in. See docs/reference/feasibility.md */

/** A code, in a system where one is named. */
export interface Code {
  readonly system?: string;
  readonly code: string;
}

/** Kinds of records that are asked for by their codes. */
export type RecordKind = 'medication' | 'condition' | 'procedure' | 'observation' | 'immunization';

/** A bound of a measured value; `number` is text, so that it keeps its digits. */
export interface ValueBound {
  readonly comparator: 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le';
  readonly number: string;
  readonly system?: string;
  readonly unit?: string;
}

/** Dates as FHIR writes them, both included. */
export interface During {
  readonly from?: string;
  readonly to?: string;
}

/** `at`: where it stands in what was sent, for messages. */
export type Criterion = { readonly at: string } & (
  | { readonly kind: 'all'; readonly of: readonly Criterion[]; readonly together: boolean }
  | { readonly kind: 'any'; readonly of: readonly Criterion[] }
  | { readonly kind: 'not'; readonly of: Criterion }
  | { readonly kind: 'age'; readonly from?: number; readonly to?: number }
  | { readonly kind: 'sex'; readonly sexes: readonly Code[] }
  | RecordCriterion
  | { readonly kind: 'where'; readonly query: string }
  /** understood, but it cannot be asked here */
  | { readonly kind: 'unasked'; readonly reason: string }
);

export interface RecordCriterion {
  readonly kind: 'record';
  readonly of: RecordKind;
  /** any of them suffices */
  readonly codes: readonly Code[];
  /** also everything under the codes in the hierarchies of their systems */
  readonly below: boolean;
  /** all must hold of the same record's value */
  readonly values: readonly ValueBound[];
  /** any of these coded values suffices; none: whatever the value */
  readonly concepts: readonly Code[];
  readonly during?: During;
}
