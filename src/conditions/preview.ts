/** What a data set would give one asker, by the evaluation that enforces it, and what is missing for more. See docs/adr/0034-previewing-conditions.md */
import { canonical, type Granularity, granularities } from '../fhir/canonical.ts';
import type { AccessContext } from './access-context.ts';
import { rankOf } from './data-set-outcome.ts';
import { matchDataUse } from './data-use.ts';
import { type DecisionMeans, decide, explain, grantedBy } from './decision.ts';
import { type Evaluation, evaluationOf, type Outcome } from './evaluation.ts';
import type {
  ClassStatements,
  DataSetStatement,
  Disclosure,
  Effect,
  Obligation,
  Reason,
  Requirement,
  StatementsInForce,
} from './model.ts';
import { requirementOutcome } from './requirement.ts';

/** One thing that keeps an asker from a level. */
export type Missing =
  | { kind: 'requirement'; requirement: Requirement; outcome: Outcome }
  | { kind: 'data-use'; term: string; outcome: Outcome }
  /** it is offered to nobody, by what the source did not say or said in a way that is not understood */
  | { kind: 'closed'; because: string; outcome: 'deny' };

export interface Preview {
  level: Granularity;
  /** how counts are told, where that is all there is */
  disclosure?: Disclosure;
  /** of de-identified records */
  profile?: string;
  /** only of patients who consent */
  consentRequired: boolean;
  obligations: readonly Obligation[];
  reasons: readonly Reason[];
  /** levels beyond the one that is given, with all that is missing for each; best first */
  beyond: readonly { level: Granularity; missing: readonly Missing[] }[];
}

const draftKey = 'draft';
const draftClass = 1;
/** Of a patient who agreed to the use of the data: what is asked of patients is met, so that the rest shows. */
const consented: Effect = {
  kind: 'directive',
  scope: 'research',
  isPatients: true,
  dataSets: [],
  provision: { effect: 'permit', exceptions: [] },
};

/** A data set alone, with no policies, grants or labels beside it. */
function onlyWith(statement: DataSetStatement): StatementsInForce {
  const effects = statement.consentRequired ? [consented] : [];
  const one: ClassStatements = { class: draftClass, isMetadata: false, dataSets: [draftKey], effects };
  return {
    dataSets: new Map([[draftKey, statement]]),
    classes: [one],
    policies: [],
    grants: [],
    revoked: new Set(),
  };
}

export function previewOf(
  statement: DataSetStatement,
  asker: AccessContext,
  now: number,
  means: DecisionMeans = {},
): Preview {
  const statements = onlyWith(statement);
  const decision = decide(asker, statements, now, means);
  const level = grantedBy(decision, draftClass);
  const disclosure = decision.counts.get(draftClass) ?? decision.exists.get(draftClass);
  const profile = decision.deidentified.get(draftClass);
  const given = level === 'none' ? [] : (decision.obligations.get(draftClass) ?? []);
  return {
    level,
    ...(disclosure === undefined ? {} : { disclosure }),
    ...(profile === undefined ? {} : { profile }),
    consentRequired: statement.consentRequired,
    obligations: given,
    reasons: explain(asker, statements, draftClass, now, means),
    beyond: beyondOf(statement, level, evaluationOf(asker, now, means.isBelow)),
  };
}

/** Offers above what is given. The same level may be offered to several audiences: each is a way to it. */
function beyondOf(statement: DataSetStatement, given: Granularity, evaluation: Evaluation): Preview['beyond'] {
  const closed = statement.closed.map((because): Missing => ({ kind: 'closed', because, outcome: 'deny' }));
  const ways = statement.offers
    .filter(({ level }) => rankOf(level) > rankOf(given))
    .map((offer) => {
      const isUse = granularities.indexOf(offer.level) >= granularities.indexOf('aggregate');
      const asked = isUse ? statement.requirements : statement.requirements.filter(isDated);
      return {
        level: offer.level,
        missing: [
          ...closed,
          ...[...asked, ...offer.audience].flatMap((requirement) => unmet(requirement, evaluation)),
          ...(isUse ? unmetDataUse(statement, evaluation) : []),
        ],
      };
    });
  // Nothing is offered to anyone, and why.
  if (ways.length === 0 && given === 'none' && closed.length > 0) return [{ level: 'none', missing: closed }];
  return ways;
}

const isDated = ({ kind }: Requirement): boolean => kind === 'not-before' || kind === 'not-after';

function unmet(requirement: Requirement, evaluation: Evaluation): Missing[] {
  const outcome = requirementOutcome(requirement, evaluation);
  return outcome === 'permit' ? [] : [{ kind: 'requirement', requirement, outcome }];
}

function unmetDataUse({ dataUse }: DataSetStatement, evaluation: Evaluation): Missing[] {
  if (dataUse.length === 0) return [];
  return matchDataUse(dataUse, evaluation).flatMap(({ outcome, text }): Missing[] =>
    outcome === 'permit' ? [] : [{ kind: 'data-use', term: text, outcome }],
  );
}

/** Kinds of askers that a steward has in mind. None of them is a person. */
export const askerKinds = ['anonymous', 'researcher', 'commercial', 'clinician', 'committee', 'steward'] as const;
export type AskerKind = (typeof askerKinds)[number];

const nothing = { readAll: false, write: false };
const purpose = (code: string): string => `${canonical.actReason}|${code}`;
const someone = (id: string): AccessContext['subject'] => ({ kind: 'person', issuer: 'urn:fairway:preview', id });

/** A visa of GA4GH's registered researchers. https://ga4gh.github.io/data-security/ga4gh-passport#researcherstatus */
const registered = {
  type: 'ResearcherStatus',
  value: 'https://doi.org/10.1038/s41431-018-0219-y',
  source: 'urn:fairway:preview',
  by: 'so',
  asserted: 0,
  expires: Number.POSITIVE_INFINITY,
};

/** An asker of the kind; a member of the committee is one of those that the statement names. */
export function askerOfKind(kind: AskerKind, statement: DataSetStatement): AccessContext {
  switch (kind) {
    case 'anonymous':
      return { subject: { kind: 'anonymous' }, rights: nothing };
    case 'researcher':
    case 'commercial':
      return {
        subject: someone(kind),
        rights: nothing,
        visas: [registered],
        purposes: [purpose('HRESCH')],
        research: { kinds: ['health'], diseases: [], commercial: kind === 'commercial' },
        forProfit: kind === 'commercial',
      };
    case 'clinician':
      return { subject: someone(kind), rights: nothing, purposes: [purpose('TREAT')], forProfit: false };
    case 'committee':
      return { subject: someone(kind), rights: { ...nothing, committees: committeesOf(statement) } };
    case 'steward':
      return { subject: someone(kind), rights: { ...nothing, readAll: true, steward: true } };
  }
}

function committeesOf({ requirements, offers }: DataSetStatement): string[] {
  const all = [...requirements, ...offers.flatMap(({ audience }) => audience)];
  return [...new Set(all.flatMap((one) => (one.kind === 'committee' ? [one.committee] : [])))];
}
