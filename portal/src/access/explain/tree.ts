/** Arranges the reasons of a decision as a tree: who states something, for what, and on which condition. See docs/reference/explain.md */
import type { Reason } from './decision.ts';

export interface Branch {
  /** who states it, a reason of its own, or all that is asked whatever the use */
  readonly label:
    | { readonly kind: 'source'; readonly source: string }
    | { readonly kind: 'reason'; readonly reason: Reason }
    | { readonly kind: 'always' };
  readonly outcome: string;
  readonly below: readonly Branch[];
}

/** Deny overrides; what needs a person or is not fulfilled comes next; what permits only helps; what does not apply is last. */
const weights: Readonly<Record<string, number>> = { deny: 0, 'needs-person': 1, permit: 2, 'not-applicable': 3 };
const weightOf = ({ outcome }: { outcome: string }): number => weights[outcome] ?? 1;
const sorted = (branches: readonly Branch[]): Branch[] =>
  branches.toSorted((one, other) => weightOf(one) - weightOf(other));

/** The reasons without the decision itself, which stands above them. */
export function treeOf(reasons: readonly Reason[]): Branch[] {
  const bySource = new Map<string, Reason[]>();
  for (const reason of reasons) {
    if (reason.kind === 'decision' || (reason.kind === undefined && reason.source === 'decision')) continue;
    bySource.set(reason.source, [...(bySource.get(reason.source) ?? []), reason]);
  }
  return sorted([...bySource].map(([source, stated]) => sourceBranch(source, stated)));
}

function sourceBranch(source: string, stated: readonly Reason[]): Branch {
  const isOffer = ({ kind }: Reason): boolean => kind === 'offer';
  const offers = stated.filter(isOffer).map((reason): Branch => {
    const asked = stated.filter((one) => !isOffer(one) && one.offer !== undefined && one.offer === reason.offer);
    return { label: { kind: 'reason', reason }, outcome: reason.outcome, below: sorted(asked.map(leaf)) };
  });
  const others = stated.filter((one) => !isOffer(one) && one.offer === undefined).map(leaf);
  if (offers.length === 0) return branchOf(source, sorted(others), strictest(others));
  const always: Branch[] =
    others.length === 0 ? [] : [{ label: { kind: 'always' }, outcome: strictest(others), below: sorted(others) }];
  // A data set gives what its best offer gives, unless it is closed or out of its dates.
  const isShut = stated.some(({ kind, outcome }) => shutting.has(kind ?? '') && outcome === 'deny');
  const isOpen = !isShut && offers.some(({ outcome }) => outcome === 'permit');
  return branchOf(source, [...offers, ...always], isOpen ? 'permit' : strictest([...offers, ...always]));
}

const shutting = new Set(['closed', 'not-before', 'not-after']);

const branchOf = (source: string, below: readonly Branch[], outcome: string): Branch => ({
  label: { kind: 'source', source },
  outcome,
  below,
});
const leaf = (reason: Reason): Branch => ({ label: { kind: 'reason', reason }, outcome: reason.outcome, below: [] });

/** What does not apply says nothing. */
function strictest(branches: readonly Branch[]): string {
  const [first] = sorted(branches);
  return first?.outcome ?? 'not-applicable';
}
