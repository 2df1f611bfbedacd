/** Counts what the asker may read exactly, and what may only be counted as its data sets allow. */
import type { Disclosure } from '../conditions/model.ts';
import { classesOfViews } from '../search/index.ts';
import type { Search } from '../search/tree.ts';
import { holdStill } from './holding.ts';
import type { ReadingMeans } from './reading.ts';
import { countOf, fillIn } from './searching.ts';

export async function countDisclosed(search: Search, means: ReadingMeans): Promise<DisclosedCount> {
  const [count] = await holdStill(means.decision, async (at) => {
    const { all, plain } = at.views('s');
    const records = classesOfViews(all);
    const open = await countOf(means, await fillIn(search, all, means), records);
    const { counts } = at.decision;
    if (records === 'all' || counts.size === 0) return { epoch: open.epoch, found: { total: open.found } };
    const both = [...records, ...counts.keys()];
    const view = { ...plain, classes: both };
    const whole = await countOf(means, await fillIn(search, [view], means), both);
    const threshold = Math.max(...[...counts.values()].map((one) => one.threshold));
    const rounding = Math.max(...[...counts.values()].map((one) => one.rounding));
    return {
      epoch: Math.max(open.epoch, whole.epoch),
      found: disclose(open.found, whole.found, { threshold, rounding }),
    };
  });
  return count;
}

/** A count as it may be told. */
export interface DisclosedCount {
  total: number;
  /** present when the number is not exact */
  disclosure?: Disclosure & { suppressed: boolean };
}

function disclose(open: number, all: number, { threshold, rounding }: Disclosure): DisclosedCount {
  const rest = all - open;
  // Zero is withheld like any small number: "none" about one person is as telling as "one".
  if (rest < threshold) return { total: open, disclosure: { threshold, rounding, suppressed: true } };
  const total = open + Math.round(rest / rounding) * rounding;
  return { total, disclosure: { threshold, rounding, suppressed: false } };
}
