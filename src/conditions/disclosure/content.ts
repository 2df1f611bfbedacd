/** How the numbers of a summary that is published again and again are told, so that no person shows between two of them. See docs/guarantees/content-summaries.md */
import type { ContentRules } from '../content-rules.ts';
import { rounded } from './rounding.ts';

/** A set of persons in a summary. */
export interface ToldSet {
  patients: number;
  /** persons between the set that was told and that of now */
  drift: number;
  /** persons of the set behind what was told; absent where nothing was told */
  base?: number;
  /** absent where it is withheld */
  told?: number;
}

type Rules = Pick<ContentRules, 'threshold' | 'rounding'>;

/** Persons who must have come or gone before something that is withheld is looked at again. */
export const withheldDrift = (threshold: number): number => Math.max(Math.ceil(threshold / 2), 2);

/** What fewer persons than this have may be missing from a summary. */
export const namedFrom = (threshold: number): number => (threshold <= 1 ? 1 : threshold + withheldDrift(threshold) - 1);

/** Whether so many persons came and went that the set is told anew. */
export function isDue({ patients, drift, told }: ToldSet, { threshold }: Rules): boolean {
  if (threshold <= 1) return told !== (patients === 0 ? undefined : patients);
  return drift >= (told === undefined ? withheldDrift(threshold) : threshold);
}

/** What is told of a set. `nested` are sets that lie within it or that it lies within. */
export function tell(
  { patients }: ToldSet,
  nested: Iterable<ToldSet>,
  { threshold, rounding }: Rules,
): { told: number | undefined; base: number } {
  if (patients < Math.max(threshold, 1)) return { told: undefined, base: patients };
  if (threshold <= 1) return { told: patients, base: patients };
  // Of two sets that few persons are between, both get one answer: else those few would be counted by their difference.
  const near = nearest(patients, nested);
  if (near !== undefined && Math.abs(patients - near.base) < withheldDrift(threshold)) return near;
  return { told: Math.max(rounded(patients, rounding), Math.ceil(threshold / rounding) * rounding), base: patients };
}

function nearest(patients: number, nested: Iterable<ToldSet>): { told: number; base: number } | undefined {
  let found: { told: number; base: number } | undefined;
  for (const { told, base } of nested) {
    if (told === undefined || base === undefined) continue;
    if (found === undefined || Math.abs(patients - base) < Math.abs(patients - found.base)) found = { told, base };
  }
  return found;
}

/** A number of resources as it may be told; undefined where most are of one person. */
export function tellResources(
  resources: number,
  mostOfOne: number,
  { threshold, rounding }: Rules,
): number | undefined {
  if (threshold <= 1) return resources;
  if (mostOfOne * 2 > resources) return undefined;
  // Two digits: what one person adds must not show.
  const step = Math.max(rounding, 10 ** (Math.floor(Math.log10(Math.max(resources, 1))) - 1));
  return rounded(resources, step);
}

/** A share in percent, as it may be told. */
export function tellShare(having: number, resources: number, { threshold }: Rules): number {
  const share = (having / resources) * 100;
  return threshold <= 1 ? Math.round(share) : rounded(share, 5);
}
