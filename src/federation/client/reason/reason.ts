/** Says the client's reasons, and reads them back, so that programs can tell them apart and say them in another language. See docs/reference/faults.md */
import { dayText } from '../../../fair/condition.ts';
import { type Language, wordsIn } from '../../../fair/words/index.ts';
import { german } from './de.ts';
import { type ReasonCode, reasons } from './en.ts';

export type { ReasonCode } from './en.ts';

/** What stands in the braces of a text. */
type Places<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Places<Rest> : never;
type ValuesOf<Place extends string> = {
  readonly [Name in Place as Name extends `#${infer Bare}` ? Bare : Name]: Name extends `#${string}` ? number : string;
};
type Given<Code extends ReasonCode> = [Places<(typeof reasons)[Code]>] extends [never]
  ? []
  : [values: ValuesOf<Places<(typeof reasons)[Code]>>];

/** The reason in English. */
export const reasonText = <Code extends ReasonCode>(code: Code, ...[values]: Given<Code>): string =>
  filled(reasons[code], new Map(Object.entries(values ?? {})));

const filled = (text: string, values: ReadonlyMap<string, string | number>): string =>
  text.replace(/\{#?(\w+)\}/g, (_, name: string) => String(values.get(name) ?? ''));

interface ReadReason {
  readonly code: ReasonCode;
  readonly values: ReadonlyMap<string, string>;
}

interface Reader {
  readonly code: ReasonCode;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  /** how much of the text is ours: what says more of it is meant */
  readonly weight: number;
}

const readers: readonly Reader[] = Object.entries(reasons)
  .map(([code, text]): Reader => {
    const own = text.split(/\{#?\w+\}/);
    const places = [...text.matchAll(/\{(#?)(\w+)\}/g)];
    const pattern = own.map((part, at) => escaped(part) + placePattern(places[at]?.[1])).join('');
    return {
      code: code as ReasonCode, // a key of the table
      pattern: new RegExp(`^${pattern}$`),
      names: places.map(([, , name = '']) => name),
      weight: own.join('').length,
    };
  })
  .toSorted((one, other) => other.weight - one.weight);

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function placePattern(kind: string | undefined): string {
  if (kind === undefined) return '';
  return kind === '#' ? '(-?\\d+(?:\\.\\d+)?)' : '([\\s\\S]+?)';
}

/** The reason that a text says; undefined for one that is none of ours. */
export function readReason(text: string): ReadReason | undefined {
  for (const { code, pattern, names } of readers) {
    const found = pattern.exec(text);
    if (found !== null) return { code, values: new Map(names.map((name, at) => [name, found[at + 1] ?? ''])) };
  }
  return undefined;
}

const textsIn: Readonly<Record<Language, Readonly<Record<ReasonCode, string>>>> = { en: reasons, de: german };

/** The reason in a language. What others said within it stays as it is, and so does a text that is no reason of ours. */
export function reasonIn(language: Language, text: string): string {
  // Two reasons may stand side by side.
  for (let at = text.indexOf('; '); at >= 0; at = text.indexOf('; ', at + 1)) {
    const [one, other] = [text.slice(0, at), text.slice(at + 2)];
    if (readReason(one) !== undefined && readReason(other) !== undefined) {
      return `${reasonIn(language, one)}; ${reasonIn(language, other)}`;
    }
  }
  const read = readReason(text);
  if (read === undefined) return text;
  const said = [...read.values].map(([name, value]) => [name, valueIn(language, name, value)] as const);
  return filled(textsIn[language][read.code], new Map(said));
}

function valueIn(language: Language, name: string, value: string): string {
  if (name === 'why') return reasonIn(language, value);
  if (name !== 'day') return value;
  const at = Date.parse(value);
  return Number.isNaN(at) ? value : dayText(at, wordsIn[language]);
}
