/** Decides what is told of a set of persons, given what was told of others before. See docs/adr/0012-counts.md */
import type { PersonSet, ReleasedSet, Rules } from './model.ts';
import { type Chance, numberFor, rounded } from './rounding.ts';
import { difference, largestDifference, Span } from './sketch.ts';

/** What was told before. */
export interface Earlier {
  /** the window that it is */
  period: number;
  /** everything that was asked about the group of data sets, by anyone */
  all: readonly ReleasedSet[];
  /** of `all` what this asker was given, or may have been given under another name; sets that got their own number */
  own: readonly ReleasedSet[];
  /** answers to `own` that may follow from others of them */
  redundant: number;
  /** questions of this window that one number may answer beside its own */
  alike: number;
}

export interface Release {
  /** absent: withheld */
  told?: number;
  root?: number;
  isFresh: boolean;
}

const withheld: Release = { isFresh: false };

/** Pure: the same set after the same answers gets the same. */
export function release(set: PersonSet, rules: Rules, earlier: Earlier, chance: Chance): Release {
  const { threshold } = rules;
  const near = Math.min(threshold, largestDifference);
  const nearest = nearestOf(set, rules, earlier, near);
  if (nearest !== undefined) return alike(set, nearest, rules, earlier);
  // The rule of the threshold is the same once more: few persons are between this set and the empty one.
  if (set.persons < threshold || isDominated(set, rules)) return withheld;
  const derived = derivedOf(set, earlier.own, near);
  if (derived !== undefined) return derived < threshold ? withheld : { told: derived, isFresh: false };
  if (isAveraging(set, earlier)) return withheld;
  return { told: numberFor(set, rules, chance), isFresh: true };
}

/** One person adds more than all others: then the number is about that person. */
function isDominated({ largest, size }: PersonSet, { threshold }: Rules): boolean {
  return threshold > 1 && largest * 2 > size;
}

/** The set with the fewest persons between it and this one, if they are fewer than `near`. */
function nearestOf(
  set: PersonSet,
  { threshold }: Rules,
  { all, period }: Earlier,
  near: number,
): ReleasedSet | undefined {
  let nearest: ReleasedSet | undefined;
  let least = near;
  for (const one of all) {
    // What got the number of another stands for its window only: else a slow change would never show.
    if (one.root !== undefined && one.period !== period) continue;
    // A stricter rule withheld it: this one does not.
    if (one.told === undefined && one.threshold > threshold) continue;
    // Few are near to all that are not many; half as near is enough to hide who makes them enough.
    const isFew = one.told === undefined && one.size < threshold;
    const reach = isFew ? Math.min(least, Math.max(2, Math.ceil(near / 2))) : least;
    const between = difference(set.sketch, one.sketch, reach);
    if (between >= reach) continue;
    nearest = one;
    least = between;
    if (least === 0) break;
  }
  return nearest;
}

/**
 * The answer of a set that is almost this one, so that nobody sees whether there is a difference. Step by step one could
 * walk far away from what the number was made for, so it is given so many times only: to questions, and not up to a
 * distance, of which one person could be seen to make the last bit.
 */
function alike(set: PersonSet, nearest: ReleasedSet, rules: Rules, { all, period, alike: most }: Earlier): Release {
  const { told, threshold } = nearest;
  const root = nearest.root ?? nearest.id;
  // A milder rule told it, and this one would not.
  const isTooFew = threshold < rules.threshold && set.persons < rules.threshold;
  const given = all.filter((one) => one.period === period && one.root === root).length;
  if (told === undefined || isTooFew || given >= most) return { root, isFresh: false };
  return { told: rounded(told, rules.rounding), root, isFresh: false };
}

/**
 * What two earlier answers tell of a set that is their sum or difference but for a few persons: nothing new is told then,
 * neither that there are such persons nor that there are none.
 */
function derivedOf(set: PersonSet, own: readonly ReleasedSet[], near: number): number | undefined {
  const slack = 2 * near * set.largest;
  for (let at = 1; at < own.length; at++) {
    const one = own[at]!;
    for (let before = 0; before < at; before++) {
      const other = own[before]!;
      const isSum = Math.abs(one.size + other.size - set.size) < slack;
      const isRest = Math.abs(Math.abs(one.size - other.size) - set.size) < slack;
      if (!isSum && !isRest) continue;
      if (difference(set.sketch, one.sketch, near, other.sketch) >= near) continue;
      return isSum ? one.told! + other.told! : Math.abs(one.told! - other.told!);
    }
  }
  return undefined;
}

/** Each answer that follows from others is one more sample of the same number; many of them are an average. */
function isAveraging({ sketch }: PersonSet, { own, redundant }: Earlier): boolean {
  const span = new Span();
  for (const one of own) if (one.isFresh) span.add(one.sketch);
  return span.dependent >= redundant && span.spans(sketch);
}
