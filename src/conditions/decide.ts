/** Decides what an asker may have, from the statements in force: pure, deny by default. See docs/adr/0003. */
import type { PermittedClasses } from '../search/tree.ts';
import type { AccessContext } from './access-context.ts';
import type { DataSetStatement } from './statement.ts';

/** A class of resources and the data sets that contain them. Class 0 is data in none, class 1 is metadata. */
export interface ClassStatements {
  class: number;
  statements: readonly DataSetStatement[];
}

/** What a context may have. */
export interface Decision {
  /** classes whose records may be read, searched, sorted, included */
  records: PermittedClasses;
  /** classes that may be counted but not read; never overlaps `records` */
  counts: readonly number[];
  /** how counts that rest on `counts` are disclosed: the strictest of what their data sets state */
  disclosure: { threshold: number; rounding: number };
  write: boolean;
}

const metadataClass = 1;

/** Every class is closed until some data set that contains it grants something. */
export function decide(context: AccessContext, classes: readonly ClassStatements[]): Decision {
  const disclosure = { threshold: 1, rounding: 1 };
  if (context.rights.readAll) return { records: 'all', counts: [], disclosure, write: context.rights.write };
  const records = [metadataClass];
  const counts: number[] = [];
  for (const one of classes) {
    if (one.statements.some((statement) => statement.open === 'record')) {
      records.push(one.class);
      continue;
    }
    const counted = one.statements.filter((statement) => statement.open === 'count');
    if (counted.length === 0) continue;
    counts.push(one.class);
    disclosure.threshold = Math.max(disclosure.threshold, ...counted.map((statement) => statement.threshold));
    disclosure.rounding = Math.max(disclosure.rounding, ...counted.map((statement) => statement.rounding));
  }
  return { records, counts, disclosure, write: context.rights.write };
}

/** A count as it may be told. */
export interface DisclosedCount {
  /** absent when nothing may be said of the amount */
  total: number;
  /** present when the number is not exact */
  disclosure?: { threshold: number; rounding: number; suppressed: boolean };
}

/**
 * Joins the exact count of what may be read with the disturbed count of what may only be counted.
 * `open` counts what `records` alone give; `all` what `records` and `counts` together give.
 */
export function disclose(open: number, all: number, decision: Decision): DisclosedCount {
  if (decision.counts.length === 0) return { total: open };
  const { threshold, rounding } = decision.disclosure;
  const rest = all - open;
  // Zero is withheld like any small number: "none" about one person is as telling as "one".
  if (rest < threshold) return { total: open, disclosure: { threshold, rounding, suppressed: true } };
  return {
    total: open + Math.round(rest / rounding) * rounding,
    disclosure: { threshold, rounding, suppressed: false },
  };
}
