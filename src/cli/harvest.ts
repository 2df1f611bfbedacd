/** `fairway harvest`: has a registry take the metadata of its members, and shows what came of it. See docs/reference/harvest.md */
import { Command, Option } from 'commander';
import { callerOf, parametersOf } from './access/fhir-call.ts';
import { type Environment, exit, UsageError } from './environment.ts';
import { isPartial, reportText } from './harvest-report.ts';

interface HarvestOptions {
  registry: string;
  member?: string;
  token?: string;
  full?: boolean;
  reports?: boolean;
  json?: boolean;
}

export function harvestCommand(environment: Environment, done: (code: number) => void): Command {
  return new Command('harvest')
    .description(
      'Have a registry take the metadata of its members now, and show the reports. Without the token of a steward it only hears that a member has news.',
    )
    .addOption(
      new Option('--registry <base>', 'FHIR base address of the registry')
        .env('FAIRWAY_REGISTRY')
        .makeOptionMandatory(),
    )
    .option('--member <base>', 'only the member with this base address')
    .addOption(
      new Option('--token <token>', 'bearer token for the registry, alone or as BASE=TOKEN').env('FAIRWAY_TOKEN'),
    )
    .option('--full', 'compare everything, not only what changed')
    .option('--reports', 'harvest nothing, show the last reports')
    .option('--json', 'print what the registry answered')
    .action(async (options: HarvestOptions) => done(await harvest(options, environment)));
}

async function harvest(options: HarvestOptions, environment: Environment): Promise<number> {
  const call = callerOf({ ...options, repository: baseIn(options.registry, '--registry') }, environment);
  const answer = await call(
    'POST',
    '$harvest',
    parametersOf([
      ['address', options.member === undefined ? undefined : { valueUrl: baseIn(options.member, '--member') }],
      ['full', options.full === true ? { valueBoolean: true } : undefined],
      ['run', options.reports === true ? { valueBoolean: false } : undefined],
    ]),
  );
  environment.stdout.write(options.json === true ? `${JSON.stringify(answer, null, 2)}\n` : reportText(answer));
  return isPartial(answer) ? exit.partial : exit.done;
}

/** A base address without a slash at its end. */
export function baseIn(text: string, flag: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new UsageError(`${flag} must be a FHIR base address such as https://example.org/fhir, not ${text}`);
  return text.replace(/\/+$/, '');
}
