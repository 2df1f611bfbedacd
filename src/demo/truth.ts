/** The exact answers to the demo's questions, worked out from the facts alone and never from a search. */
import { verapamil } from './atc.ts';
import type { PatientFacts } from './facts.ts';

export type DemoQuestion = 'beta-blocker-with-verapamil' | 'diabetes-with-prostate-cancer';

/** Whether the answer to the question counts this patient, ages being reckoned on the day `asOf` (YYYY-MM-DD). */
export const truths: Record<DemoQuestion, (facts: PatientFacts, asOf: string) => boolean> = {
  'beta-blocker-with-verapamil': (facts, asOf) =>
    ageOn(facts.birthDate, asOf) >= 65 && takes(facts, 'C07') && takes(facts, verapamil),
  'diabetes-with-prostate-cancer': ({ diagnoses }) =>
    diagnoses.some(({ name }) => name === 'diabetes' || name === 'diabetesRenal') &&
    diagnoses.some(({ name }) => name === 'prostateCancer'),
};

const takes = ({ medications }: PatientFacts, group: string): boolean =>
  medications.some(({ atc }) => atc.startsWith(group));

/** Completed years. */
function ageOn(birthDate: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return day.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
