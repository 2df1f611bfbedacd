/** `fairway access`: everything about who may have what. See docs/reference/command-line.md */
import { Command } from 'commander';
import type { Environment } from '../environment.ts';
import { askCommand, grantCommand, refuseCommand, requestsCommand, revokeCommand } from './decide.ts';
import { explainCommand } from './explain.ts';
import { hashPasswordCommand } from './hash-password.ts';
import { answerCommand, requestCommand, withdrawCommand } from './request.ts';
import { trimAuditCommand } from './trim-audit.ts';
import { verifyAuditCommand } from './verify-audit.ts';

const subcommands = [
  requestCommand,
  requestsCommand,
  grantCommand,
  refuseCommand,
  askCommand,
  answerCommand,
  withdrawCommand,
  revokeCommand,
  explainCommand,
  verifyAuditCommand,
  trimAuditCommand,
  hashPasswordCommand,
];

export function accessCommand(environment: Environment, done: (code: number) => void): Command {
  const command = new Command('access')
    .exitOverride()
    .description('Ask for access, decide on it, and see why something is or is not given.');
  for (const subcommand of subcommands) {
    command.addCommand(subcommand(environment, done).exitOverride());
  }
  return command;
}
