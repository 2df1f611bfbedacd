/** Remembers the decision for one asker until the statements change. See docs/adr/0003. */
import type { AccessContext } from '../conditions/access-context.ts';
import { type Decision, decide } from '../conditions/decide.ts';
import { groupClasses } from '../conditions/disclosure/group.ts';
import type { DataSetStatement } from '../conditions/statement.ts';
import type { PermittedClasses } from '../search/tree.ts';
import type { Statements } from '../store/statement.ts';
import type { Store } from '../store/store.ts';

/** A decision and the epoch of the statements that it rests on. */
export interface StandingDecision {
  decision: Decision;
  epoch: number;
  permits(accessClass: number): boolean;
  /** the group of data sets that a class belongs to */
  groupOf(accessClass: number): string;
}

/** Decisions of one context. `at` gives one that rests on the statements of `epoch` or newer ones. */
export interface DecisionMemory {
  at(epoch: number): StandingDecision | Promise<StandingDecision>;
  /** whatever is newest here; a query made with it tells whether it still holds */
  latest(): StandingDecision | Promise<StandingDecision>;
}

export function rememberDecisions(store: Store, context: AccessContext): DecisionMemory {
  let standing: StandingDecision | undefined;
  const renew = async (epoch: number): Promise<StandingDecision> => {
    const statements = await store.statements(epoch);
    if (standing === undefined || standing.epoch < statements.epoch) standing = stand(context, statements);
    return standing;
  };
  return {
    at: (epoch) => (standing !== undefined && standing.epoch >= epoch ? standing : renew(epoch)),
    latest: () => standing ?? renew(0),
  };
}

function stand(context: AccessContext, statements: Statements): StandingDecision {
  const parsed = new Map<string, DataSetStatement>();
  // Statements are written by statementOf (conditions) only, so what is read here has its shape.
  for (const [key, text] of statements.dataSets) parsed.set(key, JSON.parse(text) as DataSetStatement);
  const classes = statements.classes.map((one) => ({
    class: one.class,
    statements: one.dataSets.map((key) => parsed.get(key)).filter((statement) => statement !== undefined),
  }));
  const decision = decide(context, classes);
  const groups = groupClasses(statements.classes);
  const groupOf = (accessClass: number): string => groups.get(accessClass) ?? '';
  return { decision, epoch: statements.epoch, permits: permitsBy(decision.records), groupOf };
}

function permitsBy(permitted: PermittedClasses): (accessClass: number) => boolean {
  if (permitted === 'all') return () => true;
  const set = new Set(permitted);
  return (accessClass) => set.has(accessClass);
}
