/** `fairway access explain`: which statements decide what someone may have. See docs/reference/command-line.md */
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { type Json, type JsonObject, objectsOf, parseJson } from '../../fhir/json.ts';
import { type Environment, exit, UsageError } from '../environment.ts';
import { tableOf } from '../table.ts';
import { addServerOptions, callerOf, parametersOf, type ServerOptions, stringInput } from './fhir-call.ts';

interface ExplainOptions extends ServerOptions {
  as?: string;
  url: string;
}

export function explainCommand(environment: Environment, done: (code: number) => void): Command {
  return addServerOptions(
    new Command('explain').description(
      'Say which statements decide what someone may have of the resources at an address.',
    ),
  )
    .requiredOption('--url <address>', 'a read or search on that server, such as Patient?gender=female')
    .option('--as <file>', 'JSON file that says who asks; anonymous unless stated')
    .action(async (options: ExplainOptions) => done(await explain(options, environment)));
}

async function explain(options: ExplainOptions, environment: Environment): Promise<number> {
  const as = options.as === undefined ? undefined : await contextIn(options.as);
  const inputs = parametersOf([
    ['url', { valueUri: options.url }],
    ['as', stringInput(as)],
  ]);
  const answer = await callerOf(options, environment)('POST', '$explain', inputs);
  environment.stdout.write(options.json === true ? `${JSON.stringify(answer, null, 2)}\n` : explanationText(answer));
  return exit.done;
}

async function contextIn(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new UsageError(`cannot read ${path}: ${cause.message}`);
  });
  if (parseJson(text) === undefined) throw new UsageError(`${path} is not JSON`);
  return text;
}

const shownResources = 5;

function explanationText(answer: JsonObject): string {
  const decisions = objectsOf(answer['parameter']);
  if (decisions.length === 0) return 'Nothing is found there.\n';
  return decisions
    .map((decision) => {
      const parts = objectsOf(decision['part']);
      const of = (name: string): Json[] =>
        parts.filter((one) => one['name'] === name).map((one) => one['valueUri'] ?? one['valueCode'] ?? null);
      const resources = of('resource');
      const named = resources.slice(0, shownResources).join(', ');
      const more = resources.length - shownResources;
      const reasons = parts.filter((one) => one['name'] === 'reason').map((one) => reasonRow(objectsOf(one['part'])));
      const columns = ['STATED BY', 'OUTCOME', 'WHY'].map((title) => ({ title }));
      return `${named}${more > 0 ? ` and ${more} more` : ''}: ${String(of('granted')[0])}\n${tableOf(columns, reasons)}`;
    })
    .join('\n');
}

function reasonRow(parts: readonly JsonObject[]): string[] {
  return ['source', 'outcome', 'text'].map((name) => {
    const part = parts.find((one) => one['name'] === name);
    return String(part?.['valueString'] ?? part?.['valueCode'] ?? '');
  });
}
