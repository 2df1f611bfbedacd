/** `shift-dates`: the dates of one person move by the same secret number of days. https://hl7.org/fhir/R5/secpriv-module.html#deId */
import { type Json, type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { calendarDate, calendarText, shifted, zoneOf } from '../calendar.ts';
import { isOneOf, isText, isWhole, type Method } from './method.ts';

const defaultDays = 50;

/** By how many days at most the rule with these settings moves dates. */
export function shiftDays(settings: JsonObject): number {
  return typeof settings['days'] === 'number' ? settings['days'] : defaultDays;
}

export const shiftDates: Method = {
  name: 'shift-dates',
  summary:
    'Moves dates by a number of days between -`days` and `days`, never 0, that follows from the key of the site, the project and the person: intervals between all dates of a person stay, in all their resources. Time and zone stay as written. A month moves as its 15th, a year as its first of July. A resource of nobody or of several persons loses the date.',
  label: 'MASKED',
  types: ['date', 'dateTime', 'instant', 'Period', 'Timing'],
  settings: {
    days: {
      summary: `1 to 365, ${defaultDays} when not stated; one number for the whole profile`,
      isValid: isWhole(1, 365),
    },
    time: {
      summary: '`keep` (when not stated) or `remove`: the time of day, too, tells records apart',
      isValid: isOneOf('keep', 'remove'),
    },
  },
  compile(settings) {
    const most = shiftDays(settings);
    const keepsTime = settings['time'] !== 'remove';
    return (value, { type }, _, release) => {
      const days = release.daysWithin(most);
      if (days === undefined) return undefined;
      const move = (text: Json | undefined, isInstant: boolean): string | undefined =>
        typeof text === 'string' ? moved(text, days, keepsTime, isInstant) : undefined;
      switch (type) {
        case 'Period':
          return periodOf(objectOf(value), move);
        case 'Timing':
          return timingOf(objectOf(value), move);
        default:
          return move(value, type === 'instant');
      }
    };
  },
  examples: [
    { settings: {}, type: 'date', value: '2024-02-27', becomes: '2024-03-05' },
    { settings: {}, type: 'dateTime', value: '2024-12-30T23:59:00+01:00', becomes: '2025-01-06T23:59:00+01:00' },
    { settings: {}, type: 'dateTime', value: '2024-02', becomes: '2024-02' },
    { settings: { time: 'remove' }, type: 'instant', value: '2024-01-01T08:30:00Z', becomes: '2024-01-08T00:00:00Z' },
    {
      settings: {},
      type: 'Period',
      value: { start: '2024-01-01', end: '2024-01-31' },
      becomes: { start: '2024-01-08', end: '2024-02-07' },
    },
  ],
};

type Move = (text: Json | undefined, isInstant: boolean) => string | undefined;

function moved(text: string, days: number, keepsTime: boolean, isInstant: boolean): string | undefined {
  const date = calendarDate(text);
  const result = date === undefined ? undefined : shifted(date, days);
  if (result === undefined) return undefined;
  if (keepsTime || result.time === undefined) return calendarText(result);
  const { time, ...day } = result;
  return calendarText(isInstant ? { ...day, time: `T00:00:00${zoneOf(time)}` } : day);
}

function periodOf(period: JsonObject | undefined, move: Move): JsonObject | undefined {
  const [start, end] = [move(period?.['start'], false), move(period?.['end'], false)];
  // One end alone would say that the other is open.
  if (period?.['start'] !== undefined && start === undefined) return undefined;
  if (period?.['end'] !== undefined && end === undefined) return undefined;
  if (start === undefined && end === undefined) return undefined;
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}

/** What of a repetition is a number, a code or a time of day; bounds that are no dates stay with coded units. */
const repetition = [
  ...['count', 'countMax', 'duration', 'durationMax', 'durationUnit', 'frequency', 'frequencyMax'],
  ...['period', 'periodMax', 'periodUnit', 'dayOfWeek', 'timeOfDay', 'when', 'offset'],
];

function timingOf(timing: JsonObject | undefined, move: Move): JsonObject | undefined {
  if (timing === undefined) return undefined;
  const stated = Array.isArray(timing['event']) ? timing['event'] : [];
  const event = stated.map((one) => move(one, false));
  const repeat = objectOf(timing['repeat']);
  const bounds = repeat?.['boundsPeriod'];
  const boundsPeriod = periodOf(objectOf(bounds), move);
  // A repetition without its bounds, or without one of its events, would be another one.
  if (event.includes(undefined) || (bounds !== undefined && boundsPeriod === undefined)) return undefined;
  if (repeat?.['boundsRange'] !== undefined || timing['modifierExtension'] !== undefined) return undefined;
  const left: JsonObject = {};
  if (boundsPeriod !== undefined) left['boundsPeriod'] = boundsPeriod;
  const duration = objectOf(repeat?.['boundsDuration']);
  if (duration !== undefined) left['boundsDuration'] = codedOnly(duration, ['value', 'comparator', 'system', 'code']);
  for (const name of repetition) if (repeat?.[name] !== undefined) left[name] = repeat[name];
  const coding = objectsOf(objectOf(timing['code'])?.['coding']).map((one) => codedOnly(one, ['system', 'code']));
  const result: JsonObject = {
    ...(event.length === 0 ? {} : { event: event.filter(isText) }),
    ...(Object.keys(left).length === 0 ? {} : { repeat: left }),
    ...(coding.length === 0 ? {} : { code: { coding } }),
  };
  return Object.keys(result).length === 0 ? undefined : result;
}

function codedOnly(value: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)));
}
