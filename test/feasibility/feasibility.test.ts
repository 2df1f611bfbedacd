/** `$feasibility` over HTTP in every FHIR version. See docs/reference/feasibility.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../server.ts';
import { type Asking, feasible } from './ask.ts';

const atc = 'http://www.whocc.no/atc';
const concept = (system: string, code: string) => ({ coding: [{ system, code }] });

describe.each(['R4', 'R4B', 'R5'] as const)('%s', (version) => {
  let server: TestServer;
  const isR5 = version === 'R5';
  const drug = (code: string) =>
    isR5 ? { medication: { concept: concept(atc, code) } } : { medicationCodeableConcept: concept(atc, code) };
  const drugAt = (reference: string) =>
    isR5 ? { medication: { reference: { reference } } } : { medicationReference: { reference } };
  const of = (id: string) => ({ subject: { reference: `Patient/${id}` } });
  const status = isR5 ? { status: 'recorded' } : { status: 'active' };
  const statement = (id: string, patient: string, code: string, effective: object) => ({
    resourceType: 'MedicationStatement',
    id,
    ...status,
    ...of(patient),
    ...drug(code),
    ...effective,
  });

  beforeAll(async () => {
    server = await startServer({ fhirVersion: version });
    const { body, text } = await server.load([
      { resourceType: 'Patient', id: 'old', gender: 'female', birthDate: '1950-03-01' },
      { resourceType: 'Patient', id: 'young', gender: 'male', birthDate: '1990-03-01' },
      { resourceType: 'Patient', id: 'bare' },
      { resourceType: 'Medication', id: 'verapamil', code: concept(atc, 'C08DA01') },
      {
        resourceType: 'CodeSystem',
        id: 'atc',
        url: atc,
        status: 'active',
        content: 'fragment',
        concept: [{ code: 'C07', concept: [{ code: 'C07AB02' }] }],
      },
      // Taken at the same time by the old, one after the other by the young.
      statement('a', 'old', 'C07AB02', { effectivePeriod: { start: '2025-01-01', end: '2025-06-30' } }),
      {
        resourceType: 'MedicationRequest',
        id: 'b',
        ...(isR5 ? { status: 'active' } : { status: 'active' }),
        intent: 'order',
        ...of('old'),
        ...drugAt('Medication/verapamil'),
        authoredOn: '2025-06-30',
      },
      statement('c', 'young', 'C07AB02', { effectivePeriod: { start: '2025-01-01', end: '2025-06-29' } }),
      {
        resourceType: 'MedicationRequest',
        id: 'd',
        status: 'active',
        intent: 'order',
        ...of('young'),
        ...drug('C08DA01'),
        authoredOn: '2025-01-01',
        dispenseRequest: { validityPeriod: { start: '2025-06-30' } },
      },
      {
        resourceType: 'Condition',
        id: 'e',
        clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
        ...of('young'),
        code: concept('urn:c', 'x'),
        onsetDateTime: '2020-01-01',
      },
      {
        resourceType: 'Observation',
        id: 'f',
        status: 'final',
        ...of('old'),
        code: concept('http://loinc.org', '4548-4'),
        effectiveDateTime: '2025-02-02',
        valueQuantity: { value: 7.5, system: 'http://unitsofmeasure.org', code: 'g/L', unit: 'g/L' },
      },
      {
        resourceType: 'Immunization',
        id: 'g',
        status: 'completed',
        patient: { reference: 'Patient/young' },
        vaccineCode: concept('urn:v', 'flu'),
        occurrenceDateTime: '2024-10-10',
      },
      {
        resourceType: 'Procedure',
        id: 'h',
        status: 'completed',
        ...of('bare'),
        code: concept('urn:p', 'p'),
        ...(isR5 ? { occurrenceDateTime: '2024-10-10' } : { performedDateTime: '2024-10-10' }),
      },
    ]);
    expect(body['parameter'][2], text).toEqual({ name: 'refused', valueInteger: 0 });
  });
  afterAll(() => server.close());

  const beta: Asking = { record: 'medication', codes: [`${atc}|C07`], below: true };
  const verapamil: Asking = { record: 'medication', codes: [`${atc}|C08DA01`] };
  const precisely = (amount: number, decimals: number) => ({
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/quantity-precision', valueInteger: decimals }],
    value: amount,
  });
  const hba1c = { record: 'observation', codes: ['http://loinc.org|4548-4'] } as const;
  const value = (comparator: string, amount: number, code: string): Asking => ({
    record: 'observation',
    codes: ['http://loinc.org|4548-4'],
    value: { valueQuantity: { value: amount, comparator, system: 'http://unitsofmeasure.org', code } },
  });
  test.each<[string, Asking, number]>([
    ['nothing is asked', { all: [] }, 3],
    ['age', { all: [{ age: { from: 65 } }] }, 1],
    ['age in between', { all: [{ age: { from: 20, to: 64 } }] }, 1],
    ['sex', { all: [{ sex: 'male' }] }, 1],
    ['a medication in statements, by hierarchy', { all: [beta] }, 2],
    ['a medication in requests, also where it is a resource of its own', { all: [verapamil] }, 2],
    ['two medications, whenever', { all: [beta, verapamil] }, 2],
    ['two medications at the same time', { all: [beta, verapamil], together: true }, 1],
    [
      'what is no record beside records at the same time',
      { all: [{ age: { to: 64 } }, beta, verapamil], together: true },
      0,
    ],
    ['not', { all: [{ not: beta }] }, 1],
    ['or', { any: [{ sex: 'female' }, { record: 'procedure', codes: ['urn:p|p'] }] }, 2],
    ['or inside and inside not', { all: [{ not: { any: [{ sex: 'female' }, { all: [{ sex: 'male' }, beta] }] } }] }, 1],
    ['not of not', { all: [{ not: { not: beta } }] }, 2],
    ['a condition goes on', { all: [{ record: 'condition', codes: ['urn:c|x'] }, verapamil], together: true }, 1],
    ['a value', { all: [value('>', 7, 'g/L')] }, 1],
    ['a value that is too small', { all: [value('>', 8, 'g/L')] }, 0],
    ['a value in another unit', { all: [value('>=', 750, 'mg/dL')] }, 1],
    [
      'a value in a range',
      { all: [{ ...hba1c, value: { valueRange: { low: { value: 7 }, high: { value: 8 } } } }] },
      1,
    ],
    ['a value beside a range', { all: [{ ...hba1c, value: { valueRange: { high: { value: 7 } } } }] }, 0],
    [
      'a value in a unit as written',
      { all: [{ ...hba1c, value: { valueQuantity: { value: 750, unit: 'mg/dL' } } }] },
      1,
    ],
    [
      'a value in a unit that nobody knows',
      { all: [{ ...hba1c, value: { valueQuantity: { value: 7.5, unit: 'x y' } } }] },
      0,
    ],
    ['a value as precise as it is', { all: [{ ...hba1c, value: { valueQuantity: precisely(7.5, 1) } }] }, 1],
    ['a value that rounds to it', { all: [{ ...hba1c, value: { valueQuantity: precisely(8, 0) } }] }, 1],
    ['a value that is more precise', { all: [{ ...hba1c, value: { valueQuantity: precisely(7.52, 2) } }] }, 0],
    ['another value', { all: [{ ...hba1c, otherValue: { valueQuantity: { value: 7, unit: 'g/L' } } }] }, 1],
    [
      'another value than it has',
      { all: [{ ...hba1c, otherValue: { valueQuantity: { value: 7.5, unit: 'g/L' } } }] },
      0,
    ],
    ['an immunization', { all: [{ record: 'immunization', codes: ['urn:v|flu'] }] }, 1],
    [
      'an immunization in a year',
      { all: [{ record: 'immunization', codes: ['urn:v|flu'], during: { start: '2024', end: '2024' } }] },
      1,
    ],
    [
      'an immunization in another year',
      { all: [{ record: 'immunization', codes: ['urn:v|flu'], during: { start: '2025' } }] },
      0,
    ],
    ['a search', { all: [{ where: 'Patient?birthdate=1950-03-01&gender=female' }] }, 1],
    ['a search for records', { all: [{ where: 'Condition?code=urn:c|x&onset-date=2020' }] }, 1],
    [
      'a search for records at the same time',
      { all: [{ where: 'Condition?code=x' }, { any: [beta, verapamil] }], together: true },
      1,
    ],
    ['a code in any system', { all: [{ record: 'condition', codes: ['x'] }] }, 1],
  ])('%s', async (_, asking, expected) => {
    expect(await feasible(server, asking, { isR5, more: [{ name: 'as-of', valueDate: '2026-01-01' }] })).toEqual({
      count: expected,
    });
  });
});
