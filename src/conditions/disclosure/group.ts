/** Puts classes into groups of data sets that have persons in common, and finds the strictest rules of a group. See docs/adr/0012-counts.md */
import type { Disclosure } from '../model.ts';

/**
 * The name of the group of each class: data sets that share a class belong together, through others too. The same for
 * every asker, so that what one was told is known when another asks.
 */
export function groupClasses(
  classes: Iterable<{ class: number; dataSets: readonly string[] }>,
): ReadonlyMap<number, string> {
  const parent = new Map<string, string>();
  const rootOf = (name: string): string => {
    let at = name;
    while (parent.get(at) !== undefined && parent.get(at) !== at) at = parent.get(at)!;
    return at;
  };
  const all = [...classes];
  for (const { dataSets } of all) {
    for (const name of dataSets) {
      // The least name stands for all, so that the order of classes does not matter.
      const [least, other] = [rootOf(dataSets[0]!), rootOf(name)].sort();
      parent.set(other!, least!);
    }
  }
  return new Map(all.map((one) => [one.class, one.dataSets.length === 0 ? '' : rootOf(one.dataSets[0]!)]));
}

/** What holds where several rules do. `rules` must not be empty. */
export function strictest(rules: Iterable<Disclosure>): Disclosure {
  const all = [...rules];
  const epsilons = all.map(({ epsilon }) => epsilon).filter((one) => one !== undefined);
  return {
    threshold: Math.max(...all.map(({ threshold }) => threshold)),
    rounding: Math.max(...all.map(({ rounding }) => rounding)),
    ...(epsilons.length === 0 ? {} : { epsilon: Math.min(...epsilons) }),
  };
}
