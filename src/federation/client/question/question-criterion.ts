/** Reads one criterion on patients, with all that is nested in it, into the form that each meaning has but one of. See docs/reference/question.md */
import type { Json, JsonObject } from '../../../fhir/json.ts';
import {
  type AgeRange,
  type CodeCriterion,
  type CodedKind,
  codedKinds,
  comparators,
  type ObservationCriterion,
  type PatientCriterion,
  questionLimits,
  sexes,
  togethers,
  type ValueFilter,
} from './question.ts';
import { dayAt, isObject, objectAt, oneOf, present, refuse, textAt, textsAt } from './question-part.ts';
import { readWhere } from './where.ts';

/** Counts what was read, so that a question stays of a size that servers take. */
export interface Tally {
  criteria: number;
  codes: number;
}

const kinds = ['age', 'sex', ...codedKinds, 'where', 'all', 'any', 'not'] as const;

/** Throws a FhirError `value` that names the place. */
export function criterionAt(value: Json, at: string, tally: Tally, depth = 1): PatientCriterion {
  if (depth > questionLimits.depth) refuse(at, `has more than ${questionLimits.depth} criteria inside each other`);
  if (++tally.criteria > questionLimits.criteria)
    refuse(at, `is one too many: a question has at most ${questionLimits.criteria} criteria`);
  const given = objectAt(value, at, [...kinds, 'together']);
  const keys = Object.keys(given).filter((key) => key !== 'together');
  const kind = kinds.find((one) => one === keys[0]);
  if (keys.length !== 1 || kind === undefined) refuse(at, 'must have exactly one member, such as age or medication');
  if (given['together'] !== undefined && kind !== 'all') refuse(`${at}.together`, 'goes with all only');
  const content = given[kind]!;
  const inside = `${at}.${kind}`;
  switch (kind) {
    case 'age':
      return { age: ageAt(content, inside) };
    case 'sex':
      return { sex: oneOf(content, inside, sexes)! };
    case 'observation':
      return { observation: observationAt(content, inside, tally) };
    case 'where':
      return { where: whereAt(content, inside) };
    case 'all':
      return allAt(given, at, tally, depth);
    case 'any': {
      const any = listAt(content, inside, tally, depth);
      return any.length === 1 ? any[0]! : { any };
    }
    case 'not': {
      const not = criterionAt(content, inside, tally, depth + 1);
      return 'not' in not ? not.not : { not };
    }
    default:
      return codedCriterion(kind, codeAt(content, inside, kind, tally));
  }
}

/** A criterion of the kind. */
export function codedCriterion(kind: CodedKind, code: ObservationCriterion): PatientCriterion {
  return { [kind]: code } as unknown as PatientCriterion; // one member, by its kind
}

function allAt(given: JsonObject, at: string, tally: Tally, depth: number): PatientCriterion {
  const all = listAt(given['all']!, `${at}.all`, tally, depth);
  const together = togetherAt(given['together'], at, all);
  if (together === 'overlapping') return { all, together };
  return all.length === 1 ? all[0]! : { all };
}

function listAt(value: Json, at: string, tally: Tally, depth: number): readonly PatientCriterion[] {
  if (!Array.isArray(value)) refuse(at, 'must be a list of criteria');
  if (value.length === 0) refuse(at, 'must not be an empty list');
  return value.map((item, index) => criterionAt(item, `${at}[${index}]`, tally, depth + 1));
}

/** Records that overlap are two at least, and alternatives among them are records, too. */
export function togetherAt(
  value: Json | undefined,
  at: string,
  all: readonly PatientCriterion[],
): 'any-time' | 'overlapping' | undefined {
  const together = oneOf(value, `${at}.together`, togethers);
  if (together !== 'overlapping') return together;
  const records = all.filter((one, index) => isAboutRecords(one, `${at}.all[${index}]`));
  if (records.length < 2) refuse(`${at}.together`, 'needs two criteria on records at least, whose times can overlap');
  return together;
}

/** Whether a criterion is about records, so that it has a time. Throws where it is so in part. */
function isAboutRecords(criterion: PatientCriterion, at: string): boolean {
  if ('any' in criterion) {
    const about = criterion.any.map((one) => isAboutRecords(one, at));
    if (about.every((one) => one)) return true;
    if (about.some((one) => one))
      refuse(at, 'has alternatives of which some are records, so it has no time to overlap');
    return false;
  }
  if ('where' in criterion) return readWhere(criterion.where).type !== 'Patient';
  return codedKinds.some((kind) => kind in criterion);
}

function whereAt(value: Json, at: string): string {
  const text = textAt(value, at)!;
  try {
    readWhere(text);
  } catch (error) {
    refuse(at, (error as Error).message);
  }
  return text;
}

function ageAt(value: Json, at: string): AgeRange {
  const range = objectAt(value, at, ['from', 'to']);
  const bound = (key: 'from' | 'to') => {
    const number = range[key];
    if (number === undefined) return undefined;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > 150) {
      refuse(`${at}.${key}`, 'must be a whole number of years from 0 to 150');
    }
    return number;
  };
  const from = bound('from');
  const to = bound('to');
  if (from === undefined && to === undefined) refuse(at, 'needs from, to or both');
  if (from !== undefined && to !== undefined && from > to) refuse(at, `runs from ${from} down to ${to}`);
  return present({ from, to }) as AgeRange;
}

/** Whether a code of the kind means what is below it, too, when nothing is said. */
export const belowByDefault = (kind: CodedKind): boolean => kind === 'medication';

function codeAt(value: Json, at: string, kind: CodedKind, tally: Tally, more: readonly string[] = []): CodeCriterion {
  const given: JsonObject =
    typeof value === 'string' || Array.isArray(value)
      ? { code: value }
      : objectAt(value, at, ['code', 'below', 'from', 'to', ...more]);
  const code = codesAt(given['code'], `${at}.code`, tally);
  const below = given['below'];
  if (below !== undefined && typeof below !== 'boolean') refuse(`${at}.below`, 'must be true or false');
  const from = dayAt(given['from'], `${at}.from`);
  const to = dayAt(given['to'], `${at}.to`);
  if (from !== undefined && to !== undefined && from > to) refuse(at, `runs from ${from} back to ${to}`);
  return present({
    code,
    below: below === belowByDefault(kind) ? undefined : below,
    from,
    to,
  }) as CodeCriterion;
}

function observationAt(value: Json, at: string, tally: Tally): ObservationCriterion {
  const criterion = codeAt(value, at, 'observation', tally, ['value']);
  const filter = isObject(value) ? value['value'] : undefined;
  if (filter === undefined) return criterion;
  if (!Array.isArray(filter)) return { ...criterion, value: filterAt(filter, `${at}.value`, tally) };
  if (filter.length === 0) refuse(`${at}.value`, 'must not be an empty list');
  const values = filter.map((one, index) => filterAt(one, `${at}.value[${index}]`, tally));
  // A value is one code, so it cannot be one of these and one of those.
  if (values.filter((one) => 'code' in one).length > 1)
    refuse(`${at}.value`, 'names codes more than once; list them in one');
  return { ...criterion, value: values.length === 1 ? values[0]! : values };
}

function filterAt(value: Json, at: string, tally: Tally): ValueFilter {
  if (isObject(value) && value['code'] !== undefined) {
    return { code: codesAt(objectAt(value, at, ['code'])['code'], `${at}.code`, tally) };
  }
  const given = objectAt(value, at, ['comparator', 'number', 'unit', 'code']);
  const number = String(given['number'] ?? '');
  if (!/^[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(number)) refuse(`${at}.number`, 'must be a decimal number');
  const unit = textAt(given['unit'], `${at}.unit`);
  const comparator = oneOf(given['comparator'] ?? 'eq', `${at}.comparator`, comparators)!;
  return { comparator, number: number.replace(/^\+/, ''), ...(unit === undefined ? {} : { unit }) };
}

function codesAt(value: Json | undefined, at: string, tally: Tally): string | readonly string[] {
  const code = textsAt(value, at);
  if (code === undefined) refuse(at, 'is missing');
  tally.codes += code.length;
  if (tally.codes > questionLimits.codes) {
    refuse(at, `is too much: a question names ${questionLimits.codes} codes at most`);
  }
  for (const item of code) if (item.endsWith('|')) refuse(at, `"${item}" names no code; write system|code`);
  return code.length === 1 ? code[0]! : code;
}
