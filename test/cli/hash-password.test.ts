/** What `fairway access hash-password` prints is what logins are checked against. See docs/reference/access-file.md */
import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { checkPassword } from '../../src/auth/authorization-server/password.ts';
import { accessCommand } from '../../src/cli/access/index.ts';
import { exit, UsageError } from '../../src/cli/environment.ts';

async function hashed(typed: string): Promise<{ code: number; out: string }> {
  const ran = { code: -1, out: '' };
  const stdout = new Writable({
    write(chunk, _, done) {
      ran.out += String(chunk);
      done();
    },
  });
  const stdin = new PassThrough();
  stdin.end(typed);
  const ended = Promise.resolve();
  const environment = { variables: {}, stdout, stderr: stdout, stdin, fetch, now: Date.now, ended };
  const command = accessCommand(environment, (code) => (ran.code = code)).exitOverride();
  await command.parseAsync(['hash-password'], { from: 'user' });
  return ran;
}

test('a password from standard input, without the end of its line', async () => {
  const { code, out } = await hashed('correct horse battery\n');
  expect(code).toBe(exit.done);
  expect(out).not.toContain('horse');
  expect(await checkPassword('correct horse battery', out.trim())).toBe(true);
  expect(await checkPassword('correct horse batterz', out.trim())).toBe(false);
  expect((await hashed('correct horse battery')).out).not.toBe(out);
});

test('one that is too short is refused', async () => {
  await expect(hashed('short\n')).rejects.toThrow(UsageError);
});
