/** What anyone may be told of the content of each data set: which classes count, and by which rules. See docs/adr/0017-content-summaries.md */
import { anonymous } from './access-context.ts';
import { type DecisionMeans, decide } from './decision.ts';
import type { ClassStatements, Decision, Disclosure, StatementsInForce } from './model.ts';

/** How the content of a data set is told. */
export interface ContentRules {
  /** `exists`: types and codes are named without numbers; `outline`: patients and types only, since records leave changed */
  detail: 'full' | 'outline' | 'exists';
  threshold: number;
  rounding: number;
}

/** The content of a data set that anyone may be told of. */
export interface TellableContent {
  /** `Library/id` */
  source: string;
  classes: readonly number[];
  rules: ContentRules;
}

/** By the key of the data set; one that tells nothing is absent. */
export function tellableContent(
  statements: StatementsInForce,
  now: number,
  means: DecisionMeans,
): ReadonlyMap<string, TellableContent> {
  // What bears on a class denies it whichever data set is asked, so both the class as it is and the data set alone must give.
  const whole = decide(anonymous, statements, now, means);
  const byDataSet = new Map<string, ClassStatements[]>();
  for (const one of statements.classes) {
    if (one.isMetadata || detailOf(whole, one.class) === undefined) continue;
    for (const key of one.dataSets) byDataSet.set(key, [...(byDataSet.get(key) ?? []), one]);
  }
  const found = new Map<string, TellableContent>();
  for (const [key, classes] of byDataSet) {
    const statement = statements.dataSets.get(key);
    if (statement === undefined) continue;
    const alone = { ...statements, classes: classes.map((one) => ({ ...one, dataSets: [key] })) };
    const decision = decide(anonymous, alone, now, means);
    const given = classes.map((one) => ({ class: one.class, told: detailOf(decision, one.class) }));
    const told = given.filter((one) => one.told !== undefined);
    if (told.length === 0) continue;
    const rules = told.map((one) => one.told!).reduce(strictest);
    found.set(key, { source: statement.source, classes: told.map((one) => one.class), rules: coarse(rules) });
  }
  return found;
}

function detailOf(decision: Decision, accessClass: number): ContentRules | undefined {
  const { records, deidentified, counts, exists } = decision;
  if (deidentified.has(accessClass)) return { detail: 'outline', threshold: defaultOutline, rounding: defaultOutline };
  if (records === 'all' || records.includes(accessClass)) return { detail: 'full', threshold: 1, rounding: 1 };
  const counted = counts.get(accessClass);
  if (counted !== undefined) return ruled('full', counted);
  const existing = exists.get(accessClass);
  return existing === undefined ? undefined : ruled('exists', existing);
}

/** Records that leave changed say nothing of how they may be counted. */
const defaultOutline = 10;

const ruled = (detail: ContentRules['detail'], { threshold, rounding }: Disclosure): ContentRules => ({
  detail,
  threshold,
  rounding,
});

const details = ['exists', 'outline', 'full'] as const;

function strictest(one: ContentRules, other: ContentRules): ContentRules {
  return {
    detail: details[Math.min(details.indexOf(one.detail), details.indexOf(other.detail))]!,
    threshold: Math.max(one.threshold, other.threshold),
    rounding: Math.max(one.rounding, other.rounding),
  };
}

/** All numbers of a summary are seen side by side, so they are rounded to the threshold at least. */
function coarse(rules: ContentRules): ContentRules {
  return rules.threshold === 1 ? rules : { ...rules, rounding: Math.max(rules.rounding, rules.threshold) };
}
