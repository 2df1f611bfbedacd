/** Resources that the table of searches is asked of: valid in R4, R4B and R5. */
import type { FhirVersion } from '../../src/fhir/definitions/model.ts';

export const loinc = 'http://loinc.org';
export const ucum = 'http://unitsofmeasure.org';
const snomed = 'http://snomed.info/sct';

const coding = (system: string, code: string, display?: string) => ({
  system,
  code,
  ...(display === undefined ? {} : { display }),
});
const concept = (system: string, code: string, display?: string, text?: string) => ({
  coding: [coding(system, code, display)],
  ...(text === undefined ? {} : { text }),
});
const quantity = (value: number, code: string, unit = code) => ({ value, unit, system: ucum, code });
const to = (reference: string) => ({ reference });
const observation = (id: string, code: object, more: object) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code,
  ...more,
});

const people = [
  {
    resourceType: 'Patient',
    id: 'pa',
    language: 'de',
    meta: {
      tag: [coding('urn:tag', 'study-1'), coding('urn:tag', 'pilot')],
      security: [coding('urn:sec', 'R')],
      profile: ['http://example.org/p|2.1'],
      source: 'http://src.example/1',
    },
    text: {
      status: 'generated',
      div: '<div xmlns="http://www.w3.org/1999/xhtml">Chronic migraine and <b>asthma</b>, see caf&#233; notes</div>',
    },
    identifier: [
      {
        type: {
          coding: [coding('http://terminology.hl7.org/CodeSystem/v2-0203', 'MR')],
          text: 'Medical record number',
        },
        system: 'urn:mrn',
        value: 'M-1',
      },
      { value: 'NOSYS' },
      { system: 'urn:odd', value: '1,2|3$4\\5' },
    ],
    active: true,
    name: [{ family: 'Müller', given: ['Ana', 'Zoë'], text: 'Ana Zoë Müller' }],
    telecom: [
      { system: 'phone', value: '555-1' },
      { system: 'email', value: 'ana@example.org' },
    ],
    gender: 'female',
    birthDate: '1950-02-03',
    address: [{ line: ['Bahnhofstrasse 1'], city: 'Zürich', postalCode: '8001', country: 'CH' }],
    generalPractitioner: [to('Practitioner/pr1')],
    managingOrganization: to('Organization/o2'),
  },
  {
    resourceType: 'Patient',
    id: 'pb',
    name: [{ family: 'Muller-Smith', given: ['Bob'] }],
    gender: 'male',
    birthDate: '1950',
    deceasedBoolean: false,
    managingOrganization: { identifier: { system: 'urn:org', value: 'ORG-7' }, display: 'Seventh Hospital' },
  },
  {
    resourceType: 'Patient',
    id: 'pc',
    identifier: [
      { system: 'urn:mrn', value: 'M-2' },
      { system: 'urn:other', value: 'M-1' },
    ],
    active: false,
    name: [{ family: 'Abel' }, { family: 'Cain', use: 'old' }],
    birthDate: '1990-12-31',
    managingOrganization: to('Organization/o3'),
  },
  { resourceType: 'Patient', id: 'pd', gender: 'unknown', deceasedDateTime: '2020-01-01', birthDate: '1990-12' },
  { resourceType: 'Practitioner', id: 'pr1', name: [{ family: 'House', given: ['Gregory'] }] },
  { resourceType: 'Organization', id: 'o1', name: 'Ziekenhuis Noord', alias: ['ZN'] },
  { resourceType: 'Organization', id: 'o2', name: 'Umbrella', partOf: to('Organization/o1') },
  { resourceType: 'Organization', id: 'o3', name: 'Ward 3', partOf: to('Organization/o2') },
  { resourceType: 'Location', id: 'l1', name: 'Campus', position: { latitude: 52.52, longitude: 13.405 } },
  {
    resourceType: 'Location',
    id: 'l2',
    name: 'Building',
    position: { latitude: 52.4, longitude: 13.05 },
    partOf: to('Location/l1'),
  },
  { resourceType: 'Location', id: 'l3', name: 'Room', partOf: to('Location/l2') },
];

const observations = [
  observation('b1', concept(loinc, '2345-7', 'Glucose [Mass/volume]', 'Blood glucose'), {
    subject: to('Patient/pa'),
    effectiveDateTime: '2024-03-01T10:00:00Z',
    valueQuantity: quantity(5.4, 'mg'),
    category: [concept('http://terminology.hl7.org/CodeSystem/observation-category', 'laboratory')],
  }),
  observation('b2', concept(loinc, '2345-7'), {
    subject: to('Patient/pa'),
    effectiveDateTime: '2024-03-02',
    valueQuantity: quantity(0.0054, 'g'),
  }),
  observation('b3', concept(loinc, '4548-4', 'Hemoglobin A1c'), {
    subject: to('Patient/pb'),
    effectiveDateTime: '2023-12-31T23:59:59+01:00',
    valueQuantity: quantity(6.5, '%'),
  }),
  observation('b4', concept(loinc, '4548-4'), {
    status: 'preliminary',
    subject: to('Patient/pc'),
    effectiveDateTime: '2024',
    valueQuantity: quantity(7.15, '%'),
  }),
  observation('b5', concept(loinc, '55284-4'), {
    effectivePeriod: { start: '2024-05-01', end: '2024-05-31' },
    component: [
      { code: concept(loinc, '8480-6'), valueQuantity: quantity(120, 'mm[Hg]') },
      { code: concept(loinc, '8462-4'), valueQuantity: quantity(80, 'mm[Hg]') },
    ],
  }),
  observation('b6', concept(loinc, '8310-5'), {
    subject: to('Patient/pd'),
    effectiveTiming: { event: ['2024-06-01T08:00:00Z', '2024-06-02T08:00:00Z'] },
    valueQuantity: quantity(37, 'Cel'),
  }),
  observation(
    'b7',
    { text: 'Feeling' },
    {
      subject: to('Patient/pa'),
      effectivePeriod: { start: '2024-07-01' },
      valueString: 'Very High',
    },
  ),
  observation('b8', concept('urn:h', 'leaf'), {
    subject: { identifier: { system: 'urn:mrn', value: 'M-9' } },
    effectiveDateTime: '2024-08-15T12:30:45.123Z',
    valueCodeableConcept: concept(snomed, '10828004', 'Positive', 'Positive result'),
  }),
  observation('b9', concept('urn:h', 'other'), {
    subject: to('Patient/pb'),
    valueQuantity: { value: 98.6, unit: 'F', system: ucum, code: '[degF]' },
  }),
];

const definitions = [
  {
    resourceType: 'CodeSystem',
    id: 'cs1',
    url: 'urn:h',
    version: '1',
    status: 'active',
    content: 'complete',
    concept: [{ code: 'root', concept: [{ code: 'mid', concept: [{ code: 'leaf' }] }, { code: 'other' }] }],
  },
  {
    resourceType: 'ValueSet',
    id: 'vs1',
    url: 'http://example.org/vs/labs',
    version: '1.0',
    status: 'active',
    compose: { include: [{ system: loinc, concept: [{ code: '2345-7' }, { code: '4548-4' }] }] },
  },
  {
    resourceType: 'ValueSet',
    id: 'vs2',
    url: 'http://example.org/vs/labs/special',
    status: 'draft',
    compose: { include: [{ system: 'urn:h', filter: [{ property: 'concept', op: 'is-a', value: 'mid' }] }] },
  },
  {
    resourceType: 'ValueSet',
    id: 'vs3',
    url: 'http://example.org/other',
    status: 'active',
    compose: {
      include: [
        { valueSet: ['http://example.org/vs/labs'] },
        { system: 'urn:h', filter: [{ property: 'concept', op: 'is-a', value: 'root' }] },
      ],
      exclude: [
        { system: loinc, concept: [{ code: '4548-4' }] },
        { system: 'urn:h', concept: [{ code: 'other' }] },
      ],
    },
  },
  {
    resourceType: 'Questionnaire',
    id: 'q1',
    url: 'http://example.org/q',
    version: '1.2.3',
    title: 'Sleep',
    status: 'active',
  },
  {
    resourceType: 'QuestionnaireResponse',
    id: 'qr1',
    questionnaire: 'http://example.org/q|1.2.3',
    status: 'completed',
    subject: to('Patient/pa'),
  },
  { resourceType: 'QuestionnaireResponse', id: 'qr2', questionnaire: 'http://example.org/q|2.0', status: 'completed' },
  {
    resourceType: 'RiskAssessment',
    id: 'r1',
    status: 'final',
    subject: to('Patient/pa'),
    prediction: [{ probabilityDecimal: 0.25 }],
  },
  {
    resourceType: 'RiskAssessment',
    id: 'r2',
    status: 'final',
    subject: to('Patient/pb'),
    prediction: [{ probabilityDecimal: 0.9 }],
  },
  {
    resourceType: 'RiskAssessment',
    id: 'r3',
    status: 'final',
    subject: to('Patient/pc'),
    prediction: [{ probabilityDecimal: 100 }],
  },
  {
    resourceType: 'List',
    id: 'li1',
    status: 'current',
    mode: 'working',
    entry: [{ item: to('Patient/pa') }, { item: to('Observation/b1') }],
  },
];

/** Some types say more from R5 on. */
export function searchWorld(version: FhirVersion): { resourceType: string; id: string }[] {
  const group = {
    resourceType: 'Group',
    id: 'g1',
    type: 'person',
    ...(version === 'R5' ? { membership: 'enumerated' } : { actual: true }),
    member: [{ entity: to('Patient/pa') }, { entity: to('Patient/pb') }],
  };
  return [...people, ...observations, ...definitions, group];
}
