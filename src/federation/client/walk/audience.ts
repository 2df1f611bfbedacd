/** What the record of a data set offers to someone of whom nothing is known. See docs/adr/0010-statements-and-effects.md */
import { dayText, type requirementText } from '../../../fair/condition.ts';
import { english } from '../../../fair/words/index.ts';
import { type Granularity, granularities } from '../../../fhir/canonical.ts';
import type { Dataset } from '../answer.ts';
import { reasonText } from '../reason/reason.ts';

type Requirement = Parameters<typeof requirementText>[0];

/** The best level for anyone; `none` where each asks something; undefined where the record states no levels. */
export function levelForAnyone({ stated }: Dataset, now: number): Granularity | undefined {
  if (stated === undefined || stated.statement.offers.length === 0) return undefined;
  const { offers, requirements, dataUse, consentRequired } = stated.statement;
  if (requirements.some((one) => isOver(one, now))) return 'none';
  // Requirements of the data set and its data use terms hold from aggregates on.
  const asks = dataUse.length > 0 || consentRequired || requirements.some((one) => !isDated(one));
  const isUse = (level: Granularity): boolean => granularities.indexOf(level) >= granularities.indexOf('aggregate');
  return offers.find(({ level, audience }) => audience.length === 0 && !(asks && isUse(level)))?.level ?? 'none';
}

const isDated = ({ kind }: Requirement): boolean => kind === 'not-before' || kind === 'not-after';

/** Whether a date keeps everyone out now. */
function isOver(one: Requirement, now: number): boolean {
  if (one.kind === 'not-before') return now < one.at;
  return one.kind === 'not-after' && now > one.at;
}

/** In words, for someone whose server tells nothing of the data set. */
export function whyNotPermitted({ stated }: Dataset, now: number): string {
  const dated = stated?.statement.requirements.find((one) => isOver(one, now));
  if (dated === undefined || !('at' in dated)) return reasonText('nothing-yet');
  return reasonText(dated.kind, { day: dayText(dated.at, english) });
}
