/** `fairway access requests`, `grant`, `refuse`, `ask`, `revoke`: what a data access committee does. See docs/reference/command-line.md */
import { Command } from 'commander';
import { type Environment, exit } from '../environment.ts';
import { act, requestArgument } from './act.ts';
import { addServerOptions, callerOf, parametersOf, type ServerOptions, stringInput } from './fhir-call.ts';
import { requestsText } from './request-text.ts';

const gather = (value: string, previous: string[] | undefined): string[] => [...(previous ?? []), value];

export function requestsCommand(environment: Environment, done: (code: number) => void): Command {
  return addServerOptions(
    new Command('requests').description('List the requests that are one’s own, and those that one decides on.'),
  )
    .option('--state <state>', 'requested, asked-back, granted, refused, withdrawn, revoked; may be repeated', gather)
    .action(async (options: ServerOptions & { state?: string[] }) => {
      const query = new URLSearchParams(
        (options.state ?? []).map((one): [string, string] => ['state', one]),
      ).toString();
      const bundle = await callerOf(options, environment)('GET', `$access-requests${query === '' ? '' : `?${query}`}`);
      environment.stdout.write(options.json === true ? `${JSON.stringify(bundle, null, 2)}\n` : requestsText(bundle));
      done(exit.done);
    });
}

interface GrantOptions extends ServerOptions {
  level?: string;
  profile?: string;
  from?: string;
  until?: string;
  obligation?: string[];
  reason?: string;
}

export function grantCommand(environment: Environment, done: (code: number) => void): Command {
  return decided('grant', 'Grant a request; it holds at once and ends by itself.', environment, done, (command) =>
    command
      .option('--level <level>', 'how closely may be looked; as requested unless stated')
      .option('--profile <canonical>', 'de-identification profile, for record-deidentified')
      .option('--from <date>', 'from when on; as requested unless stated')
      .option('--until <date>', 'until when; as requested unless stated')
      .option(
        '--obligation <code>',
        'system|code or a code of v3-ActCode such as NORELINK or "DELAU;12"; may be repeated',
        gather,
      ),
  );
}

export const refuseCommand = (environment: Environment, done: (code: number) => void): Command =>
  decided('refuse', 'Refuse a request, with a reason.', environment, done);
export const askCommand = (environment: Environment, done: (code: number) => void): Command =>
  decided('ask', 'Ask back about a request.', environment, done);

function decided(
  decision: 'grant' | 'refuse' | 'ask',
  description: string,
  environment: Environment,
  done: (code: number) => void,
  more: (command: Command) => Command = (command) => command,
): Command {
  const command = new Command(decision).description(description).argument('<request>', requestArgument);
  return more(addServerOptions(command))
    .option('--reason <text>', 'words to the requester')
    .action(async (id: string, options: GrantOptions) => {
      const body = parametersOf([
        ['decision', stringInput(decision)],
        ['level', stringInput(options.level)],
        ['profile', stringInput(options.profile)],
        ['from', stringInput(options.from)],
        ['until', stringInput(options.until)],
        ...(options.obligation ?? []).map((one) => ['obligation', stringInput(obligationCode(one))] as const),
        ['reason', stringInput(options.reason)],
      ]);
      await act(id, ['requested', 'asked-back'], '$decide-access', body, options, environment);
      done(exit.done);
    });
}

const obligationCode = (text: string): string =>
  text.includes('|') ? text : `http://terminology.hl7.org/CodeSystem/v3-ActCode|${text}`;

export function revokeCommand(environment: Environment, done: (code: number) => void): Command {
  const command = new Command('revoke')
    .description('Revoke what was granted; it holds from the next request on.')
    .argument('<request>', requestArgument);
  return addServerOptions(command)
    .option('--reason <text>', 'why')
    .action(async (id: string, options: ServerOptions & { reason?: string }) => {
      const body = parametersOf([['reason', stringInput(options.reason)]]);
      await act(id, ['granted'], '$revoke-access', body, options, environment);
      done(exit.done);
    });
}
