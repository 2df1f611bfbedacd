/** Says a question as a sentence that a person can check. See docs/reference/question.md */
import { codedOf } from './criterion.ts';
import type {
  Comparator,
  DatasetCriteria,
  ObservationCriterion,
  PatientCriterion,
  Question,
  ServerCriteria,
} from './question.ts';
import { belowByDefault } from './question-criterion.ts';

/** One sentence in English; what was asked for, no more and no less. */
export function questionText(question: Question): string {
  const { patients, datasets = {}, servers = {} } = question;
  const asked = conjunction(patients.all, patients.together === 'overlapping');
  const on = patients.asOf === undefined ? '' : ` (ages on ${patients.asOf})`;
  const who = asked === '' ? 'Which data sets are there' : `How many patients ${asked}${on}`;
  const where = [...datasetParts(datasets), ...serverParts(servers)];
  const sentence = `${who}${where.length === 0 ? '' : `, in data sets ${listText(where, 'and')}`}?`;
  return question.about === undefined ? sentence : `${question.about} (${sentence})`;
}

/** Of several criteria that must hold; nested ones stand in parentheses. */
function conjunction(all: readonly PatientCriterion[], isTogether: boolean): string {
  const parts = all.map((one) => clause(one, all.length > 1));
  return `${parts.join(' and ')}${isTogether ? ', their records about the same moment' : ''}`;
}

function clause(criterion: PatientCriterion, isNested: boolean): string {
  const within = (text: string): string => (isNested ? `(${text})` : text);
  if ('all' in criterion) return within(conjunction(criterion.all, criterion.together === 'overlapping'));
  if ('any' in criterion) return within(criterion.any.map((one) => clause(one, true)).join(' or '));
  if ('not' in criterion) return negated(criterion.not);
  if ('age' in criterion) return `are ${ageText(criterion.age)}`;
  if ('sex' in criterion) return `are of sex ${criterion.sex}`;
  if ('where' in criterion) return `are found by the search ${criterion.where}`;
  return `have ${recordText(criterion)}`;
}

function negated(criterion: PatientCriterion): string {
  if ('age' in criterion) return `are not ${ageText(criterion.age)}`;
  if ('sex' in criterion) return `are not of sex ${criterion.sex}`;
  if ('where' in criterion) return `are not found by the search ${criterion.where}`;
  if ('all' in criterion || 'any' in criterion) return `not ${clause(criterion, true)}`;
  return `do not have ${recordText(criterion)}`;
}

function ageText({ from, to }: { from?: number; to?: number }): string {
  if (from === undefined) return `at most ${to} years old`;
  if (to === undefined) return `at least ${from} years old`;
  return from === to ? `${from} years old` : `${from} to ${to} years old`;
}

const compared: Readonly<Record<Comparator, string>> = {
  eq: 'of',
  ne: 'other than',
  gt: 'above',
  lt: 'below',
  ge: 'of at least',
  le: 'of at most',
};

const nouns = {
  medication: 'a medication',
  condition: 'a condition',
  procedure: 'a procedure',
  observation: 'an observation',
  immunization: 'an immunization',
} as const;

function recordText(criterion: PatientCriterion): string {
  const [kind, given] = codedOf(criterion);
  const codes = listText([given.code].flat(), 'or');
  const below = given.below ?? belowByDefault(kind);
  return `${nouns[kind]} ${codes}${below ? ' (or anything below it)' : ''}${valueText(given)}${daysText(given)}`;
}

function valueText({ value }: ObservationCriterion): string {
  const values = value === undefined ? [] : [value].flat();
  if (values.length === 0) return '';
  const texts = values.map((one) =>
    'code' in one
      ? `that is ${listText([one.code].flat(), 'or')}`
      : `${compared[one.comparator]} ${one.number}${one.unit === undefined ? '' : ` ${one.unit}`}`,
  );
  return ` with a value ${listText(texts, 'and')}`;
}

function daysText({ from, to }: ObservationCriterion): string {
  if (from !== undefined && to !== undefined) return ` between ${from} and ${to}`;
  if (from !== undefined) return ` on ${from} or later`;
  return to === undefined ? '' : ` on ${to} or before`;
}

const listText = (items: readonly string[], joint: 'and' | 'or'): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${joint} ${items.at(-1)}`;

function datasetParts(asked: DatasetCriteria): string[] {
  const parts: [string, string | undefined][] = [
    ['named', orText(asked.only)],
    ['about', asked.text === undefined ? undefined : `"${asked.text}"`],
    ['under the licence', orText(asked.licence)],
    ['for the use', orText(asked.dataUse)],
    ['that grant at least', asked.granularity],
    ['that ask for the visa', orText(asked.visa)],
    ['of the jurisdiction', orText(asked.country)],
    ['of patients numbering at least', asked.minimumPatients?.toString()],
  ];
  return told(parts);
}

function serverParts(asked: ServerCriteria): string[] {
  const parts: [string, string | undefined][] = [
    ['on servers in', orText(asked.country)],
    ['on servers with the language', orText(asked.language)],
    ['on servers in the role', orText(asked.role)],
    ['on servers of FHIR', orText(asked.fhirVersion)],
    ['on servers that hold', andText(asked.type)],
    ['on servers that search by', andText(asked.searchParameter)],
    ['on servers with the operation', andText(asked.operation)],
    ['on servers with the profile', andText(asked.profile)],
    ['on servers secured by', orText(asked.security)],
    ['on servers named', asked.name === undefined ? undefined : `"${asked.name}"`],
    ['on servers that answered within', asked.seenWithin],
  ];
  return told(parts);
}

const told = (parts: readonly (readonly [string, string | undefined])[]): string[] =>
  parts.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));

const orText = (items: readonly string[] | undefined): string | undefined =>
  items === undefined ? undefined : listText(items, 'or');
const andText = (items: readonly string[] | undefined): string | undefined =>
  items === undefined ? undefined : listText(items, 'and');
