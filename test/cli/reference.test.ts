/** Every command and every flag stands in the reference. See docs/reference/command-line.md */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { accessSteps } from '../../src/cli/demo-guide.ts';
import type { Environment } from '../../src/cli/environment.ts';

const reference = readFileSync(join(import.meta.dirname, '../../docs/reference/command-line.md'), 'utf8');
const stream = new PassThrough();
const environment: Environment = {
  variables: {},
  stdout: stream,
  stderr: stream,
  stdin: stream,
  fetch: globalThis.fetch,
  now: Date.now,
  ended: Promise.resolve(),
};
const made = commands.map((make) => make(environment, () => {}));

function sectionOf(name: string): string {
  const [, section] = new RegExp(`^## ${name}\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(reference) ?? [];
  if (section === undefined) throw new Error(`the reference has no section ${name}`);
  return section;
}

const flagsOf = (command: Command): string[] => command.options.map(({ long }) => long!);
const names = (text: string, flag: string): boolean => new RegExp(`[\`\\s[(]${flag}[\`\\s\\])]`).test(text);
/** The lines of a section that begin with the name of a subcommand. */
const linesOf = (section: string, name: string): string =>
  section
    .split('\n')
    .filter((line) => new RegExp(`^(?:\\| )?\`${name}[ \`]`).test(line))
    .join('\n');

describe('the reference names', () => {
  test.each(made.map((command) => [command.name(), command] as const))('all flags of %s', (name, command) => {
    // What is the same for get and assess is said where find is.
    const text = ['get', 'assess'].includes(name) ? sectionOf(name) + sectionOf('find') : sectionOf(name);
    for (const flag of flagsOf(command)) expect([flag, names(text, flag)]).toEqual([flag, true]);
  });

  const access = made.find((command) => command.name() === 'access')!;
  test.each(access.commands.map((command) => [command.name(), command] as const))(
    'all flags of access %s',
    (name, command) => {
      const section = sectionOf('access');
      const lines = linesOf(section, name);
      expect(lines).not.toBe('');
      const others = access.commands.map((one) => linesOf(section, one.name()));
      const shared = others.reduce((text, line) => (line === '' ? text : text.replace(line, '')), section);
      for (const flag of flagsOf(command))
        expect([flag, names(lines, flag) || names(shared, flag)]).toEqual([flag, true]);
    },
  );

  test('no flag that there is not', () => {
    const known = new Set([...made, ...access.commands].flatMap(flagsOf));
    for (const [, flag] of reference.matchAll(/[`\s[(](--[a-z][a-z-]*)/g)) {
      if (flag !== '--help') expect(known).toContain(flag);
    }
  });
});

test('the README walks from refusal to data by the commands that the demo prints', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [, section] = /^## From refusal to data in five commands\n([\s\S]*?)^## /m.exec(readme)!;
  const shown = [...section!.matchAll(/^\$ (.*)$/gm)].map(([, command]) => command);
  expect(shown).toEqual(accessSteps('fairway').map(([command]) => command));
});

test('every link of the README leads somewhere', () => {
  const root = join(import.meta.dirname, '../..');
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(' ', '-');
  for (const [, path, anchor] of readme.matchAll(/\]\((?!https?:)([^)#]+)(?:#([^)]+))?\)/g)) {
    const target = join(root, path!);
    expect([path, existsSync(target)]).toEqual([path, true]);
    if (anchor === undefined) continue;
    const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => slug(heading!));
    expect(headings).toContain(anchor);
  }
});
