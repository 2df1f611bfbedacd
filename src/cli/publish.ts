/** `fairway publish`: sends the metadata of a repository to a registry. See docs/reference/harvest.md */
import { Command, Option } from 'commander';
import { openSource } from '../federation/harvest/index.ts';
import { canonical } from '../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf, type Resource } from '../fhir/json.ts';
import { type Call, callerOf, parametersOf } from './access/fhir-call.ts';
import { type Environment, exit } from './environment.ts';
import { baseIn } from './harvest.ts';
import { isPartial, reportText } from './harvest-report.ts';

interface PublishOptions {
  from: string;
  to: string;
  address?: string;
  token?: string;
  dataSet?: string;
  ping?: boolean;
  json?: boolean;
}

/** Bytes of records in one request; registries take twice as much. */
const mostBytes = 16 * 2 ** 20;

export function publishCommand(environment: Environment, done: (code: number) => void): Command {
  return new Command('publish')
    .description(
      'Send the metadata of a repository, as far as they are open to everyone, to a registry that it is a member of.',
    )
    .requiredOption('--from <base>', 'FHIR base address of the repository')
    .requiredOption('--to <base>', 'FHIR base address of the registry')
    .option('--address <base>', 'address by which the registry knows the repository, where it is not --from')
    .addOption(
      new Option('--token <token>', 'bearer token for the registry, alone or as BASE=TOKEN').env('FAIRWAY_TOKEN'),
    )
    .option('--data-set <id>', 'only this data set (Library): its id or identifier')
    .option('--ping', 'only tell the registry that there is news; it takes them by itself')
    .option('--json', 'print what the registry answered')
    .action(async (options: PublishOptions) => done(await publish(options, environment)));
}

async function publish(options: PublishOptions, environment: Environment): Promise<number> {
  const from = baseIn(options.from, '--from');
  const address = options.address === undefined ? from : baseIn(options.address, '--address');
  const call = callerOf({ ...options, repository: baseIn(options.to, '--to') }, environment);
  const answers =
    options.ping === true
      ? [await call('POST', '$harvest', parametersOf([['address', { valueUrl: address }]]))]
      : await send(await recordsOf(from, options.dataSet, environment), options.dataSet === undefined, address, call);
  for (const answer of answers) {
    environment.stdout.write(options.json === true ? `${JSON.stringify(answer, null, 2)}\n` : reportText(answer));
  }
  if (answers.length > 1)
    environment.stderr.write('sent in parts: what is no longer there is taken away when the registry harvests\n');
  return answers.some(isPartial) ? exit.partial : exit.done;
}

/** What anyone may read of the repository. */
async function recordsOf(from: string, dataSet: string | undefined, environment: Environment): Promise<Resource[]> {
  const source = await openSource(from, { fetch: environment.fetch, now: environment.now }).catch((error: Error) => {
    throw new Error(`${from}: ${error.message}`);
  });
  const records: Resource[] = [];
  for (const type of source.types.keys()) {
    for await (const page of source.everything(type)) records.push(...page.flatMap(({ resource }) => resource ?? []));
  }
  if (dataSet === undefined) return records;
  const wanted = records.find((one) => one.resourceType === 'Library' && isCalled(one, dataSet));
  if (wanted === undefined) throw new Error(`${from} has no data set ${dataSet} that is open to everyone`);
  const summaries = records.filter((one) => summaryOf(one)?.endsWith(`Library/${String(wanted['id'])}`) === true);
  return [wanted, ...summaries];
}

const isCalled = (library: Resource, name: string): boolean =>
  library['id'] === name || objectsOf(library['identifier']).some(({ value }) => value === name);

/** The data set that a content summary is of. */
function summaryOf(record: Resource): string | undefined {
  const stated = objectsOf(record['extension']).find(({ url }) => url === canonical.summaryDataSet);
  const reference = objectOf(stated?.['valueReference'])?.['reference'];
  return typeof reference === 'string' ? reference : undefined;
}

/** In one request where they fit into it: then the registry knows that there are no others. */
async function send(records: readonly Resource[], isAll: boolean, address: string, call: Call): Promise<JsonObject[]> {
  const parts: Resource[][] = [[]];
  let bytes = 0;
  for (const record of records) {
    const size = JSON.stringify(record).length * 2;
    if (bytes + size > mostBytes && parts.at(-1)!.length > 0) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(record);
    bytes += size;
  }
  const answers: JsonObject[] = [];
  for (const part of parts) {
    const entry = part.map((resource) => ({
      fullUrl: `${address}/${resource.resourceType}/${String(resource['id'])}`,
      resource,
    }));
    answers.push(
      await call(
        'POST',
        '$publish',
        parametersOf([
          ['address', { valueUrl: address }],
          ['complete', { valueBoolean: isAll && parts.length === 1 }],
          ['records', { resource: { resourceType: 'Bundle', type: 'collection', entry } }],
        ]),
      ),
    );
  }
  return answers;
}
