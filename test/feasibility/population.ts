/** Random patients with random records, and their writing as resources of each FHIR version. https://fast-check.dev/ */
import fc from 'fast-check';
import type { FhirVersion } from '../../src/fhir/definitions/model.ts';

/** `C1` lies below `C`. */
export const codes = ['A', 'B', 'C', 'C1'] as const;
export const system = 'urn:codes';

export interface Span {
  start?: string;
  end?: string;
}

export interface Record {
  type:
    | 'MedicationStatement'
    | 'MedicationRequest'
    | 'MedicationAdministration'
    | 'MedicationDispense'
    | 'Condition'
    | 'Procedure'
    | 'Observation'
    | 'Immunization';
  code: (typeof codes)[number];
  /** whether the medication is a resource of its own */
  isReferred: boolean;
  /** a day, or a period of which an end may be missing; neither: no time is stated */
  day?: string;
  span?: Span;
  /** what is believed only where nothing better is stated: when a request was written, a condition recorded, a dispense prepared */
  noted?: string;
  days?: number;
  value: number;
}

export interface Person {
  gender?: 'female' | 'male' | 'other';
  birthDate?: string;
  records: readonly Record[];
}

const first = Date.parse('2024-01-01');
/** Few days, so that times often meet, and just miss each other. */
export const day = fc
  .integer({ min: 0, max: 14 })
  .map((at) => new Date(first + at * 86_400_000).toISOString().slice(0, 10));
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

function tidy<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}

/** A period; now and then one that ends before it begins. */
const span: fc.Arbitrary<Span> = fc
  .record({ start: some(day), end: some(day), isInverted: fc.integer({ min: 0, max: 9 }).map((at) => at === 0) })
  .map(({ start, end, isInverted }) => {
    if (start === undefined || end === undefined) return tidy({ start, end }) as Span;
    const [low, high] = [start, end].sort() as [string, string];
    return isInverted ? { start: high, end: low } : { start: low, end: high };
  });

const record: fc.Arbitrary<Record> = fc
  .record({
    type: fc.constantFrom(
      'MedicationStatement',
      'MedicationStatement',
      'MedicationRequest',
      'MedicationRequest',
      'MedicationAdministration',
      'MedicationDispense',
      'Condition',
      'Condition',
      'Procedure',
      'Observation',
      'Immunization',
    ),
    code: fc.constantFrom(...codes),
    isReferred: fc.boolean(),
    when: fc.oneof(day, span, fc.constant(undefined)),
    noted: some(day),
    days: some(fc.integer({ min: 0, max: 6 })),
    value: fc.integer({ min: 1, max: 5 }),
  })
  .map(
    ({ when, ...rest }) => tidy({ ...rest, ...(typeof when === 'string' ? { day: when } : { span: when }) }) as Record,
  );

const person: fc.Arbitrary<Person> = fc
  .record({
    gender: some(fc.constantFrom('female', 'male', 'other')),
    birthDate: some(
      fc.constantFrom('2000-02-29', '2000-02-28', '2000-03-01', '1960-12-31', '1961-01-01', '1990-06-15'),
    ),
    records: fc.array(record, { maxLength: 6 }),
  })
  .map(tidy) as fc.Arbitrary<Person>;

export const population = fc.array(person, { minLength: 60, maxLength: 60 });

/** Everything as resources; each code has a Medication, too. */
export function resourcesOf(people: readonly Person[], version: FhirVersion): object[] {
  return [
    {
      resourceType: 'CodeSystem',
      id: 'codes',
      url: system,
      status: 'active',
      content: 'complete',
      concept: [{ code: 'A' }, { code: 'B' }, { code: 'C', concept: [{ code: 'C1' }] }],
    },
    ...codes.map((code) => ({ resourceType: 'Medication', id: `drug-${code}`, code: concept(code) })),
    ...people.flatMap(({ records, ...patient }, at) => [
      { resourceType: 'Patient', id: `p${at}`, ...patient },
      ...records.map((one, index) => resourceOf(one, `p${at}`, `r${at}-${index}`, version === 'R5')),
    ]),
  ];
}

const concept = (code: string) => ({ coding: [{ system, code }] });

function resourceOf(record: Record, patient: string, id: string, isR5: boolean): object {
  const { type, code, isReferred, day, span, noted, days, value } = record;
  const subject = { reference: `Patient/${patient}` };
  const reference = { reference: `Medication/drug-${code}` };
  const medication = isR5
    ? { medication: isReferred ? { reference } : { concept: concept(code) } }
    : isReferred
      ? { medicationReference: reference }
      : { medicationCodeableConcept: concept(code) };
  const when = (name: string): object =>
    tidy({
      [`${name}DateTime`]: day,
      [`${name}Period`]: span !== undefined && Object.keys(span).length > 0 ? span : undefined,
    });
  const own = { resourceType: type, id };
  switch (type) {
    case 'MedicationStatement':
      return { ...own, status: isR5 ? 'recorded' : 'active', subject, ...medication, ...when('effective') };
    case 'MedicationRequest':
      return {
        ...own,
        status: 'active',
        intent: 'order',
        subject,
        ...medication,
        ...tidy({ authoredOn: noted }),
        ...boundsOf(record),
      };
    case 'MedicationAdministration':
      return {
        ...own,
        status: 'completed',
        subject,
        ...medication,
        ...(isR5 ? { occurenceDateTime: day ?? '2024-01-05' } : { effectiveDateTime: day ?? '2024-01-05' }),
      };
    case 'MedicationDispense':
      return {
        ...own,
        status: 'completed',
        subject,
        ...medication,
        ...tidy({ whenHandedOver: day, whenPrepared: noted }),
        ...(days === undefined ? {} : { daysSupply: { value: days } }),
      };
    case 'Condition':
      return {
        ...own,
        ...(isR5
          ? {
              clinicalStatus: {
                coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
              },
            }
          : {}),
        subject,
        code: concept(code),
        ...tidy({ onsetDateTime: day ?? span?.start, abatementDateTime: span?.end, recordedDate: noted }),
      };
    case 'Procedure':
      return { ...own, status: 'completed', subject, code: concept(code), ...when(isR5 ? 'occurrence' : 'performed') };
    case 'Observation':
      return {
        ...own,
        status: 'final',
        subject,
        code: concept(code),
        ...when('effective'),
        valueQuantity: { value, system: 'http://unitsofmeasure.org', code: 'g', unit: 'g' },
      };
    case 'Immunization':
      return {
        ...own,
        status: 'completed',
        patient: subject,
        vaccineCode: concept(code),
        occurrenceDateTime: day ?? '2024-01-05',
      };
  }
}

/** A day stands for bounds of the dosage, a period for how long the request is valid. */
function boundsOf({ day, span, days }: Record): object {
  if (day !== undefined) {
    return {
      dosageInstruction: [{ timing: { repeat: { boundsPeriod: { start: day } } } }],
      dispenseRequest: { validityPeriod: { end: day } },
    };
  }
  if (span === undefined || Object.keys(span).length === 0 || days === 0) return {};
  return { dispenseRequest: { validityPeriod: span } };
}
