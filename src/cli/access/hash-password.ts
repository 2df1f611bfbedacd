/** `fairway access hash-password`: what the access file keeps of an account's password. See docs/reference/access-file.md */
import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { hashPassword } from '../../auth/authorization-server/index.ts';
import { type Environment, exit, UsageError } from '../environment.ts';

const shortest = 12;

export function hashPasswordCommand(environment: Environment, done: (code: number) => void): Command {
  return new Command('hash-password')
    .description('Print the hash of a password, for an account of the embedded authorization server.')
    .action(async () => {
      // Never an argument: those are seen by everyone on the machine, and kept by shells.
      let text = '';
      for await (const chunk of environment.stdin) text += String(chunk);
      const password = text.replace(/\r?\n$/, '');
      if (password.length < shortest)
        throw new UsageError(`give a password of at least ${shortest} characters on standard input`);
      environment.stdout.write(`${await hashPassword(password, randomBytes(16))}\n`);
      done(exit.done);
    });
}
