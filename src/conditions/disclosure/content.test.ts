/** What is told of sets of persons in summaries. See docs/guarantees/content-summaries.md */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDue, namedFrom, type ToldSet, tell, tellResources, tellShare, withheldDrift } from './content.ts';

const rules = fc.record({ threshold: fc.integer({ min: 2, max: 50 }), rounding: fc.integer({ min: 1, max: 50 }) });
const patients = fc.nat({ max: 200 });

test('fewer than the threshold are never told, and what is told is a multiple of the rounding', () => {
  fc.assert(
    fc.property(rules, patients, (given, count) => {
      const { told } = tell({ patients: count, drift: count }, [], given);
      if (count < given.threshold) expect(told).toBeUndefined();
      else expect(told! % given.rounding).toBe(0);
    }),
  );
});

test('a set that hardly differs from one that was told gets its number, and is as far from it as that', () => {
  fc.assert(
    fc.property(
      rules,
      patients,
      fc.array(fc.record({ base: patients, told: patients }), { maxLength: 5 }),
      (given, count, others) => {
        fc.pre(count >= given.threshold);
        const near = others.filter(({ base }) => Math.abs(base - count) < withheldDrift(given.threshold));
        const sets = others.map((one): ToldSet => ({ ...one, patients: one.base, drift: 0 }));
        const { told, base } = tell({ patients: count, drift: 0 }, sets, given);
        if (near.length === 0) expect(base).toBe(count);
        else expect(near).toContainEqual({ base, told });
        expect(Math.abs(base - count)).toBeLessThan(withheldDrift(given.threshold));
      },
    ),
  );
});

test('what is withheld is near nothing', () => {
  const withheld = { patients: 9, drift: 0, base: 9 };
  expect(tell({ patients: 10, drift: 10 }, [withheld], { threshold: 10, rounding: 10 })).toEqual({
    told: 10,
    base: 10,
  });
});

test('a set is due when so many came and went as the threshold says, and half as many where it is withheld', () => {
  const due = (drift: number, told?: number) =>
    isDue({ patients: 30, drift, base: 20, ...(told === undefined ? {} : { told }) }, { threshold: 10, rounding: 1 });
  expect([due(9, 20), due(10, 20), due(4), due(5)]).toEqual([false, true, false, true]);
});

test('where there is no threshold numbers are exact and always due', () => {
  const exact = { threshold: 1, rounding: 1 };
  expect(tell({ patients: 3, drift: 1 }, [{ patients: 3, drift: 0, base: 4, told: 4 }], exact).told).toBe(3);
  expect(tell({ patients: 0, drift: 1 }, [], exact).told).toBeUndefined();
  expect(isDue({ patients: 3, drift: 0, told: 2 }, exact)).toBe(true);
  expect(isDue({ patients: 3, drift: 0, told: 3 }, exact)).toBe(false);
  expect(isDue({ patients: 0, drift: 0 }, exact)).toBe(false);
  expect([tellResources(17, 17, exact), tellShare(1, 3, exact), namedFrom(1)]).toEqual([17, 33, 1]);
});

test('what is not named is had by fewer than the number that is stated, whatever came and went', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 50 }), (threshold) => {
      // The most that was withheld, and the most that may have come since.
      expect(threshold - 1 + withheldDrift(threshold) - 1).toBeLessThan(namedFrom(threshold));
      expect(withheldDrift(threshold)).toBeGreaterThan(1);
    }),
  );
});

test('numbers of resources have two digits, and none where one person has most of them', () => {
  const given = { threshold: 10, rounding: 10 };
  expect(tellResources(12_345, 100, given)).toBe(12_000);
  expect(tellResources(46, 20, given)).toBe(50);
  expect(tellResources(46, 24, given)).toBeUndefined();
  expect(tellShare(2, 3, given)).toBe(65);
});
