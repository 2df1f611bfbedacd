/** Fetches what the reader may have of a data set, with its terms. What did not come whole is never called whole. See docs/reference/portal.md */
import { policyOf } from '../../../src/fair/odrl.ts';
import type { obligationsOf, Terms } from '../../../src/fair/terms.ts';
import { termsText } from '../../../src/fair/terms-text.ts';
import {
  type Asked,
  createClient,
  type Dataset,
  type Download,
  type Problem,
  readQuestion,
} from '../../../src/federation/client/index.ts';
import { createFiles, type FileCount, type Files, TooLarge, type Written } from './files.ts';
import type { Place } from './place.ts';

export type Obligations = ReturnType<typeof obligationsOf>;

export interface DownloadSettings {
  readonly dataset: Dataset;
  readonly place: Place;
  readonly tokens: Readonly<Record<string, string>>;
  readonly asked: Asked;
  /** obligations that the reader has agreed to, beside those of the record: `system|code` or `system|code;parameter` */
  readonly agreed: readonly string[];
  readonly signal: AbortSignal;
  onProgress(written: Written): void;
  /** Waits until the reader agrees to obligations that only came with the data. */
  onObligations(obligations: Obligations): Promise<void>;
}

/** `partial` has a cause: what failed is among the problems, else the reader ended it, or it was too large. */
export interface Downloaded {
  readonly state: 'whole' | 'partial' | 'nothing';
  readonly cause?: 'ended' | 'too-large' | 'declined';
  readonly files: readonly FileCount[];
  /** what it is called where it was put */
  readonly name?: string;
  readonly written: Written;
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/** Reading what is asked of one may take its time. */
const patience = 24 * 3600 * 1000;

/** The reader does not agree to what came to light. */
export class Declined extends Error {}

export async function download(settings: DownloadSettings): Promise<Downloaded> {
  const { dataset, place, tokens, asked, signal } = settings;
  const ending = new AbortController();
  const client = createClient({
    tokens,
    asked,
    limits: { serverMs: patience },
    signal: AbortSignal.any([signal, ending.signal]),
    fetch: withoutCookies,
  });
  const fetched = client.get(dataset, { question: readQuestion({}) });
  let written: Written = { records: 0, bytes: 0 };
  const files = createFiles({
    place,
    home: dataset.repository,
    onProgress(now) {
      written = now;
      settings.onProgress(now);
    },
    agreed: createAgreement(settings),
  });
  let failure: unknown;
  try {
    await fetched.run(files);
  } catch (error) {
    failure = error;
    ending.abort();
  }
  const cause = causeOf(failure, signal);
  if (failure !== undefined && written.bytes === 0) {
    return {
      state: 'nothing',
      ...cause,
      files: [],
      written,
      problems: problemsOf(fetched, failure),
      notes: fetched.notes,
    };
  }
  const isBroken = failure !== undefined || signal.aborted;
  // Of what was broken off nobody knows what is whole.
  const ended = await files.end(isBroken ? everything(fetched) : fetched.unfinished);
  if (ended.length === 0) {
    return { state: 'nothing', ...cause, files: [], written, problems: fetched.problems, notes: fetched.notes };
  }
  const isWhole = !isBroken && fetched.problems.length === 0 && fetched.unfinished.length === 0;
  const problems = problemsOf(fetched, failure);
  await writePapers(files, await fetched.terms(), isWhole ? [] : problems, isWhole, cleaner(tokens));
  const name = await place.finish(isWhole);
  return {
    state: isWhole ? 'whole' : 'partial',
    ...cause,
    files: ended,
    name,
    written,
    problems,
    notes: fetched.notes,
  };
}

/** All that any server may have more of. */
const everything = ({ tallies, requests, unfinished }: Download): { server: string }[] =>
  [...new Set([...tallies, ...requests, ...unfinished].map(({ server }) => server))].map((server) => ({ server }));

function causeOf(failure: unknown, signal: AbortSignal): Pick<Downloaded, 'cause'> {
  if (failure instanceof TooLarge) return { cause: 'too-large' };
  if (signal.aborted) return { cause: 'ended' };
  return failure instanceof Declined ? { cause: 'declined' } : {};
}

/** What is no fault of a server is told as what it is. */
function problemsOf({ problems }: Download, failure: unknown): readonly Problem[] {
  if (failure === undefined || failure instanceof TooLarge || failure instanceof Declined) return problems;
  const reason = failure instanceof Error ? failure.message : String(failure);
  return problems.some((one) => one.reason.includes(reason))
    ? problems
    : [...problems, { server: '', step: 'get', reason }];
}

/** As a grant states it. */
export function obligationFrom(text: string): Obligations[number] {
  const [code = '', parameter] = text.split(';', 2);
  return { code, ...(parameter === undefined ? {} : { parameter }) };
}

/** Asks the reader once for each obligation that the record did not tell. */
function createAgreement({ dataset, agreed, onObligations }: DownloadSettings) {
  const keyOf = ({ code, parameter }: Obligations[number]): string => `${code} ${parameter ?? ''}`;
  const known = new Set([
    ...(dataset.stated?.statement.obligations ?? []).map(keyOf),
    ...agreed.map((one) => keyOf(obligationFrom(one))),
  ]);
  return async (said: Terms['said']): Promise<void> => {
    const news = said.obligations.filter((one) => !known.has(keyOf(one)));
    if (news.length === 0) return;
    await onObligations(news);
    for (const one of news) known.add(keyOf(one));
  };
}

const cleaner =
  (tokens: Readonly<Record<string, string>>) =>
  (text: string): string =>
    Object.values(tokens).reduce((all, token) => (token === '' ? all : all.replaceAll(token, '***')), text);

async function writePapers(
  files: Files,
  terms: Terms,
  problems: readonly Problem[],
  isWhole: boolean,
  clean: (text: string) => string,
): Promise<void> {
  await files.text('terms.txt', clean(termsText(terms)));
  const policy = policyOf(terms, `urn:uuid:${crypto.randomUUID()}`);
  await files.text('terms.jsonld', clean(`${JSON.stringify(policy, null, 2)}\n`));
  if (isWhole) return;
  const lines = problems.map(({ server, reason }) => `- ${server === '' ? '' : `${server}: `}${reason}\n`);
  const head = 'THIS DOWNLOAD IS NOT WHOLE. Files that end in .part have not all records that there are.\n\n';
  await files.text('PARTIAL.txt', clean(`${head}${lines.join('')}`));
}

/** Who one is goes by tokens alone, and no page before is told of. */
const withoutCookies: typeof fetch = (address, init) =>
  fetch(address, { ...init, credentials: 'omit', referrerPolicy: 'no-referrer' });
