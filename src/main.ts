#!/usr/bin/env node
/** Reads environment and arguments and starts a command; nothing else. See docs/reference/command-line.md */
import { Command, CommanderError } from 'commander';
import { commands } from './cli/commands.ts';
import { type Environment, exit, UsageError } from './cli/environment.ts';

const ended = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
});
const environment: Environment = {
  variables: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  fetch: globalThis.fetch,
  now: Date.now,
  ended,
};

const done = (code: number): void => {
  process.exitCode = code;
};
const program = new Command('fairway')
  .description('Findable, accessible, interoperable and reusable health data over HL7 FHIR.')
  .exitOverride()
  .configureOutput({ writeErr: (text) => process.stderr.write(text) });
for (const command of commands) program.addCommand(command(environment, done).exitOverride());

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exit.done : exit.usage;
  else {
    process.stderr.write(`fairway: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof UsageError ? exit.usage : exit.failed;
  }
}
