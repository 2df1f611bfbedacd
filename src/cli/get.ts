/** `fairway get`: fetches the records of one data set into files, with the terms of their use. See docs/reference/command-line.md */
import { Command, Option } from 'commander';
import { plain } from '../fair/plain.ts';
import { obligationsOf } from '../fair/terms.ts';
import { termsParts } from '../fair/terms-text.ts';
import { type Answer, type AnsweredDataset, type ClientSettings, createClient } from '../federation/client/index.ts';
import { accessHint, refusalOf } from './access-hint.ts';
import { type DownloadFormat, downloadFormats, type WrittenDownload, writeDownload } from './download.ts';
import { type Environment, exit, UsageError } from './environment.ts';
import {
  addQuestionOptions,
  addStartOptions,
  clientSettingsOf,
  type QuestionOptions,
  questionOf,
  type StartOptions,
  startOf,
} from './question-options.ts';
import { tableOf } from './table.ts';

interface GetCommandOptions extends StartOptions, QuestionOptions {
  out: string;
  format: DownloadFormat;
  json?: boolean;
}

export function getCommand(environment: Environment, done: (code: number) => void): Command {
  const command = new Command('get')
    .description(
      'Fetch the records of a data set that find has shown, as far as its conditions allow. Once more into the same folder goes on where it was ended.',
    )
    .argument('<dataset>', 'identifier, title or metadata address of the data set');
  return addQuestionOptions(addStartOptions(command))
    .addOption(new Option('--out <folder>', 'folder for the files').makeOptionMandatory())
    .addOption(
      new Option('--format <format>', 'files of records with their terms, or all of it as an RO-Crate')
        .choices(downloadFormats)
        .default('ndjson'),
    )
    .option('--json', 'print what was written as JSON')
    .action(async (dataset: string, options: GetCommandOptions) => done(await get(dataset, options, environment)));
}

async function get(wanted: string, options: GetCommandOptions, environment: Environment): Promise<number> {
  const ending = new AbortController();
  void environment.ended.then(() => ending.abort());
  const settings = { ...clientSettingsOf(options, environment), signal: ending.signal };
  const client = createClient(settings);
  const start = startOf(options);
  const question = await questionOf(options);
  const found = await client.list(start, question);
  const dataset = choose(found, wanted);
  let written: WrittenDownload;
  try {
    const secrets = Object.values(settings.tokens ?? {});
    const progress = createProgress(environment);
    const target = { folder: options.out, format: options.format, question, now: environment.now, secrets, progress };
    written = await writeDownload(client, dataset, target);
  } catch (error) {
    throw refusalOf(error, dataset, settings);
  }
  environment.stdout.write(
    options.json === true
      ? `${JSON.stringify(answerOf(dataset, written), null, 2)}\n`
      : shown(dataset, written, settings),
  );
  return written.problems.length === 0 ? exit.done : exit.partial;
}

/** How many records came, for people who look on; not more often than twice a second. */
function createProgress({ stderr, now }: Environment): (records: number) => void {
  if (stderr.isTTY !== true) return () => {};
  let [all, last] = [0, 0];
  return (records) => {
    all += records;
    if (now() - last < 500) return;
    last = now();
    stderr.write(`\r${all} records\u001b[K`);
  };
}

const answerOf = (dataset: AnsweredDataset, written: WrittenDownload): object => ({
  dataset: dataset.identifier,
  licence: dataset.licence,
  complete: written.problems.length === 0,
  continued: written.isContinued,
  written: written.files,
  counts: written.tallies,
  problems: written.problems,
  notes: written.notes,
  terms: written.termsFiles,
  obligations: obligationsOf(written.terms),
});

function choose({ datasets, problems }: Answer, wanted: string): AnsweredDataset {
  const named = datasets.filter((one) =>
    [one.identifier, one.title, one.metadata, one.metadata?.split('/').at(-1)].includes(wanted),
  );
  if (named.length === 1) return named[0]!;
  const choice = (named.length === 0 ? datasets : named).map((one) => one.identifier).join(', ');
  const silent = problems.map(({ server, reason }) => `; ${server} could not be asked: ${reason}`).join('');
  throw new UsageError(
    named.length === 0
      ? `no data set is called ${wanted}; there are: ${choice === '' ? 'none' : choice}${silent}`
      : `more than one data set is called ${wanted}; give the identifier: ${choice}`,
  );
}

function shown(dataset: AnsweredDataset, written: WrittenDownload, settings: ClientSettings): string {
  const { files, terms, termsFiles, problems, notes } = written;
  const indented = (lines: readonly string[]): string => lines.map((line) => `  ${plain(line)}\n`).join('');
  const rows = files.map(({ file, records, bytes, sha256 }) => [
    file,
    records === undefined ? '' : String(records),
    String(bytes),
    sha256,
  ]);
  const columns = [
    { title: 'FILE' },
    { title: 'RECORDS', right: true },
    { title: 'BYTES', right: true },
    { title: 'SHA-256' },
  ];
  const none = `  no records may be read\n${indented(accessHint(dataset, settings))}`;
  const parts = termsParts(terms).map(({ title, lines }) => `${title}\n${indented(lines)}`);
  return [
    `${plain(dataset.title)}\n`,
    written.isContinued ? '  went on where an earlier download was ended\n' : '',
    files.length === 0 ? none : tableOf(columns, rows),
    notes.length === 0 ? '' : `Notes\n${indented(notes)}`,
    problems.length === 0 ? '' : `Problems\n${indented(problems.map(({ server, reason }) => `${server}: ${reason}`))}`,
    written.isUnfinished ? '  the same command once more goes on from here\n' : '',
    ...parts,
    `Terms\n${indented(termsFiles)}`,
  ].join('');
}
