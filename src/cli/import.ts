/** `fairway import`: sends files to a fairway server, which takes them in as a stream. See docs/reference/command-line.md */
import { Readable } from 'node:stream';
import { SingleBar } from 'cli-progress';
import { Command, Option } from 'commander';
import { request } from 'undici';
import { type Environment, exit, UsageError } from './environment.ts';
import { linesOf, type Source, sourcesOf } from './import-source.ts';
import { tableOf } from './table.ts';

interface ImportOptions {
  to: string;
  token?: string;
  json?: boolean;
}

/** What became of the lines of one import. */
export interface Imported {
  created: number;
  replaced: number;
  refused: number;
  /** `file:line: what is wrong` */
  faults: string[];
  /** conditions that were written but are not understood */
  warnings: string[];
}

export function importCommand(environment: Environment, done: (code: number) => void): Command {
  return new Command('import')
    .description('Bring resources from files (NDJSON, JSON, Bundles; packed with gzip or not) into a server.')
    .argument('<paths...>', 'files, folders, or - for NDJSON on standard input')
    .addOption(new Option('--to <base>', 'FHIR base address of the server').env('FAIRWAY_TO').makeOptionMandatory())
    .addOption(new Option('--token <token>', 'bearer token of that server').env('FAIRWAY_IMPORT_TOKEN'))
    .option('--json', 'print the result as JSON')
    .action(async (paths: string[], options: ImportOptions) => done(await importPaths(paths, options, environment)));
}

async function importPaths(paths: string[], options: ImportOptions, environment: Environment): Promise<number> {
  if (!URL.canParse(options.to) || !/^https?:/.test(options.to)) {
    throw new UsageError(`--to must be a FHIR base address such as http://127.0.0.1:8080/fhir, not ${options.to}`);
  }
  const { sources, passed } = await sourcesOf(paths);
  if (sources.length === 0)
    throw new UsageError('there is nothing to import: no .ndjson, .jsonl or .json file was found');
  const started = environment.now();
  const bar = progressBar(sources, environment);
  const imported = await importSources(sources, options, environment, (bytes) => bar.increment(bytes)).finally(() =>
    bar.stop(),
  );
  const seconds = (environment.now() - started) / 1000;
  const summary = { files: sources.length, passed, ...imported, seconds };
  if (options.json === true) environment.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else environment.stdout.write(resultText(summary));
  return imported.refused === 0 ? exit.done : exit.partial;
}

function progressBar(sources: readonly Source[], { stderr }: Environment): SingleBar {
  const bar = new SingleBar({
    format: '  importing [{bar}] {percentage}% of {total} bytes, {eta_formatted} left',
    stream: stderr as NodeJS.WriteStream, // cli-progress writes nothing unless it is a terminal
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(
    sources.reduce((sum, source) => sum + source.bytes, 0),
    0,
  );
  return bar;
}

/** Where the lines of a file begin in what is sent. */
interface Begin {
  path: string;
  line: number;
}

/** Sends everything as one stream. Throws an Error in one line when the server does not take it. */
async function importSources(
  sources: readonly Source[],
  { to, token }: { to: string; token?: string },
  environment: Environment,
  onBytes: (bytes: number) => void = () => {},
): Promise<Imported> {
  const begins: Begin[] = [];
  async function* all(): AsyncGenerator<Buffer> {
    let line = 1;
    for (const source of sources) {
      begins.push({ path: source.path, line });
      for await (const chunk of linesOf(source, environment.stdin, onBytes)) {
        for (const byte of chunk) if (byte === 10) line++;
        yield chunk;
      }
    }
  }
  return locate(await sendLines(to, token, Readable.from(all(), { objectMode: false })), begins);
}

/** Sends lines of NDJSON to `[base]/$import` and reads what became of them. */
export async function sendLines(base: string, token: string | undefined, body: Readable): Promise<Imported> {
  const url = `${base.replace(/\/+$/, '')}/$import`;
  let failure: unknown;
  body.once('error', (error) => {
    failure = error;
  });
  try {
    const response = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/fhir+ndjson',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body,
      // A large import may run for hours before the answer begins.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const text = await response.body.text();
    if (response.statusCode !== 200) throw new Error(`it answered ${response.statusCode}: ${diagnosticsOf(text)}`);
    return readResult(text);
  } catch (cause) {
    if (failure instanceof UsageError) throw failure;
    const { message, code } = cause as { message: string; code?: string };
    throw new Error(`cannot import to ${base}: ${message === '' ? code : message}`, { cause });
  }
}

function diagnosticsOf(text: string): string {
  try {
    const outcome = JSON.parse(text) as { issue?: { diagnostics?: string }[] };
    return outcome.issue?.map((issue) => issue.diagnostics).join('; ') ?? text.slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}

interface ImportReply {
  parameter: { name: string; valueInteger?: number; resource?: { issue: { diagnostics: string }[] } }[];
}

function readResult(text: string): Imported {
  const { parameter } = JSON.parse(text) as ImportReply; // the reply of fairway's own $import
  const number = (name: string): number => parameter.find((one) => one.name === name)?.valueInteger ?? 0;
  const messages = (name: string): string[] =>
    parameter.find((one) => one.name === name)?.resource?.issue.map((issue) => issue.diagnostics) ?? [];
  return {
    created: number('created'),
    replaced: number('replaced'),
    refused: number('refused'),
    faults: messages('outcome'),
    warnings: messages('warnings'),
  };
}

/** Faults name lines of the stream; people want lines of their files. */
function locate(imported: Imported, begins: readonly Begin[]): Imported {
  const located = (messages: readonly string[]): string[] => messages.map((message) => locateOne(message, begins));
  return { ...imported, faults: located(imported.faults), warnings: located(imported.warnings) };
}

function locateOne(message: string, begins: readonly Begin[]): string {
  return message.replace(/^line (\d+): /, (whole, number: string) => {
    const begin = begins.findLast((one) => one.line <= Number(number));
    return begin === undefined ? whole : `${begin.path}:${Number(number) - begin.line + 1}: `;
  });
}

const faultsShown = 20;

function resultText(result: Imported & { files: number; passed: string[]; seconds: number }): string {
  const done = result.created + result.replaced;
  const rows = [
    ['files', String(result.files)],
    ['created', String(result.created)],
    ['replaced', String(result.replaced)],
    ['refused', String(result.refused)],
    ['seconds', result.seconds.toFixed(1)],
    ['resources per second', String(Math.round(done / Math.max(result.seconds, 0.001)))],
  ];
  const faults = result.faults.slice(0, faultsShown).map((fault) => `  ${fault}\n`);
  const more = result.faults.length - faults.length;
  return [
    tableOf([{ title: 'IMPORTED' }, { title: '', right: true }], rows),
    result.passed.length === 0 ? '' : `Not FHIR by their names, and passed over: ${result.passed.join(', ')}\n`,
    faults.length === 0 ? '' : `Refused:\n${faults.join('')}`,
    more > 0 ? `  and ${more} more; --json shows up to 1000\n` : '',
    result.warnings.length === 0
      ? ''
      : `Conditions that are not understood, and close what they are about:\n${result.warnings.map((one) => `  ${one}\n`).join('')}`,
  ].join('');
}
