/** `fairway access trim-audit`: removes the oldest entries of the audit log when their time of retention is over. See docs/adr/0015 */
import { Command, Option } from 'commander';
import { intervalOf } from '../../search/index.ts';
import { trimChain } from '../../store/audit-chain.ts';
import { type Environment, exit, UsageError } from '../environment.ts';
import { type DatabaseOptions, onDatabase, withDatabase } from './database-option.ts';

interface TrimOptions extends DatabaseOptions {
  before: number;
}

export function trimAuditCommand(environment: Environment, done: (code: number) => void): Command {
  return withDatabase(
    new Command('trim-audit').description(
      'Remove the entries of the audit log that are older than a date; the hash of the last of them stays.',
    ),
  )
    .addOption(new Option('--before <date>', 'date or time').argParser(parseDate).makeOptionMandatory())
    .action(async (options: TrimOptions) => {
      const entries = await onDatabase(options, (sql) => trimChain(sql, options.before));
      environment.stdout.write(`${entries} entries were removed\n`);
      done(exit.done);
    });
}

function parseDate(text: string): number {
  const interval = intervalOf(text);
  if (interval === undefined) throw new UsageError(`--before must be a date such as 2024-01-01, not ${text}`);
  return interval.low;
}
