/** Whatever stands in Accept is read without harm, and what is well formed as it is meant. https://www.rfc-editor.org/rfc/rfc9110#name-accept */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mediaRangesOf } from './accept.ts';

const token = fc.stringMatching(/^[a-z0-9.+-]{1,8}$/);
const range = fc.record({
  type: fc.oneof(
    fc.tuple(token, token).map(([one, other]) => `${one}/${other}`),
    token.map((one) => `${one}/*`),
    fc.constant('*/*'),
  ),
  quality: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
  space: fc.constantFrom('', ' ', '\t'),
  isUpper: fc.boolean(),
});

test('media types keep their order, their case does not matter, and one without a quality is wanted wholly', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), (ranges) => {
      const header = ranges
        .map(({ type, quality, space, isUpper }) => {
          const q = quality === undefined ? '' : `;${space}q=${(quality / 1000).toFixed(3)}`;
          return `${space}${isUpper ? type.toUpperCase() : type}${space}${q}`;
        })
        .join(',');
      expect(mediaRangesOf(header)).toEqual(
        ranges.map(({ type, quality = 1000 }) => ({ type, quality: quality / 1000 })),
      );
    }),
  );
});

test('whatever a client sends gives qualities from 0 to 1', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, quality) => {
      for (const one of [...mediaRangesOf(text), ...mediaRangesOf(`text/html;q=${quality}`)]) {
        expect(one.type).not.toBe('');
        expect(one.quality).toBeGreaterThanOrEqual(0);
        expect(one.quality).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('a quality that cannot be read wants nothing', () => {
  for (const stated of ['', 'x', '-1', '2', '1.5', '1e0', 'infinity', 'nan'])
    expect(mediaRangesOf(`text/html;q=${stated}`)).toEqual([{ type: 'text/html', quality: 0 }]);
});
