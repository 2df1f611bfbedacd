/** Indexed values of every datatype are found by what the specification says they are found by. https://hl7.org/fhir/R4B/search.html#table */
import { beforeAll, describe, expect, test } from 'vitest';
import { loadDefinitions } from '../../fhir/definitions/load.ts';
import type { Definitions, FhirVersion } from '../../fhir/definitions/model.ts';
import type { Resource } from '../../fhir/json.ts';
import { createExtractor } from '../extract.ts';
import { holds, keepRows } from '../match.ts';
import { parseSearch } from '../parse.ts';

/** Different numbers for different texts. */
const numbers = new Map<string, string>();
const hash = (text: string): string => {
  if (!numbers.has(text)) numbers.set(text, String(numbers.size + 1));
  return numbers.get(text)!;
};
const definitions = new Map<FhirVersion, Definitions>();
beforeAll(async () => {
  for (const version of ['R4', 'R4B', 'R5'] as const) definitions.set(version, await loadDefinitions(version));
});
const contextOf = (version: FhirVersion) => ({
  definitions: definitions.get(version)!,
  hash,
  baseUrls: ['http://here/fhir'],
  now: () => Date.UTC(2024, 0, 1),
});

function rowsOf(resource: Resource, version: FhirVersion) {
  const { sink, rows } = keepRows(hash);
  createExtractor(contextOf(version))(resource, sink);
  return rows;
}

function finds(resource: object, query: string, version: FhirVersion = 'R4B'): boolean {
  const { resourceType } = resource as Resource;
  const context = { ...contextOf(version), handling: 'strict' as const, defaultCount: 10, maxCount: 10 };
  const search = parseSearch(resourceType, [...new URLSearchParams(query)], context);
  return search.where.every((one) => holds(one, rowsOf(resource as Resource, version)));
}

const cases: [name: string, resource: object, found: string[], notFound: string[]][] = [
  [
    'HumanName, Address and ContactPoint',
    {
      resourceType: 'Patient',
      name: [{ text: 'Dr. Ada Lovelace', prefix: ['Dr.'], family: 'Lovelace', given: ['Ada'] }],
      address: [{ line: ['1 Main St'], city: 'Zürich', postalCode: '8001', country: 'CH', use: 'home' }],
      telecom: [{ system: 'email', value: 'ada@example.org' }],
    },
    [
      'name=dr',
      'given=ada',
      'address=1 main',
      'address-city=zurich',
      'address-postalcode=80',
      'address-use=home',
      'email=ada@example.org',
      'telecom=ada@example.org',
      'name:contains=love',
    ],
    ['family=ada', 'address-city:exact=Zurich', 'phone=ada@example.org', 'name:exact=lovelace'],
  ],
  [
    'Period, open at one end',
    { resourceType: 'Encounter', status: 'finished', class: { code: 'AMB' }, period: { start: '2020-01-01' } },
    ['date=gt2030', 'date=ge2020-01-01', 'date=sa2019', 'class=AMB', 'class=|AMB'],
    ['date=lt2020', 'date=eb2021', 'date=2020', 'class=x|AMB'],
  ],
  [
    'Period, open at the beginning',
    { resourceType: 'Encounter', status: 'finished', class: { code: 'AMB' }, period: { end: '2020-01-01' } },
    ['date=lt1900', 'date=eb2021', 'date=ap2020-01-01'],
    ['date=gt2021', 'date=sa2019'],
  ],
  [
    'an empty Period',
    {
      resourceType: 'Encounter',
      status: 'finished',
      class: { code: 'AMB' },
      period: { extension: [{ url: 'x', valueString: 'y' }] },
    },
    ['date:missing=true'],
    ['date=lt2100'],
  ],
  [
    'Timing with events and bounds',
    {
      resourceType: 'ServiceRequest',
      status: 'active',
      intent: 'order',
      subject: { reference: 'Patient/1' },
      occurrenceTiming: {
        event: ['2020-05-01', '2020-06-01T10:00:00Z'],
        repeat: { boundsPeriod: { start: '2021-01-01', end: '2021-02-01' } },
      },
    },
    ['occurrence=2020-05-01', 'occurrence=2020-06-01', 'occurrence=ge2021-01-15'],
    ['occurrence=2019', 'occurrence=gt2022'],
  ],
  [
    'Money',
    { resourceType: 'Invoice', status: 'issued', totalNet: { value: 12.5, currency: 'EUR' } },
    ['totalnet=12.5', 'totalnet=12.5|urn:iso:std:iso:4217|EUR', 'totalnet=12.5||EUR'],
    ['totalnet=12.5||USD', 'totalnet=14'],
  ],
  [
    'SampledData by its origin, and a quantity with a comparator',
    {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      valueSampledData: { origin: { value: 5, unit: 'mV' }, period: 10, dimensions: 1, data: '1 2' },
      component: [
        {
          code: { text: 'y' },
          valueQuantity: { value: 3, comparator: '<', unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
        },
      ],
    },
    ['value-quantity=5||mV', 'component-value-quantity=lt2', 'component-value-quantity=le3||mg'],
    ['value-quantity=5||mg', 'component-value-quantity=gt3'],
  ],
  [
    'Range',
    {
      resourceType: 'Condition',
      subject: { reference: 'Patient/1' },
      onsetRange: { low: { value: 10, unit: 'a' }, high: { value: 20, unit: 'a' } },
      abatementAge: { value: 30, code: 'a', system: 'http://unitsofmeasure.org' },
    },
    ['onset-age=gt15', 'onset-age=lt15', 'abatement-age=30'],
    ['onset-age=gt20', 'onset-age=eb9', 'abatement-age=31'],
  ],
  [
    'numbers and ranges of numbers',
    {
      resourceType: 'RiskAssessment',
      status: 'final',
      subject: { reference: 'Patient/1' },
      prediction: [{ probabilityRange: { low: { value: 0.2 }, high: { value: 0.4 } } }],
    },
    [
      'probability=gt0.3',
      'probability=lt0.3',
      'probability=ge0.4',
      'probability=le0.2',
      'probability=ap0.3',
      'probability=ne0.3',
      'probability=sa0.1',
      'probability=eb0.5',
    ],
    ['probability=gt0.4', 'probability=lt0.2', 'probability=eb0.4', 'probability=sa0.2', 'probability=0.3'],
  ],
  [
    'a range open at one end',
    {
      resourceType: 'RiskAssessment',
      status: 'final',
      subject: { reference: 'Patient/1' },
      prediction: [{ probabilityRange: { high: { value: 0.4 } } }, { probabilityRange: { low: { value: 0.9 } } }],
    },
    ['probability=lt0.1', 'probability=gt0.95', 'probability=eb0.5'],
    ['probability=0.6'],
  ],
  [
    'an age range open at one end',
    { resourceType: 'Condition', subject: { reference: 'Patient/1' }, onsetRange: { high: { value: 20, unit: 'a' } } },
    ['onset-age=lt5', 'onset-age=lt5||a'],
    ['onset-age=gt20'],
  ],
  [
    'references of all forms',
    {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      subject: { reference: 'http://here/fhir/Patient/1' },
      performer: [
        { reference: 'Practitioner/2/_history/3' },
        { reference: '#contained' },
        { identifier: { value: 'only' } },
        { reference: 'http://there/fhir/Practitioner/9' },
      ],
      basedOn: [{ reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' }],
    },
    [
      'subject=Patient/1',
      'subject=http://here/fhir/Patient/1',
      'subject=1',
      'performer=Practitioner/2',
      'performer=http://there/fhir/Practitioner/9',
      'based-on=urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0',
      'subject:Patient=1',
      'performer:not=Practitioner/7',
    ],
    ['subject=Group/1', 'performer=Practitioner/9', 'subject:Group=1', 'subject:not=1'],
  ],
  [
    'canonicals with and without version',
    { resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: 'http://q.example/one|2' },
    ['questionnaire=http://q.example/one', 'questionnaire=http://q.example/one|2'],
    ['questionnaire=http://q.example/one|3'],
  ],
  [
    'tokens of all datatypes',
    {
      resourceType: 'Patient',
      active: false,
      gender: 'male',
      identifier: [{ system: 'urn:a', value: '1' }, { value: '2' }],
      communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'de' }, { code: 'x' }] } }],
      deceasedBoolean: true,
    },
    [
      'active=false',
      'gender=http://hl7.org/fhir/administrative-gender|male',
      'identifier=urn:a|1',
      'identifier=|2',
      'identifier=urn:a|',
      'language=de',
      'language=|x',
      'deceased=true',
      'gender:not=female',
      'identifier=9,2',
    ],
    [
      'active=true',
      'identifier=|1',
      'identifier=urn:b|',
      'language=urn:ietf:bcp:47|x',
      'deceased=false',
      'gender:not=male',
    ],
  ],
  [
    'composites of several kinds',
    {
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ system: 'urn:l', code: 'c' }] },
      valueCodeableConcept: { coding: [{ system: 'urn:v', code: 'v' }] },
      effectiveDateTime: '2020-05-05',
      component: [{ code: { coding: [{ code: 'k' }] }, valueQuantity: { value: 7 } }],
    },
    [
      'code-value-concept=urn:l|c$urn:v|v',
      'code-value-concept=c$v',
      'code-value-date:missing=true',
      'component-code-value-quantity=k$gt6',
      'combo-code-value-quantity=k$7',
    ].filter((one) => !one.includes('missing')),
    [
      'code-value-concept=urn:l|c$w',
      'component-code-value-quantity=k$gt8',
      'component-code-value-quantity=j$7',
      'code-value-concept=urn:x|c$v',
    ],
  ],
];

describe.each(cases)('%s', (_, resource, found, notFound) => {
  test.each(found)('is found by %s', (query) => expect(finds(resource, query)).toBe(true));
  test.each(notFound)('is not found by %s', (query) => expect(finds(resource, query)).toBe(false));
});

test('R5: CodeableReference is found by its concept and by its reference', () => {
  const by = (medication: object) => ({
    resourceType: 'MedicationStatement',
    status: 'recorded',
    subject: { reference: 'Patient/1' },
    medication,
  });
  expect(finds(by({ concept: { coding: [{ system: 'urn:atc', code: 'C07' }] } }), 'code=urn:atc|C07', 'R5')).toBe(true);
  expect(finds(by({ reference: { reference: 'Medication/2' } }), 'medication=Medication/2', 'R5')).toBe(true);
  expect(finds(by({ reference: { reference: 'Medication/2' } }), 'code=C07', 'R5')).toBe(false);
});
