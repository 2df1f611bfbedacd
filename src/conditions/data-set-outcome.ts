/** What one data set gives one asker: its offers, and what a committee granted. See docs/adr/0010-statements-and-effects.md */
import { type Granularity, granularities } from '../fhir/canonical.ts';
import { defaultRounding, defaultThreshold } from './data-set-statement.ts';
import { dataUseOutcome, matchDataUse } from './data-use.ts';
import { dataUseObligations } from './duo.ts';
import { type Evaluation, isDuring, note, type Outcome, strictest } from './evaluation.ts';
import { hadOf, researchTexts } from './had.ts';
import type { DataSetStatement, Disclosure, Grant, Obligation, Offer, Requirement } from './model.ts';
import { permitsPurposes } from './purpose.ts';
import { requirementOutcome, requirementText } from './requirement.ts';

/** A level that the asker may have, and how. */
export interface Given {
  level: Granularity;
  disclosure: Disclosure;
  profile?: string;
  isGranted: boolean;
}

/** What a data set gives to one asker. */
export interface DataSetOutcome {
  source: string;
  /** under embargo or expired: denies whatever else gives its resources */
  isDenied: boolean;
  consentRequired: boolean;
  given: readonly Given[];
  obligations: readonly Obligation[];
}

/** The weight of a level; aggregates and counts go the same way. */
export function rankOf(level: Granularity): number {
  return level === 'aggregate' ? rankOf('count') : granularities.indexOf(level);
}

/** `grants` are those for this asker; which data set they are for is looked at here. */
export function dataSetOutcome(
  statement: DataSetStatement,
  grants: readonly Grant[],
  evaluation: Evaluation,
): DataSetOutcome {
  const { source, consentRequired } = statement;
  const isDated = ({ kind }: Requirement): boolean => kind === 'not-before' || kind === 'not-after';
  const dated = meets(statement.requirements.filter(isDated), source, evaluation);
  for (const because of statement.closed) note(evaluation, { kind: 'closed', source }, 'deny', () => because);
  const obligations = [...statement.obligations, ...dataUseObligations(statement.dataUse)];
  const outcome = { source, isDenied: dated !== 'permit', consentRequired };
  // Closed to everyone, since a condition is not understood: no grant can have been made in view of it.
  if (statement.closed.length > 0) return { ...outcome, given: [], obligations };

  const rest = statement.requirements.filter((one) => !isDated(one));
  const asked = strictest([meets(rest, source, evaluation), dataUse(statement, evaluation)]);
  const offered = statement.offers
    .filter((offer) => isGiven(offer, asked, source, evaluation))
    .map(
      ({ level, threshold, rounding, profile }): Given => ({
        level,
        disclosure: { threshold, rounding },
        ...(profile === undefined ? {} : { profile }),
        isGranted: false,
      }),
    );
  const granted = grants.filter((grant) => grant.dataSet === source && isInForce(grant, evaluation));
  return {
    ...outcome,
    given: [...granted.map((grant) => givenBy(grant, statement)), ...offered],
    obligations: [...obligations, ...granted.flatMap((grant) => grant.obligations)],
  };
}

/** Every requirement is looked at, so that all reasons are told and all dates are seen. */
function meets(
  requirements: readonly Requirement[],
  source: string,
  evaluation: Evaluation,
  offer?: Granularity,
): Outcome {
  const outcomes = requirements.map((requirement) => {
    const outcome = requirementOutcome(requirement, evaluation);
    const about = { kind: requirement.kind, source, offer, has: hadOf(requirement, evaluation) };
    note(evaluation, about, outcome, () => requirementText(requirement));
    return outcome;
  });
  return strictest(outcomes);
}

function dataUse({ dataUse: terms, source }: DataSetStatement, evaluation: Evaluation): Outcome {
  if (terms.length === 0) return 'permit';
  const steps = matchDataUse(terms, evaluation);
  const has = (): string[] => researchTexts(evaluation.context);
  for (const { outcome, text } of steps)
    note(evaluation, { kind: 'data-use', source, has }, outcome, () => `data use: ${text}`);
  return dataUseOutcome(steps);
}

/** Counting comes before the use that requirements and data use terms speak of: those hold from aggregates on. */
function isGiven({ level, audience }: Offer, asked: Outcome, source: string, evaluation: Evaluation): boolean {
  const own = meets(audience, source, evaluation, level);
  const isUse = granularities.indexOf(level) >= granularities.indexOf('aggregate');
  const outcome = isUse ? strictest([own, asked]) : own;
  note(evaluation, { kind: 'offer', source, offer: level }, outcome, () => `offers ${level}`);
  return outcome === 'permit';
}

function isInForce(grant: Grant, evaluation: Evaluation): boolean {
  const isNow = isDuring(evaluation, grant);
  const isFor = grant.purposes.length === 0 || permitsPurposes(evaluation.context.purposes, grant.purposes);
  const about = { kind: 'grant', source: grant.source, has: () => evaluation.context.purposes ?? [] } as const;
  note(evaluation, about, isNow && isFor ? 'permit' : 'not-applicable', () =>
    isNow ? `grants ${grant.level}${isFor ? '' : ' for another purpose'}` : 'its period is not now',
  );
  return isNow && isFor;
}

/** Counts by a grant are told as the data set's own offers tell them, the strictest of them. */
function givenBy({ level, profile }: Grant, { offers }: DataSetStatement): Given {
  const stated = offers.filter((offer) => rankOf(offer.level) <= rankOf('count'));
  const strictestOf = (values: number[], otherwise: number): number =>
    values.length === 0 ? otherwise : Math.max(...values);
  return {
    level,
    disclosure: {
      threshold: strictestOf(
        stated.map((offer) => offer.threshold),
        defaultThreshold,
      ),
      rounding: strictestOf(
        stated.map((offer) => offer.rounding),
        defaultRounding,
      ),
    },
    ...(profile === undefined ? {} : { profile }),
    isGranted: true,
  };
}
