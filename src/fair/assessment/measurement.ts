/** What measuring one indicator gives, and how an indicator is registered. See docs/reference/assessment.md */
import type { FairIndicator } from '../../fhir/specification/fair-indicator.ts';
import type { AssessmentFacts } from './facts.ts';

/** `reason` says what was seen, with addresses. */
export type Measurement =
  | { readonly state: 'pass'; readonly score: 1; readonly reason: string }
  | { readonly state: 'partial'; readonly score: 0.5; readonly reason: string; readonly remedy: string }
  | { readonly state: 'fail'; readonly score: 0; readonly reason: string; readonly remedy: string }
  | { readonly state: 'not-applicable'; readonly reason: string }
  | { readonly state: 'not-measured'; readonly reason: string; readonly remedy: string };

export const pass = (reason: string): Measurement => ({ state: 'pass', score: 1, reason });
export const partial = (reason: string, remedy: string): Measurement => ({
  state: 'partial',
  score: 0.5,
  reason,
  remedy,
});
export const fail = (reason: string, remedy: string): Measurement => ({ state: 'fail', score: 0, reason, remedy });
export const notApplicable = (reason: string): Measurement => ({ state: 'not-applicable', reason });
export const notMeasured = (reason: string, remedy: string): Measurement => ({
  state: 'not-measured',
  reason,
  remedy,
});

/** How an indicator is measured; its id is RDA's. */
export interface Measure {
  id: string;
  /** what is looked at, and what passes */
  measured: string;
  /** what to do when it does not pass, in general; a measurement may say it more closely */
  remedy: string;
  measure(facts: AssessmentFacts): Measurement;
}

export type Indicator = FairIndicator & Omit<Measure, 'measure'> & Pick<Measure, 'measure'>;
