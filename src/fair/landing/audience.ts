/** Who gets what of a data set, read from what its record states: for people who want to know before they ask. The server decides by src/conditions, and by more than the record. See docs/guides/conditions.md */
import { isOpenLicence } from '../../conditions/licence.ts';
import type { DataUseTerm, Offer, Requirement } from '../../conditions/model.ts';
import { type Granularity, granularities } from '../../fhir/canonical.ts';
import { requirementText } from '../condition.ts';
import { duoTerm } from '../duo.ts';
import { isSpdx, type Stated } from '../stated.ts';
import { dataUseText } from '../use-text.ts';
import type { Words } from '../words/index.ts';

/** One level, and all that whoever wants it must meet; nothing where anyone gets it. */
export interface Step {
  level: Granularity;
  /** smaller counts are withheld, others are rounded */
  threshold: number;
  rounding: number;
  requirements: readonly Requirement[];
  dataUse: readonly DataUseTerm[];
}

export interface Audience {
  /** why nobody gets anything now; absent where some do */
  closed?: 'inactive' | 'not-understood' | 'nothing-stated' | 'embargo' | 'expired';
  /** the most that whoever does not log in gets */
  anyone: Granularity;
  /** least first */
  steps: readonly Step[];
}

export function audienceOf(stated: Stated, status: string | undefined, now: number): Audience {
  const { requirements: all } = stated.statement;
  const closed = closedBy(stated, status, now);
  const requirements = [...all.filter((one) => !isDated(one)), ...licenceTerms(stated)];
  // Even data without restriction are for those who state what research they do.
  const { dataUse } = stated.statement;
  const steps = offersOf(stated, requirements).map((offer): Step => {
    const { level, threshold, rounding, audience } = offer;
    // Counting comes before the use that requirements and data use terms speak of.
    const isUse = granularities.indexOf(level) >= granularities.indexOf('aggregate');
    return {
      level,
      threshold,
      rounding,
      requirements: [...audience, ...(isUse ? requirements : [])],
      dataUse: isUse ? dataUse : [],
    };
  });
  const sorted = steps.toSorted((one, two) => granularities.indexOf(one.level) - granularities.indexOf(two.level));
  const open = closed === undefined ? sorted.findLast(asksNothing)?.level : undefined;
  return { ...(closed === undefined ? {} : { closed }), anyone: open ?? 'none', steps: sorted };
}

const asksNothing = (step: Step): boolean => step.requirements.length + step.dataUse.length === 0;

/** What a step asks, each said once. */
export function stepTexts({ requirements, dataUse }: Step, words: Words): string[] {
  const asked = requirements.map((one) => requirementText(one, words));
  return [...new Set([...asked, ...dataUse.map((one) => dataUseText(one, words))])];
}

const isDated = ({ kind }: Requirement): boolean => kind === 'not-before' || kind === 'not-after';

function closedBy(
  { statement, unknown, licences }: Stated,
  status: string | undefined,
  now: number,
): Audience['closed'] {
  const { requirements, dataUse, offers } = statement;
  if (status !== 'active') return 'inactive';
  if (unknown.length > 0 || isTwice(requirements)) return 'not-understood';
  if (dataUse.length > 0 && !dataUse.some(isPermission)) return 'not-understood';
  if (requirements.some((one) => one.kind === 'not-before' && now < one.at)) return 'embargo';
  if (requirements.some((one) => one.kind === 'not-after' && now > one.at)) return 'expired';
  const isStated = offers.length + licences.length > 0 || isGate(requirements, dataUse);
  return isStated ? undefined : 'nothing-stated';
}

/** Of these there may be one only: two would say two things. */
const isTwice = (requirements: readonly Requirement[]): boolean =>
  (['committee', 'not-before', 'not-after'] as const).some(
    (kind) => requirements.filter((one) => one.kind === kind).length > 1,
  );

const isPermission = ({ id }: DataUseTerm): boolean => duoTerm(id)?.kind === 'permission';

/** A licence that is not open is terms to accept; one that only a person can read is for somebody to decide on. */
function licenceTerms({ licences, source }: Stated): Requirement[] {
  return licences
    .filter((one) => !(isSpdx(one) && isOpenLicence(one.code ?? '')))
    .map(({ url }) => (url === undefined ? { kind: 'committee', committee: source } : { kind: 'terms', url }));
}

/** Whether something says who may have records. */
const isGate = (requirements: readonly Requirement[], dataUse: readonly DataUseTerm[]): boolean =>
  requirements.some(({ kind }) => kind === 'visa' || kind === 'terms' || kind === 'committee') ||
  dataUse.some(isPermission);

/** Where a gate stands without a level, it is one to records; records that nothing says who may have are for a committee. */
function offersOf({ statement, licences, source }: Stated, requirements: readonly Requirement[]): Offer[] {
  const isGated = licences.length > 0 || isGate(requirements, statement.dataUse);
  const stated = statement.offers.filter(({ level }) => level !== 'none');
  if (statement.offers.length === 0 && isGated) return [{ level: 'record', threshold: 10, rounding: 10, audience: [] }];
  return stated.map((offer) => {
    const isRecord = offer.level === 'record' || offer.level === 'record-deidentified';
    if (isGated || !isRecord || isGate(offer.audience, [])) return offer;
    return { ...offer, audience: [...offer.audience, { kind: 'committee', committee: source }] };
  });
}
