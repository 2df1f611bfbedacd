/** Prefixes of ordered values and the ranges they mean. https://hl7.org/fhir/R4B/search.html#prefix */
import type { RangeTest } from '../tree.ts';

const prefixes = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'] as const;
export type Prefix = (typeof prefixes)[number];

/** Takes the prefix off; `eq` when there is none. */
export function splitPrefix(text: string): { prefix: Prefix; rest: string } {
  const prefix = prefixes.find((one) => text.startsWith(one));
  return prefix === undefined ? { prefix: 'eq', rest: text } : { prefix, rest: text.slice(2) };
}

/**
 * The tests of a stored half-open range `[low, high)` against an asked one. Alternatives: one of them must hold.
 * For several values of one resource each is tested alone: `ne` finds a resource with any value outside the asked range.
 */
export function intervalTests(
  prefix: Prefix,
  low: number,
  high: number,
  about: { low: number; high: number },
): RangeTest[] {
  switch (prefix) {
    case 'eq':
      return [{ lowAtLeast: low, highAtMost: high }];
    case 'ne':
      return [{ lowBelow: low }, { highAbove: high }];
    case 'gt':
      return [{ highAbove: high }];
    case 'lt':
      return [{ lowBelow: low }];
    case 'ge':
      return [{ highAbove: high }, { lowAtLeast: low, highAtMost: high }];
    case 'le':
      return [{ lowBelow: low }, { lowAtLeast: low, highAtMost: high }];
    case 'sa':
      return [{ lowAtLeast: high }];
    case 'eb':
      return [{ highAtMost: low }];
    case 'ap':
      return [{ lowBelow: about.high, highAbove: about.low }];
  }
}
