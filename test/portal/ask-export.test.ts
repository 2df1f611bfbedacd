/** What the portal exports really runs: `fairway find`, curl, Python and R give the counts that the answer has. See docs/reference/question.md */
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { commandLine, flagsOf } from '../../portal/src/ask/export/command-line.ts';
import { curlScript } from '../../portal/src/ask/export/curl.ts';
import { pythonScript } from '../../portal/src/ask/export/python.ts';
import { rScript } from '../../portal/src/ask/export/r.ts';
import type { Exported } from '../../portal/src/ask/export/requests.ts';
import {
  type AnsweredDataset,
  type CountWay,
  createClient,
  questionText,
  readQuestion,
} from '../../src/federation/client/index.ts';
import { run } from '../cli/run.ts';
import { askings, criterionOf } from '../federation/random-question.ts';
import { bundle, capabilities, serve } from '../federation/stranger.ts';
import { main } from '../process.ts';
import { hasCurl, hasPython, hasR } from '../programs.ts';

type Given = Parameters<typeof readQuestion>[0];

const folder = mkdtempSync(join(tmpdir(), 'fairway-export-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => {
  // The command as people have it on their path.
  const fairway = join(folder, 'fairway');
  writeFileSync(fairway, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  chmodSync(fairway, 0o755);
});

interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs a script by its program, as a person would who saved it. */
function runs(program: string, script: string, environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const file = join(folder, `script-${Math.random()}`);
  writeFileSync(file, script);
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}`, ...environment };
  return new Promise((done) => {
    execFile(program, [file], { env, maxBuffer: 2 ** 26 }, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code ?? -1), out, err }),
    );
  });
}

/** The scripts for programs that this machine has. */
const runnable = (exported: Exported): (readonly [program: 'sh' | 'python3' | 'Rscript', script: string])[] => [
  ...(hasCurl ? [['sh', curlScript(exported)] as const] : []),
  ...(hasPython ? [['python3', pythonScript(exported)] as const] : []),
  ...(hasR ? [['Rscript', rScript(exported)] as const] : []),
];

async function answered(
  given: Given,
  tokens: Readonly<Record<string, string>> = {},
  start: Exported['start'] = { discovery: [inject('portal').bases.discovery] },
): Promise<Exported> {
  const ways = new Map<string, CountWay>();
  const asked = { purposes: ['http://terminology.hl7.org/CodeSystem/v3-ActReason|HRESCH'] };
  const question = readQuestion(given);
  const answer = await createClient({ tokens, asked, onCounted: (identifier, way) => ways.set(identifier, way) }).find(
    start,
    question,
  );
  expect(answer.problems).toEqual([]);
  return {
    question,
    sentence: questionText(question),
    start,
    day: answer.askedAt.slice(0, 10),
    datasets: answer.datasets,
    ways,
    tokenBases: Object.keys(tokens),
    stated: Object.keys(tokens).length === 0 ? {} : { 'Purpose-Of-Use': asked.purposes[0]! },
    ask: 'likely',
  };
}

/** What the page shows of a count, as scripts say it. */
function shown({ answer, identifier }: AnsweredDataset, { ways }: Exported): string {
  if (!ways.has(identifier) || ways.get(identifier)!.kind === 'ids') return 'not asked';
  switch (answer.state) {
    case 'counted':
      if (answer.rounding === undefined) return String(answer.patients);
      return `${answer.exactly === answer.patients ? 'at least' : 'about'} ${answer.patients}`;
    case 'exists':
      return 'some';
    case 'below-threshold':
      return `fewer than ${answer.threshold ?? '?'}`;
    default:
      return answer.state.replace('-', ' ');
  }
}

const answersOf = (all: readonly AnsweredDataset[]): object =>
  Object.fromEntries(all.map(({ title, answer }) => [title, answer]));

/** Counts by title. */
const expected = (exported: Exported): Record<string, string> =>
  Object.fromEntries(exported.datasets.map((one) => [one.title, shown(one, exported)]));
const printed = ({ out }: Ran): Record<string, string> =>
  Object.fromEntries(
    out
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t').map((part) => part.replace(/^not asked:.*/, 'not asked')) as [string, string]),
  );

const atc = 'http://www.whocc.no/atc';
const questions: readonly [string, Given][] = [
  [
    'what flags say',
    { patients: { all: [{ age: { from: 65 } }, { medication: `${atc}|C07` }, { medication: `${atc}|C08DA01` }] } },
  ],
  [
    'two data sets and no others',
    {
      patients: { all: [{ age: { from: 65 } }] },
      datasets: {
        only: ['lowlands-main', 'northshore-routine-care'].map((id) => `https://fairway.health/demo/data-set/${id}`),
      },
    },
  ],
  [
    'records about the same moment, and excluded ones',
    {
      patients: {
        all: [{ medication: `${atc}|C07` }, { medication: `${atc}|C08DA01` }, { not: { sex: 'male' } }],
        together: 'overlapping',
      },
    },
  ],
  [
    'what no flag says',
    {
      about: "It's $HOME `date` \\ 'quoted' \"twice\"",
      patients: {
        all: [
          {
            any: [
              { all: [{ sex: 'female' }, { age: { to: 50 } }] },
              { medication: { code: `${atc}|C07AB02`, below: false } },
            ],
          },
          { age: { from: 18 } },
          { age: { to: 90 } },
        ],
      },
    },
  ],
];

describe.each(questions)('%s', (_, given) => {
  let exported: Exported;
  beforeAll(async () => {
    exported = await answered(given);
  });

  test('by fairway find', async () => {
    // The last flag is before a question that stands beside the command.
    const command = commandLine(exported).replace('fairway find', 'fairway find --json');
    const ran = await runs('bash', command);
    expect(ran.err).toBe('');
    const { datasets } = JSON.parse(ran.out) as { datasets: AnsweredDataset[] };
    expect(answersOf(datasets)).toEqual(answersOf(exported.datasets));
  });

  test.runIf(hasCurl).each(['bash', 'sh'])('by curl in %s', async (shell) => {
    const ran = await runs(shell, curlScript(exported));
    expect(ran.code, ran.err).toBe(0);
    const totals = JSON.parse(
      `[${ran.out
        .trim()
        .split(/\n(?=\{)/)
        .join(',')}]`,
    ).map((one: any) => one.total ?? one.group[0].population[0].count);
    const asked = exported.datasets.filter(({ identifier }) => exported.ways.has(identifier));
    expect(totals).toEqual(asked.map(({ answer }) => answer.patients ?? 0));
  });

  test.runIf(hasPython)('by Python', async () => {
    const ran = await runs('python3', pythonScript(exported));
    expect(ran.err).toBe('');
    expect(printed(ran)).toEqual(expected(exported));
  });

  test.runIf(hasR)('by R', async () => {
    const ran = await runs('Rscript', rScript(exported));
    expect(printed(ran), ran.err).toEqual(expected(exported));
  });
});

test('with a token, which is never written down but read from the environment', async () => {
  const { bases, tokens } = inject('portal');
  const token = tokens.researcher;
  const exported = await answered(questions[0]![1], { [bases.cohort]: token });
  const scripts = [commandLine(exported), curlScript(exported), pythonScript(exported), rScript(exported)];
  for (const script of scripts) {
    expect(script).not.toContain(token);
    expect(script).toContain('FAIRWAY_TOKEN_1');
  }
  const found = await runs('bash', commandLine(exported).replace('fairway find', 'fairway find --json'), {
    FAIRWAY_TOKEN_1: token,
  });
  expect(found.err).toBe('');
  const { datasets } = JSON.parse(found.out) as { datasets: AnsweredDataset[] };
  expect(answersOf(datasets)).toEqual(answersOf(exported.datasets));
  for (const [program, script] of runnable(exported)) {
    const ran = await runs(program, script, { FAIRWAY_TOKEN_1: token });
    expect(ran.code, ran.err).toBe(0);
    if (program !== 'sh') expect(printed(ran)).toEqual(expected(exported));
  }
});

test('a server without $feasibility is asked by searches whose counts are added, each times its factor', async () => {
  const totals: Record<string, number> = { 'Condition|a': 30, 'Procedure|b': 20, both: 7 };
  const base = await serve(({ path, query }) => {
    if (path === 'metadata') return capabilities(['Patient', 'Condition', 'Procedure']);
    if (path === 'Library') return bundle([]);
    const [condition, procedure] = ['_has:Condition:patient:code', '_has:Procedure:patient:code'].map((one) =>
      query.has(one),
    );
    const which = condition && procedure ? 'both' : condition ? 'Condition|a' : 'Procedure|b';
    return path === 'Patient' ? { resourceType: 'Bundle', type: 'searchset', total: totals[which] } : undefined;
  });
  const either = { patients: { all: [{ any: [{ condition: 'urn:x|a' }, { procedure: 'urn:x|b' }] }] } };
  const exported = await answered(either, {}, { repository: [base] });
  expect(exported.datasets.map(({ answer }) => answer)).toEqual([{ state: 'counted', patients: 43 }]);
  const [way] = exported.ways.values();
  expect(way?.kind === 'searches' && way.of.map(({ factor }) => factor).sort()).toEqual([-1, 1, 1]);
  for (const [program, script] of runnable(exported)) {
    const ran = await runs(program, script);
    if (program !== 'sh') expect(printed(ran)).toEqual({ [base]: '43' });
    else {
      expect(ran.err).toContain('the sum of 3 counts, each times its factor');
      expect(ran.out.match(/"total":\d+/g)!.sort()).toEqual(['"total":20', '"total":30', '"total":7']);
    }
  }
});

test.runIf(hasPython)('what had to be reckoned from ids is left to fairway, and that is said', async () => {
  const { bases } = inject('portal');
  const exported = await answered(questions[0]![1]);
  const ways = new Map([...exported.ways.keys()].map((key) => [key, { kind: 'ids', base: bases.cohort } as const]));
  const ran = await runs('python3', pythonScript({ ...exported, ways }));
  expect(ran.code).toBe(0);
  expect(ran.out).toContain('not asked: no search can say it');
});

test('titles and codes of strangers stay what they are: texts', async () => {
  const exported = await answered(questions[0]![1]);
  const hostile = `'; touch ${folder}/pwned; '''\n"); system("touch ${folder}/pwned") $(touch ${folder}/pwned) )---" \u2028 \`touch ${folder}/pwned\``;
  const datasets = exported.datasets.map((one, at) => ({ ...one, title: `${at} ${hostile}` }));
  const evil = { ...exported, datasets, sentence: hostile };
  for (const [program, script] of runnable(evil)) {
    const ran = await runs(program, script);
    expect([program, ran.code, ran.err.includes('rror')]).toEqual([program, 0, false]);
  }
  const ran = await runs('bash', commandLine(evil));
  expect(ran.code, ran.err).toBe(0);
  await expect(import('node:fs').then(({ existsSync }) => existsSync(join(folder, 'pwned')))).resolves.toBe(false);
});

test('a server that is gone is told of, and the script says so by its exit code', async () => {
  const exported = await answered(questions[0]![1]);
  const ways = new Map(exported.ways);
  const [first] = exported.datasets.filter(({ identifier }) => ways.has(identifier));
  ways.set(first!.identifier, {
    kind: 'searches',
    base: 'http://127.0.0.1:9/fhir',
    of: [{ url: 'http://127.0.0.1:9/fhir/Patient?_summary=count', factor: 1 }],
  });
  for (const [program, script] of runnable({ ...exported, ways })) {
    if (program === 'sh') continue;
    const ran = await runs(program, script);
    expect(ran.code).toBe(3);
    expect(printed(ran)[first!.title]).toMatch(/^no answer: /);
  }
});

test('flags are read back as the question that they were written for', async () => {
  const random = fc.array(askings([{ where: 'Patient?gender=female' }]), { maxLength: 3 });
  let told = 0;
  await fc.assert(
    fc.asyncProperty(random, async (all) => {
      const question = readQuestion({ patients: { all: all.map(criterionOf) } });
      const flags = flagsOf(question);
      if (flags === undefined || flags.length === 0) return;
      told++;
      const ran = await run('question', ...flags.flatMap(([name, value]) => [`--${name}`, value]), '--to', 'json');
      expect(ran.err).toBe('');
      const criteria = (one: any): string[] =>
        one.patients.all.map((each: unknown) => JSON.stringify(sorted(each))).sort();
      expect(criteria(JSON.parse(ran.out))).toEqual(criteria(question));
    }),
    { numRuns: 400 },
  );
  expect(told).toBeGreaterThan(20);
});

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort()
          .map(([name, one]) => [name, sorted(one)]),
      )
    : Array.isArray(value)
      ? value.map(sorted)
      : value;
