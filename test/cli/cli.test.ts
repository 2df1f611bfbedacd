/** The command line as its users meet it: outputs, exit codes, messages. See docs/reference/command-line.md */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { Command, CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoCommand } from '../../src/cli/demo.ts';
import { type Environment, exit, UsageError } from '../../src/cli/environment.ts';
import { findCommand } from '../../src/cli/find.ts';
import { getCommand } from '../../src/cli/get.ts';
import { importCommand } from '../../src/cli/import.ts';
import { serveCommand } from '../../src/cli/serve.ts';
import { type Addresses, metadataLines, people, recordLines, sites, truthOf } from '../../src/demo/index.ts';
import { main, newFolder, removeFolder } from '../process.ts';
import { startServer, type TestServer } from '../server.ts';

interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs a command in this process; errors end up as main.ts shows them. */
async function run(
  args: string[],
  given: { stdin?: string; ended?: Promise<void>; heard?: (ran: Ran) => void } = {},
): Promise<Ran> {
  const ran: Ran = { code: -1, out: '', err: '' };
  const sink = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _, done) {
        ran[name] += String(chunk);
        given.heard?.(ran);
        done();
      },
    });
  const stdin = new PassThrough();
  stdin.end(given.stdin ?? '');
  const environment: Environment = {
    variables: {},
    stdout: sink('out'),
    stderr: sink('err'),
    stdin,
    fetch: globalThis.fetch,
    now: Date.now,
    // Only what serves goes on until it is ended.
    ended: given.ended ?? (args[0] === 'find' ? new Promise(() => {}) : Promise.resolve()),
  };
  const program = new Command('fairway')
    .exitOverride()
    .configureOutput({ writeErr: (text) => (ran.err += text), writeOut: (text) => (ran.out += text) });
  for (const command of [serveCommand, demoCommand, importCommand, findCommand, getCommand]) {
    const made = command(environment, (code) => (ran.code = code)).exitOverride();
    made.configureOutput({ writeErr: (text) => (ran.err += text), writeOut: (text) => (ran.out += text) });
    program.addCommand(made);
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    ran.err += (error as Error).message;
    ran.code = error instanceof UsageError || error instanceof CommanderError ? exit.usage : exit.failed;
  }
  return ran;
}

const folder = newFolder();
let server: TestServer;
const plan = { seed: 'cli', patients: 60 };

beforeAll(async () => {
  server = await startServer();
  const at = {
    hospital: server.base,
    registry: server.base,
    discovery: server.base,
    cohort: server.base,
    cancer: server.base,
  } satisfies Addresses;
  await server.load([...metadataLines('hospital', plan, at), ...recordLines('hospital', plan)]);
});
afterAll(async () => {
  await server.close();
  await removeFolder(folder);
});

describe('find', () => {
  const atc = 'http://www.whocc.no/atc';

  test('shows the way, the data sets, the counts and the conditions', async () => {
    const { code, out } = await run([
      'find',
      '--repository',
      server.base,
      '--age',
      '65..',
      '--medication',
      `${atc}|C07`,
    ]);
    expect(code).toBe(exit.done);
    for (const part of ['The way', 'Data sets', 'Northshore routine care', 'R4B', 'CC-BY-4.0', 'At least'])
      expect(out).toContain(part);
    expect(out).not.toContain('\u001b');
  });

  test('--json is the answer that the client gives', async () => {
    const { code, out } = await run(['find', '--registry', server.base, '--sex', 'female', '--json']);
    const answer = JSON.parse(out);
    expect([code, answer.complete, answer.datasets.length]).toEqual([exit.done, true, 2]);
    expect(answer.datasets[0].answer.patients).toBeGreaterThan(0);
  });

  test('lists data sets when nothing is asked of patients', async () => {
    const { out } = await run(['find', '--repository', server.base, '--text', 'biosamples']);
    expect(out).toContain('Northshore patients with biosamples');
    expect(out).not.toContain('routine care');
  });

  test('takes the question from a file', async () => {
    const file = join(folder, 'question.json');
    writeFileSync(file, JSON.stringify({ patients: { all: [{ sex: 'male' }, { age: { from: 18 } }] } }));
    expect((await run(['find', '--repository', server.base, '--question', file, '--json'])).code).toBe(exit.done);
    expect((await run(['find', '--repository', server.base, '--question', file, '--sex', 'male'])).code).toBe(
      exit.usage,
    );
    expect((await run(['find', '--repository', server.base, '--question', `${file}x`])).code).toBe(exit.usage);
  });

  test('is done in part when a server does not answer, and says which', async () => {
    const { code, out } = await run([
      'find',
      '--repository',
      server.base,
      '--repository',
      'http://127.0.0.1:9/fhir',
      '--timeout',
      '2',
      '--sex',
      'male',
    ]);
    expect(code).toBe(exit.partial);
    expect(out).toContain('Not answered');
    expect(out).toContain('http://127.0.0.1:9/fhir');
  });

  test('sends a token where it belongs', async () => {
    const { out } = await run([
      'find',
      '--repository',
      server.base,
      '--token',
      `${server.base}=wrong`,
      '--sex',
      'male',
    ]);
    expect(out).toContain('401');
  });

  test.each([
    [['find'], 'say where to begin'],
    [['find', '--repository', 'nowhere'], '--repository must be a FHIR base address'],
    [['find', '--repository', 'http://x.example', '--timeout', 'soon'], '--timeout'],
    [['find', '--repository', 'http://x.example', '--token', 'abc'], '--token'],
    [['find', '--frobnicate'], 'unknown option'],
  ])('%j is a wrong usage', async (args, message) => {
    const { code, err } = await run(args);
    expect(err).toContain(message);
    expect(code).toBe(exit.usage);
  });

  test.each([
    ['--age', 'old', 'age "old"'],
    ['--age', '70..60', 'runs downwards'],
    ['--sex', 'f', 'one of'],
    ['--medication', 'a*,b', 'mixes'],
    ['--condition', 'urn:x|', 'names no code'],
    ['--observation', 'a is b*', 'below a value'],
    ['--not', 'condition a or', 'lacks a criterion'],
    ['--country', 'Germany', 'ISO 3166'],
    ['--granularity', 'all', 'granularity'],
    ['--as-of', '2026-02-30', 'asOf'],
  ])('%s %s is refused in one line', async (flag, value, message) => {
    const { code, err } = await run(['find', '--repository', server.base, flag, value]);
    expect(code).toBe(exit.failed);
    expect(err).toContain(message);
    expect(err).not.toContain('\n');
  });

  test('observations are asked with comparator, value and unit', async () => {
    const { out } = await run([
      'find',
      '--repository',
      server.base,
      '--observation',
      'http://loinc.org|4548-4>=6.5 %',
      '--json',
    ]);
    const { trace, datasets } = JSON.parse(out);
    expect(trace.some((step: any) => step.request === 'Patient/$feasibility')).toBe(true);
    expect(datasets.some((one: any) => one.answer.patients > 0)).toBe(true);
  });
});

describe('get', () => {
  const going = { ended: new Promise<void>(() => {}) };
  const careOf = (): string[] => truthOf(sites.hospital, sites.hospital.dataSets[0]!, plan, 'willing');

  test('writes one file for each type and repeats the conditions', async () => {
    const out = join(folder, 'got');
    const ran = await run(['get', 'northshore-routine-care', '--registry', server.base, '--out', out], going);
    expect(ran.code).toBe(exit.done);
    expect(ran.out).toContain('CC-BY-4.0');
    expect(readdirSync(out).sort()).toEqual([
      'Condition.ndjson',
      'Encounter.ndjson',
      'MedicationRequest.ndjson',
      'Observation.ndjson',
      'Patient.ndjson',
      'SHA256SUMS',
      'provenance.json',
      'question.json',
      'terms.jsonld',
      'terms.txt',
    ]);
    expect(readFileSync(join(out, 'Patient.ndjson'), 'utf8').trim().split('\n')).toHaveLength(careOf().length);
    const args = ['get', 'Northshore routine care', '--registry', server.base, '--out', out, '--json'];
    const json = await run(args, going);
    expect(JSON.parse(json.out).licence).toBe('CC-BY-4.0');
  });

  test('a name that is none is refused with those that are', async () => {
    const { code, err } = await run(['get', 'nothing', '--registry', server.base, '--out', folder], going);
    expect(code).toBe(exit.usage);
    expect(err).toContain('northshore-biosamples');
  });
});

describe('import', () => {
  const make = (name: string, files: Record<string, string | Buffer>): string => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
    return path;
  };
  const to = () => ['--to', server.base, '--token', 'writer'];
  const patient = (id: string) => JSON.stringify({ resourceType: 'Patient', id });

  test('takes NDJSON, JSON and Bundles, packed or not, and names what it passes over', async () => {
    const bundle = `{\n "resourceType": "Bundle", "type": "collection",\n "entry": [\n {"resource": ${patient('i3')}},\n {"resource": {"resourceType":"Observation","id":"i4","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.500}}}]}`;
    const path = make('mixed', {
      'a.ndjson': `${patient('i1')}\n${patient('i2')}`,
      'b.json': bundle,
      'c.json': `{\n  "resourceType": "Patient",\n  "id": "i5"\n}\n`,
      'd.ndjson.gz': gzipSync(`${patient('i6')}\n`),
      'e.json.gz': gzipSync(patient('i7')),
      'README.txt': 'not FHIR',
    });
    const { code, out } = await run(['import', path, ...to()]);
    expect(code).toBe(exit.done);
    expect(out).toMatch(/created\s+7/);
    expect(out).toContain('README.txt');
    expect((await server.ask('GET', 'Observation/i4')).text).toContain('"value":1.500');
  });

  test('names faults by file and line, keeps the rest, and is done in part', async () => {
    const path = make('faulty', {
      'a.ndjson': `${patient('f1')}\n`,
      'b.ndjson': `${patient('f2')}\n{"resourceType":"Patient","id":"f3","gender":"x"}\n`,
    });
    const { code, out } = await run(['import', path, ...to()]);
    expect(code).toBe(exit.partial);
    expect(out).toContain(`${join(path, 'b.ndjson')}:2: `);
    expect(out).toMatch(/created\s+2/);
    const json = await run(['import', path, '--json', ...to()]);
    expect(JSON.parse(json.out)).toMatchObject({ files: 2, created: 0, replaced: 2, refused: 1 });
  });

  test('takes standard input', async () => {
    const { code, out } = await run(['import', '-', ...to()], { stdin: `${patient('s1')}\n${patient('s2')}\n` });
    expect(code).toBe(exit.done);
    expect(out).toMatch(/created\s+2/);
  });

  test.each<[string, () => string[], number, string]>([
    ['no such file', () => [join(folder, 'none'), ...to()], exit.usage, 'there is no file'],
    ['nothing in the folder', () => [make('empty', {}), ...to()], exit.usage, 'nothing to import'],
    ['no address', () => ['-', '--to', 'x'], exit.usage, '--to must be'],
    ['no right', () => ['-', '--to', server.base], exit.failed, 'bearer token'],
    ['no server', () => ['-', '--to', 'http://127.0.0.1:9/fhir'], exit.failed, 'cannot import to'],
    [
      'a Bundle with an empty entry',
      () => [join(make('holes', { 'x.json': '{"resourceType":"Bundle","entry":[{}]}' }), 'x.json'), ...to()],
      exit.usage,
      'has no resource',
    ],
    [
      'a broken archive',
      () => [join(make('broken', { 'x.ndjson.gz': 'no gzip' }), 'x.ndjson.gz'), ...to()],
      exit.failed,
      'cannot import',
    ],
  ])('%s', async (_, args, code, message) => {
    const ran = await run(['import', ...args()]);
    expect(ran.err).toContain(message);
    expect(ran.code).toBe(code);
  });
});

describe('serve', () => {
  test('prints one line when it can answer, and ends with 0', async () => {
    let end = (): void => {};
    const ended = new Promise<void>((done) => (end = done));
    const data = join(folder, 'served');
    const access = join(folder, 'access.json');
    writeFileSync(access, JSON.stringify({ tokens: [{ name: 'steward', sha256: 'a'.repeat(64), may: ['read'] }] }));
    const running = run(
      ['serve', '--data', data, '--port', '0', '--fhir', 'R5', '--role', 'repository, registry', '--access', access],
      { ended },
    );
    setTimeout(end, 4000);
    const { code, out, err } = await running;
    expect(code).toBe(exit.done);
    expect(out).toMatch(/^fairway ready http:\/\/127\.0\.0\.1:\d+\/fhir\n$/);
    for (const line of err.trim().split('\n')) expect(JSON.parse(line).msg).toBeTypeOf('string');
  });

  test.each([
    [['--port', 'x'], exit.usage, '--port'],
    [['--role', 'king'], exit.usage, '--role'],
    [['--base-url', 'x'], exit.usage, '--base-url'],
    [['--fhir', 'R6'], exit.usage, 'R6'],
    [['--insecure-open-access', '--host', '0.0.0.0'], exit.usage, 'loopback'],
    [['--access', '/does/not/exist'], exit.failed, 'cannot read the access file'],
    [['--database', 'postgres://127.0.0.1:9/x'], exit.failed, 'ECONNREFUSED'],
  ])('%j is refused', async (args, code, message) => {
    const ran = await run(['serve', '--port', '0', '--data', join(folder, 'refused'), ...args]);
    expect(ran.err).toContain(message);
    expect(ran.code).toBe(code);
  });

  test.each([
    ['no JSON', '{'],
    ['no list', '{}'],
    ['no name', '{"tokens":[{}]}'],
    ['no digest', '{"tokens":[{"name":"x","sha256":"y","may":["read"]}]}'],
    ['no right', `{"tokens":[{"name":"x","sha256":"${'a'.repeat(64)}","may":[]}]}`],
    ['an unknown right', `{"tokens":[{"name":"x","sha256":"${'a'.repeat(64)}","may":["fly"]}]}`],
  ])('an access file with %s is refused', async (_, text) => {
    const path = join(folder, 'bad-access.json');
    writeFileSync(path, text);
    expect((await run(['serve', '--port', '0', '--access', path])).code).toBe(exit.failed);
  });
});

describe('demo', () => {
  const serving = async (data: string, use: (discovery: string) => Promise<void>): Promise<Ran> => {
    let end = (): void => {};
    const ended = new Promise<void>((done) => (end = done));
    let used: Promise<void> | undefined;
    const heard = ({ out, err }: Ran): void => {
      if (!err.includes('Serving until')) return;
      used ??= use(/DISCOVERY=(\S+)/.exec(out)![1]!).finally(end);
    };
    const ran = await run(['demo', '--port', '0', '--data', data], { ended, heard });
    await used;
    return ran;
  };

  test('answers the question by walking, finds its folder again, and refuses another size', async () => {
    const data = join(folder, 'demo');
    const first = await run(['demo', '--once', '--port', '0', '--data', data, '--patients', '60']);
    expect(first.err).toContain('Loaded');
    expect(first.err).toMatch(/Published 5 content summaries; harvested and checked 4 members/);
    expect(first.code).toBe(exit.done);
    for (const part of [
      'beta-blockers together with verapamil',
      'discover',
      'Southern Cancer Registry',
      'not permitted',
      'From refusal to data',
      'fairway access request lowlands-pilot',
      'To try next',
    ]) {
      expect(first.out).toContain(part);
    }
    const tokens = readFileSync(join(data, 'demo-tokens.json'), 'utf8');
    expect(statSync(join(data, 'demo-tokens.json')).mode & 0o777).toBe(0o600);
    expect(Object.keys(JSON.parse(tokens))).toEqual(Object.keys(people));
    for (const token of Object.values<string>(JSON.parse(tokens))) expect(first.out).toContain(`=${token}`);
    const second = await serving(data, async (discovery) => {
      // Nobody is of that sex: what is exact or counted from a threshold on says so by its summary.
      const { out } = await run(['find', '--discovery', discovery, '--sex', 'other', '--condition', 'urn:x|rare']);
      for (const title of [
        'Northshore routine care',
        'Lowlands Ageing Cohort, main phase',
        'Lowlands Ageing Cohort, pilot phase',
      ])
        expect(out).toContain(`${title}: its summary says so; it was not asked`);
      const members = await fetch(
        `${discovery}/Endpoint?membership=approved&status=active&_has:CapabilityStatement:endpoint:kind=instance&_summary=count`,
      );
      expect((await members.json()).total).toBe(2);
    });
    const table = (text: string): string => text.slice(text.indexOf('Data sets'), text.indexOf('Conditions\n'));
    const rows = (text: string): string[] => table(text).split('\n').sort();
    expect(rows(second.out)).toEqual(rows(first.out));
    expect(readFileSync(join(data, 'demo-tokens.json'), 'utf8')).toBe(tokens);
    const other = await run(['demo', '--once', '--port', '0', '--data', data, '--patients', '61']);
    expect([other.code, other.err]).toEqual([exit.usage, expect.stringContaining('60 patients')]);
    expect((await run(['demo', '--patients', '0'])).code).toBe(exit.usage);
  });

  test.each([
    ['demo-tokens.json', '{"researcher": "guessable"}', 'does not hold the tokens'],
    ['demo-tokens.json', '[', 'does not hold the tokens'],
    ['demo-tokens.json', 'null', 'does not hold the tokens'],
    ['demo.json', '{"seed": "fairway", "patients": 600, "loaded": {}}', 'another version of fairway'],
  ])('a folder whose %s is %s is refused', async (file, text, message) => {
    const data = join(folder, 'spoilt');
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, file), text);
    const ran = await run(['demo', '--once', '--port', '0', '--data', data]);
    rmSync(data, { recursive: true });
    expect([ran.code, ran.err]).toEqual([exit.usage, expect.stringContaining(message)]);
    expect(ran.out).toBe('');
  });
});

describe('main', () => {
  const spawn = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });

  test('shows help, refuses what it does not know', () => {
    const help = spawn('--help');
    expect([help.status, help.stdout]).toEqual([0, expect.stringContaining('import')]);
    expect(spawn('serve', '--help').stdout).toContain('FAIRWAY_PORT');
    const unknown = spawn('frobnicate');
    expect([unknown.status, unknown.stderr]).toEqual([exit.usage, expect.stringContaining('frobnicate')]);
    const usage = spawn('find');
    expect([usage.status, usage.stderr]).toEqual([
      exit.usage,
      'fairway: say where to begin: --repository BASE, --registry BASE or --discovery BASE\n',
    ]);
  });
});
