/** Patient criteria in the form that the compiler works on, defaults filled in. https://hl7.org/fhir/R4B/search.html#token */
import type { CodedKind, ObservationCriterion, PatientCriterion, QuantityFilter, Question, Sex } from './question.ts';
import { belowByDefault } from './question-criterion.ts';
import { readWhere } from './where.ts';

/** A code, in a system where one was named. */
export interface Code {
  readonly system?: string;
  readonly code: string;
}

export type Criterion =
  | AllCriterion
  | { readonly kind: 'any'; readonly of: readonly Criterion[] }
  | { readonly kind: 'not'; readonly of: Criterion }
  | { readonly kind: 'age'; readonly from?: number; readonly to?: number }
  | { readonly kind: 'sex'; readonly sex: Sex }
  | RecordCriterion;

export interface AllCriterion {
  readonly kind: 'all';
  readonly of: readonly Criterion[];
  /** there is a moment that records of each of those about records are about */
  readonly together: boolean;
}

/** What is met by records that refer to a patient; `where` of type Patient by the patient itself. */
export type RecordCriterion = CodedCriterion | WhereCriterion;

/** Days, both included. */
export interface During {
  readonly from?: string;
  readonly to?: string;
}

export interface CodedCriterion {
  readonly kind: 'coded';
  readonly of: CodedKind;
  /** any of them suffices */
  readonly codes: readonly Code[];
  readonly below: boolean;
  /** all must hold of the same record */
  readonly values: readonly QuantityFilter[];
  /** the value is one of these; none: whatever it is */
  readonly valueCodes: readonly Code[];
  readonly during?: During;
}

export interface WhereCriterion {
  readonly kind: 'where';
  readonly type: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** Takes `system|code` apart; the last bar separates, since systems are URIs that may hold none. */
export function parseCode(text: string): Code {
  const bar = text.lastIndexOf('|');
  if (bar < 0) return { code: text };
  const system = text.slice(0, bar);
  return system === '' ? { code: text.slice(bar + 1) } : { system, code: text.slice(bar + 1) };
}

/** `system|code`, as the question has it. */
export const codeText = ({ system, code }: Code): string => (system === undefined ? code : `${system}|${code}`);

function coded(of: CodedKind, given: ObservationCriterion): CodedCriterion {
  const { code, below, value, from, to } = given;
  const filters = value === undefined ? [] : [value].flat();
  const during = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return {
    kind: 'coded',
    of,
    codes: (typeof code === 'string' ? [code] : code).map(parseCode),
    // Medication codes name groups more often than products, and a plain code is its own group: hierarchy is the default there.
    below: below ?? belowByDefault(of),
    values: filters.filter((one) => 'number' in one),
    valueCodes: filters.flatMap((one) => ('code' in one ? [one.code].flat().map(parseCode) : [])),
    ...(from === undefined && to === undefined ? {} : { during }),
  };
}

/** One criterion as the compiler works on it. */
function criterionOf(given: PatientCriterion): Criterion {
  if ('age' in given) return { kind: 'age', ...given.age };
  if ('sex' in given) return { kind: 'sex', sex: given.sex };
  if ('where' in given) return { kind: 'where', ...readWhere(given.where) };
  if ('all' in given) {
    return { kind: 'all', of: given.all.map(criterionOf), together: given.together === 'overlapping' };
  }
  if ('any' in given) return { kind: 'any', of: given.any.map(criterionOf) };
  if ('not' in given) return { kind: 'not', of: criterionOf(given.not) };
  return coded(...codedOf(given));
}

type CodedGiven = Extract<PatientCriterion, { readonly [kind in CodedKind]?: unknown }>;

/** The kind of a criterion that names codes, and what it says. */
export function codedOf(given: PatientCriterion): [CodedKind, ObservationCriterion] {
  // Exactly one member is set, and those of other kinds were dealt with before.
  return Object.entries(given as CodedGiven)[0] as [CodedKind, ObservationCriterion];
}

/** What must hold of a patient. */
export function criterionOfQuestion({ patients }: Question): AllCriterion {
  return { kind: 'all', of: patients.all.map(criterionOf), together: patients.together === 'overlapping' };
}

/** All criteria that are about records, wherever they stand. */
export function recordCriteria(criterion: Criterion): RecordCriterion[] {
  switch (criterion.kind) {
    case 'all':
    case 'any':
      return criterion.of.flatMap(recordCriteria);
    case 'not':
      return recordCriteria(criterion.of);
    case 'age':
    case 'sex':
      return [];
    case 'coded':
    case 'where':
      return [criterion];
  }
}

/** Whether records that meet it have a time that can overlap with others'. */
export function isAboutRecords(criterion: Criterion): boolean {
  if (criterion.kind === 'any') return criterion.of.every(isAboutRecords);
  return criterion.kind === 'coded' || (criterion.kind === 'where' && criterion.type !== 'Patient');
}
