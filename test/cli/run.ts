/** Runs commands of the command line in this process; errors end up as main.ts shows them. See docs/reference/command-line.md */
import { PassThrough, Writable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { commands } from '../../src/cli/commands.ts';
import { type Environment, exit, UsageError } from '../../src/cli/environment.ts';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** `args` as a shell would hand them over. */
export async function run(...args: readonly string[]): Promise<Ran> {
  const ran: Ran = { code: -1, out: '', err: '' };
  const sink = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _, done) {
        ran[name] += String(chunk);
        done();
      },
    });
  const stdin = new PassThrough();
  stdin.end();
  const environment: Environment = {
    variables: {},
    stdout: sink('out'),
    stderr: sink('err'),
    stdin,
    fetch: globalThis.fetch,
    now: Date.now,
    ended: new Promise<void>(() => {}),
  };
  const output = {
    writeErr: (text: string) => void (ran.err += text),
    writeOut: (text: string) => void (ran.out += text),
  };
  const program = new Command('fairway').exitOverride().configureOutput(output);
  for (const command of commands) {
    program.addCommand(
      command(environment, (code) => void (ran.code = code))
        .exitOverride()
        .configureOutput(output),
    );
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    ran.err += (error as Error).message;
    ran.code = error instanceof UsageError || error instanceof CommanderError ? exit.usage : exit.failed;
  }
  return ran;
}
