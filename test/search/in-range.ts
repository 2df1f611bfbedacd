/** Whether a stored range passes a test, as the SQL of row-test.ts decides it. See docs/adr/0004-search-tree-and-sql.md */
import type { RangeTest } from '../../src/search/tree.ts';

export const inRange = (row: { low: number; high: number }, test: RangeTest): boolean =>
  (test.lowAtLeast === undefined || row.low >= test.lowAtLeast) &&
  (test.lowAbove === undefined || row.low > test.lowAbove) &&
  (test.lowBelow === undefined || row.low < test.lowBelow) &&
  (test.lowAtMost === undefined || row.low <= test.lowAtMost) &&
  (test.highAtLeast === undefined || row.high >= test.highAtLeast) &&
  (test.highAbove === undefined || row.high > test.highAbove) &&
  (test.highAtMost === undefined || row.high <= test.highAtMost) &&
  (test.highBelow === undefined || row.high < test.highBelow);
