/** Turns ranges of one UCUM unit into those of the units that occur. https://ucum.org/ucum */
import { UcumLhcUtils } from '@lhncbc/ucum-lhc';
import { type Hash, systemKey } from '../search/index-rows.ts';
import { ucumSystem } from '../search/parameter/quantity.ts';
import type { QuantityTest, RangeTest } from '../search/tree.ts';

let utils: ReturnType<typeof UcumLhcUtils.getInstance> | undefined;

/** The asked range in every one of `units` that measures the same; always in `asked` itself. */
export function inUnits(range: RangeTest, asked: string, units: readonly string[], hash: Hash): QuantityTest[] {
  const system = systemKey(hash, ucumSystem);
  const ranges: QuantityTest[] = [{ ...range, system, code: hash(asked) }];
  for (const unit of units) {
    const convert = unit === asked ? undefined : conversion(asked, unit);
    if (convert !== undefined) ranges.push({ ...mapRange(range, convert), system, code: hash(unit) });
  }
  return ranges;
}

function mapRange(range: RangeTest, convert: (value: number) => number): RangeTest {
  return Object.fromEntries(Object.entries(range).map(([bound, value]) => [bound, convert(value as number)])); // bounds are numbers
}

/** Pairs of units that were looked at; units are few. */
const known = new Map<string, ((value: number) => number) | undefined>();

/** Units differ by a factor, temperatures by an offset too: two points tell both. */
function conversion(from: string, to: string): ((value: number) => number) | undefined {
  const pair = `${from} ${to}`;
  if (known.has(pair)) return known.get(pair);
  utils ??= UcumLhcUtils.getInstance();
  const at = (value: number): number | undefined => {
    const result = utils!.convertUnitTo(from, value, to);
    return result.status === 'succeeded' && typeof result.toVal === 'number' ? result.toVal : undefined;
  };
  const [one, two, three] = [at(1), at(2), at(3)];
  const isLinear =
    one !== undefined &&
    two !== undefined &&
    three !== undefined &&
    Math.abs(three - two - (two - one)) <= 1e-9 * Math.abs(three);
  const convert = isLinear && two > one ? linear(one, two) : undefined;
  if (known.size < 10_000) known.set(pair, convert);
  return convert;
}

/** The line through 1 -> one and 2 -> two. Digits beyond the fifteenth are noise of the conversion: 5.4 mg is 0.0054 g. */
function linear(one: number, two: number): (value: number) => number {
  const factor = two - one;
  const offset = Math.abs(one - factor) < 1e-12 * Math.abs(one) ? 0 : one - factor;
  return (value) => (Number.isFinite(value) ? Number((offset + value * factor).toPrecision(15)) : value);
}
