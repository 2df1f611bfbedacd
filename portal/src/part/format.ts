/** Numbers, dates and lists in the reader's locale. https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Intl */
import i18next from 'i18next';

/** The reader's own locale where it is of the chosen language, such as de-AT. */
export function locale(): string {
  const language = i18next.language ?? 'en';
  return navigator.languages.find((one) => one.startsWith(language) && isLocale(one)) ?? language;
}

/** Browsers that take their languages from the system may name some that are none, such as en-US@posix. */
function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length > 0;
  } catch {
    return false;
  }
}

export const formatNumber = (value: number, options?: Intl.NumberFormatOptions): string =>
  new Intl.NumberFormat(locale(), options).format(value);

/** `value` of 100 percent. */
export const formatPercent = (value: number): string => `${formatNumber(value, { maximumFractionDigits: 1 })} %`;

export const formatBytes = (bytes: number): string => {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const at = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return formatNumber(bytes / 1000 ** at, { style: 'unit', unit: units[at]!, maximumFractionDigits: at === 0 ? 0 : 1 });
};

/** A date of FHIR (year, year and month, day, or instant) as precise as it is stated; as it stands where it is none. */
export function formatDate(text: string): string {
  const parts = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(T.+)?)?)?$/.exec(text);
  if (parts === null) return text;
  const [, year, month, day, time] = parts;
  const at =
    time === undefined ? new Date(Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1))) : new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  if (month === undefined) return year!;
  if (time !== undefined) return at.toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' });
  const precision =
    day === undefined ? ({ year: 'numeric', month: 'long' } as const) : ({ dateStyle: 'medium' } as const);
  return at.toLocaleDateString(locale(), { ...precision, timeZone: 'UTC' });
}

/** How long ago or ahead `text` is, such as "in 3 days". */
export function formatAgo(text: string, now: number = Date.now()): string {
  const seconds = (Date.parse(text) - now) / 1000;
  if (Number.isNaN(seconds)) return text;
  const relative = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  const steps = [
    ['year', 31_557_600],
    ['month', 2_629_800],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const;
  const step = steps.find(([, length]) => Math.abs(seconds) >= length);
  return step === undefined
    ? relative.format(Math.round(seconds), 'second')
    : relative.format(Math.round(seconds / step[1]), step[0]);
}

export const formatList = (parts: readonly string[]): string => new Intl.ListFormat(locale()).format(parts);
