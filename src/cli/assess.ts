/** `fairway assess`: how FAIR a data set is, and what to do about it. See docs/reference/assessment.md */
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { parametersOf, r4Shape } from '../fair/assessment/fhir.ts';
import { assessDataset, createClient, readQuestion, type Start } from '../federation/client/index.ts';
import { assessmentText } from './assessment-text.ts';
import { type Environment, exit, UsageError } from './environment.ts';
import { addStartOptions, clientSettingsOf, type StartOptions, startOf } from './question-options.ts';
import { createStyle } from './table.ts';

interface AssessOptions extends StartOptions {
  out?: string;
  json?: boolean;
}

export function assessCommand(environment: Environment, done: (code: number) => void): Command {
  const command = new Command('assess')
    .description('Assess how FAIR a data set is: 41 indicators, each with what was seen and what to do.')
    .argument(
      '<dataset>',
      'address of its record (a Library, ResearchStudy, List or DocumentManifest), or its identifier or title with the servers to look at',
    );
  return addStartOptions(command)
    .option('--out <file>', 'write the assessment as FHIR too: Parameters with a MeasureReport and an OperationOutcome')
    .option('--json', 'print the assessment as JSON')
    .action(async (dataset: string, options: AssessOptions) => done(await assess(dataset, options, environment)));
}

async function assess(dataset: string, options: AssessOptions, environment: Environment): Promise<number> {
  const settings = clientSettingsOf(options, environment);
  const address =
    isAddress(dataset) && !hasStart(options) ? dataset : await locate(dataset, startOf(options), settings);
  const assessment = await assessDataset(address, { ...settings, probe: { totalMs: options.timeout * 1000 } });
  if (options.out !== undefined) {
    await writeFile(options.out, `${JSON.stringify(parametersOf(assessment, r4Shape), null, 2)}\n`);
  }
  environment.stdout.write(
    options.json === true
      ? `${JSON.stringify(assessment, null, 2)}\n`
      : assessmentText(assessment, createStyle(environment)),
  );
  return exit.done;
}

const isAddress = (text: string): boolean => /^https?:\/\/.+\/[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.test(text);
const hasStart = ({ repository, registry, discovery }: StartOptions): boolean =>
  [repository, registry, discovery].some((one) => one !== undefined);

/** The address of the record that servers have under this identifier, title or address. */
async function locate(wanted: string, start: Start, settings: ReturnType<typeof clientSettingsOf>): Promise<string> {
  const { datasets, problems } = await createClient(settings).list(start, readQuestion({}));
  const named = datasets.filter((one) =>
    [one.identifier, one.title, one.metadata, one.metadata?.split('/').at(-1)].includes(wanted),
  );
  const [first] = named;
  if (named.length === 1 && first?.metadata !== undefined) return first.metadata;
  if (named.length > 1) {
    throw new UsageError(
      `more than one data set is called ${wanted}; give the address: ${named.map(({ metadata }) => metadata).join(', ')}`,
    );
  }
  if (isAddress(wanted)) return wanted;
  const choice = datasets.map(({ identifier }) => identifier).join(', ');
  const silent = problems.map(({ server, reason }) => `; ${server}: ${reason}`).join('');
  throw new UsageError(`no data set is called ${wanted}; there are: ${choice === '' ? 'none' : choice}${silent}`);
}
