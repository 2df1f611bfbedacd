/** Reads a question in the Clinical Cohort Definition Language. See docs/reference/question.md */
import { type Json, type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { FhirError } from '../../../fhir/outcome.ts';
import { ageCodes, ccdlContexts, sexCodes } from './ccdl.ts';
import { type Question, sexes } from './question.ts';
import { readQuestion } from './question-read.ts';

/** Inclusion in conjunctive, exclusion in disjunctive normal form, joined by AND NOT. Throws FhirError that names the place. */
export function questionOfCcdl(ccdl: JsonObject): Question {
  only(ccdl, ['version', 'display', 'inclusionCriteria', 'exclusionCriteria'], 'ccdl');
  const included = formOf(ccdl['inclusionCriteria'] ?? null, 'inclusionCriteria');
  if (included.length === 0) refuse('inclusionCriteria', 'must not be empty');
  const excluded = formOf(ccdl['exclusionCriteria'] ?? [], 'exclusionCriteria');
  const { display } = ccdl;
  return readQuestion({
    ...(typeof display === 'string' && display.trim() !== '' ? { about: display } : {}),
    patients: { all: [...included.map((any) => ({ any })), ...excluded.map((all) => ({ not: { all } }))] },
  });
}

function refuse(at: string, message: string): never {
  throw new FhirError('value', `${at} ${message}`, { expression: at });
}

/** What is understood but cannot be said in a question. */
function cannot(at: string, what: string): never {
  throw new FhirError('not-supported', `${at}: ${what} cannot be asked in a question`, { expression: at });
}

function only(holder: JsonObject, known: readonly string[], at: string): void {
  const other = Object.keys(holder).find((name) => !known.includes(name));
  if (other !== undefined) refuse(`${at}.${other}`, 'is not understood');
}

function formOf(value: Json, at: string): JsonObject[][] {
  if (!Array.isArray(value)) refuse(at, 'must be a list of lists of criteria');
  return value.map((inner, outer) => {
    if (!Array.isArray(inner) || inner.length === 0) refuse(`${at}[${outer}]`, 'must be a list of criteria');
    return inner.map((one, index) => {
      const place = `${at}[${outer}][${index}]`;
      return criterionOf(objectOf(one) ?? refuse(place, 'must be an object'), place);
    });
  });
}

const members = [
  'id',
  'context',
  'termCodes',
  'valueFilter',
  'attributeFilters',
  'timeRestriction',
  'isLocalFilter',
  'display',
];

function criterionOf(one: JsonObject, at: string): JsonObject {
  only(one, members, at);
  const context = String(objectOf(one['context'])?.['code'] ?? refuse(`${at}.context`, 'is missing'));
  const codes = codesOf(one['termCodes'], `${at}.termCodes`);
  const filter = objectOf(one['valueFilter']);
  if (objectsOf(one['attributeFilters']).length > 0)
    cannot(`${at}.attributeFilters`, 'what is said of further attributes');
  if (context === 'Patient') return ofPatient(codes, filter, one, at);
  const kind = ccdlContexts[context];
  if (kind === undefined) cannot(`${at}.context`, `a record of the context "${context.slice(0, 100)}"`);
  if (filter !== undefined && kind !== 'observation') cannot(`${at}.valueFilter`, `a value of a ${kind}`);
  const { afterDate, beforeDate } = objectOf(one['timeRestriction']) ?? {};
  return {
    [kind]: {
      code: codes,
      // A code of the initiative's trees stands for all that is below it.
      below: codes.every((code) => code.includes('|')),
      ...(filter === undefined ? {} : { value: valuesOf(filter, `${at}.valueFilter`) }),
      ...(afterDate === undefined ? {} : { from: afterDate }),
      ...(beforeDate === undefined ? {} : { to: beforeDate }),
    },
  };
}

function codesOf(value: Json | undefined, at: string): string[] {
  const codes = objectsOf(value);
  if (codes.length === 0) refuse(at, 'must not be empty');
  return codes.map(({ system, code }, index) => {
    if (typeof code !== 'string' || code === '') refuse(`${at}[${index}].code`, 'is missing');
    return typeof system === 'string' && system !== '' ? `${system}|${code}` : code;
  });
}

function valuesOf(filter: JsonObject, at: string): JsonObject[] {
  const unit = objectOf(filter['unit'])?.['code'];
  const bound = (comparator: Json, name: string): JsonObject => {
    const value = filter[name];
    if (typeof value !== 'number') refuse(`${at}.${name}`, 'must be a number');
    return { comparator, number: String(value), ...(unit === undefined ? {} : { unit }) };
  };
  switch (filter['type']) {
    case 'quantity-comparator':
      return [bound(filter['comparator'] ?? null, 'value')];
    case 'quantity-range':
      return [bound('ge', 'minValue'), bound('le', 'maxValue')];
    case 'concept':
      return [{ code: codesOf(filter['selectedConcepts'], `${at}.selectedConcepts`) }];
    default:
      return refuse(`${at}.type`, 'must be concept, quantity-comparator or quantity-range');
  }
}

/** Age in years and sex are values of codes of a patient. */
function ofPatient(codes: readonly string[], filter: JsonObject | undefined, one: JsonObject, at: string): JsonObject {
  if (one['timeRestriction'] !== undefined) refuse(`${at}.timeRestriction`, 'does not go with a patient');
  const code = codes.length === 1 ? codes[0]! : '';
  if (sexCodes.includes(code) && filter?.['type'] === 'concept') return sexOf(filter, `${at}.valueFilter`);
  if (!ageCodes.includes(code) || filter === undefined || filter['type'] === 'concept') {
    cannot(at, 'anything of a patient but age and sex');
  }
  const all = valuesOf(filter, `${at}.valueFilter`).map((value) => ageOf(value, at));
  return { all };
}

/** LOINC's answers, beside FHIR's codes. */
const answers: Readonly<Record<string, string>> = { F: 'female', M: 'male' };

function sexOf(filter: JsonObject, at: string): JsonObject {
  const codes = codesOf(filter['selectedConcepts'], `${at}.selectedConcepts`).map((text) => text.split('|').at(-1)!);
  const any = codes.map((code) => {
    const sex = sexes.find((one) => one === (answers[code] ?? code));
    return { sex: sex ?? cannot(at, `the sex "${code}"`) };
  });
  return { any };
}

/** Ages are completed years. */
function ageOf({ comparator, number, unit }: JsonObject, at: string): JsonObject {
  if (unit !== undefined && unit !== 'a') cannot(at, `age in ${String(unit)}, other than years (a),`);
  const years = Number(number);
  switch (comparator) {
    case 'eq':
      return { age: { from: years, to: years } };
    case 'ne':
      return { not: { age: { from: years, to: years } } };
    case 'ge':
      return { age: { from: Math.ceil(years) } };
    case 'gt':
      return { age: { from: Math.floor(years) + 1 } };
    case 'le':
      return { age: { to: Math.floor(years) } };
    case 'lt':
      return { age: { to: Math.ceil(years) - 1 } };
    default:
      return refuse(at, 'has a comparator that is none of eq, ne, gt, lt, ge, le');
  }
}
