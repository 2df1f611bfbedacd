/** Each method does what its examples say, and refuses settings that mean nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { losslessNumber } from '../../../fhir/format/lossless.ts';
import type { Json, JsonObject } from '../../../fhir/json.ts';
import { compareDecimals, decimalOf, decimalText, roundedTo } from '../decimal.ts';
import { methods } from './index.ts';
import type { Release } from './method.ts';

/** A release that shows what it was asked for. */
const release: Release = {
  pseudonym: (domain, text) => `<${domain} ${text}>`,
  pseudonymUrn: (domain, text) => `urn:uuid:<${domain} ${text}>`,
  daysWithin: () => 7,
  reference: (text) => (text === 'lost' ? undefined : `<${text}>`),
  year: 2025,
};

function change(
  name: string,
  settings: JsonObject,
  type: string,
  value: Json,
  more: Partial<Release & { parent: JsonObject; name: string; codes: ReadonlySet<string> }> = {},
): unknown {
  const compiled = methods.get(name)!.compile(settings, [type], 'X.y');
  if (typeof compiled === 'string') throw new Error(compiled);
  const place = { type, name: more.name ?? 'y', codes: more.codes };
  const changed = compiled(value, place, more.parent, { ...release, ...more });
  return changed === undefined ? undefined : JSON.parse(JSON.stringify(changed));
}

const examples = [...methods.values()].flatMap((method) => method.examples.map((example) => ({ method, ...example })));

test.each(examples)(
  '$method.name makes of $value what its example says',
  ({ method, settings, type, value, becomes }) => {
    for (const [name, setting] of Object.entries(settings)) expect(method.settings[name]!.isValid(setting)).toBe(true);
    expect(change(method.name, settings, type, value)).toEqual(becomes);
  },
);

test.each<[string, JsonObject, string[], RegExp]>([
  ['keep', { bound: true }, ['string'], /code/],
  ['substitute', {}, ['string'], /with/],
  ['round', {}, ['decimal'], /step/],
  ['round', { step: 0 }, ['decimal'], /above zero/],
  ['round', { step: -1 }, ['decimal'], /above zero/],
  ['round', { top: 1, bottom: 1 }, ['decimal'], /below/],
  ['round', { step: 0.5 }, ['integer'], /whole/],
  ['round', { top: 0.5 }, ['positiveInt'], /whole/],
  ['generalise', {}, ['date'], /one of/],
  ['generalise', { to: 'year', digits: 3 }, ['date'], /one of/],
  ['generalise', { to: 'year', sparse: [] }, ['date'], /does not go/],
  ['generalise', { to: 'year' }, ['string'], /not for string/],
  ['generalise', { digits: 3 }, ['date'], /not for date/],
  ['generalise', { bands: [0, 0.5] }, ['integer'], /whole/],
  ['generalise', { bands: [5, 5] }, ['decimal'], /rise/],
  ['pseudonymise', { domain: 'x' }, ['Reference'], /domain/],
])('%s with %j for %j is refused', (name, settings, types, because) => {
  expect(methods.get(name)!.compile(settings, types, 'X.y')).toMatch(because);
});

test.each<[string, string, Json]>([
  ['keep', 'bound', 1],
  ['substitute', 'with', ' '],
  ['round', 'step', 'x'],
  ['round', 'step', true],
  ['generalise', 'to', 'decade'],
  ['generalise', 'maximumAge', 0],
  ['generalise', 'maximumAge', 1.5],
  ['generalise', 'codes', {}],
  ['generalise', 'codes', { a: 1 }],
  ['generalise', 'codes', ['a']],
  ['generalise', 'sparse', '036'],
  ['generalise', 'bands', []],
  ['generalise', 'bands', ['a']],
  ['shift-dates', 'days', 366],
  ['shift-dates', 'days', 0],
  ['shift-dates', 'time', 'round'],
  ['pseudonymise', 'domain', ''],
])('%s: %s cannot be %j', (name, setting, value) => {
  expect(methods.get(name)!.settings[setting]!.isValid(value)).toBe(false);
});

describe('keep', () => {
  test('bound keeps codes of the value set and nothing else', () => {
    const codes = new Set(['male']);
    expect(change('keep', { bound: true }, 'code', 'male', { codes })).toBe('male');
    expect(change('keep', { bound: true }, 'code', 'secret', { codes })).toBeUndefined();
    expect(change('keep', { bound: true }, 'code', 'male')).toBeUndefined();
  });
});

describe('generalise', () => {
  test.each<[JsonObject, string, Json, Json | undefined]>([
    [{ to: 'year' }, 'instant', '2024-05-06T10:00:00.123+02:00', '2024-01-01T00:00:00+02:00'],
    [{ to: 'month' }, 'instant', '2024-05-06T10:00:00Z', '2024-05-01T00:00:00Z'],
    [{ to: 'day' }, 'dateTime', '2024-05-06T10:00:00Z', '2024-05-06'],
    [{ to: 'day' }, 'dateTime', '2024-05', '2024-05'],
    [{ to: 'month' }, 'date', '2024', '2024'],
    [{ to: 'year' }, 'date', 'yesterday', undefined],
    [{ to: 'year' }, 'date', '2024-02-30', undefined],
    [{ to: 'year' }, 'date', 7, undefined],
    [{ to: 'day', maximumAge: 89 }, 'date', '1935-12-31', '1935'],
    [{ to: 'day', maximumAge: 89 }, 'date', '1900-12-31', '1935'],
    [{ to: 'day', maximumAge: 89 }, 'date', '1936-01-01', '1936-01-01'],
    [{ to: 'month', maximumAge: 89 }, 'instant', '1900-12-31T01:00:00Z', '1935-01-01T00:00:00Z'],
    [{ codes: { a: 'b' } }, 'code', 'a', 'b'],
    [{ codes: { a: 'b' } }, 'code', 'c', undefined],
    [{ codes: { a: 'b' } }, 'code', 3, undefined],
    [{ codes: { a: 'b' }, otherwise: 'keep' }, 'code', 'c', 'c'],
    [{ codes: { 's|a': 'b' } }, 'Coding', { system: 's', code: 'a', display: 'x' }, { system: 's', code: 'b' }],
    [{ codes: { 's|a': 't|b|c' } }, 'Coding', { system: 's', code: 'a' }, { system: 't|b', code: 'c' }],
    [{ codes: { a: 'b' } }, 'Coding', { system: 's', code: 'a' }, undefined],
    [{ codes: { a: 'b' }, otherwise: 'keep' }, 'Coding', { code: 'q', display: 'x' }, { code: 'q' }],
    [{ codes: { a: 'b' }, otherwise: 'keep' }, 'Coding', { display: 'x' }, undefined],
    [{ codes: { a: 'b' } }, 'Coding', 'a', undefined],
    [{ codes: { a: 'b' } }, 'CodeableConcept', { coding: [{ code: 'z' }], text: 'a' }, undefined],
    [{ digits: 3 }, 'string', '101', undefined],
    [{ digits: 3 }, 'string', ' 10115', '101'],
    [{ digits: 3 }, 'string', '1-15555', undefined],
    [{ digits: 3 }, 'string', 7, undefined],
    [{ bands: [0, 18] }, 'decimal', -0.1, undefined],
    [{ bands: [0, 18] }, 'decimal', 17.9, 0],
    [{ bands: ['0.5', 18] }, 'Quantity', { value: 0.7, code: 'kg', unit: 'kilo' }, { value: 0.5, code: 'kg' }],
    [{ bands: [0, 18] }, 'Quantity', { value: 18 }, { value: 18, comparator: '>=' }],
    [{ bands: [0, 18] }, 'Quantity', { value: 18, comparator: '<' }, undefined],
    [{ bands: [0, 18] }, 'Quantity', {}, undefined],
    [{ bands: [0, 18] }, 'Quantity', 'a', undefined],
  ])('%j of a %s makes of %j %j', (settings, type, value, becomes) => {
    expect(change('generalise', settings, type, value)).toEqual(becomes);
  });

  test('what a path of the complete engine selects is changed only where the kind fits', () => {
    const compiled = methods.get('generalise')!.compile({ digits: 3 }, [], 'x');
    if (typeof compiled === 'string') throw new Error(compiled);
    expect(compiled('2024-05', { type: 'date', name: 'a', codes: undefined }, undefined, release)).toBeUndefined();
  });
});

describe('round', () => {
  test.each<[JsonObject, string, Json, Json | undefined]>([
    [{ step: 5 }, 'decimal', -7.5, -10],
    [{ step: 5, top: 90 }, 'decimal', 88, 90],
    [{ step: 7, top: 90 }, 'decimal', 90, 90],
    [{ bottom: 3 }, 'decimal', 2.999, 3],
    [{ step: 10, bottom: 3 }, 'decimal', 4, 3],
    [{ step: 10 }, 'positiveInt', 3, undefined],
    [{ step: 10 }, 'unsignedInt', 3, 0],
    [{ step: 10 }, 'integer64', '9007199254740993', '9007199254740990'],
    [{ step: 10 }, 'integer', true, undefined],
    [{ step: 10 }, 'decimal', 'x', undefined],
    [{ bottom: 5 }, 'Quantity', { value: 1, code: 'kg' }, { value: 5, comparator: '<=', code: 'kg' }],
    [{ step: 5 }, 'Quantity', { value: 1, comparator: '<', code: 'kg' }, { value: 0, comparator: '<', code: 'kg' }],
    [{ top: 5 }, 'Quantity', { value: 9, comparator: '<', code: 'kg' }, undefined],
  ])('%j of a %s makes of %j %j', (settings, type, value, becomes) => {
    expect(change('round', settings, type, value)).toEqual(becomes);
  });

  test('a step of decimals on whole numbers, found by the complete engine, redacts', () => {
    const compiled = methods.get('round')!.compile({ step: '0.5' }, [], 'x');
    if (typeof compiled === 'string') throw new Error(compiled);
    expect(compiled(3, { type: 'integer', name: 'a', codes: undefined }, undefined, release)).toBeUndefined();
  });

  test('digits are those of the step, however many the number has', () => {
    const rounded = (value: string, step: string): string =>
      decimalText(roundedTo(decimalOf(value)!, decimalOf(step)!));
    expect(rounded('0.30000000000000004', '0.10')).toBe('0.30');
    expect(rounded('123456789012345678901234567890.55', '0.1')).toBe('123456789012345678901234567890.6');
    expect(rounded('1e3', '7')).toBe('1001');
    expect(rounded('-0.04', '0.1')).toBe('0.0');
    expect(rounded('1.5e-3', '0.001')).toBe('0.002');
    const compiled = methods.get('round')!.compile({ step: '0.10' }, ['decimal'], 'x');
    if (typeof compiled === 'string') throw new Error(compiled);
    const raw = compiled(
      losslessNumber('72.449'),
      { type: 'decimal', name: 'v', codes: undefined },
      undefined,
      release,
    );
    expect(JSON.stringify(raw)).toBe('72.40');
  });

  test.each(['', '1.', '.5', 'NaN', '1e400', '1e-300', '1'.repeat(101), '--1'])('%s is no decimal', (text) => {
    expect(decimalOf(text)).toBeUndefined();
  });

  test('the result is a multiple of the step and no further away than half of it', () => {
    const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 20 }));
    const step = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.integer({ min: 0, max: 20 }));
    fc.assert(
      fc.property(decimal, step, ([units, scale], [stepUnits, stepScale]) => {
        const [value, width] = [
          { units, scale },
          { units: stepUnits, scale: stepScale },
        ];
        const result = roundedTo(value, width);
        expect(result.units % stepUnits).toBe(0n);
        const at = Math.max(scale, stepScale);
        const shift = (one: { units: bigint; scale: number }): bigint => one.units * 10n ** BigInt(at - one.scale);
        const distance = shift(result) - shift(value);
        expect(2n * (distance < 0n ? -distance : distance) <= shift(width)).toBe(true);
        expect(decimalOf(decimalText(value))).toEqual(value);
        expect(compareDecimals(value, value)).toBe(0);
      }),
    );
  });
});

describe('pseudonymise', () => {
  test('values of one system are alike wherever they stand; elements without a system are apart', () => {
    const parent = { system: 'urn:mrn', value: 'A' };
    const ofIdentifier = change('pseudonymise', {}, 'Identifier', parent) as JsonObject;
    expect(change('pseudonymise', {}, 'string', 'A', { parent, name: 'value' })).toBe(ofIdentifier['value']);
    expect(change('pseudonymise', {}, 'string', 'A', { parent, name: 'other' })).toBe('<["path","X.y"] A>');
  });

  test.each<[string, Json, Json | undefined, string?]>([
    ['Identifier', { value: 'A' }, { value: '<["path","X.y"] A>' }],
    ['Identifier', { system: 's' }, undefined],
    ['Identifier', 'A', undefined],
    [
      'Identifier',
      {
        use: 'usual',
        type: { text: 'x', coding: [{ system: 's', code: 'c', display: 'd' }, { display: 'd' }] },
        value: 'A',
      },
      { use: 'usual', type: { coding: [{ system: 's', code: 'c' }] }, value: '<["path","X.y"] A>' },
    ],
    ['Reference', { reference: 'Patient/1', display: 'Smith' }, { reference: '<Patient/1>' }],
    ['Reference', { reference: 'lost' }, undefined],
    ['Reference', { display: 'Smith' }, undefined],
    ['string', 'Patient/1', '<Patient/1>', 'reference'],
    ['string', 7, undefined],
  ])('of %s %j leaves %j', (type, value, becomes, name) => {
    expect(change('pseudonymise', {}, type, value, name === undefined ? {} : { name })).toEqual(becomes);
  });
});

describe('shift-dates', () => {
  const shift = (type: string, value: Json, more = {}) => change('shift-dates', { days: 50 }, type, value, more);

  test('a resource of nobody or of several loses its dates', () => {
    expect(shift('date', '2024-01-01', { daysWithin: () => undefined })).toBeUndefined();
    expect(shift('Period', { start: '2024-01-01' }, { daysWithin: () => undefined })).toBeUndefined();
  });

  test.each<[string, Json, Json | undefined]>([
    ['date', '2024', '2024'],
    ['date', 'soon', undefined],
    ['date', '9999-12-30', undefined],
    ['date', 3, undefined],
    ['date', '0099-12-30', '0100-01-06'],
    ['dateTime', '2023-02-25T23:59:60.123456789-11:30', '2023-03-04T23:59:60.123456789-11:30'],
    ['Period', { end: '2024-01-01', id: 'x' }, { end: '2024-01-08' }],
    ['Period', { start: 'x', end: '2024-01-01' }, undefined],
    ['Period', { start: '2024-01-01', end: 'x' }, undefined],
    ['Period', {}, undefined],
    ['Period', 'x', undefined],
    ['Timing', 'x', undefined],
    ['Timing', {}, undefined],
    ['Timing', { event: ['2024-01-01', 'x'] }, undefined],
    ['Timing', { event: ['2024-01-01'], _event: [{ id: 's' }] }, { event: ['2024-01-08'] }],
    ['Timing', { repeat: { boundsPeriod: { start: 'x' }, count: 2 } }, undefined],
    ['Timing', { repeat: { boundsRange: { low: { value: 1 } } } }, undefined],
    [
      'Timing',
      {
        repeat: { boundsPeriod: { start: '2024-01-01' }, frequency: 2, period: 1, periodUnit: 'd', extension: [] },
        code: { text: 'BID for Smith', coding: [{ code: 'BID', display: 'x' }] },
      },
      {
        repeat: { boundsPeriod: { start: '2024-01-08' }, frequency: 2, period: 1, periodUnit: 'd' },
        code: { coding: [{ code: 'BID' }] },
      },
    ],
    [
      'Timing',
      { repeat: { boundsDuration: { value: 3, unit: 'Smith', code: 'd' } } },
      { repeat: { boundsDuration: { value: 3, code: 'd' } } },
    ],
  ])('moves %s %j to %j', (type, value, becomes) => {
    expect(shift(type, value)).toEqual(becomes);
  });

  test('the time goes when the rule says so', () => {
    const remove = (type: string, value: Json) => change('shift-dates', { time: 'remove' }, type, value);
    expect(remove('dateTime', '2024-01-01T10:00:00Z')).toBe('2024-01-08');
    expect(remove('dateTime', '2024-01-01')).toBe('2024-01-08');
    expect(remove('instant', '2024-01-01T10:00:00.5+05:00')).toBe('2024-01-08T00:00:00+05:00');
  });

  test('intervals stay, to the second and across years', () => {
    const moment = fc.date({ min: new Date('1001-01-01'), max: new Date('8999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, moment, fc.integer({ min: -365, max: 365 }), (one, two, days) => {
        const moved = [one, two].map((date) =>
          Date.parse(String(shift('dateTime', date.toISOString(), { daysWithin: () => days }))),
        );
        expect(moved[1]! - moved[0]!).toBe(two.getTime() - one.getTime());
        expect(moved[0]! - one.getTime()).toBe(days * 86_400_000);
      }),
    );
  });
});
