/** `fairway join`, `admit`, `members`: servers come to a community, and stewards look after them. See docs/reference/command-line.md */
import { Command, Option } from 'commander';
import { type JsonObject, objectsOf } from '../fhir/json.ts';
import { callerAt, parametersOf, stringInput } from './access/fhir-call.ts';
import { type Environment, exit, UsageError } from './environment.ts';
import { tableOf } from './table.ts';

interface AtOptions {
  at: string;
  token?: string;
  json?: boolean;
}

function atCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(
      new Option('--at <base>', 'FHIR base address of the registry or discovery server')
        .env('FAIRWAY_COMMUNITY')
        .makeOptionMandatory(),
    )
    .addOption(new Option('--token <token>', 'bearer token for it, alone or as BASE=TOKEN').env('FAIRWAY_TOKEN'))
    .option('--json', 'print what it answered');
}

const address = (): Option =>
  new Option('--address <base>', 'FHIR base address of the server that is meant').makeOptionMandatory();

const gather = (value: string, previous: string[] | undefined): string[] => [...(previous ?? []), value];

interface JoinOptions extends AtOptions {
  address: string;
  organization?: string;
  country?: string;
  contact?: string;
}

export function joinCommand(environment: Environment, done: (code: number) => void): Command {
  return atCommand('join', 'Ask that a FHIR server belongs to a community, and see where the request stands.')
    .addOption(address())
    .option('--organization <name>', 'who runs the server; as it says itself unless stated')
    .option('--country <code>', 'where that is: two letters of ISO 3166-1')
    .option('--contact <address>', 'e-mail address, web address or telephone number for questions about it')
    .action(async (options: JoinOptions) => {
      const endpoint = await callerAt(
        '--at',
        options.at,
        options.token,
        environment,
      )(
        'POST',
        '$join',
        parametersOf([
          ['address', stringInput(options.address)],
          ['organization', stringInput(options.organization)],
          ['country', stringInput(options.country)],
          ['contact', stringInput(options.contact)],
        ]),
      );
      tell(endpoint, options, environment, 'it waits until a steward admits it');
      done(exit.done);
    });
}

interface AdmitOptions extends AtOptions {
  address: string;
  refuse?: string;
  leave?: string;
  speaksFor?: string[];
}

export function admitCommand(environment: Environment, done: (code: number) => void): Command {
  return atCommand('admit', 'Admit a server to the community, refuse it, or note that it left: for stewards.')
    .addOption(address())
    .option('--refuse <reason>', 'refuse it, and tell why')
    .option('--leave <reason>', 'note that it left, and why')
    .option('--speaks-for <beginning>', 'identifiers and addresses that it may publish for; may be repeated', gather)
    .action(async (options: AdmitOptions) => {
      const { refuse, leave, speaksFor = [] } = options;
      if (refuse !== undefined && leave !== undefined) throw new UsageError('give --refuse or --leave, not both');
      const decision = refuse !== undefined ? 'refuse' : leave !== undefined ? 'leave' : 'approve';
      const endpoint = await callerAt(
        '--at',
        options.at,
        options.token,
        environment,
      )(
        'POST',
        '$admit',
        parametersOf([
          ['address', stringInput(options.address)],
          ['decision', stringInput(decision)],
          ['reason', stringInput(refuse ?? leave)],
          ...speaksFor.map((one) => ['speaks-for', stringInput(one)] as const),
        ]),
      );
      tell(endpoint, options, environment, 'it is not found by others');
      done(exit.done);
    });
}

function tell(endpoint: JsonObject, { json }: AtOptions, { stdout }: Environment, whenOff: string): void {
  if (json === true) stdout.write(`${JSON.stringify(endpoint, null, 2)}\n`);
  else {
    const status = String(endpoint['status']);
    const what = status === 'off' ? whenOff : 'it is a member';
    stdout.write(`${String(endpoint['name'])}, ${String(endpoint['address'])}: ${what} (${status})\n`);
  }
}

interface MembersOptions extends AtOptions {
  membership?: string[];
  status?: string[];
  problem?: string[];
}

export function membersCommand(environment: Environment, done: (code: number) => void): Command {
  return atCommand('members', 'List the servers of a community, and what is wrong with them: for stewards.')
    .option('--membership <code>', 'pending, approved, refused or left; may be repeated', gather)
    .option('--status <code>', 'status of the Endpoint, such as off; may be repeated', gather)
    .option('--problem <code>', 'what is wrong with it, such as no-answer; may be repeated', gather)
    .action(async (options: MembersOptions) => {
      const names = ['membership', 'status', 'problem'] as const;
      const query = new URLSearchParams(
        names.flatMap((name) => (options[name] ?? []).map((one): [string, string] => [name, one])),
      ).toString();
      const path = `$members${query === '' ? '' : `?${query}`}`;
      const answer = await callerAt('--at', options.at, options.token, environment)('GET', path);
      environment.stdout.write(options.json === true ? `${JSON.stringify(answer, null, 2)}\n` : membersText(answer));
      done(exit.done);
    });
}

function membersText(answer: JsonObject): string {
  const members = objectsOf(answer['parameter']).map((one) => objectsOf(one['part']));
  if (members.length === 0) return 'No such members.\n';
  const rows = members.map((parts) => {
    const [answered] = parts.filter(({ name }) => name === 'answer').map(({ part }) => objectsOf(part));
    return [
      textsOf(parts, 'name'),
      textsOf(parts, 'address'),
      textsOf(parts, 'role'),
      textsOf(parts, 'membership'),
      textsOf(parts, 'status'),
      textsOf(parts, 'seen').slice(0, 16),
      textsOf(parts, 'problem'),
      textsOf(answered ?? [], 'reason'),
    ];
  });
  const titles = ['NAME', 'ADDRESS', 'ROLE', 'MEMBERSHIP', 'STATUS', 'SEEN', 'PROBLEMS', 'LAST ANSWER'];
  return tableOf(
    titles.map((title) => ({ title })),
    rows,
    '',
  );
}

function textsOf(parts: readonly JsonObject[], name: string): string {
  return parts
    .filter((one) => one['name'] === name)
    .map((one) => String(Object.entries(one).find(([key]) => key.startsWith('value'))?.[1] ?? ''))
    .join(', ');
}
