/** What a content summary must name so that the data set may hold an answer. See docs/adr/0020-the-walk.md */
import { canonical } from '../../../fhir/canonical.ts';
import { ageBands } from '../../../fhir/specification/code-system.ts';
import { carriersOf, type Parameter } from '../count/patient-search.ts';
import { type Code, type Criterion, criterionOfQuestion } from '../question/criterion.ts';
import type { Question } from '../question/question.ts';
import { escapeValue } from '../server/bundle.ts';

/** One of the values must be named. */
export interface Clause {
  readonly name: 'content-code' | 'content-code:below' | 'content-type';
  readonly values: readonly string[];
  /** resource types that carry it; none where it is about the patients themselves */
  readonly types: readonly string[];
}

/** Longer lists of alternatives would make addresses too long, so they do not prune. */
const mostValues = 100;
const yearMs = 365.25 * 24 * 3600 * 1000;

/** Each must hold of a summary not older than `staleMs`, or the data set has no patient who meets the question. */
export function clausesOf(question: Question, now: number, staleMs: number): Clause[] {
  const asOf = question.patients.asOf === undefined ? now : Date.parse(question.patients.asOf);
  // Since a summary was made its patients have become older, and its day may be before or after that of the question.
  const older = Math.ceil(Math.max(0, asOf - (now - staleMs)) / yearMs);
  const younger = Math.ceil(Math.max(0, now - asOf) / yearMs);
  return necessary(criterionOfQuestion(question), { older, younger }).filter(
    ({ values }) => values.length <= mostValues,
  );
}

interface Drift {
  older: number;
  younger: number;
}

function necessary(criterion: Criterion, drift: Drift): Clause[] {
  switch (criterion.kind) {
    case 'all':
      return criterion.of.flatMap((one) => necessary(one, drift));
    case 'any':
      return oneOf(criterion.of.map((one) => necessary(one, drift)));
    // Who lacks something, or is met by a search of any form, is not in the summary.
    case 'not':
      return [];
    case 'where':
      return criterion.type === 'Patient' ? [] : [{ name: 'content-type', values: [criterion.type], types: [] }];
    case 'age': {
      const from = Math.max(0, (criterion.from ?? 0) - drift.older);
      const to = (criterion.to ?? 200) + drift.younger;
      const bands = ageBands.filter((band) => band.from <= to && (band.to ?? Number.POSITIVE_INFINITY) >= from);
      const isAnyone = bands.length === ageBands.length;
      const values = bands.map(({ code }) => `${canonical.ageBand}|${code}`);
      return isAnyone ? [] : [{ name: 'content-code', values, types: [] }];
    }
    case 'sex':
      return [{ name: 'content-code', values: [`${genders}|${criterion.sex}`], types: [] }];
    case 'coded':
      return [
        {
          name: criterion.below ? 'content-code:below' : 'content-code',
          values: criterion.codes.map(tokenOf),
          types: carriersOf[criterion.of].map(({ type }) => type),
        },
      ];
  }
}

/** Where each alternative asks for a code, one of all those codes must be named. */
function oneOf(alternatives: readonly Clause[][]): Clause[] {
  const firsts = alternatives.map((clauses) => clauses.find(({ name }) => name !== 'content-type'));
  const known = firsts.filter((one) => one !== undefined);
  if (known.length === 0 || known.length < firsts.length) return [];
  // Below one more code than needed may be too many, never too few.
  const name = known.some((one) => one.name === 'content-code:below') ? 'content-code:below' : 'content-code';
  const all = (of: 'values' | 'types'): string[] => [...new Set(known.flatMap((one) => one[of]))];
  return [{ name, values: all('values'), types: all('types') }];
}

const genders = 'http://hl7.org/fhir/administrative-gender';
const tokenOf = ({ system, code }: Code): string =>
  system === undefined ? escapeValue(code) : `${escapeValue(system)}|${escapeValue(code)}`;

const parameterOf = ({ name, values }: Clause): Parameter => [name, values.join(',')];

/**
 * The searches that together find every summary of a data set that may hold an answer, one of them at least.
 * - Of several alternatives each may be too rare to be named while all together are not, so alternatives prune only
 *   where everything is named (threshold 1).
 * - A summary that names not all codes of a type cannot be held to codes of that type.
 */
export function summarySearches(clauses: readonly Clause[]): Parameter[][] {
  const groups = [...new Set(clauses.filter(({ types }) => types.length > 0).map(({ types }) => types.join(',')))];
  const subsets = groups.length > mostGroups ? [groups] : subsetsOf(groups);
  const withAll = groups.length > mostGroups ? [[], ...subsets] : subsets;
  return withAll.flatMap((partial) => {
    const left = clauses.filter(({ types }) => !partial.includes(types.join(',')));
    const isPartial = partial.map((types): Parameter => ['content-partial', types]);
    const sharp = left.filter(({ values }) => values.length === 1);
    const whole = [...left.map(parameterOf), ...isPartial];
    if (sharp.length === left.length) return [whole];
    const coarse = [...sharp.map(parameterOf), ...isPartial];
    return [
      [...whole, ['content-threshold', '1']],
      [...coarse, ['content-threshold', 'gt1']],
      [...coarse, ['content-threshold:missing', 'true']],
    ] satisfies Parameter[][];
  });
}

/** More kinds of codes in one question are not combined one by one. */
const mostGroups = 3;

function subsetsOf<T>(items: readonly T[]): T[][] {
  const sets: T[][] = [[]];
  for (const item of items) sets.push(...sets.map((set) => [...set, item]));
  return sets;
}

/**
 * How many patients at most meet the question in a data set whose summary does not name what is needed: fewer than
 * the threshold have it in each resource type that can carry it.
 */
export function mostUnnamed(clauses: readonly Clause[], threshold: number, held: readonly string[]): number {
  const types = clauses.map((clause) =>
    Math.max(1, clause.types.filter((type) => held.length === 0 || held.includes(type)).length),
  );
  return (threshold - 1) * Math.max(1, ...types);
}
