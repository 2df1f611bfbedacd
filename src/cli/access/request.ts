/** `fairway access request`, `answer`, `withdraw`: what a researcher does to get access. See docs/reference/command-line.md */
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Command } from 'commander';
import { type JsonObject, objectOf, objectsOf } from '../../fhir/json.ts';
import { type Environment, exit, UsageError } from '../environment.ts';
import { act, requestArgument } from './act.ts';
import { addServerOptions, type Call, callerOf, parametersOf, type ServerOptions, stringInput } from './fhir-call.ts';
import { requestText } from './request-text.ts';

interface RequestOptions extends ServerOptions {
  purpose?: string[];
  project?: string;
  title?: string;
  level?: string;
  research?: string[];
  disease?: string[];
  commercial?: boolean;
  from?: string;
  until?: string;
  message?: string;
  document?: string[];
  dryRun?: boolean;
}

const gather = (value: string, previous: string[] | undefined): string[] => [...(previous ?? []), value];

export function requestCommand(environment: Environment, done: (code: number) => void): Command {
  const command = new Command('request')
    .description('Ask for access to a data set; the rules say at once what they make of it, the committee decides.')
    .argument('<dataset>', 'id, canonical address or identifier of the data set on that server');
  return addServerOptions(command)
    .option(
      '--purpose <code>',
      'purpose of use, system|code or a code of v3-ActReason such as HRESCH; may be repeated',
      gather,
    )
    .option('--project <id>', 'identifier of the project')
    .option('--title <text>', 'what the project is called')
    .option('--level <level>', 'how closely to look: exists, count, aggregate, record-deidentified, record')
    .option(
      '--research <kind>',
      'general, health, disease, ancestry, methods, clinical-care, genetic; may be repeated',
      gather,
    )
    .option('--disease <code>', 'disease that is researched, system|code; may be repeated', gather)
    .option('--commercial', 'the use is commercial')
    .option('--no-commercial', 'the use is not commercial')
    .option('--from <date>', 'from when on')
    .option('--until <date>', 'until when')
    .option('--message <text>', 'words to the committee')
    .option('--document <file>', 'a document for the committee; may be repeated', gather)
    .option('--dry-run', 'only say what the rules make of it')
    .action(async (dataset: string, options: RequestOptions, self: Command) => {
      // Not said is not the same as no.
      if (self.getOptionValueSource('commercial') === 'default') delete options.commercial;
      done(await request(dataset, options, environment));
    });
}

async function request(dataset: string, options: RequestOptions, environment: Environment): Promise<number> {
  if (options.purpose === undefined) throw new UsageError('say what for: --purpose HRESCH, or another purpose of use');
  const call = callerOf(options, environment);
  const id = await idOf(dataset, call);
  const documents = await Promise.all((options.document ?? []).map(attachmentOf));
  const body = parametersOf([
    ...options.purpose.map((one) => ['purpose', stringInput(purposeCode(one))] as const),
    ['project', stringInput(options.project)],
    ['title', stringInput(options.title)],
    ['level', stringInput(options.level)],
    ...(options.research ?? []).map((one) => ['research', stringInput(one)] as const),
    ...(options.disease ?? []).map((one) => ['disease', stringInput(one)] as const),
    ['commercial', options.commercial === undefined ? undefined : { valueBoolean: options.commercial }],
    ['from', stringInput(options.from)],
    ['until', stringInput(options.until)],
    ['message', stringInput(options.message)],
    ['dry-run', options.dryRun === true ? { valueBoolean: true } : undefined],
    ...documents.map((one) => ['document', { valueAttachment: one }] as const),
  ]);
  const task = await call('POST', `Library/${id}/$request-access`, body);
  environment.stdout.write(options.json === true ? `${JSON.stringify(task, null, 2)}\n` : requestText(task, options));
  return exit.done;
}

function purposeCode(text: string): string {
  return text.includes('|') ? text : `http://terminology.hl7.org/CodeSystem/v3-ActReason|${text}`;
}

/** The id of the Library that `dataset` names: by id, canonical or identifier. */
async function idOf(dataset: string, call: Call): Promise<string> {
  const name = encodeURIComponent(dataset);
  const queries = /^[A-Za-z0-9\-.]{1,64}$/.test(dataset)
    ? [`_id=${name}`, `identifier=${name}`]
    : [`url=${name}`, `identifier=${name}`];
  for (const query of queries) {
    const found = objectsOf((await call('GET', `Library?${query}&_count=2`))['entry']);
    const [only, ...others] = found.map((entry) => objectOf(entry['resource'])?.['id']);
    if (others.length > 0) throw new UsageError(`more than one data set is called ${dataset}; give its id`);
    if (typeof only === 'string') return only;
  }
  throw new UsageError(`that server has no data set ${dataset}`);
}

const contentTypes: Record<string, string> = {
  '.pdf': 'application/pdf',
  '.txt': 'text/plain',
  '.md': 'text/markdown',
};

async function attachmentOf(path: string): Promise<JsonObject> {
  const data = await readFile(path).catch((cause: Error) => {
    throw new UsageError(`cannot read the document ${path}: ${cause.message}`);
  });
  const contentType = contentTypes[extname(path)] ?? 'application/octet-stream';
  return { contentType, title: basename(path), data: data.toString('base64') };
}

export function answerCommand(environment: Environment, done: (code: number) => void): Command {
  const command = new Command('answer')
    .description('Answer what the committee asked back.')
    .argument('<request>', requestArgument);
  return addServerOptions(command)
    .requiredOption('--message <text>', 'words to the committee')
    .option('--document <file>', 'a further document; may be repeated', gather)
    .action(async (id: string, options: ServerOptions & { message: string; document?: string[] }) => {
      const documents = await Promise.all((options.document ?? []).map(attachmentOf));
      const body = parametersOf([
        ['message', stringInput(options.message)],
        ...documents.map((one) => ['document', { valueAttachment: one }] as const),
      ]);
      await act(id, ['asked-back', 'requested'], '$answer-access', body, options, environment);
      done(exit.done);
    });
}

export function withdrawCommand(environment: Environment, done: (code: number) => void): Command {
  const command = new Command('withdraw')
    .description('Withdraw a request of one’s own; what was granted by it ends at once.')
    .argument('<request>', requestArgument);
  return addServerOptions(command)
    .option('--reason <text>', 'why')
    .action(async (id: string, options: ServerOptions & { reason?: string }) => {
      const body = parametersOf([['reason', stringInput(options.reason)]]);
      await act(id, ['requested', 'asked-back', 'granted'], '$withdraw-access', body, options, environment);
      done(exit.done);
    });
}
