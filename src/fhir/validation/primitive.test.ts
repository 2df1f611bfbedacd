/** Ranges and calendar of primitive values, over the whole of their space. https://hl7.org/fhir/R4B/datatypes.html#primitive */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadDefinitions } from '../definitions/load.ts';
import type { Json } from '../json.ts';
import { primitiveChecks } from './primitive.ts';

const checks = primitiveChecks(await loadDefinitions('R4B'));
const accepts = (type: string, value: Json): boolean => checks.get(type)!(value) === undefined;

const twoDigits = (value: number): string => String(value).padStart(2, '0');
const dateText = (year: number, month: number, day: number): string =>
  `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`;

/** The calendar of the JavaScript engine, which counts over the end of a month into the next. */
function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

describe('date', () => {
  // Drawn near the ends of months: elsewhere nothing can go wrong.
  const near = fc.tuple(
    fc.integer({ min: 1, max: 9999 }),
    fc.integer({ min: 0, max: 13 }),
    fc.integer({ min: 0, max: 32 }),
  );

  test('is accepted exactly when the calendar has it', () => {
    fc.assert(
      fc.property(near, ([year, month, day]) => {
        const isReal = month >= 1 && month <= 12 && day >= 1 && isDay(year, month, day);
        expect(accepts('date', dateText(year, month, day))).toBe(isReal);
      }),
      { numRuns: 2000 },
    );
  });

  test('is judged the same in dateTime and instant', () => {
    fc.assert(
      fc.property(near, fc.constantFrom('T00:00:00Z', 'T23:59:59.999+14:00'), ([year, month, day], time) => {
        const date = dateText(year, month, day);
        const expected = accepts('date', date);
        expect(accepts('dateTime', date + time)).toBe(expected);
        expect(accepts('instant', date + time)).toBe(expected);
      }),
    );
  });

  test.each(['2000-02-29', '2024-02-29', '2024', '2024-12'])('%s is one', (text) => {
    expect(accepts('date', text)).toBe(true);
  });

  test.each(['1900-02-29', '2023-02-29', '2024-04-31', '0000', '24-01-01', '2024-1-1', '2024-01-01T00:00:00Z'])(
    '%s is none',
    (text) => {
      expect(accepts('date', text)).toBe(false);
    },
  );

  test('with time needs seconds and a zone', () => {
    expect(accepts('dateTime', '2024-01-01T10:00:00')).toBe(false);
    expect(accepts('dateTime', '2024-01-01T10:00Z')).toBe(false);
    expect(accepts('dateTime', '2024-01-01T24:00:00Z')).toBe(false);
    expect(accepts('instant', '2024-01-01')).toBe(false);
  });
});

describe('integers', () => {
  const ranges = { integer: -(2 ** 31), unsignedInt: 0, positiveInt: 1 };
  const edges = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1),
    fc.maxSafeInteger(),
  );

  test.each(Object.entries(ranges))('%s reaches from %i to 2147483647', (type, least) => {
    fc.assert(
      fc.property(edges, (value) => {
        expect(accepts(type, value)).toBe(value >= least && value <= 2 ** 31 - 1);
      }),
    );
  });

  test.each(Object.keys(ranges))('%s has no fraction', (type) => {
    expect(accepts(type, 1.5)).toBe(false);
  });
});

describe('any primitive', () => {
  test('takes values of one JSON type only', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...checks.keys()),
        fc.constantFrom<Json>(null, [], {}, ['a'], { a: 1 }),
        (type, value) => {
          expect(accepts(type, value)).toBe(false);
        },
      ),
    );
  });
});
