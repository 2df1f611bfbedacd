/** Writes the facts of one patient as FHIR resources. https://hl7.org/fhir/R4B/patient.html */
import type { FhirVersion } from '../fhir/definitions/model.ts';
import type { JsonObject, Resource } from '../fhir/json.ts';
import { atcName, atcSystem } from './atc.ts';
import { type Diagnosis, diagnoses, icdSystem, snomedName, snomedSystem } from './condition.ts';
import { labTests, loincSystem, type PatientFacts } from './facts.ts';
import { type Shapes, shapes } from './shapes.ts';

/** How one repository writes its records. */
export interface RecordStyle {
  /** begins the ids of this repository */
  prefix: string;
  fhirVersion: FhirVersion;
  medications: 'MedicationRequest' | 'MedicationStatement';
  codes: 'icd-10' | 'snomed' | 'both';
}

const isoOf = (from: string, hours: number): string =>
  new Date(Date.parse(from) + hours * 3_600_000).toISOString().replace('.000Z', 'Z');
const oneCoding = (system: string, code: string): JsonObject => ({ coding: [{ system, code }] });

export function patientId({ prefix }: RecordStyle, index: number): string {
  return `${prefix}-${index + 1}`;
}

/** The patient first, then all that refers to the patient. `tag` marks the data set that they belong to. */
export function recordsOf(facts: PatientFacts, style: RecordStyle, tag: JsonObject | undefined): Resource[] {
  const id = patientId(style, facts.index);
  const meta: JsonObject = tag === undefined ? {} : { meta: { tag: [tag] } };
  const to: Target = {
    id,
    meta,
    subject: { subject: { reference: `Patient/${id}` } },
    shapes: shapes[style.fhirVersion],
  };
  return [
    {
      resourceType: 'Patient',
      id,
      ...meta,
      identifier: [{ system: `https://fairway.health/demo/${style.prefix}/patient`, value: String(facts.index + 1) }],
      active: true,
      name: [{ use: 'official', family: facts.family, given: [facts.given] }],
      gender: facts.sex,
      birthDate: facts.birthDate,
    },
    ...consents(facts, to),
    ...conditions(facts, style, to),
    ...medications(facts, style, to),
    ...encounters(facts, to),
    ...observations(facts, to),
  ];
}

/** Written before what it forbids, so that nothing has to be classed twice. */
function consents({ refused }: PatientFacts, { id, meta, subject, shapes: shape }: Target): Resource[] {
  if (refused === undefined) return [];
  const refusal = shape.refusal(subject.subject, refused);
  return [{ resourceType: 'Consent', id: `${id}-r`, ...meta, ...refusal }];
}

interface Target {
  id: string;
  meta: JsonObject;
  /** the patient, as Condition and others name them */
  subject: { subject: JsonObject };
  shapes: Shapes;
}

function conditions(facts: PatientFacts, style: RecordStyle, { id, meta, subject }: Target): Resource[] {
  return facts.diagnoses.map(({ name, since }, at) => ({
    resourceType: 'Condition',
    id: `${id}-c${at + 1}`,
    ...meta,
    clinicalStatus: oneCoding('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
    verificationStatus: oneCoding('http://terminology.hl7.org/CodeSystem/condition-ver-status', 'confirmed'),
    code: { coding: codingsOf(diagnoses[name], style.codes), text: diagnoses[name].name },
    ...subject,
    onsetDateTime: since,
  }));
}

function codingsOf(diagnosis: Diagnosis, codes: RecordStyle['codes']): JsonObject[] {
  const { icd, snomed, name } = diagnosis;
  const all = [
    { system: icdSystem, code: icd, display: name },
    // One concept for all who have the disease, whatever came of it.
    { system: snomedSystem, code: snomed, display: snomedName(diagnosis) },
  ];
  return all.filter(({ system }) => codes === 'both' || system === (codes === 'icd-10' ? icdSystem : snomedSystem));
}

function medications(
  facts: PatientFacts,
  style: RecordStyle,
  { id, meta, subject, shapes: shape }: Target,
): Resource[] {
  return facts.medications.map(({ atc, from, to }, at) => {
    const common = { id: `${id}-m${at + 1}`, ...meta };
    const name = atcName(atc);
    const what = shape.medication({ coding: [{ system: atcSystem, code: atc, display: name }], text: name });
    if (style.medications === 'MedicationRequest') {
      const status = to === undefined ? 'active' : 'completed';
      return {
        resourceType: 'MedicationRequest',
        ...common,
        status,
        intent: 'order',
        ...what,
        ...subject,
        authoredOn: from,
      };
    }
    const effectivePeriod = { start: from, ...(to === undefined ? {} : { end: to }) };
    const status = shape.medicationStatementStatus;
    return { resourceType: 'MedicationStatement', ...common, status, ...what, ...subject, effectivePeriod };
  });
}

function encounters(facts: PatientFacts, { id, meta, subject, shapes: shape }: Target): Resource[] {
  return facts.encounters.map(({ from, hours, inpatient }, at) => {
    const kind = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: inpatient ? 'IMP' : 'AMB' };
    const period = { start: from, end: isoOf(from, hours) };
    return { resourceType: 'Encounter', id: `${id}-e${at + 1}`, ...meta, ...shape.encounter(kind, period), ...subject };
  });
}

function observations(facts: PatientFacts, { id, meta, subject }: Target): Resource[] {
  return facts.labs.map(({ test, value, at: moment }, at) => {
    const { loinc, name, unit } = labTests[test];
    return {
      resourceType: 'Observation',
      id: `${id}-o${at + 1}`,
      ...meta,
      status: 'final',
      category: [oneCoding('http://terminology.hl7.org/CodeSystem/observation-category', 'laboratory')],
      code: { coding: [{ system: loincSystem, code: loinc, display: name }] },
      ...subject,
      effectiveDateTime: moment,
      // Through a number the digits could be lost (7.0 is 7.0); `writtenOf` below puts them in as they stand.
      valueQuantity: { value: `#${value}`, unit, system: 'http://unitsofmeasure.org', code: unit },
    };
  });
}

/** One line of NDJSON, with laboratory values keeping their last zeros. */
export function writtenOf(resource: Resource): string {
  return JSON.stringify(resource).replace(/"value":"#([\d.]+)"/g, '"value":$1');
}
