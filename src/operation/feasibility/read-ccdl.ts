/** Reads a question in the Clinical Cohort Definition Language of the German Medical Informatics Initiative. https://github.com/medizininformatik-initiative/clinical-cohort-definition-language */
import { type Json, type JsonObject, objectOf, objectsOf, parseJson } from '../../fhir/json.ts';
import { ucumSystem } from '../../search/index.ts';
import type { Code, Criterion, During, RecordKind, ValueBound } from './criterion.ts';
import { only, refuse } from './read-characteristic.ts';

/** Criteria in all. */
const most = 200;

/** Inclusion in conjunctive, exclusion in disjunctive normal form, joined by AND NOT. Throws FhirError that names the place (`inclusionCriteria[0][1].context`). */
export function readCcdl(text: string): Criterion {
  const ccdl = objectOf(parseJson(text));
  if (ccdl === undefined) refuse('ccdl', 'must be a JSON object');
  only(ccdl, ['version', 'display', 'inclusionCriteria', 'exclusionCriteria'], 'ccdl');
  const included = formOf(ccdl['inclusionCriteria'], 'inclusionCriteria');
  if (included.length === 0) refuse('inclusionCriteria', 'must not be empty');
  const excluded = formOf(ccdl['exclusionCriteria'] ?? [], 'exclusionCriteria');
  if ([...included, ...excluded].flat().length > most) refuse('ccdl', `has more than ${most} criteria`);
  const all = included.map((of, index): Criterion => ({ kind: 'any', at: `inclusionCriteria[${index}]`, of }));
  const none = excluded.map((of, index): Criterion => {
    const at = `exclusionCriteria[${index}]`;
    return { kind: 'not', at, of: { kind: 'all', at, of, together: false } };
  });
  return { kind: 'all', at: 'ccdl', of: [...all, ...none], together: false };
}

function formOf(value: Json | undefined, at: string): Criterion[][] {
  if (!Array.isArray(value)) refuse(at, 'must be a list of lists of criteria');
  return value.map((inner, outer) => {
    if (!Array.isArray(inner) || inner.length === 0) refuse(`${at}[${outer}]`, 'must be a list of criteria');
    return inner.map((one, index) => criterionOf(objectOf(one), `${at}[${outer}][${index}]`));
  });
}

/** The initiative's contexts that say in which kind of record a code stands. */
const contexts: Readonly<Record<string, RecordKind>> = {
  Diagnose: 'condition',
  Prozedur: 'procedure',
  Laboruntersuchung: 'observation',
  Medikamentenverabreichung: 'medication',
  Medikation: 'medication',
  Impfung: 'immunization',
};

/** What a context Patient asks, by SNOMED CT and LOINC. */
const ageCodes = ['http://snomed.info/sct|424144002', 'http://loinc.org|30525-0'];
const sexCodes = ['http://snomed.info/sct|263495000', 'http://loinc.org|LL2191-6'];
/** LOINC's answers. */
const sexOf: Readonly<Record<string, string>> = { F: 'female', M: 'male' };

function criterionOf(one: JsonObject | undefined, at: string): Criterion {
  if (one === undefined) refuse(at, 'must be an object');
  only(
    one,
    ['id', 'context', 'termCodes', 'valueFilter', 'attributeFilters', 'timeRestriction', 'isLocalFilter', 'display'],
    at,
  );
  const context = String(objectOf(one['context'])?.['code'] ?? refuse(`${at}.context`, 'is missing'));
  const codes = codesOf(one['termCodes'], `${at}.termCodes`);
  const filter = objectOf(one['valueFilter']);
  if (objectsOf(one['attributeFilters']).length > 0) return unasked(at, 'attributeFilters cannot be asked here');
  if (context === 'Patient') return ofPatient(codes, filter, one, at);
  const of = contexts[context];
  if (of === undefined) {
    return unasked(
      at,
      `records of the context "${context.slice(0, 100)}" cannot be asked here, only Patient, ${Object.keys(contexts).join(', ')}`,
    );
  }
  const during = duringOf(one, at);
  const value = filter === undefined ? { values: [], concepts: [] } : filterOf(filter, `${at}.valueFilter`);
  // A code of the initiative's trees stands for all that is below it.
  const below = codes.every(({ system }) => system !== undefined);
  return { kind: 'record', at, of, codes, below, ...value, ...(during === undefined ? {} : { during }) };
}

const unasked = (at: string, reason: string): Criterion => ({ kind: 'unasked', at, reason });

function codesOf(value: Json | undefined, at: string): Code[] {
  const codes = objectsOf(value);
  if (codes.length === 0) refuse(at, 'must not be empty');
  return codes.map(({ system, code }, index): Code => {
    if (typeof code !== 'string' || code === '') refuse(`${at}[${index}].code`, 'is missing');
    return typeof system === 'string' && system !== '' ? { system, code } : { code };
  });
}

function duringOf(one: JsonObject, at: string): During | undefined {
  const restriction = objectOf(one['timeRestriction']);
  if (restriction === undefined) return undefined;
  const [from, to] = [restriction['afterDate'], restriction['beforeDate']];
  if (from === undefined && to === undefined) refuse(`${at}.timeRestriction`, 'needs afterDate, beforeDate or both');
  return { ...(typeof from === 'string' ? { from } : {}), ...(typeof to === 'string' ? { to } : {}) };
}

const comparators = ['eq', 'ne', 'gt', 'lt', 'ge', 'le'] as const;

function filterOf(filter: JsonObject, at: string): { values: ValueBound[]; concepts: Code[] } {
  const unit = objectOf(filter['unit'])?.['code'];
  const bound = (comparator: ValueBound['comparator'], name: string): ValueBound => {
    const value = filter[name];
    if (typeof value !== 'number') refuse(`${at}.${name}`, 'must be a number');
    return { comparator, number: String(value), ...(typeof unit === 'string' ? { system: ucumSystem, unit } : {}) };
  };
  switch (filter['type']) {
    case 'concept':
      return { values: [], concepts: codesOf(filter['selectedConcepts'], `${at}.selectedConcepts`) };
    case 'quantity-range':
      return { values: [bound('ge', 'minValue'), bound('le', 'maxValue')], concepts: [] };
    case 'quantity-comparator': {
      const comparator = comparators.find((one) => one === filter['comparator']);
      if (comparator === undefined) refuse(`${at}.comparator`, `must be one of ${comparators.join(', ')}`);
      return { values: [bound(comparator, 'value')], concepts: [] };
    }
    default:
      return refuse(`${at}.type`, 'must be concept, quantity-comparator or quantity-range');
  }
}

/** Age in years and sex are values of codes of a patient. */
function ofPatient(codes: readonly Code[], filter: JsonObject | undefined, one: JsonObject, at: string): Criterion {
  if (one['timeRestriction'] !== undefined) refuse(`${at}.timeRestriction`, 'does not go with a patient');
  const [code, ...more] = codes;
  const asked = more.length > 0 ? '' : `${code?.system}|${code?.code}`;
  if (sexCodes.includes(asked) && filter?.['type'] === 'concept') {
    const { concepts } = filterOf(filter, `${at}.valueFilter`);
    return { kind: 'sex', at, sexes: concepts.map(({ code }) => ({ code: sexOf[code] ?? code })) };
  }
  if (!ageCodes.includes(asked) || filter === undefined || filter['type'] === 'concept') {
    return unasked(at, 'of a patient only age and sex can be asked here');
  }
  return ageOf(filterOf(filter, `${at}.valueFilter`).values, at);
}

function ageOf(values: readonly ValueBound[], at: string): Criterion {
  const ages = values.map((one) => ageBound(one, at));
  return ages.length === 1 ? ages[0]! : { kind: 'all', at, of: ages, together: false };
}

/** Ages are completed years. */
function ageBound({ comparator, number, unit }: ValueBound, at: string): Criterion {
  if (unit !== undefined && unit !== 'a') return unasked(at, `age in ${unit} cannot be asked here, only in years (a)`);
  const years = Number(number);
  const just: Criterion = { kind: 'age', at, from: Math.ceil(years), to: Math.floor(years) };
  switch (comparator) {
    case 'eq':
      return just;
    case 'ne':
      return { kind: 'not', at, of: just };
    case 'ge':
      return { kind: 'age', at, from: Math.ceil(years) };
    case 'gt':
      return { kind: 'age', at, from: Math.floor(years) + 1 };
    case 'le':
      return { kind: 'age', at, to: Math.floor(years) };
    case 'lt':
      return { kind: 'age', at, to: Math.ceil(years) - 1 };
  }
}
