/** `fairway find`: asks a question of all servers that a walk leads to. See docs/reference/command-line.md */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Command, Option } from 'commander';
import {
  type Answer,
  answerProvenance,
  type ClientSettings,
  createClient,
  type Question,
  type Start,
  traceText,
} from '../federation/client/index.ts';
import { answerText } from './answer-text.ts';
import { type Environment, exit, UsageError } from './environment.ts';
import { createProgress } from './progress.ts';
import {
  addQuestionOptions,
  addStartOptions,
  clientSettingsOf,
  type QuestionOptions,
  questionOf,
  type StartOptions,
  startOf,
} from './question-options.ts';
import { openState } from './state-file.ts';
import { createStyle } from './table.ts';

interface FindOptions extends StartOptions, QuestionOptions {
  json?: boolean;
  ndjson?: boolean;
  ask: 'likely' | 'all';
  state?: string;
  provenance?: string;
  trace?: string;
}

export function findCommand(environment: Environment, done: (code: number) => void): Command {
  const command = new Command('find').description(
    'Find data sets, and how many of their patients meet a question. Without a question about patients the data sets are listed.',
  );
  return addQuestionOptions(addStartOptions(command))
    .addOption(
      new Option('--ask <whom>', 'likely: not those whose summaries rule them out; all: everyone')
        .choices(['likely', 'all'])
        .default('likely'),
    )
    .option('--state <file>', 'keep answers there; a second run asks only for what is missing')
    .option('--provenance <file>', 'write how the answer came about, as FHIR Provenance')
    .option('--trace <file>', 'write how the answer came about, as text')
    .option('--json', 'print the answer as JSON')
    .option('--ndjson', 'print what happens as it happens, one JSON object a line; the last one is the answer')
    .action(async (options: FindOptions) => done(await find(options, environment)));
}

async function find(options: FindOptions, environment: Environment): Promise<number> {
  if (options.json === true && options.ndjson === true) throw new UsageError('choose --json or --ndjson, not both');
  const start = startOf(options);
  const asked = await questionOf(options);
  const settings = { ...clientSettingsOf(options, environment), ask: options.ask };
  const today = new Date(environment.now()).toISOString().slice(0, 10);
  const state = options.state === undefined ? undefined : await openState(options.state, asked, today);
  try {
    const journal = state === undefined ? {} : { journal: state.journal };
    const answer = await walk({ ...settings, ...journal }, start, state?.question ?? asked, options, environment);
    await writePapers(answer, options);
    return answer.complete ? exit.done : exit.partial;
  } finally {
    await state?.close();
  }
}

async function walk(
  settings: ClientSettings,
  start: Start,
  question: Question,
  options: FindOptions,
  environment: Environment,
): Promise<Answer> {
  const { stdout } = environment;
  const ending = new AbortController();
  void environment.ended.then(() => ending.abort());
  const client = createClient({ ...settings, signal: ending.signal });
  const isText = options.json !== true && options.ndjson !== true;
  const progress = createProgress(environment, isText);
  let answer: Answer | undefined;
  for await (const event of client.stream(start, question, { list: question.patients.all.length === 0 })) {
    if (event.kind === 'answer') answer = event.answer;
    if (options.ndjson === true) stdout.write(`${JSON.stringify(event)}\n`);
    else progress.hear(event);
  }
  progress.end();
  const whole = answer!; // the last event
  if (options.json === true) stdout.write(`${JSON.stringify(whole, null, 2)}\n`);
  else if (isText) stdout.write(answerText(whole, createStyle(environment)));
  return whole;
}

async function writePapers(answer: Answer, { provenance, trace }: FindOptions): Promise<void> {
  const write = async (path: string, text: string): Promise<void> => {
    try {
      await writeFile(path, text);
    } catch (error) {
      throw new UsageError(`cannot write ${path}: ${(error as Error).message}`);
    }
  };
  if (provenance !== undefined) {
    const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }; // our own package.json
    const bundle = answerProvenance(answer, { run: `urn:uuid:${randomUUID()}`, version });
    await write(provenance, `${JSON.stringify(bundle, null, 2)}\n`);
  }
  if (trace !== undefined) await write(trace, traceText(answer));
}
