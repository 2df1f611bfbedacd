/** Measures all indicators and weighs them: a score and a level for each letter. See docs/adr/0022-fair-assessment.md */
import type { Letter, Priority } from '../../fhir/specification/fair-indicator.ts';
import type { AssessmentFacts } from './facts.ts';
import { indicators } from './indicators.ts';
import { type Indicator, type Measurement, notApplicable } from './measurement.ts';
import { partsOf } from './record.ts';
import { listed } from './seen.ts';

/** An indicator with what was measured, and RDA's maturity: 0 not applicable, 1 not met, 3 met in part, 4 met; absent when not measured. */
export type Measured = Omit<Indicator, 'measure'> & Measurement & { maturity?: 0 | 1 | 3 | 4 };

export interface LetterScore {
  letter: Letter;
  /** percent of the weight of what was measured; absent when nothing was */
  score?: number;
  /** RDA's compliance level, 0 to 5 */
  level: number;
  met: number;
  measured: number;
  applicable: number;
}

export interface Assessment {
  title: string;
  /** absolute address of the record */
  address: string;
  identifiers: readonly string[];
  assessedAt: string;
  /** over all letters */
  score?: number;
  letters: readonly LetterScore[];
  indicators: readonly Measured[];
}

/** What one point of a priority weighs. */
export const weights: Readonly<Record<Priority, number>> = { essential: 3, important: 2, useful: 1 };

const letters = ['F', 'A', 'I', 'R'] as const satisfies readonly Letter[];

export function assess(facts: AssessmentFacts): Assessment {
  const measured = indicators.map((one) => measuredOf(one, facts));
  const { record, address, identifiers } = facts.metadata;
  const title = record['title'] ?? record['name'];
  return {
    title: typeof title === 'string' ? title : address,
    address,
    identifiers: identifiers.map(({ identifier }) => identifier.text),
    assessedAt: facts.assessedAt,
    ...scored(measured),
    letters: letters.map((letter) => letterScore(letter, measured)),
    indicators: measured,
  };
}

const maturities = { pass: 4, partial: 3, fail: 1, 'not-applicable': 0 } as const;

/** What is asked of data, of a record that has none but is made of other records. */
const asksForData = ({ id, about }: Indicator): boolean => about === 'data' || toData.has(id);
const toData = new Set(['RDA-F3-01M', 'RDA-A1-01M', 'RDA-I3-02M', 'RDA-I3-04M']);

function measuredOf({ measure, ...indicator }: Indicator, facts: AssessmentFacts): Measured {
  const parts = facts.data.length === 0 ? partsOf(facts.metadata.record) : [];
  const measurement =
    parts.length > 0 && asksForData({ measure, ...indicator })
      ? notApplicable(`the record has no data of its own; assess what it is made of: ${listed(parts)}`)
      : measure(facts);
  const maturity = measurement.state === 'not-measured' ? {} : { maturity: maturities[measurement.state] };
  return { ...indicator, ...measurement, ...maturity };
}

const hasScore = (one: Measured): one is Measured & { score: number } => 'score' in one;

function scored(all: readonly Measured[]): { score?: number } {
  const known = all.filter(hasScore);
  const weight = known.reduce((sum, { priority }) => sum + weights[priority], 0);
  const got = known.reduce((sum, { priority, score }) => sum + weights[priority] * score, 0);
  return weight === 0 ? {} : { score: Math.round((got / weight) * 100) };
}

function letterScore(letter: Letter, all: readonly Measured[]): LetterScore {
  const own = all.filter((one) => one.letter === letter);
  const applicable = own.filter(({ state }) => state !== 'not-applicable');
  return {
    letter,
    ...scored(own),
    level: levelOf(applicable),
    met: own.filter(({ state }) => state === 'pass').length,
    measured: own.filter(hasScore).length,
    applicable: applicable.length,
  };
}

/** RDA's levels: essential ones all met, then half of the important, all of them, half of the useful, all. What was not measured is not met. */
function levelOf(applicable: readonly Measured[]): number {
  const share = (priority: Priority): number => {
    const of = applicable.filter((one) => one.priority === priority);
    return of.length === 0 ? 1 : of.filter(({ state }) => state === 'pass').length / of.length;
  };
  const steps = [
    share('essential') === 1,
    share('important') >= 0.5,
    share('important') === 1,
    share('useful') >= 0.5,
    share('useful') === 1,
  ];
  const unmet = steps.indexOf(false);
  return unmet < 0 ? steps.length : unmet;
}
