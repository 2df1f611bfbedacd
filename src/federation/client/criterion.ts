/** Patient criteria in the form that the compiler works on, and their reading from short text. https://hl7.org/fhir/R4B/search.html#token */
import { FhirError } from '../../fhir/outcome.ts';
import type { CodedKind, Comparator, PatientCriterion, QuantityFilter, Question, Sex } from './question.ts';
import { sexes } from './question.ts';

/** A code, in a system where one was named. */
export interface Code {
  readonly system?: string;
  readonly code: string;
}

export type Criterion =
  | { readonly kind: 'age'; readonly from?: number; readonly to?: number }
  | { readonly kind: 'sex'; readonly sex: Sex }
  | CodedCriterion;

export interface CodedCriterion {
  readonly kind: 'coded';
  readonly of: CodedKind;
  /** any of them suffices */
  readonly codes: readonly Code[];
  readonly below: boolean;
  readonly value?: QuantityFilter;
}

/** Takes `system|code` apart; the last bar separates, since systems are URIs that may hold none. */
export function parseCode(text: string): Code {
  const bar = text.lastIndexOf('|');
  if (bar < 0) return { code: text };
  const system = text.slice(0, bar);
  return system === '' ? { code: text.slice(bar + 1) } : { system, code: text.slice(bar + 1) };
}

function coded(of: CodedKind, given: { code: string | readonly string[]; below?: boolean; value?: QuantityFilter }) {
  const codes = (typeof given.code === 'string' ? [given.code] : given.code).map(parseCode);
  // Medication codes name groups more often than products, and a plain code is its own group: hierarchy is the default there.
  const below = given.below ?? of === 'medication';
  return { kind: 'coded', of, codes, below, ...(given.value === undefined ? {} : { value: given.value }) } as const;
}

function criterionOf(given: PatientCriterion): Criterion {
  if ('age' in given) return { kind: 'age', ...given.age };
  if ('sex' in given) return { kind: 'sex', sex: given.sex };
  if ('medication' in given) return coded('medication', given.medication);
  if ('condition' in given) return coded('condition', given.condition);
  if ('procedure' in given) return coded('procedure', given.procedure);
  return coded('observation', given.observation);
}

/** The question's patient criteria, defaults filled in. */
export function criteriaOf(question: Question): readonly Criterion[] {
  return question.patients.all.map(criterionOf);
}

function refuse(message: string): never {
  throw new FhirError('value', message);
}

/** `65..`, `..17`, `18..64` or `40`. Throws `value` otherwise. */
export function ageFromText(text: string): PatientCriterion {
  const match = /^(\d{1,3})?(\.\.)?(\d{1,3})?$/.exec(text.trim());
  const [, first, dots, last] = match ?? [];
  if (!match || (first === undefined && last === undefined)) {
    return refuse(`age "${text}" is not understood; write 65.. or 18..64 or ..17 or 40`);
  }
  const from = first === undefined ? undefined : Number(first);
  const to = dots === undefined ? from : last === undefined ? undefined : Number(last);
  if (from !== undefined && to !== undefined && from > to) return refuse(`age "${text}" runs downwards`);
  return { age: { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) } };
}

/** One of FHIR's administrative genders. */
export function sexFromText(text: string): PatientCriterion {
  const sex = sexes.find((item) => item === text.trim().toLowerCase());
  return sex === undefined ? refuse(`sex "${text}" is not one of ${sexes.join(', ')}`) : { sex };
}

/** Codes between commas, any of which suffices; a star at the end asks for everything under the code too. */
function codesFromText(kind: CodedKind, text: string): { code: string | readonly string[]; below?: boolean } {
  const items = text.split(',').map((item) => item.trim());
  const starred = items.filter((item) => item.endsWith('*')).length;
  if (starred > 0 && starred < items.length) {
    return refuse(`${kind} "${text}" mixes codes with and without *; give all of them a * or none`);
  }
  const codes = items.map((item) => (starred > 0 ? item.slice(0, -1) : item));
  if (codes.some((code) => code === '' || code.endsWith('|'))) {
    return refuse(`${kind} "${text}" names no code; write system|code, for example http://www.whocc.no/atc|C07`);
  }
  return { code: codes.length === 1 ? codes[0]! : codes, ...(starred > 0 ? { below: true } : {}) };
}

const comparatorOf: Record<string, Comparator> = {
  '>=': 'ge',
  '<=': 'le',
  '!=': 'ne',
  '>': 'gt',
  '<': 'lt',
  '=': 'eq',
};

const comparison = /(>=|<=|!=|>|<|=)\s*([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*([^<>=]*)$/;

/** A criterion of the given kind from a flag's text; for observations `system|code>=6.5 %`. Throws `value`. */
export function codedFromText(kind: CodedKind, text: string): PatientCriterion {
  switch (kind) {
    case 'medication':
      return { medication: codesFromText(kind, text) };
    case 'condition':
      return { condition: codesFromText(kind, text) };
    case 'procedure':
      return { procedure: codesFromText(kind, text) };
    case 'observation': {
      const match = comparison.exec(text);
      if (!match) return { observation: codesFromText(kind, text) };
      const codes = codesFromText(kind, text.slice(0, match.index).trim());
      if (codes.below) return refuse(`observation "${text}" cannot have both * and a value; name the codes one by one`);
      const unit = match[3]!.trim();
      const value: QuantityFilter = {
        comparator: comparatorOf[match[1]!]!,
        number: match[2]!,
        ...(unit === '' ? {} : { unit }),
      };
      return { observation: { ...codes, value } };
    }
  }
}
