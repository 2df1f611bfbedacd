/** `fairway question`: what a file or flags ask, in every form. See docs/reference/question.md */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exit } from '../../src/cli/environment.ts';
import { run } from './run.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairway-question-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const yaml = `about: Beta-blockers together with verapamil
patients:
  all:
    - age: { from: 65 }
    - medication: http://www.whocc.no/atc|C07
    - medication: { code: "http://www.whocc.no/atc|C08DA01", from: 2020-01-01 }
  not:
    - condition: { code: "http://hl7.org/fhir/sid/icd-10|C61", below: true }
  together: overlapping
servers:
  country: [NO, DE]
`;

const sentence =
  'Beta-blockers together with verapamil (How many patients are at least 65 years old and have a medication http://www.whocc.no/atc|C07 (or anything below it) and have a medication http://www.whocc.no/atc|C08DA01 (or anything below it) on 2020-01-01 or later and do not have a condition http://hl7.org/fhir/sid/icd-10|C61 (or anything below it), their records about the same moment, in data sets on servers in NO or DE?)\n';

describe('a file', () => {
  test.each(['yaml', 'json', 'group'])('goes to %s and comes back', async (form) => {
    const first = file('first.yaml', yaml);
    expect(await run('question', '--from', first)).toEqual({ code: exit.done, out: sentence, err: '' });
    const { out } = await run('question', '--from', first, '--to', form);
    const second = file('second', out);
    expect((await run('question', '--from', second)).out).toBe(sentence);
    expect((await run('question', '--from', second, '--to', form)).out).toBe(out);
  });

  test('in CCDL is read and written', async () => {
    const { out } = await run('question', '--medication', 'urn:a|b', '--not', 'sex male', '--to', 'ccdl');
    const ccdl = file('ccdl.json', out);
    expect((await run('question', '--from', ccdl)).out).toBe(
      'How many patients have a medication urn:a|b (or anything below it) and are not of sex male?\n',
    );
    expect(await run('question', '--from', file('first.yaml', yaml), '--to', 'ccdl')).toMatchObject({
      code: exit.failed,
      err: expect.stringContaining('no words for records that overlap'),
    });
  });

  test('a Group is definitional as its FHIR version says it', async () => {
    const group = async (...more: string[]) =>
      JSON.parse((await run('question', '--sex', 'male', '--to', 'group', ...more)).out) as object;
    expect(await group()).toMatchObject({ actual: false });
    expect(await group('--group-version', 'R5')).toMatchObject({ membership: 'definitional' });
  });

  test.each<[string, string, string]>([
    ['no YAML', 'patients: [', 'cannot use the question'],
    ['no JSON', '{"patients": }', 'JSON'],
    ['the same twice', 'about: a\nabout: b', 'unique'],
    ['a list', '- sex: male', 'must be an object'],
    ['nothing', '', 'must be an object'],
    ['another resource', '{"resourceType":"Patient"}', 'this is Patient'],
    ['what is not known', 'patient: {}', 'question.patient is not known'],
    ['an empty CCDL', '{"inclusionCriteria":[]}', 'must not be empty'],
    ['aliases that multiply', bomb(), 'alias'],
    ['more than anyone asks', `about: ${'x'.repeat(1_000_000)}`, 'larger than'],
  ])('with %s is refused', async (_, content, message) => {
    const ran = await run('question', '--from', file('bad', content));
    expect(ran).toMatchObject({ code: exit.usage, out: '', err: expect.stringContaining(message) });
  });

  test('that is not there is refused', async () => {
    expect((await run('question', '--from', join(folder, 'none'))).code).toBe(exit.usage);
  });
});

/** Ten lists, each ten times in the next. */
function bomb(): string {
  const lists = Array.from(
    { length: 9 },
    (_, at) => `l${at + 1}: &l${at + 1} [${Array(10).fill(`*l${at}`).join(',')}]`,
  );
  return ['l0: &l0 [x]', ...lists].join('\n');
}

describe('flags', () => {
  test('ask for everything that a file can', async () => {
    const { out, code } = await run(
      ...['question', '--to', 'json', '--age', '18..64', '--sex', 'female', '--as-of', '2026-01-01'],
      ...['--condition', 'c* from 2020-01-01', '--procedure', 'p', '--observation', 'o>1', '--immunization', 'v'],
      ...['--where', 'Encounter?class=IMP', '--any', 'condition a or procedure b', '--not', 'age 90..'],
      ...[
        '--together',
        'any-time',
        '--data-set',
        'urn:x:1',
        '--data-set',
        'https://x.example/ids|b',
        '--text',
        'words',
        '--licence',
        'CC0-1.0',
        '--data-use',
        'DUO:0000042',
      ],
      ...[
        '--granularity',
        'count',
        '--visa',
        'ControlledAccessGrants',
        '--jurisdiction',
        'fr',
        '--minimum-patients',
        '7',
      ],
      ...[
        '--country',
        'de',
        '--language',
        'de',
        '--role',
        'repository',
        '--fhir-version',
        'R5',
        '--holds',
        'Condition',
      ],
      ...['--search-parameter', 'code', '--operation', '$feasibility', '--profile', 'http://x.example/p'],
      ...['--security', 'SMART-on-FHIR', '--server-name', 'shore', '--seen-within', '7d'],
    );
    expect(code).toBe(exit.done);
    expect(JSON.parse(out)).toEqual({
      patients: {
        all: [
          { age: { from: 18, to: 64 } },
          { sex: 'female' },
          { condition: { code: 'c', below: true, from: '2020-01-01' } },
          { observation: { code: 'o', value: { comparator: 'gt', number: '1' } } },
          { procedure: { code: 'p' } },
          { immunization: { code: 'v' } },
          { where: 'Encounter?class=IMP' },
          { any: [{ condition: { code: 'a' } }, { procedure: { code: 'b' } }] },
          { not: { age: { from: 90 } } },
        ],
        together: 'any-time',
        asOf: '2026-01-01',
      },
      datasets: {
        only: ['urn:x:1', 'https://x.example/ids|b'],
        text: 'words',
        licence: ['CC0-1.0'],
        dataUse: ['DUO:0000042'],
        granularity: 'count',
        visa: ['ControlledAccessGrants'],
        country: ['FR'],
        minimumPatients: 7,
      },
      servers: {
        country: ['DE'],
        language: ['de'],
        role: ['repository'],
        fhirVersion: ['R5'],
        type: ['Condition'],
        searchParameter: ['code'],
        operation: ['feasibility'],
        profile: ['http://x.example/p'],
        security: ['SMART-on-FHIR'],
        name: 'shore',
        seenWithin: '7d',
      },
    });
  });

  test.each<[string[], string]>([
    [[], 'say what is asked'],
    [['--from', 'x', '--sex', 'male'], 'not by both'],
    [['--any', 'condition a'], 'needs alternatives'],
    [['--any', 'condition a and condition b'], 'needs alternatives'],
    [['--minimum-patients', 'many'], 'whole number from 1'],
    [['--sex', 'male', '--to', 'cql'], 'Allowed choices'],
  ])('%j is refused', async (flags, message) => {
    expect(await run('question', ...flags)).toMatchObject({ code: exit.usage, err: expect.stringContaining(message) });
  });

  test.each<[string[], string]>([
    [['--together', 'overlapping', '--condition', 'a'], 'two criteria on records'],
    [['--not', 'condition a and condition b or condition c'], 'mixes and with or'],
    [['--where', 'name=x'], 'is no search'],
    [['--data-set', 'Library/a'], 'does not say on which server'],
  ])('%j is told what is wrong', async (flags, message) => {
    expect(await run('question', ...flags)).toMatchObject({ code: exit.failed, err: expect.stringContaining(message) });
  });
});

describe('the reference', () => {
  const reference = readFileSync(join(import.meta.dirname, '../../docs/reference/question.md'), 'utf8');
  const blocks = (language: string) =>
    [...reference.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block]) => block!);

  test.each(blocks('yaml'))('its file is a question:\n%s', async (block) => {
    expect(await run('question', '--from', file('example.yaml', block))).toMatchObject({ code: exit.done, err: '' });
  });

  test('its flags are questions', async () => {
    const commands = blocks('console')
      .join('')
      .match(/^\$ fairway question .*$/gm)!;
    expect(commands.length).toBeGreaterThan(5);
    for (const command of commands) {
      const args = [...command.slice('$ fairway '.length).matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)];
      const ran = await run(...args.map(([, one, two, three]) => one ?? two ?? three!));
      expect([command, ran.code, ran.err]).toEqual([command, exit.done, '']);
      expect(reference).toContain(ran.out.trim());
    }
  });
});
