/** Servers join a community and stewards look after it by commands. See docs/reference/command-line.md */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../server.ts';
import { run } from './run.ts';

let community: TestServer;
let member: TestServer;
beforeAll(async () => {
  [community, member] = await Promise.all([
    startServer({ roles: ['discovery'] }),
    startServer({ roles: ['repository'], fhirVersion: 'R5' }),
  ]);
});
afterAll(() => Promise.all([community.close(), member.close()]));

test('from joining to leaving', async () => {
  const at = ['--at', community.base, '--address', member.base];
  const asSteward = ['--token', 'writer'];
  const joined = await run('join', ...at, '--organization', 'Hospital', '--country', 'DE', '--contact', 'a@b.example');
  expect(joined).toMatchObject({
    code: 0,
    out: `Hospital, ${member.base}: it waits until a steward admits it (off)\n`,
  });
  const pending = await run('members', '--at', community.base, ...asSteward, '--membership', 'pending');
  expect(pending.out).toMatch(/^NAME +ADDRESS/);
  expect(pending.out).toMatch(/^Hospital +http\S+ +repository +pending +off/m);
  expect((await run('admit', ...at, ...asSteward, '--refuse', 'too small')).out).toContain('not found by others (off)');
  const again = await run('join', ...at);
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('too small')]);
  expect((await run('admit', ...at, ...asSteward)).out).toContain('it is a member (active)');
  expect((await run('join', ...at)).out).toContain('it is a member (active)');
  const told = await run('members', '--at', community.base, ...asSteward, '--status', 'active', '--json');
  expect(JSON.parse(told.out)).toMatchObject({ resourceType: 'Parameters', parameter: [{ name: 'member' }] });
  const left = await run('admit', ...at, ...asSteward, '--leave', 'moved', '--json');
  expect(JSON.parse(left.out)).toMatchObject({ resourceType: 'Endpoint', status: 'off' });
  expect((await run('members', '--at', community.base, ...asSteward, '--problem', 'no-answer')).out).toBe(
    'No such members.\n',
  );
});

test('wrong uses are told', async () => {
  expect(await run('join', '--at', community.base)).toMatchObject({ code: 2 });
  const nowhere = await run('join', '--at', 'nowhere', '--address', member.base);
  expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining('--at must be a FHIR base address')]);
  const both = await run('admit', '--at', community.base, '--address', member.base, '--refuse', 'a', '--leave', 'b');
  expect([both.code, both.err]).toEqual([2, expect.stringContaining('not both')]);
  const stranger = await run('members', '--at', community.base);
  expect([stranger.code, stranger.err]).toEqual([1, expect.stringContaining('for stewards')]);
});
