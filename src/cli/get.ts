/** `fairway get`: fetches the records of one data set into files. See docs/reference/command-line.md */
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { type AnsweredDataset, createClient, readQuestion } from '../federation/client/index.ts';
import { type Environment, exit, UsageError } from './environment.ts';
import { addStartOptions, clientSettingsOf, type StartOptions, startOf } from './question-options.ts';
import { tableOf } from './table.ts';

interface GetOptions extends StartOptions {
  out: string;
  json?: boolean;
}

export function getCommand(environment: Environment, done: (code: number) => void): Command {
  const command = new Command('get')
    .description('Fetch the records of a data set that find has shown, as far as its conditions allow.')
    .argument('<dataset>', 'identifier, title or metadata address of the data set');
  return addStartOptions(command)
    .addOption(new Option('--out <folder>', 'folder for the files').makeOptionMandatory())
    .addOption(new Option('--format <format>', 'format of the files').choices(['ndjson']).default('ndjson'))
    .option('--json', 'print what was written as JSON')
    .action(async (dataset: string, options: GetOptions) => done(await get(dataset, options, environment)));
}

async function get(wanted: string, options: GetOptions, environment: Environment): Promise<number> {
  const client = createClient(clientSettingsOf(options, environment));
  const found = await client.list(startOf(options), readQuestion({}));
  const dataset = choose(found.datasets, wanted);
  await mkdir(options.out, { recursive: true });
  const files = new Map<string, { stream: WriteStream; records: number }>();
  try {
    for await (const { type, resource } of client.get(dataset)) {
      let file = files.get(type);
      if (file === undefined) {
        file = { stream: createWriteStream(pathOf(options.out, `${type}.ndjson.part`)), records: 0 };
        files.set(type, file);
      }
      file.records++;
      if (!file.stream.write(`${JSON.stringify(resource)}\n`)) {
        const { stream } = file;
        await new Promise<void>((resume) => stream.once('drain', () => resume()));
      }
    }
  } finally {
    await Promise.all([...files.values()].map(({ stream }) => new Promise<void>((ended) => stream.end(() => ended()))));
  }
  // What was not fetched to its end keeps its name, so that nobody takes a part for the whole.
  for (const type of files.keys()) {
    await rename(pathOf(options.out, `${type}.ndjson.part`), pathOf(options.out, `${type}.ndjson`));
  }
  const written = [...files].map(([type, { records }]) => ({ file: pathOf(options.out, `${type}.ndjson`), records }));
  environment.stdout.write(
    options.json === true
      ? `${JSON.stringify({ dataset: dataset.identifier, licence: dataset.licence, written }, null, 2)}\n`
      : shown(dataset, written),
  );
  return exit.done;
}

/** Types come from strangers; they are checked to be names before they become file names. */
function pathOf(folder: string, name: string): string {
  if (!/^[A-Za-z]+\.ndjson(\.part)?$/.test(name)) throw new Error(`the server sent a resource of the type ${name}`);
  return join(folder, name);
}

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

function shown(dataset: AnsweredDataset, written: readonly { file: string; records: number }[]): string {
  const conditions = dataset.conditions.map(({ code, text }) => `  ${code}: ${text}\n`).join('');
  const rows = written.map(({ file, records }) => [file, String(records)]);
  const table = tableOf([{ title: 'FILE' }, { title: 'RECORDS', right: true }], rows);
  return `${dataset.title}\n${written.length === 0 ? '  no records may be read\n' : table}Conditions to keep\n${conditions}`;
}
