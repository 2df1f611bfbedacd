/** What a script has to send so that it gets the counts of an answer once more. https://hl7.org/fhir/R4B/search.html#summary */
import type { AnsweredDataset, CountWay, Question, Start } from '../../../../src/federation/client/index.ts';

/** An answer as it is exported. */
export interface Exported {
  readonly question: Question;
  readonly sentence: string;
  readonly start: Start;
  /** day of the answer, at which ages were reckoned unless the question says another */
  readonly day: string;
  readonly datasets: readonly AnsweredDataset[];
  /** how each was counted, by identifier */
  readonly ways: ReadonlyMap<string, CountWay>;
  /** bases of the servers that were asked with a token; the token itself stays here */
  readonly tokenBases: readonly string[];
  /** headers that say what is asked for, sent with tokens only */
  readonly stated: Readonly<Record<string, string>>;
  readonly ask: 'likely' | 'all';
}

/** One request of a script. */
interface ScriptRequest {
  readonly url: string;
  /** how often its count goes into the sum */
  readonly factor: number;
  /** what is posted; absent: it is a search */
  readonly body?: object;
}

export interface ScriptDataset {
  readonly title: string;
  readonly identifier: string;
  /** name of the variable that holds the token for its server */
  readonly token?: string;
  readonly requests: readonly ScriptRequest[];
  /** what it means that nobody was found and nothing was said of it */
  readonly none: '0' | 'not permitted';
  /** why there is no request */
  readonly skipped?: string;
}

export const tokenName = (at: number): string => `FAIRWAY_TOKEN_${at + 1}`;

export function scriptDatasets({ datasets, ways, tokenBases }: Exported): ScriptDataset[] {
  return datasets.map(({ title, identifier, answer, repository }) => {
    const way = ways.get(identifier);
    const base = way?.base ?? repository;
    const at = base === undefined ? -1 : tokenBases.indexOf(base);
    const requests = way === undefined ? [] : requestsOf(way);
    const skipped = requests.length > 0 ? undefined : (whyNot(way) ?? answer.reason ?? answer.state);
    return {
      title: inOneLine(title),
      identifier: inOneLine(identifier),
      ...(at < 0 ? {} : { token: tokenName(at) }),
      requests,
      none: answer.state === 'not-permitted' ? 'not permitted' : '0',
      ...(skipped === undefined ? {} : { skipped: inOneLine(skipped) }),
    };
  });
}

function requestsOf(way: CountWay): ScriptRequest[] {
  switch (way.kind) {
    case 'feasibility':
      return [{ url: way.url, factor: 1, body: way.sent }];
    case 'searches':
      return way.of.map(({ url, factor }) => ({ url, factor }));
    case 'ids':
      return [];
  }
}

const whyNot = (way: CountWay | undefined): string | undefined =>
  way?.kind === 'ids'
    ? 'no search can say it, so ids of patients were brought together: use fairway find for this one'
    : undefined;

// biome-ignore lint/suspicious/noControlCharactersInRegex: a stranger's text must not end a comment
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** A stranger's text, so that it stays in its line. */
export const inOneLine = (text: string): string => text.replace(controls, ' ').trim();

/** Lines of a comment on top of a script. */
export function headLines(exported: Exported): string[] {
  const { sentence, question, day, tokenBases } = exported;
  return [
    sentence,
    `From an answer of ${day}: each data set is asked at its own server, as it was then.`,
    ...(question.patients.asOf === undefined ? [`Ages are reckoned on ${day}.`] : []),
    ...tokenBases.map((base, at) => `${tokenName(at)}: token for ${base}; without it you see what everyone may see.`),
  ].map(inOneLine);
}

/** JSON that may stand in single quotes that keep backslashes. */
export const jsonWithoutQuotes = (value: unknown): string => JSON.stringify(value).replaceAll("'", '\\u0027');

/** A list with each item in a line of its own. */
export const jsonLines = (items: readonly unknown[]): string =>
  items.length === 0 ? '[]' : `[\n${items.map((one) => `  ${jsonWithoutQuotes(one)}`).join(',\n')}\n]`;
