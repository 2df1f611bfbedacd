/** Prefixes mean what the specification says, for any date and number. https://hl7.org/fhir/R4B/search.html#prefix */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openHigh, openLow } from '../index-rows.ts';
import { inRange } from '../match.ts';
import { dateTests } from './date.ts';
import { decimalTests } from './number.ts';

describe('prefixes, against their definition', () => {
  const day = fc.integer({ min: 0, max: 40_000 }).map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
  const precise = fc.tuple(day, fc.constantFrom(4, 7, 10)).map(([text, length]) => text.slice(0, length));
  const rangeOf = (text: string): [number, number] => {
    const start = Date.parse(text.length === 4 ? `${text}-01-01` : text.length === 7 ? `${text}-01` : text);
    const end = new Date(start);
    if (text.length === 4) end.setUTCFullYear(end.getUTCFullYear() + 1);
    else if (text.length === 7) end.setUTCMonth(end.getUTCMonth() + 1);
    else end.setUTCDate(end.getUTCDate() + 1);
    return [start, end.getTime()];
  };
  const definition: Record<string, (v: [number, number], q: [number, number]) => boolean> = {
    eq: (v, q) => v[0] >= q[0] && v[1] <= q[1],
    ne: (v, q) => !(v[0] >= q[0] && v[1] <= q[1]),
    gt: (v, q) => v[1] > q[1],
    lt: (v, q) => v[0] < q[0],
    ge: (v, q) => v[1] > q[1] || (v[0] >= q[0] && v[1] <= q[1]),
    le: (v, q) => v[0] < q[0] || (v[0] >= q[0] && v[1] <= q[1]),
    sa: (v, q) => v[0] >= q[1],
    eb: (v, q) => v[1] <= q[0],
  };

  test('of dates', () => {
    fc.assert(
      fc.property(precise, precise, fc.constantFrom(...Object.keys(definition)), (value, asked, prefix) => {
        const [low, high] = rangeOf(value);
        const matched = dateTests(`${prefix}${asked}`, 'date', 0).some((one) => inRange({ low, high }, one));
        expect(matched).toBe(definition[prefix]!([low, high], rangeOf(asked)));
      }),
      { numRuns: 2000 },
    );
  });

  test('of numbers', () => {
    const decimal = fc
      .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: 0, max: 3 }))
      .map(([digits, scale]) => (digits / 10 ** scale).toFixed(scale));
    fc.assert(
      fc.property(decimal, decimal, fc.constantFrom('eq', 'ne', 'gt', 'lt', 'ge', 'le'), (value, asked, prefix) => {
        const number = Number(value);
        const half = 0.5 * 10 ** -(asked.split('.')[1]?.length ?? 0);
        const distance = number - Number(asked);
        fc.pre(Math.abs(Math.abs(distance) - half) > 1e-9); // on the edge binary fractions decide
        const expected: Record<string, boolean> = {
          eq: Math.abs(distance) < half,
          ne: Math.abs(distance) > half,
          gt: number > Number(asked),
          lt: number < Number(asked),
          ge: number >= Number(asked),
          le: number <= Number(asked),
        };
        expect(decimalTests(`${prefix}${asked}`, 'n').some((one) => inRange({ low: number, high: number }, one))).toBe(
          expected[prefix],
        );
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    '2020-02-30',
    '2020-13',
    '20',
    '2020-1-1',
    '2020-01-01T25:00Z',
    '2020-01-01T10:61Z',
    '2020-01-01T10',
    'x2020',
    '0000-00-00',
  ])('%s is no date', (text) => {
    expect(() => dateTests(text, 'date', 0)).toThrow('is no date');
  });

  test('fractions, zones and years below 100 are exact', () => {
    const only = (text: string) => dateTests(text, 'date', 0)[0]!;
    expect(only('2020-01-01T00:00:00.5Z')).toEqual({
      lowAtLeast: Date.parse('2020-01-01T00:00:00.500Z'),
      highAtMost: Date.parse('2020-01-01T00:00:00.600Z'),
    });
    expect(only('2020-01-01T00:00:00+01:30').lowAtLeast).toBe(Date.parse('2019-12-31T22:30:00Z'));
    expect(only('2020-01-01T00:00-05:00').highAtMost).toBe(Date.parse('2020-01-01T05:01:00Z'));
    expect(only('0050').lowAtLeast).toBe(Date.parse('0050-01-01T00:00:00Z'));
    expect([openLow < -1e15, openHigh > 1e15]).toEqual([true, true]);
  });
});
