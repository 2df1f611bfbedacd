/** Decides what an asker may have, from all statements in force: pure, deny by default, deny overrides. See docs/adr/0010-statements-and-effects.md */
import type { Granularity } from '../fhir/canonical.ts';
import { type AccessContext, isSteward } from './access-context.ts';
import { type DataSetOutcome, dataSetOutcome, type Given, rankOf } from './data-set-outcome.ts';
import { type Verdict, verdictOf } from './evaluate.ts';
import { changesAt, type Evaluation, evaluationOf, type IsBelow, note } from './evaluation.ts';
import { granteeKeys } from './grant.ts';
import { type LabelDemand, labelDemand } from './label.ts';
import type {
  ClassStatements,
  Decision,
  Directive,
  Disclosure,
  Effect,
  Grant,
  Obligation,
  Reason,
  StatementsInForce,
} from './model.ts';
import { permitsPurposes } from './purpose.ts';

/** What a decision needs beside statements: the hierarchy of diseases. Without it a disease is only below itself. */
export interface DecisionMeans {
  isBelow?: IsBelow;
}

/** What `context` may have at `now` (milliseconds since 1970). */
export function decide(
  context: AccessContext,
  statements: StatementsInForce,
  now: number,
  means: DecisionMeans = {},
): Decision {
  const run = runOf(context, statements, evaluationOf(context, now, means.isBelow));
  const { evaluation } = run;
  if (!isValid(context, statements, now)) return { ...nothing, until: Number.POSITIVE_INFINITY };
  if (context.expires !== undefined) changesAt(evaluation, context.expires);
  const readsAll = hasFreeReading(context);
  const decision = { records: [] as number[], deidentified: new Map<number, string>() };
  const [counts, exists] = [new Map<number, Disclosure>(), new Map<number, Disclosure>()];
  const obligations = new Map<number, readonly Obligation[]>();
  const givenBy = new Map<number, readonly string[]>();
  for (const one of statements.classes) {
    const { given, obligations: own, givenBy: sources } = classOutcome(one, run);
    if ((given !== undefined || readsAll) && own.length > 0) obligations.set(one.class, own);
    if ((given !== undefined || readsAll) && sources.length > 0) givenBy.set(one.class, sources);
    if (given === undefined) continue;
    const rank = rankOf(given.level);
    if (rank === rankOf('exists')) exists.set(one.class, given.disclosure);
    else if (rank === rankOf('count')) counts.set(one.class, given.disclosure);
    else decision.records.push(one.class);
    if (given.profile !== undefined) decision.deidentified.set(one.class, given.profile);
  }
  const rights = { write: context.rights.write, steward: isSteward(context) };
  const until = evaluation.until;
  if (!readsAll) return { ...decision, counts, exists, ...rights, obligations, givenBy, until };
  return { ...nothing, records: 'all', ...rights, obligations, givenBy, until };
}

/** Why a class is decided as it is, step by step, from the same evaluation. */
export function explain(
  context: AccessContext,
  statements: StatementsInForce,
  classNumber: number,
  now: number,
  means: DecisionMeans = {},
): Reason[] {
  const reasons: Reason[] = [];
  if (!isValid(context, statements, now)) {
    return [{ source: 'token', outcome: 'deny', text: 'the token was revoked or has expired', kind: 'token' }];
  }
  if (hasFreeReading(context)) {
    const text = context.rights.readAll ? 'reads everything' : 'broke the glass and said why';
    reasons.push({ source: 'rights', outcome: 'permit', text, kind: 'rights' });
  }
  const one = statements.classes.find((known) => known.class === classNumber);
  if (one === undefined)
    return [...reasons, { source: 'classes', outcome: 'deny', text: 'no such class', kind: 'decision' }];
  classOutcome(one, runOf(context, statements, evaluationOf(context, now, means.isBelow, reasons)));
  return reasons;
}

/** The most that a decision gives of a class. */
export function grantedBy({ records, deidentified, counts, exists }: Decision, accessClass: number): Granularity {
  if (deidentified.has(accessClass)) return 'record-deidentified';
  if (records === 'all' || records.includes(accessClass)) return 'record';
  if (counts.has(accessClass)) return 'count';
  return exists.has(accessClass) ? 'exists' : 'none';
}

const nothing: Decision = {
  records: [],
  deidentified: new Map(),
  counts: new Map(),
  exists: new Map(),
  write: false,
  steward: false,
  obligations: new Map(),
  givenBy: new Map(),
  until: 0,
};

/** A token that was revoked or has expired is worth less than none. */
function isValid({ tokenId, expires }: AccessContext, { revoked }: StatementsInForce, now: number): boolean {
  return !(tokenId !== undefined && revoked.has(tokenId)) && !(expires !== undefined && expires <= now);
}

function hasFreeReading({ rights, breakGlass }: AccessContext): boolean {
  return rights.readAll || (rights.breakGlass === true && breakGlass !== undefined && breakGlass.reason.trim() !== '');
}

/** One pass over statements for one context; what was evaluated is kept. */
interface Run {
  evaluation: Evaluation;
  dataSet: (key: string) => DataSetOutcome | undefined;
  effect: (effect: Effect) => EffectOutcome;
  policies: readonly PolicyOutcome[];
}

type EffectOutcome = { kind: 'labels'; demand: LabelDemand } | { kind: 'directive'; verdict: Verdict | undefined };

interface PolicyOutcome {
  dataSets: readonly string[];
  verdict: Verdict;
}

function runOf(context: AccessContext, statements: StatementsInForce, evaluation: Evaluation): Run {
  const keys = granteeKeys(context);
  const grants = statements.grants.filter((grant) => grant.grantees.some((grantee) => keys.includes(grantee)));
  const dataSets = new Map<string, DataSetOutcome | undefined>();
  const effects = new Map<Effect, EffectOutcome>();
  return {
    evaluation,
    dataSet: (key) => {
      if (!dataSets.has(key)) dataSets.set(key, dataSetOf(key, statements, grants, evaluation));
      return dataSets.get(key);
    },
    effect: (effect) => {
      const known = effects.get(effect) ?? effectOutcome(effect, evaluation);
      effects.set(effect, known);
      return known;
    },
    policies: statements.policies.flatMap((policy) => policyOutcome(policy, evaluation)),
  };
}

function dataSetOf(
  key: string,
  { dataSets }: StatementsInForce,
  grants: readonly Grant[],
  evaluation: Evaluation,
): DataSetOutcome | undefined {
  const statement = dataSets.get(key);
  return statement === undefined ? undefined : dataSetOutcome(statement, grants, evaluation);
}

function effectOutcome(effect: Effect, evaluation: Evaluation): EffectOutcome {
  switch (effect.kind) {
    case 'labels':
      return { kind: 'labels', demand: labelDemand(effect.codes) };
    case 'directive':
      return { kind: 'directive', verdict: verdictOf(effect.provision, evaluation) };
  }
}

function policyOutcome(policy: Directive, evaluation: Evaluation): PolicyOutcome[] {
  const verdict = verdictOf(policy.provision, evaluation);
  note(
    evaluation,
    { kind: 'policy', source: policy.source },
    verdict?.effect ?? 'not-applicable',
    () => policy.because ?? 'policy',
  );
  return verdict === undefined ? [] : [{ dataSets: policy.dataSets, verdict }];
}

/** What a class gives, if anything, and what goes with it. */
interface ClassOutcome {
  given?: Given;
  obligations: readonly Obligation[];
  givenBy: readonly string[];
}

function classOutcome(one: ClassStatements, run: Run): ClassOutcome {
  const outcomes = one.dataSets.map(run.dataSet).filter((outcome) => outcome !== undefined);
  const sources = new Set(outcomes.map((outcome) => outcome.source));
  const isFor = (dataSets: readonly string[]): boolean =>
    dataSets.length === 0 || dataSets.some((source) => sources.has(source));
  const borne = bearing(one, isFor, run);
  // Policies that ask nothing of resources speak of data; metadata answer to those that name them.
  const policies = one.isMetadata ? [] : run.policies.filter((policy) => isFor(policy.dataSets));
  const isDenied =
    borne.isDenied ||
    policies.some(({ verdict }) => verdict.effect === 'deny') ||
    outcomes.some((outcome) => outcome.isDenied);
  const given = isDenied ? undefined : one.isMetadata ? metadataGiven(borne) : bestOf(outcomes, borne);
  const giving = hasFreeReading(run.evaluation.context) ? outcomes : givingOf(outcomes, given, borne);
  const obligations = distinct([
    ...giving.flatMap((outcome) => outcome.obligations),
    ...policies.flatMap(({ verdict }) => verdict.obligations),
    ...borne.obligations,
  ]);
  note(run.evaluation, { kind: 'decision', source: 'decision' }, given === undefined ? 'deny' : 'permit', () =>
    given === undefined ? 'nothing is given' : `${given.level} is given`,
  );
  const givenBy = giving.map(({ source }) => source).sort();
  return { ...(given === undefined ? {} : { given }), obligations, givenBy };
}

/** What bears on a class beside its data sets. */
interface Bearing {
  isDenied: boolean;
  isConsented: boolean;
  needsGrant: boolean;
  needsDeidentification: boolean;
  obligations: readonly Obligation[];
}

function bearing(one: ClassStatements, isFor: (dataSets: readonly string[]) => boolean, run: Run): Bearing {
  const verdicts: { effect: Effect & { kind: 'directive' }; verdict: Verdict }[] = [];
  const demands: LabelDemand[] = [];
  for (const effect of one.effects) {
    const outcome = run.effect(effect);
    if (outcome.kind === 'labels') demands.push(outcome.demand);
    if (effect.kind !== 'directive' || outcome.kind !== 'directive' || !isFor(effect.dataSets)) continue;
    const { source = `consent of the person (${effect.scope})`, because = 'directive' } = effect;
    note(
      run.evaluation,
      { kind: effect.isPatients ? 'consent' : 'directive', source },
      outcome.verdict?.effect ?? 'not-applicable',
      () => because,
    );
    if (outcome.verdict !== undefined) verdicts.push({ effect, verdict: outcome.verdict });
  }
  const isConsented = haveConsented(
    verdicts.filter(({ verdict }) => verdict.effect === 'permit').map(({ effect }) => effect),
  );
  const isLabelDenied = demands.some((demand) => refuses(demand, isConsented, run.evaluation));
  return {
    isDenied: isLabelDenied || verdicts.some(({ verdict }) => verdict.effect === 'deny'),
    isConsented,
    needsGrant: demands.some((demand) => demand.grant),
    needsDeidentification: demands.some((demand) => demand.deidentified),
    obligations: [
      ...demands.flatMap((demand) => demand.obligations),
      ...verdicts.flatMap(({ verdict }) => verdict.obligations),
    ],
  };
}

/** Whether every person has permitted; a consent to treatment permits no use of data. */
function haveConsented(permits: readonly (Effect & { kind: 'directive' })[]): boolean {
  const consents = permits.filter((effect) => effect.isPatients && effect.scope !== 'treatment');
  const several = consents.flatMap(({ of }) => of ?? []);
  if (several.length === 0) return consents.length > 0;
  return new Set(several.map(({ person }) => person)).size === several[0]?.persons;
}

function refuses(demand: LabelDemand, isConsented: boolean, evaluation: Evaluation): boolean {
  const { closed, consent, purposes, grant } = demand;
  const isForPurpose = purposes.length === 0 || permitsPurposes(evaluation.context.purposes, purposes);
  const isRefused = closed !== undefined || (consent && !isConsented) || !isForPurpose;
  const has = (): readonly string[] => evaluation.context.purposes ?? [];
  const about = { kind: 'labels', source: 'meta.security', ...(purposes.length === 0 ? {} : { has }) } as const;
  note(evaluation, about, isRefused ? 'deny' : grant ? 'needs-person' : 'permit', () => {
    if (closed !== undefined) return closed;
    if (!isForPurpose) return `only for ${purposes.join(', ')}`;
    if (isRefused) return 'needs the consent of the person';
    return grant ? 'needs a grant' : 'labels';
  });
  return isRefused;
}

/** Metadata are open, unless what they bear needs a person: no data set grants them. */
function metadataGiven({ needsGrant, needsDeidentification }: Bearing): Given | undefined {
  if (needsGrant || needsDeidentification) return undefined;
  return { level: 'record', disclosure: { threshold: 1, rounding: 1 }, isGranted: false };
}

/**
 * The data sets that give what is given. Others that contain the resource give something less or nothing to this asker,
 * and what they ask would tell that it is in them.
 */
function givingOf(outcomes: readonly DataSetOutcome[], given: Given | undefined, borne: Bearing): DataSetOutcome[] {
  if (given === undefined) return [];
  return outcomes.filter((outcome) => {
    const own = bestOf([outcome], borne);
    return own !== undefined && rankOf(own.level) === rankOf(given.level);
  });
}

/** The best that any data set gives; where several let it be counted, as the strictest of them says. */
function bestOf(outcomes: readonly DataSetOutcome[], borne: Bearing): Given | undefined {
  const given = outcomes
    .filter((outcome) => !outcome.consentRequired || borne.isConsented)
    .map((outcome) => bestOfOne(outcome.given, borne))
    .filter((one) => one !== undefined);
  const rank = Math.max(...given.map((one) => rankOf(one.level)));
  const [best, ...others] = given.filter((one) => rankOf(one.level) === rank);
  if (best === undefined) return undefined;
  const disclosure = others.reduce(
    (sofar, { disclosure: { threshold, rounding } }) => ({
      threshold: Math.max(sofar.threshold, threshold),
      rounding: Math.max(sofar.rounding, rounding),
    }),
    best.disclosure,
  );
  return { ...best, disclosure };
}

function bestOfOne(given: readonly Given[], borne: Bearing): Given | undefined {
  const cleared = given
    .filter((one) => one.isGranted || !borne.needsGrant)
    .map((one): Given => {
      // Who may have records may count them, too, where they must not leave as they are.
      return borne.needsDeidentification && one.level === 'record' ? { ...one, level: 'aggregate' } : one;
    });
  return cleared.reduce<Given | undefined>(
    (best, one) => (best === undefined || rankOf(one.level) > rankOf(best.level) ? one : best),
    undefined,
  );
}

function distinct(obligations: readonly Obligation[]): Obligation[] {
  const known = new Map(obligations.map((one) => [`${one.code} ${one.parameter ?? ''}`, one]));
  return [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}
