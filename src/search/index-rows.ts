/** The rows that make a resource findable, one kind per index table, and the sink that extraction writes them to. https://hl7.org/fhir/R4B/search.html#table */

/** A signed 64-bit integer in decimal text: what PostgreSQL calls bigint. */
export type Int64 = string;

/** Keyed 64-bit hash of a text. Pure for one database; injected, because its secret lives there. */
export type Hash = (text: string) => Int64;

/** The key of a resource: the hash of `Type/id`. */
export function resourceKey(hash: Hash, type: string, id: string): Int64 {
  return hash(`${type}/${id}`);
}

/** The number under which a search parameter's rows are stored: the hash of `Type.code`. */
export function parameterKey(hash: Hash, type: string, code: string): Int64 {
  return hash(`${type}.${code}`);
}

/** 32-bit discriminator of a code system beside the 64-bit hash of the code; 0 means "no system". */
export function systemKey(hash: Hash, system: string | undefined): number {
  if (system === undefined || system === '') return 0;
  const key = Number(BigInt.asIntN(32, BigInt(hash(`system ${system}`))));
  return key === 0 ? 1 : key;
}

/** Receives index rows. The owner (resource key and access class) is added by whoever made the sink. */
export interface IndexSink {
  /** `text` is the code itself: tokens are sorted by it. */
  token(parameter: Int64, code: Int64, system: number, text: string): void;
  reference(parameter: Int64, target: Int64): void;
  /** `text` as it stands in the resource; folding is done here with `foldText`. */
  string(parameter: Int64, text: string): void;
  /** Both in milliseconds since 1970, `high` exclusive; open ends are `openLow` / `openHigh`. */
  date(parameter: Int64, low: number, high: number): void;
  number(parameter: Int64, low: number, high: number): void;
  /** `code` is the hash of the coded unit ('' when absent), `unit` the hash of the unit as written ('' when absent). */
  quantity(parameter: Int64, low: number, high: number, system: number, code: Int64, unit: Int64): void;
  uri(parameter: Int64, text: string): void;
  /** a UCUM unit that a quantity is in */
  unit(code: string): void;
  /** the words of the narrative, and of all texts */
  words(narrative: string, content: string): void;
}

export const openLow = -8_640_000_000_000_000;
export const openHigh = 8_640_000_000_000_000;

/** How many folded characters the string index holds; longer values are compared in full beside it. */
export const stringPrefixLength = 64;

/** Lower case, without combining marks, white space collapsed: how `string` parameters compare. */
export function foldText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/\s+/gu, ' ')
    .trim();
}
