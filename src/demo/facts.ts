/** What is true of one made-up patient, before any FHIR: the records and the expected answers both follow from it. */
import { beta, substances, verapamil } from './atc.ts';
import type { DiagnosisName } from './condition.ts';
import { createRandom, type Random } from './random.ts';

export interface PatientFacts {
  /** counts from 0 within one repository */
  index: number;
  sex: 'male' | 'female';
  family: string;
  given: string;
  /** YYYY-MM-DD */
  birthDate: string;
  diagnoses: { name: DiagnosisName; since: string }[];
  medications: { atc: string; from: string; to?: string }[];
  encounters: { from: string; hours: number; inpatient: boolean }[];
  labs: { test: LabName; value: string; at: string }[];
  /** when the patient refused that the data are used for research */
  refused?: string;
}

export const loincSystem = 'http://loinc.org';

/** LOINC code, UCUM unit and the plausible range of each laboratory test. https://loinc.org https://ucum.org */
export const labTests = {
  hba1c: {
    loinc: '4548-4',
    name: 'Hemoglobin A1c/Hemoglobin.total in Blood',
    unit: '%',
    low: 4.8,
    high: 9.9,
    digits: 1,
  },
  glucose: {
    loinc: '2345-7',
    name: 'Glucose [Mass/volume] in Serum or Plasma',
    unit: 'mg/dL',
    low: 70,
    high: 220,
    digits: 0,
  },
  creatinine: {
    loinc: '2160-0',
    name: 'Creatinine [Mass/volume] in Serum or Plasma',
    unit: 'mg/dL',
    low: 0.55,
    high: 2.4,
    digits: 2,
  },
  potassium: {
    loinc: '2823-3',
    name: 'Potassium [Moles/volume] in Serum or Plasma',
    unit: 'mmol/L',
    low: 3.2,
    high: 5.4,
    digits: 1,
  },
  ldl: {
    loinc: '13457-7',
    name: 'Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation',
    unit: 'mg/dL',
    low: 50,
    high: 210,
    digits: 0,
  },
  psa: {
    loinc: '2857-1',
    name: 'Prostate specific Ag [Mass/volume] in Serum or Plasma',
    unit: 'ng/mL',
    low: 0.2,
    high: 18,
    digits: 2,
  },
} as const;
type LabName = keyof typeof labTests;

const families = [
  'Meyer',
  'Jansen',
  'Rossi',
  'Novak',
  'Dubois',
  'Lindqvist',
  'Müller',
  'García',
  'O’Brien',
  'Kowalska',
  'Ferreira',
  'Papadaki',
];
const givens = {
  male: ['Jan', 'Luca', 'Piotr', 'Émile', 'Nils', 'José', 'Konrad', 'Aidan', 'Tomás', 'Jürgen'],
  female: ['Anna', 'Chiara', 'Zofia', 'Élise', 'Ingrid', 'María', 'Sophie', 'Aoife', 'Beatriz', 'Heidi'],
} as const;

/** All records end here, so that the same seed gives the same records on any day. */
const lastYear = 2025;

export function factsOf(seed: string, index: number): PatientFacts {
  const random = createRandom(`${seed} ${index}`);
  const sex = random.chance(0.5) ? 'male' : 'female';
  // Two draws lean towards the old, as the populations of hospitals do.
  const age = Math.min(97, Math.max(random.whole(18, 97), random.whole(18, 90)));
  const facts: PatientFacts = {
    index,
    sex,
    family: random.pick(families),
    given: random.pick(givens[sex]),
    birthDate: dayIn(random, lastYear - age),
    diagnoses: [],
    medications: [],
    encounters: [],
    labs: [],
  };
  diagnose(facts, age, random);
  prescribe(facts, age, random);
  const visits = random.whole(1, 4);
  for (let visit = 0; visit < visits; visit++) {
    const inpatient = random.chance(0.3);
    const hours = inpatient ? random.whole(24, 240) : random.whole(1, 3);
    facts.encounters.push({ from: momentIn(random), hours, inpatient });
  }
  measure(facts, random);
  // Drawn last, so that everything else stays as it was before anyone could refuse.
  return random.chance(0.04) ? { ...facts, refused: dayIn(random, lastYear) } : facts;
}

function diagnose(facts: PatientFacts, age: number, random: Random): void {
  const old = age >= 60;
  const have = (name: DiagnosisName, probability: number): void => {
    if (!random.chance(probability)) return;
    facts.diagnoses.push({ name, since: dayIn(random, lastYear - random.whole(0, 12)) });
  };
  have(random.chance(0.2) ? 'diabetesRenal' : 'diabetes', old ? 0.32 : 0.08);
  have('diabetesType1', 0.02);
  if (facts.sex === 'male') have('prostateCancer', age >= 55 ? 0.28 : 0.01);
  else have('breastCancer', old ? 0.12 : 0.03);
  have('hypertension', old ? 0.6 : 0.15);
  have('fibrillation', old ? 0.22 : 0.02);
  have('heartFailure', old ? 0.15 : 0.01);
  have('copd', 0.08);
  have('hyperlipidaemia', old ? 0.35 : 0.1);
  have('depression', 0.1);
}

function prescribe(facts: PatientFacts, age: number, random: Random): void {
  const has = (...names: DiagnosisName[]): boolean => facts.diagnoses.some(({ name }) => names.includes(name));
  const take = (atc: string, probability: number): void => {
    if (!random.chance(probability)) return;
    const from = dayIn(random, lastYear - random.whole(0, 5));
    const isOver = random.chance(0.25);
    facts.medications.push({ atc, from, ...(isOver ? { to: addDays(from, random.whole(30, 400)) } : {}) });
  };
  take(random.pick(substances.diabetes), has('diabetes', 'diabetesRenal', 'diabetesType1') ? 0.85 : 0);
  take(random.pick(beta), has('fibrillation', 'heartFailure') ? 0.7 : has('hypertension') ? 0.35 : 0.05);
  // Together with a beta-blocker it is a known hazard, and happens all the same.
  take(verapamil, has('fibrillation') ? 0.3 : age >= 65 ? 0.12 : 0.05);
  take(random.pick(substances.calcium), has('hypertension') ? 0.3 : 0.02);
  take(random.pick(substances.renin), has('hypertension', 'heartFailure') ? 0.6 : 0.03);
  take(random.pick(substances.lipid), has('hyperlipidaemia') ? 0.8 : 0.06);
}

function measure(facts: PatientFacts, random: Random): void {
  for (const test of Object.keys(labTests) as LabName[]) {
    if (test === 'psa' && facts.sex === 'female') continue;
    const { low, high, digits } = labTests[test];
    const times = random.whole(0, 3);
    for (let time = 0; time < times; time++) {
      const value = (low + random.next() * (high - low)).toFixed(digits);
      facts.labs.push({ test, value, at: momentIn(random) });
    }
  }
}

const two = (number: number): string => String(number).padStart(2, '0');

/** Up to the 28th, so that the day exists in every month. */
function dayIn(random: Random, year: number): string {
  return `${year}-${two(random.whole(1, 12))}-${two(random.whole(1, 28))}`;
}

function momentIn(random: Random): string {
  const day = dayIn(random, lastYear - random.whole(0, 3));
  return `${day}T${two(random.whole(7, 18))}:${two(random.whole(0, 59))}:00Z`;
}

function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
