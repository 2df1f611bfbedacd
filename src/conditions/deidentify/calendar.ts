/** Takes the texts of FHIR's dates apart and moves them by days; times and zones stay as they were written. https://hl7.org/fhir/R4B/datatypes.html#dateTime */

/** A date, dateTime or instant. `time` is what follows the day, with the T and the zone. */
export interface CalendarDate {
  year: number;
  month?: number;
  day?: number;
  time?: string;
}

const form = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)?$/;

/** Undefined when the text is none of these, or names a day that does not exist. */
export function calendarDate(text: string): CalendarDate | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, time] = match;
  const date: CalendarDate = { year: Number(year) };
  if (month === undefined) return date.year === 0 ? undefined : date;
  date.month = Number(month);
  const moved = movedBy(date.year, date.month, Number(day ?? 1), 0);
  if (moved?.month !== date.month) return undefined;
  if (day === undefined) return date;
  date.day = Number(day);
  if (moved.day !== date.day) return undefined;
  return time === undefined ? date : { ...date, time };
}

const two = (value: number): string => String(value).padStart(2, '0');

export function calendarText({ year, month, day, time }: CalendarDate): string {
  const start = String(year).padStart(4, '0');
  if (month === undefined) return start;
  if (day === undefined) return `${start}-${two(month)}`;
  return `${start}-${two(month)}-${two(day)}${time ?? ''}`;
}

/** Undefined outside of the years 1 to 9999. */
function movedBy(
  year: number,
  month: number,
  day: number,
  days: number,
): Required<Omit<CalendarDate, 'time'>> | undefined {
  const date = new Date(0);
  // Date.UTC takes years below 100 for 19xx.
  date.setUTCFullYear(year, month - 1, day + days);
  const moved = date.getUTCFullYear();
  return moved < 1 || moved > 9999 ? undefined : { year: moved, month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/**
 * The date `days` later. A month moves as its 15th day does, a year as its first of July, and both keep their precision:
 * so a partial date says no more than before.
 */
export function shifted(date: CalendarDate, days: number): CalendarDate | undefined {
  const moved = movedBy(date.year, date.month ?? 7, date.day ?? (date.month === undefined ? 1 : 15), days);
  if (moved === undefined) return undefined;
  if (date.month === undefined) return { year: moved.year };
  if (date.day === undefined) return { year: moved.year, month: moved.month };
  return date.time === undefined ? moved : { ...moved, time: date.time };
}

/** The zone at the end of a time. */
export function zoneOf(time: string): string {
  return /(?:Z|[+-]\d\d:\d\d)$/.exec(time)?.[0] ?? 'Z';
}
