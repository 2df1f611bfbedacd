/** Remembers the decision for one asker until the statements change, or the next moment at which it must be made anew. See docs/adr/0010 and 0011. */
import type { AccessContext } from '../conditions/access-context.ts';
import { decide } from '../conditions/decision.ts';
import { groupClasses } from '../conditions/disclosure/group.ts';
import type { Decision } from '../conditions/model.ts';
import type { ScopeLetter } from '../conditions/scope.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Statements } from '../store/statement.ts';
import type { Store } from '../store/store.ts';
import { type Terms, termsByClass } from './terms.ts';
import { createViews, type ViewMeans, type Views } from './view.ts';

/** A decision and the epoch of the statements that it rests on. */
export interface StandingDecision {
  decision: Decision;
  statements: Statements;
  epoch: number;
  /** what the asker sees, for each thing to be done */
  views(letter: ScopeLetter): Views;
  /** what goes with resources of the class */
  termsOf(accessClass: number): Terms;
  /** the group of data sets that a class belongs to */
  groupOf(accessClass: number): string;
}

/** Decisions of one context. `at` gives one that rests on the statements of `epoch` or newer ones. */
export interface DecisionMemory {
  at(epoch: number): StandingDecision | Promise<StandingDecision>;
  /** whatever is newest here; a query made with it tells whether it still holds */
  latest(): StandingDecision | Promise<StandingDecision>;
  /** one that rests on the statements that hold at this moment: for what no query tells of, such as whether one may write */
  now(): Promise<StandingDecision>;
}

export function rememberDecisions(store: Store, context: AccessContext, means: ViewMeans): DecisionMemory {
  let standing: StandingDecision | undefined;
  const renew = async (epoch: number): Promise<StandingDecision> => {
    const statements = await store.statements(epoch);
    if (standing === undefined || standing.epoch < statements.epoch || isOver(standing)) {
      standing = stand(context, statements, means);
    }
    return standing;
  };
  const isOver = ({ decision }: StandingDecision): boolean => means.now() >= decision.until;
  const at = (epoch: number): StandingDecision | Promise<StandingDecision> =>
    standing !== undefined && standing.epoch >= epoch && !isOver(standing) ? standing : renew(epoch);
  return {
    at,
    now: async () => at(await store.epoch()),
    latest: () => (standing !== undefined && !isOver(standing) ? standing : renew(0)),
  };
}

function stand(context: AccessContext, statements: Statements, means: ViewMeans): StandingDecision {
  if (context.tokenId !== undefined && statements.revoked.has(context.tokenId)) {
    throw new FhirError('login', 'the token was revoked');
  }
  if (context.expires !== undefined && means.now() >= context.expires) {
    throw new FhirError('login', 'the token is no longer valid');
  }
  const decision = decide(context, statements, means.now(), statements);
  let groups: ReadonlyMap<number, string> | undefined;
  const byLetter = new Map<ScopeLetter, Views>();
  return {
    decision,
    statements,
    epoch: statements.epoch,
    termsOf: termsByClass(decision, context, statements, means.now()),
    groupOf: (accessClass) => (groups ??= groupClasses(statements.classes)).get(accessClass) ?? '',
    views(letter) {
      let views = byLetter.get(letter);
      if (views === undefined)
        byLetter.set(letter, (views = createViews(context, decision, statements, letter, means)));
      return views;
    },
  };
}
