/** Countries on the map: each has its place, and nothing crosses the edge of the sheet. */
import codes from 'i18n-iso-countries/codes.json' with { type: 'json' };
import { describe, expect, test } from 'vitest';
import type { NetworkServer } from '../server.ts';
import { outlines, placeOfCountry } from './countries.ts';
import { project, sheetHeight, sheetWidth } from './projection.ts';
import { linesOf, placed, symbolsOf } from './symbols.ts';

const numbers = (path: string): number[] => path.match(/-?[\d.]+/g)!.map(Number);

test('the middle of the sheet is where the equator meets Greenwich, its edges are at 180 degrees', () => {
  expect(project([0, 0]).x).toBeCloseTo(sheetWidth / 2);
  expect(project([-180, 0]).x).toBeCloseTo(0);
  expect(project([180, 0]).x).toBeCloseTo(sheetWidth);
  expect(project([0, 84]).y).toBeCloseTo(0);
  expect(project([0, -57]).y).toBeCloseTo(sheetHeight);
});

test('areas keep their sizes', () => {
  const area = (latitude: number): number => {
    const [west, east, south] = [project([0, latitude]), project([1, latitude]), project([0, latitude - 0.01])];
    return ((east.x - west.x) * (south.y - west.y)) / Math.cos((latitude * Math.PI) / 180);
  };
  expect(area(60) / area(10)).toBeCloseTo(1, 1);
});

test('no outline runs across the sheet, not even of a country that crosses 180 degrees', () => {
  for (const { code, path } of outlines) {
    for (const ring of path.split('M').slice(1)) {
      const xs = numbers(ring).filter((_, at) => at % 2 === 0);
      const steps = xs.map((x, at) => Math.abs(x - xs.at(at - 1)!));
      expect(Math.max(...steps), code).toBeLessThan(sheetWidth / 4);
      expect(Math.min(...xs), code).toBeGreaterThanOrEqual(0);
      expect(Math.max(...xs), code).toBeLessThanOrEqual(sheetWidth);
    }
  }
  // The east of Russia is at the left edge.
  expect(Math.min(...numbers(outlines.find(({ code }) => code === 'RU')!.path))).toBeLessThan(sheetWidth / 5);
});

test('every country of ISO 3166 has its place, but for the Antarctic and islands where nobody lives', () => {
  const without = codes.map(([two]) => two!).filter((two) => placeOfCountry(two) === undefined);
  expect(without.sort()).toEqual(['AQ', 'BV', 'UM']);
  const [malta, germany, chile] = ['MT', 'DE', 'CL'].map((one) => placeOfCountry(one)!);
  expect(malta!.y).toBeGreaterThan(germany!.y);
  expect(chile!.x).toBeLessThan(germany!.x);
});

describe('symbols', () => {
  const server = (number: number, country: string | undefined, hops: string[] = []): NetworkServer => ({
    id: String(number),
    base: `https://s${number}.example`,
    name: `Server ${number}`,
    roles: ['repository'],
    health: 'well',
    problems: [],
    hops,
    isHome: number === 0,
    ...(country === undefined ? {} : { country }),
  });
  const all = [
    server(0, 'DE'),
    server(1, 'DE'),
    server(2, 'BE'),
    server(3, 'LU'),
    server(4, 'AU', ['https://s2.example']),
    server(5, undefined),
    server(6, 'Atlantis'),
  ];

  test('servers without a country that is known stand beside the map', () => {
    const { countries, elsewhere } = placed(all);
    expect(countries.map(({ code }) => code)).toEqual(['DE', 'BE', 'LU', 'AU']);
    expect([...elsewhere.keys()]).toEqual([undefined, 'Atlantis']);
  });

  test('neighbours are one symbol from afar, with the largest first, and part when one comes near', () => {
    const { countries } = placed(all);
    expect(symbolsOf(countries, 1).map((one) => one.map(({ code }) => code))).toEqual([['DE', 'BE', 'LU'], ['AU']]);
    expect(symbolsOf(countries, 40)).toHaveLength(4);
  });

  test('lines lead from who names to who is named, and none within one symbol', () => {
    const { countries } = placed(all);
    expect(linesOf(all, symbolsOf(countries, 1))).toHaveLength(1);
    const near = linesOf(all, symbolsOf(countries, 40));
    expect(near).toHaveLength(3);
    expect(near.map(({ count }) => count)).toEqual([1, 1, 1]);
  });
});
