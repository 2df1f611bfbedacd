/** Sketches never show more persons between two sets than there are, and tell sets apart that differ. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { difference, Span, sketchCells, sketchOf } from './sketch.ts';

const cells = fc.dictionary(fc.nat(sketchCells - 1).map(String), fc.integer({ min: 1, max: 255 }));
const sketch = cells.map((all) =>
  sketchOf(
    Object.entries(all)
      .map(([cell, value]) => Number(cell) * 256 + value)
      .join(','),
  ),
);
const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((one, at) => one ^ b[at]!);

test('nothing is an empty sketch', () => {
  expect(sketchOf(null).every((one) => one === 0)).toBe(true);
  expect(sketchOf('').every((one) => one === 0)).toBe(true);
  expect(sketchOf('257')[1]).toBe(1);
});

test('the difference counts the cells that differ, up to the limit', () => {
  fc.assert(
    fc.property(sketch, sketch, sketch, fc.integer({ min: 1, max: 50 }), (a, b, c, most) => {
      const differing = a.filter((one, at) => one !== b[at]).length;
      expect(difference(a, b, most)).toBe(Math.min(differing, most));
      expect(difference(a, b, most, c)).toBe(difference(xor(a, b), c, most));
      expect(difference(a, a, most)).toBe(0);
    }),
  );
});

test('a set follows from those it is made of, and from no others', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(sketchCells - 1), { minLength: 8, maxLength: 8 }), (chosen) => {
      // Cells 128 apart share a place of the folded vector.
      fc.pre(new Set(chosen.map((one) => one % 128)).size === chosen.length);
      const [a, b, c, d] = [0, 2, 4, 6].map((at) => sketchOf(`${chosen[at]! * 256 + 5},${chosen[at + 1]! * 256 + 9}`));
      const span = new Span();
      expect([span.add(a!), span.add(b!), span.add(c!)]).toEqual([false, false, false]);
      expect(span.spans(xor(xor(a!, b!), c!))).toBe(true);
      expect(span.spans(d!)).toBe(false);
      expect(span.dependent).toBe(0);
      expect(span.add(xor(a!, c!))).toBe(true);
      expect(span.dependent).toBe(1);
    }),
  );
});
