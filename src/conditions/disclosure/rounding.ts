/** The number that is told for a set: with noise where the data set asks for it, rounded; the same for the same set, always. */
import { createHmac } from 'node:crypto';
import type { PersonSet, Rules } from './model.ts';

/** A number from 0 to 1 (both excluded) that belongs to the set. */
export type Chance = (fingerprint: string) => number;

/** Chances that nobody can foresee who does not know the secret. */
export function chanceOf(secret: string): Chance {
  return (fingerprint) => {
    const bytes = createHmac('sha256', secret).update(fingerprint).digest();
    return (Number(bytes.readBigUInt64BE(0) >> 11n) + 0.5) / 2 ** 53;
  };
}

export function numberFor(set: PersonSet, rules: Rules, chance: Chance): number {
  const { threshold, rounding, epsilon } = rules;
  const noise = epsilon === undefined ? 0 : laplace(chance(set.fingerprint), set.largest / epsilon);
  // What was found to be enough is not told as too few.
  return Math.max(rounded(set.size + noise, rounding), Math.ceil(threshold / rounding) * rounding);
}

export const rounded = (number: number, rounding: number): number => Math.round(number / rounding) * rounding;

/** https://en.wikipedia.org/wiki/Laplace_distribution#Generating_values_from_the_Laplace_distribution */
function laplace(chance: number, scale: number): number {
  const centred = chance - 0.5;
  return -scale * Math.sign(centred) * Math.log(1 - 2 * Math.abs(centred));
}
