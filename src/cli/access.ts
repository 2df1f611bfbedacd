/** `fairway access`: commands for those who look after access and its traces. See docs/reference/command-line.md */
import { Command } from 'commander';
import type { Environment } from './environment.ts';
import { trimAuditCommand } from './trim-audit.ts';
import { verifyAuditCommand } from './verify-audit.ts';

type Subcommand = (environment: Environment, done: (code: number) => void) => Command;

const subcommands: readonly Subcommand[] = [verifyAuditCommand, trimAuditCommand];

export function accessCommand(environment: Environment, done: (code: number) => void): Command {
  const access = new Command('access').description('Look after access to data and what is recorded of it.');
  for (const subcommand of subcommands) {
    access.addCommand(subcommand(environment, done).exitOverride());
  }
  return access;
}
