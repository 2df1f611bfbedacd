/** `generalise`: a coarser value leaves: a year, a code above, the beginning of a postal code, a band. https://hl7.org/fhir/R5/secpriv-module.html#deId */
import { type Json, type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { type CalendarDate, calendarDate, calendarText, zoneOf } from '../calendar.ts';
import { compareDecimals, type Decimal } from '../decimal.ts';
import { type Change, isOfType, isOneOf, isText, isWhole, type Method } from './method.ts';
import { isDecimal, numberChange, numberTypes, statedDecimal, wholeTypes } from './number.ts';

const dates = ['date', 'dateTime', 'instant'];
const coded = ['code', 'Coding', 'CodeableConcept'];

/** Of each kind of generalisation: the setting that asks for it, those that go with it, and the types it is for. */
const kinds: Readonly<
  Record<string, { with: readonly string[]; types: readonly string[]; compile(settings: JsonObject): Change | string }>
> = {
  to: { with: ['maximumAge'], types: dates, compile: toPrecision },
  codes: { with: ['otherwise'], types: coded, compile: toCodes },
  digits: { with: ['sparse'], types: ['string'], compile: toDigits },
  bands: { with: [], types: numberTypes, compile: toBands },
};

const isObjectOfTexts = (value: Json): boolean => {
  const object = objectOf(value);
  return object !== undefined && Object.keys(object).length > 0 && Object.values(object).every(isText);
};

export const generalise: Method = {
  name: 'generalise',
  summary:
    'Lets something coarser leave: of dates the year, month or day, with births of the very old as one year; of codes what a stated map says; of postal codes the first digits, with those of few inhabitants as zeros; of numbers the lower end of a stated band.',
  label: 'ABSTRED',
  types: [...dates, ...coded, 'string', ...numberTypes],
  settings: {
    to: { summary: 'dates: `year`, `month` or `day`', isValid: isOneOf('year', 'month', 'day') },
    maximumAge: {
      summary:
        'births: those who are or would be older leave with the year in which one becomes just older (89 by HIPAA)',
      isValid: isWhole(1, 150),
    },
    codes: { summary: 'codes: an object of code to code, or `system|code` to `system|code`', isValid: isObjectOfTexts },
    otherwise: {
      summary: 'codes not in the map: `redact` (when not stated) or `keep`',
      isValid: isOneOf('redact', 'keep'),
    },
    digits: { summary: 'texts: how many characters from the start leave', isValid: isWhole(1, 10) },
    sparse: {
      summary: 'texts: beginnings that leave as zeros, since too few people share them',
      isValid: (value) => Array.isArray(value) && value.every(isText),
    },
    bands: {
      summary:
        'numbers: the lower ends of bands, rising; a number below the first does not leave, the last band is open',
      isValid: (value) => Array.isArray(value) && value.length > 0 && value.every(isDecimal),
    },
  },
  compile(settings, types) {
    const asked = Object.keys(kinds).filter((name) => settings[name] !== undefined);
    const [name, ...others] = asked;
    if (name === undefined || others.length > 0) return `it needs one of ${Object.keys(kinds).join(', ')}`;
    const kind = kinds[name]!;
    const foreign = Object.keys(settings).find((one) => one !== name && !kind.with.includes(one));
    if (foreign !== undefined) return `${foreign} does not go with ${name}`;
    const wrong = types.find((type) => !kind.types.some((one) => isOfType(type, one)));
    if (wrong !== undefined) return `${name} is not for ${wrong}`;
    if (name === 'bands' && types.some((type) => wholeTypes.includes(type))) {
      const bands = (settings['bands'] as Json[]).map(statedDecimal); // isValid
      if (bands.some((one) => one!.scale > 0)) return 'whole numbers need whole bands';
    }
    const change = kind.compile(settings);
    if (typeof change === 'string') return change;
    // What a path of the complete engine selects is known only now.
    const isFor = (type: string): boolean => kind.types.some((one) => isOfType(type, one));
    return (value, place, parent, release) => (isFor(place.type) ? change(value, place, parent, release) : undefined);
  },
  examples: [
    { settings: { to: 'year' }, type: 'date', value: '1984-05-06', becomes: '1984' },
    { settings: { to: 'year', maximumAge: 89 }, type: 'date', value: '1911-05-06', becomes: '1935' },
    { settings: { to: 'month' }, type: 'dateTime', value: '2024-05-06T10:00:00Z', becomes: '2024-05' },
    {
      settings: { codes: { 'urn:icd|E11.9': 'urn:icd|E11' } },
      type: 'CodeableConcept',
      value: { coding: [{ system: 'urn:icd', code: 'E11.9', display: 'Type 2' }, { code: 'x' }], text: 'sugar' },
      becomes: { coding: [{ system: 'urn:icd', code: 'E11' }] },
    },
    { settings: { digits: 3, sparse: ['036'] }, type: 'string', value: '03601', becomes: '000' },
    { settings: { digits: 3 }, type: 'string', value: '10115', becomes: '101' },
    { settings: { bands: [0, 18, 65] }, type: 'integer', value: 70, becomes: 65 },
  ],
};

function toPrecision({ to, maximumAge }: JsonObject): Change {
  return (value, { type }, _, release) => {
    const date = typeof value === 'string' ? calendarDate(value) : undefined;
    if (date === undefined) return undefined;
    const coarse: CalendarDate = { year: date.year };
    if (to !== 'year' && date.month !== undefined) coarse.month = date.month;
    if (to === 'day' && date.day !== undefined) coarse.day = date.day;
    // Who was born in this year has become older than that, or does so this year.
    const oldest = typeof maximumAge === 'number' ? release.year - maximumAge - 1 : 0;
    const result = coarse.year <= oldest ? { year: oldest } : coarse;
    if (type !== 'instant') return calendarText(result);
    const start: CalendarDate = { month: 1, day: 1, ...result };
    return calendarText({ ...start, time: `T00:00:00${zoneOf(date.time ?? '')}` });
  };
}

function toCodes({ codes, otherwise }: JsonObject): Change {
  const map = new Map(Object.entries(codes as Record<string, string>)); // isValid
  const codingOf = (coding: JsonObject): JsonObject | undefined => {
    const { system, code } = coding;
    if (!isText(code)) return undefined;
    const own = isText(system) ? { system, code } : { code };
    const target = map.get(isText(system) ? `${system}|${code}` : code);
    if (target === undefined) return otherwise === 'keep' ? own : undefined;
    const bar = target.lastIndexOf('|');
    return bar < 0 ? { ...own, code: target } : { system: target.slice(0, bar), code: target.slice(bar + 1) };
  };
  return (value, { type }) => {
    if (type === 'code') {
      if (typeof value !== 'string') return undefined;
      return map.get(value) ?? (otherwise === 'keep' ? value : undefined);
    }
    const object = objectOf(value);
    if (object === undefined) return undefined;
    if (type === 'Coding') return codingOf(object);
    const coding = objectsOf(object['coding'])
      .map(codingOf)
      .filter((one) => one !== undefined);
    return coding.length === 0 ? undefined : { coding };
  };
}

function toDigits({ digits, sparse }: JsonObject): Change {
  const count = digits as number; // isValid, and there: it asked for this
  const few = new Set(Array.isArray(sparse) ? (sparse as string[]) : []); // isValid
  return (value) => {
    const text = typeof value === 'string' ? value.trim() : '';
    const start = text.slice(0, count);
    // What is not longer than what may be told would leave whole.
    if (text.length <= count || !/^[A-Za-z0-9]+$/.test(start)) return undefined;
    return few.has(start) ? '0'.repeat(count) : start;
  };
}

function toBands({ bands }: JsonObject): Change | string {
  const ends = (bands as Json[]).map((one) => statedDecimal(one)!); // isValid
  if (ends.some((end, at) => at > 0 && compareDecimals(ends[at - 1]!, end) >= 0)) return 'the bands must rise';
  return numberChange((value) => {
    const at = ends.findLastIndex((end) => compareDecimals(end, value) <= 0);
    if (at < 0) return undefined;
    const band: { value: Decimal } = { value: ends[at]! };
    return at === ends.length - 1 ? { ...band, end: 'top' } : band;
  });
}
