/** `fairway get`: fetches the records of one data set into files, with the terms of their use. See docs/reference/command-line.md */
import { Command, Option } from 'commander';
import { plain } from '../fair/plain.ts';
import { obligationsOf } from '../fair/terms.ts';
import { termsParts } from '../fair/terms-text.ts';
import { type AnsweredDataset, type ClientSettings, createClient, readQuestion } from '../federation/client/index.ts';
import { accessHint, refusalOf } from './access-hint.ts';
import { type DownloadFormat, downloadFormats, type WrittenDownload, writeDownload } from './download.ts';
import { type Environment, exit, UsageError } from './environment.ts';
import { addStartOptions, clientSettingsOf, type StartOptions, startOf } from './question-options.ts';
import { tableOf } from './table.ts';

interface GetOptions extends StartOptions {
  out: string;
  format: DownloadFormat;
  json?: boolean;
}

export function getCommand(environment: Environment, done: (code: number) => void): Command {
  const command = new Command('get')
    .description('Fetch the records of a data set that find has shown, as far as its conditions allow.')
    .argument('<dataset>', 'identifier, title or metadata address of the data set');
  return addStartOptions(command)
    .addOption(new Option('--out <folder>', 'folder for the files').makeOptionMandatory())
    .addOption(
      new Option('--format <format>', 'files of records with their terms, or all of it as an RO-Crate')
        .choices(downloadFormats)
        .default('ndjson'),
    )
    .option('--json', 'print what was written as JSON')
    .action(async (dataset: string, options: GetOptions) => done(await get(dataset, options, environment)));
}

async function get(wanted: string, options: GetOptions, environment: Environment): Promise<number> {
  const settings = clientSettingsOf(options, environment);
  const client = createClient(settings);
  const found = await client.list(startOf(options), readQuestion({}));
  const dataset = choose(found.datasets, wanted);
  let written: WrittenDownload;
  try {
    const secrets = Object.values(settings.tokens ?? {});
    const target = { folder: options.out, format: options.format, now: environment.now, secrets };
    written = await writeDownload(client.get(dataset), dataset, target);
  } catch (error) {
    throw refusalOf(error, dataset, settings);
  }
  environment.stdout.write(
    options.json === true
      ? `${JSON.stringify(answerOf(dataset, written), null, 2)}\n`
      : shown(dataset, written, settings),
  );
  return exit.done;
}

const answerOf = (dataset: AnsweredDataset, { records, terms, termsFiles }: WrittenDownload): object => ({
  dataset: dataset.identifier,
  licence: dataset.licence,
  written: records,
  terms: termsFiles,
  obligations: obligationsOf(terms),
});

function choose(datasets: readonly AnsweredDataset[], wanted: string): AnsweredDataset {
  const named = datasets.filter((one) =>
    [one.identifier, one.title, one.metadata, one.metadata?.split('/').at(-1)].includes(wanted),
  );
  if (named.length === 1) return named[0]!;
  const choice = (named.length === 0 ? datasets : named).map((one) => one.identifier).join(', ');
  throw new UsageError(
    named.length === 0
      ? `no data set is called ${wanted}; there are: ${choice === '' ? 'none' : choice}`
      : `more than one data set is called ${wanted}; give the identifier: ${choice}`,
  );
}

function shown(dataset: AnsweredDataset, written: WrittenDownload, settings: ClientSettings): string {
  const { records, terms, termsFiles } = written;
  const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join('');
  const rows = records.map(({ file, records }) => [file, String(records)]);
  const table = tableOf([{ title: 'FILE' }, { title: 'RECORDS', right: true }], rows);
  const none = `  no records may be read\n${indented(accessHint(dataset, settings))}`;
  const parts = termsParts(terms).map(({ title, lines }) => `${title}\n${indented(lines)}`);
  return `${plain(dataset.title)}\n${records.length === 0 ? none : table}${parts.join('')}Terms\n${indented(termsFiles)}`;
}
