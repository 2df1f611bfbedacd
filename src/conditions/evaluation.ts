/** One evaluation of statements for one context: what is known of the asker, until when it holds, and the reasons where they are asked for. See docs/adr/0010. */
import type { Granularity } from '../fhir/canonical.ts';
import type { AccessContext } from './access-context.ts';
import type { Reason, ReasonKind } from './model.ts';

export type Outcome = 'permit' | 'deny' | 'needs-person';

/** Whether a code is below another in its code system (or the same). */
export type IsBelow = (code: string, ancestor: string) => boolean;

/** Carried through one evaluation. `until` and `reasons` are written to as it goes. */
export interface Evaluation {
  readonly context: AccessContext;
  readonly now: number;
  readonly isBelow: IsBelow;
  /** identifiers of the asker and of the institutions that they belong to */
  readonly identities: ReadonlySet<string>;
  /** the next moment at which something that was looked at changes */
  until: number;
  /** present when reasons are asked for */
  readonly reasons?: Reason[];
}

export function evaluationOf(context: AccessContext, now: number, isBelow?: IsBelow, reasons?: Reason[]): Evaluation {
  return {
    context,
    now,
    // An error in looking up a hierarchy must not become a permission.
    isBelow: (code, ancestor) => {
      if (code === ancestor) return true;
      try {
        return isBelow?.(code, ancestor) === true;
      } catch {
        return false;
      }
    },
    identities: identitiesOf(context),
    until: Number.POSITIVE_INFINITY,
    ...(reasons === undefined ? {} : { reasons }),
  };
}

/** Remembers that something changes at `moment`, if that is yet to come. */
export function changesAt(evaluation: Evaluation, moment: number): void {
  if (moment > evaluation.now && moment < evaluation.until) evaluation.until = moment;
}

/** Whether now lies in the period, both ends of which belong to it. */
export function isDuring(evaluation: Evaluation, { from, to }: { from?: number; to?: number }): boolean {
  if (from !== undefined) changesAt(evaluation, from);
  if (to !== undefined) changesAt(evaluation, to + 1);
  return (from === undefined || from <= evaluation.now) && (to === undefined || evaluation.now <= to);
}

/** What a reason is about, and what it is asked for. */
export interface About {
  kind: ReasonKind;
  source: string;
  /** where it is asked for one offer */
  offer?: Granularity | undefined;
  /** what the asker has of what is asked */
  has?: (() => readonly string[]) | undefined;
}

/** States a reason where reasons are asked for; the texts are only made then. */
export function note(evaluation: Evaluation, about: About, outcome: Reason['outcome'], text: () => string): void {
  if (evaluation.reasons === undefined) return;
  const { kind, source, offer, has } = about;
  evaluation.reasons.push({
    source,
    outcome,
    text: text(),
    kind,
    ...(offer === undefined ? {} : { offer }),
    ...(has === undefined ? {} : { has: has() }),
  });
}

/** Deny overrides, then whatever needs a person. Only for demands that were found: an empty list demands nothing. */
export function strictest(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes('deny')) return 'deny';
  return outcomes.includes('needs-person') ? 'needs-person' : 'permit';
}

/** Identifiers by which actors and recipients may name the asker. */
function identitiesOf(context: AccessContext): ReadonlySet<string> {
  const { subject, affiliations = [] } = context;
  switch (subject.kind) {
    case 'anonymous':
      return new Set();
    case 'service':
      return new Set([...affiliations, subject.name, `service ${subject.name}`]);
    case 'person':
      return new Set([
        ...affiliations,
        `${subject.issuer}|${subject.id}`,
        `person ${subject.issuer} ${subject.id}`,
        ...(subject.patient === undefined ? [] : [`Patient/${subject.patient}`]),
      ]);
  }
}
