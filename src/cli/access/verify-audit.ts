/** `fairway access verify-audit`: whether the audit log is as it was written. See docs/adr/0015 */
import { Command, Option } from 'commander';
import { type Verified, verifyChain } from '../../store/audit-chain.ts';
import { createHash, secretOf } from '../../store/hash.ts';
import { type Environment, exit, UsageError } from '../environment.ts';
import { type DatabaseOptions, onDatabase, withDatabase } from './database-option.ts';

interface VerifyOptions extends DatabaseOptions {
  expect: string[];
  json?: boolean;
}

export function verifyAuditCommand(environment: Environment, done: (code: number) => void): Command {
  return withDatabase(
    new Command('verify-audit').description(
      'Recompute the chain of the audit log; name the first entry that is not as it was written.',
    ),
  )
    .addOption(
      new Option('--expect <hash>', 'a head that was kept elsewhere and must be in the chain; may be repeated')
        .default([])
        .argParser((text, before: string[]) => [...before, parseHash(text)]),
    )
    .option('--json', 'print the result as JSON')
    .action(async (options: VerifyOptions) => done(await verify(options, environment)));
}

function parseHash(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new UsageError(`--expect must be a hash of 64 hexadecimal digits, not ${text}`);
}

async function verify(options: VerifyOptions, { stdout }: Environment): Promise<number> {
  const verified = await onDatabase(options, async (sql) =>
    verifyChain(sql, createHash(await secretOf(sql, 'hash')), options.expect),
  );
  stdout.write(options.json === true ? `${JSON.stringify(verified, null, 2)}\n` : textOf(verified));
  return verified.fault === undefined && verified.missing.length === 0 ? exit.done : exit.failed;
}

function textOf({ entries, from, head, fault, missing }: Verified): string {
  const lines: string[] = [];
  if (from.sequence > 0) lines.push(`entries up to ${from.sequence} were trimmed; the chain goes on from ${from.hash}`);
  if (fault !== undefined) lines.push(`BROKEN: entry ${fault.sequence} ${fault.what}`);
  lines.push(`${entries} entries follow each other as they were written${fault === undefined ? '' : ', up to there'}`);
  for (const hash of missing) {
    const trimmed = from.sequence > 0 ? ', unless it lies in what was trimmed' : '';
    lines.push(`MISSING: the head ${hash} is not in the chain: entries were removed or rewritten${trimmed}`);
  }
  lines.push(`head ${head.sequence} ${head.hash}`);
  return `${lines.join('\n')}\n`;
}
