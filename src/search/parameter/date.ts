/** Indexes and matches `date` search parameters. https://hl7.org/fhir/R4B/search.html#date */
import type { Json, JsonObject } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Node } from '../../fhir/path/index.ts';
import { openHigh, openLow } from '../index-rows.ts';
import type { RangeTest } from '../tree.ts';
import type { Extraction, ParameterKind, ParameterRows } from './parameter.ts';
import { intervalTests, splitPrefix } from './prefix.ts';

/** Half-open, in milliseconds since 1970. */
interface Interval {
  low: number;
  high: number;
}

const pattern = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

/** The time that a date of any precision covers; UTC where it names no zone. Undefined when it is no date. */
export function intervalOf(text: string): Interval | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const y = Number(year);
  const m = month === undefined ? 0 : Number(month) - 1;
  const d = day === undefined ? 1 : Number(day);
  const start = utc(y, m, d);
  if (m > 11 || new Date(start).getUTCMonth() !== m || new Date(start).getUTCDate() !== d) return undefined;
  if (month === undefined) return { low: start, high: utc(y + 1, 0, 1) };
  if (day === undefined) return { low: start, high: utc(y, m + 1, 1) };
  if (hour === undefined) return { low: start, high: start + 86_400_000 };
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60) return undefined;
  const millis = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
  const low =
    start + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second ?? 0) * 1000 + millis - offset(zone);
  return {
    low,
    high:
      low + (second === undefined ? 60_000 : fraction === undefined ? 1000 : 10 ** Math.max(0, 3 - fraction.length)),
  };
}

/** Date.UTC takes years below 100 for 19xx. */
function utc(year: number, month: number, day: number): number {
  return year >= 100 ? Date.UTC(year, month, day) : new Date(0).setUTCFullYear(year, month, day);
}

function offset(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone[0] === '-' ? -minutes : minutes) * 60_000;
}

const ofText = (value: Json | undefined): Interval | undefined =>
  typeof value === 'string' ? intervalOf(value) : undefined;

function periodOf(period: JsonObject): Interval | undefined {
  const low = ofText(period['start'])?.low ?? openLow;
  const high = ofText(period['end'])?.high ?? openHigh;
  return low === openLow && high === openHigh ? undefined : { low, high };
}

/** A Timing covers its events, or the bounds of its repetition. */
function timingOf(timing: JsonObject): Interval[] {
  const events = Array.isArray(timing['event']) ? timing['event'].map(ofText) : [];
  const repeat = timing['repeat'] as JsonObject | undefined; // an object by its definition
  const bounds = repeat?.['boundsPeriod'] as JsonObject | undefined;
  return [...events, bounds === undefined ? undefined : periodOf(bounds)].filter((one) => one !== undefined);
}

/** The intervals by which a value is found. */
function intervalsOf(node: Node): Interval[] {
  if (typeof node.value === 'string') {
    const interval = intervalOf(node.value);
    return interval === undefined ? [] : [interval];
  }
  if (typeof node.value !== 'object' || node.value === null) return [];
  const value = node.value as JsonObject; // not an array: paths spread those
  if (node.type === 'Timing') return timingOf(value);
  if (node.type !== 'Period') return [];
  const interval = periodOf(value);
  return interval === undefined ? [] : [interval];
}

function extract(node: Node, { own }: ParameterRows, { sink }: Extraction): void {
  for (const { low, high } of intervalsOf(node)) sink.date(own, low, high);
}

/** What a search value asks. `ap` is about: within a tenth of the time between `now` and the asked moment. */
export function dateTests(text: string, name: string, now: number): RangeTest[] {
  const { prefix, rest } = splitPrefix(text);
  const interval = intervalOf(rest);
  if (interval === undefined) {
    throw new FhirError(
      'value',
      `${name}=${text} is no date: write YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, after an optional prefix`,
    );
  }
  const slack = Math.abs(now - interval.low) / 10;
  return intervalTests(prefix, interval.low, interval.high, { low: interval.low - slack, high: interval.high + slack });
}

export const date: ParameterKind = {
  table: 'date',
  extract,
  match: (values, { code }, { now }) => ({
    table: 'date',
    ranges: values.flatMap((value) => dateTests(value, code, now())),
  }),
};
