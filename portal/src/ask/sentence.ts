/** Says a question as one sentence in the reader's language, by the phrases of the page's texts. In English it is the client's own. See docs/reference/question.md */
import {
  belowByDefault,
  type CodedKind,
  codedKinds,
  type DatasetCriteria,
  type ObservationCriterion,
  type PatientCriterion,
  type Question,
  type ServerCriteria,
} from '../../../src/federation/client/index.ts';

export interface Speech {
  /** a phrase of the page's texts */
  say(key: string, values?: Readonly<Record<string, string | number>>): string;
  /** a code in words; its text where nothing is known of it */
  name(code: string): string;
  /** a data set by its title; as the question names it where nothing is known of it */
  dataSet(name: string): string;
  day(day: string): string;
  number(number: string): string;
}

export function sentenceOf(question: Question, speech: Speech): string {
  const { patients, datasets = {}, servers = {} } = question;
  const { say } = speech;
  const asked = conjunction(speech, patients.all, patients.together === 'overlapping');
  const on = patients.asOf === undefined ? '' : say('sentence.as-of', { day: speech.day(patients.asOf) });
  const who = asked === '' ? say('sentence.data-sets') : say('sentence.patients', { asked: `${asked}${on}` });
  const where = [...datasetParts(speech, datasets), ...serverParts(speech, servers)];
  const within = where.length === 0 ? '' : say('sentence.within', { where: listText(speech, where, 'and') });
  const sentence = `${who}${within}?`;
  return question.about === undefined ? sentence : `${question.about} (${sentence})`;
}

function conjunction(speech: Speech, all: readonly PatientCriterion[], isTogether: boolean): string {
  const parts = all.map((one) => clause(speech, one, all.length > 1));
  return `${parts.join(` ${speech.say('sentence.and')} `)}${isTogether ? speech.say('sentence.together') : ''}`;
}

function clause(speech: Speech, criterion: PatientCriterion, isNested: boolean): string {
  const { say } = speech;
  const within = (text: string): string => (isNested ? `(${text})` : text);
  if ('all' in criterion) {
    return within(conjunction(speech, criterion.all, criterion.together === 'overlapping'));
  }
  if ('any' in criterion) {
    return within(criterion.any.map((one) => clause(speech, one, true)).join(` ${say('sentence.or')} `));
  }
  if ('not' in criterion) return negated(speech, criterion.not);
  if ('age' in criterion) return say('sentence.are', { what: ageText(speech, criterion.age) });
  if ('sex' in criterion) return say('sentence.are', { what: say(`sentence.sex-${criterion.sex}`) });
  if ('where' in criterion) return say('sentence.found', { where: criterion.where });
  return say('sentence.have', { what: recordText(speech, criterion, 'some') });
}

function negated(speech: Speech, criterion: PatientCriterion): string {
  const { say } = speech;
  if ('age' in criterion) return say('sentence.are-not', { what: ageText(speech, criterion.age) });
  if ('sex' in criterion) return say('sentence.are-not', { what: say(`sentence.sex-${criterion.sex}`) });
  if ('where' in criterion) return say('sentence.not-found', { where: criterion.where });
  if ('all' in criterion || 'any' in criterion || 'not' in criterion) {
    return say('sentence.not', { what: clause(speech, criterion, true) });
  }
  return say('sentence.have-not', { what: recordText(speech, criterion, 'no') });
}

function ageText({ say }: Speech, { from, to }: { from?: number; to?: number }): string {
  if (from === undefined) return say('sentence.age-to', { to: to ?? '' });
  if (to === undefined) return say('sentence.age-from', { from });
  return from === to ? say('sentence.age', { from }) : say('sentence.age-between', { from, to });
}

type Coded = Extract<PatientCriterion, { readonly [kind in CodedKind]?: unknown }>;

function recordText(speech: Speech, criterion: Coded, article: 'some' | 'no'): string {
  const kind = codedKinds.find((one) => one in criterion)!; // what is left is one of them
  const given = (criterion as Record<string, ObservationCriterion>)[kind]!; // the member of its kind
  const codes = listText(speech, [given.code].flat().map(speech.name), 'or');
  const below = (given.below ?? belowByDefault(kind)) ? speech.say('sentence.below') : '';
  return `${speech.say(`sentence.${article}-${kind}`)} ${codes}${below}${valueText(speech, given)}${daysText(speech, given)}`;
}

function valueText(speech: Speech, { value }: ObservationCriterion): string {
  const values = value === undefined ? [] : [value].flat();
  if (values.length === 0) return '';
  const texts = values.map((one) => {
    if ('code' in one) {
      return speech.say('sentence.value-is', { codes: listText(speech, [one.code].flat().map(speech.name), 'or') });
    }
    const number = `${speech.number(one.number)}${one.unit === undefined ? '' : ` ${one.unit}`}`;
    return speech.say(`sentence.value-${one.comparator}`, { number });
  });
  return speech.say('sentence.value', { values: listText(speech, texts, 'and') });
}

function daysText({ say, day }: Speech, { from, to }: ObservationCriterion): string {
  if (from !== undefined && to !== undefined) return say('sentence.between', { from: day(from), to: day(to) });
  if (from !== undefined) return say('sentence.from', { from: day(from) });
  return to === undefined ? '' : say('sentence.to', { to: day(to) });
}

const listText = ({ say }: Speech, items: readonly string[], joint: 'and' | 'or'): string =>
  items.length < 2
    ? items.join('')
    : `${items.slice(0, -1).join(', ')} ${say(`sentence.${joint}`)} ${items.at(-1) ?? ''}`;

function datasetParts(speech: Speech, asked: DatasetCriteria): string[] {
  const only = asked.only?.map((name) => speech.dataSet(name));
  return told(speech, [
    ['only', orText(speech, only)],
    ['text', asked.text],
    ['licence', orText(speech, asked.licence)],
    ['data-use', orText(speech, asked.dataUse)],
    ['granularity', asked.granularity],
    ['visa', orText(speech, asked.visa)],
    ['jurisdiction', orText(speech, asked.country)],
    ['minimum-patients', asked.minimumPatients?.toString()],
  ]);
}

function serverParts(speech: Speech, asked: ServerCriteria): string[] {
  return told(speech, [
    ['server-country', orText(speech, asked.country)],
    ['server-language', orText(speech, asked.language)],
    ['server-role', orText(speech, asked.role)],
    ['server-fhir-version', orText(speech, asked.fhirVersion)],
    ['server-type', andText(speech, asked.type)],
    ['server-search-parameter', andText(speech, asked.searchParameter)],
    ['server-operation', andText(speech, asked.operation)],
    ['server-profile', andText(speech, asked.profile)],
    ['server-security', orText(speech, asked.security)],
    ['server-name', asked.name],
    ['server-seen', asked.seenWithin],
  ]);
}

const told = ({ say }: Speech, parts: readonly (readonly [string, string | undefined])[]): string[] =>
  parts.flatMap(([key, what]) => (what === undefined ? [] : [say(`sentence.in-${key}`, { what })]));

const orText = (speech: Speech, items: readonly string[] | undefined): string | undefined =>
  items === undefined ? undefined : listText(speech, items, 'or');
const andText = (speech: Speech, items: readonly string[] | undefined): string | undefined =>
  items === undefined ? undefined : listText(speech, items, 'and');
