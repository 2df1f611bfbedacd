/** Writes a question in the Clinical Cohort Definition Language, where that can say it. See docs/reference/question.md */
import { codingOf } from '../../../fhir/coding.ts';
import type { JsonObject } from '../../../fhir/json.ts';
import { FhirError } from '../../../fhir/outcome.ts';
import { ageTerm, ccdlContextSystem, ccdlContexts, mostCcdlCriteria, sexTerm } from './ccdl.ts';
import { codedOf } from './criterion.ts';
import type { CodedKind, ObservationCriterion, PatientCriterion, Question, ValueFilter } from './question.ts';
import { belowByDefault } from './question-criterion.ts';

/** The language joins alternatives by and, and takes away those who meet all of an exclusion. Throws FhirError `not-supported` that says what it has no words for. */
export function ccdlOf(question: Question): JsonObject {
  const { patients, datasets = {}, servers = {} } = question;
  if (patients.together === 'overlapping') refuse('records that overlap');
  if (patients.asOf !== undefined) refuse('a day at which ages are reckoned');
  if (Object.keys({ ...datasets, ...servers }).length > 0) refuse('what is asked of data sets or servers');
  const included: JsonObject[][] = [];
  const excluded: JsonObject[][] = [];
  for (const one of conjuncts(patients.all)) {
    if ('not' in one) excluded.push(...alternatives(one.not).map((all) => all.map(criterionOf)));
    else included.push(...clauses(one).map((any) => any.map(criterionOf)));
  }
  if (included.length === 0) refuse('a question that only leaves out: ask for something that patients have');
  if ([...included, ...excluded].flat().length > mostCcdlCriteria) refuse(`more than ${mostCcdlCriteria} criteria`);
  return {
    version: '2',
    display: question.about ?? '',
    inclusionCriteria: included,
    ...(excluded.length === 0 ? {} : { exclusionCriteria: excluded }),
  };
}

function refuse(what: string): never {
  throw new FhirError('not-supported', `CCDL has no words for ${what}`);
}

const conjuncts = (all: readonly PatientCriterion[]): PatientCriterion[] =>
  all.flatMap((one) => ('all' in one && one.together !== 'overlapping' ? conjuncts(one.all) : [one]));

type Form = PatientCriterion[][];

/** Every one of which must hold, each by one of its members. */
const clauses = (criterion: PatientCriterion): Form => formOf(criterion, 'all');
/** One of which must hold, each with all of its members. */
const alternatives = (criterion: PatientCriterion): Form => formOf(criterion, 'any');

/** Nested lists as two levels: the lists of `outer` side by side, the others multiplied out. */
function formOf(criterion: PatientCriterion, outer: 'all' | 'any'): Form {
  if ('not' in criterion) refuse('"not" inside of alternatives or of another "not"');
  if ('all' in criterion && criterion.together === 'overlapping') refuse('records that overlap');
  if (!('all' in criterion || 'any' in criterion)) return [[criterion]];
  const of = ('all' in criterion ? criterion.all : criterion.any).map((one) => formOf(one, outer));
  if (outer in criterion) return of.flat();
  let form: Form = [[]];
  for (const next of of) {
    form = form.flatMap((first) => next.map((second) => [...first, ...second]));
    if (form.length > mostCcdlCriteria) refuse(`more than ${mostCcdlCriteria} criteria`);
  }
  return form;
}

function criterionOf(criterion: PatientCriterion): JsonObject {
  if ('where' in criterion) return refuse('a FHIR search');
  if ('sex' in criterion) {
    const coding = {
      ...codingOf(`http://hl7.org/fhir/administrative-gender|${criterion.sex}`),
      display: criterion.sex,
    };
    return ofPatient({ ...sexTerm }, { type: 'concept', selectedConcepts: [coding] });
  }
  if ('age' in criterion) return ofPatient({ ...ageTerm }, ageFilter(criterion.age));
  const [kind, given] = codedOf(criterion);
  return recordOf(kind, given);
}

const contextOf = (code: string): JsonObject => ({ system: ccdlContextSystem, code, version: '1.0.0', display: code });

const ofPatient = (termCode: JsonObject, valueFilter: JsonObject): JsonObject => ({
  context: contextOf('Patient'),
  termCodes: [termCode],
  valueFilter,
});

function ageFilter({ from, to }: { from?: number; to?: number }): JsonObject {
  const unit = { code: 'a', display: 'a' };
  if (from !== undefined && to !== undefined) return { type: 'quantity-range', minValue: from, maxValue: to, unit };
  return from === undefined
    ? { type: 'quantity-comparator', comparator: 'le', value: to!, unit }
    : { type: 'quantity-comparator', comparator: 'ge', value: from, unit };
}

function recordOf(kind: CodedKind, given: ObservationCriterion): JsonObject {
  const { code, below = belowByDefault(kind), value, from, to } = given;
  const codes = [code].flat();
  const bare = codes.find((one) => codingOf(one)['system'] === undefined);
  if (bare !== undefined) refuse(`a code without its system (${bare})`);
  if (!below) refuse(`a code without those below it (${codes[0]}): say that they are meant, too, by * or below`);
  const context = Object.entries(ccdlContexts).find(([, one]) => one === kind)![0];
  const valueFilter = value === undefined ? undefined : filterOf([value].flat());
  return {
    context: contextOf(context),
    termCodes: codes.map((one) => ({ ...codingOf(one), display: String(codingOf(one)['code']) })),
    ...(valueFilter === undefined ? {} : { valueFilter }),
    ...(from === undefined && to === undefined
      ? {}
      : {
          timeRestriction: {
            ...(from === undefined ? {} : { afterDate: from }),
            ...(to === undefined ? {} : { beforeDate: to }),
          },
        }),
  };
}

function filterOf(all: readonly ValueFilter[]): JsonObject {
  const values = all.filter((one) => 'number' in one);
  const codes = all.flatMap((one) => ('code' in one ? [one.code].flat() : []));
  if (codes.length > 0) {
    if (values.length > 0) refuse('a value that is a code and a quantity');
    return {
      type: 'concept',
      selectedConcepts: codes.map((one) => ({ ...codingOf(one), display: String(codingOf(one)['code']) })),
    };
  }
  const [first, second, ...more] = values;
  const unit = first!.unit === undefined ? {} : { unit: { code: first!.unit, display: first!.unit } };
  if (second === undefined) {
    return { type: 'quantity-comparator', comparator: first!.comparator, value: Number(first!.number), ...unit };
  }
  const [low, high] = [...values].sort((one) => (one.comparator === 'ge' ? -1 : 1));
  if (more.length > 0 || low!.comparator !== 'ge' || high!.comparator !== 'le' || low!.unit !== high!.unit) {
    refuse('several values, other than from one to another (at least, at most, in the same unit)');
  }
  return { type: 'quantity-range', minValue: Number(low!.number), maxValue: Number(high!.number), ...unit };
}
