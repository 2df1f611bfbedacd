/** Numbers, dates and lists in the reader's locale. https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Intl */
import i18next from 'i18next';

/** The locale of each language that was chosen; a browser is asked once. */
const locales = new Map<string, string>();

/** The reader's own locale where it is of the chosen language, such as de-AT. */
export function locale(): string {
  const language = i18next.language ?? 'en';
  const known = locales.get(language);
  if (known !== undefined) return known;
  const own = navigator.languages.find((one) => one.startsWith(language) && isLocale(one)) ?? language;
  locales.set(language, own);
  return own;
}

/** Formats are dear to make, and a page needs the same few of them hundreds of times. */
const formats = new Map<string, unknown>();

function known<Options, Format>(Make: new (locale: string, options: Options) => Format, options: Options): Format {
  const key = `${Make.name} ${locale()} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) formats.set(key, (format = new Make(locale(), options)));
  return format as Format; // the key names its kind
}

/** Browsers that take their languages from the system may name some that are none, such as en-US@posix. */
function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length > 0;
  } catch {
    return false;
  }
}

export const formatNumber = (value: number, options: Intl.NumberFormatOptions = {}): string =>
  known(Intl.NumberFormat, options).format(value);

/** `value` of 100 percent. */
export const formatPercent = (value: number): string => `${formatNumber(value, { maximumFractionDigits: 1 })} %`;

export const formatBytes = (bytes: number): string => {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const at = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return formatNumber(bytes / 1000 ** at, { style: 'unit', unit: units[at]!, maximumFractionDigits: at === 0 ? 0 : 1 });
};

const momentStyle = { dateStyle: 'medium', timeStyle: 'short' } as const;
const dayStyle = { dateStyle: 'medium', timeZone: 'UTC' } as const;
const monthStyle = { year: 'numeric', month: 'long', timeZone: 'UTC' } as const;

/** A date of FHIR (year, year and month, day, or instant) as precise as it is stated; as it stands where it is none. */
export function formatDate(text: string): string {
  const parts = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(T.+)?)?)?$/.exec(text);
  if (parts === null) return text;
  const [, year, month, day, time] = parts;
  const at =
    time === undefined ? new Date(Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1))) : new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  if (month === undefined) return year!;
  if (time !== undefined) return known(Intl.DateTimeFormat, momentStyle).format(at);
  return known(Intl.DateTimeFormat, day === undefined ? monthStyle : dayStyle).format(at);
}

/** How long ago or ahead `text` is, such as "in 3 days". */
export function formatAgo(text: string, now: number = Date.now()): string {
  const seconds = (Date.parse(text) - now) / 1000;
  if (Number.isNaN(seconds)) return text;
  const relative = known(Intl.RelativeTimeFormat, { numeric: 'auto' } as const);
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

export const formatList = (parts: readonly string[]): string => known(Intl.ListFormat, {}).format(parts);

/** What a country (ISO 3166) or a language (BCP 47) is called; absent where the code is none. */
export function nameOfCode(type: 'region' | 'language', code: string): string | undefined {
  try {
    return known(Intl.DisplayNames, { type, fallback: 'none' } as const).of(code);
  } catch {
    return undefined; // what is not even shaped like a code
  }
}
