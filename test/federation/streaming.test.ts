/** Answers come as they are known, can be gone on with, and say how they came about. See docs/adr/0020-the-walk.md */
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exit } from '../../src/cli/environment.ts';
import {
  answerProvenance,
  createClient,
  readQuestion,
  type StreamEvent,
  traceText,
} from '../../src/federation/client/index.ts';
import { loadDefinitions } from '../../src/fhir/definitions/load.ts';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import type { Resource } from '../../src/fhir/json.ts';
import { validate } from '../../src/fhir/validation/index.ts';
import { run } from '../cli/run.ts';
import { bundle, capabilities, client, library, outcome, plain, question, registry, serve } from './stranger.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairway-find-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const slowly = (ms: number): Promise<string> =>
  serve((request, response, base) => {
    setTimeout(() => response.end(JSON.stringify(plain(request, response, base))), ms);
    return undefined;
  });

describe('a stream', () => {
  test('gives each data set when it is known, and the whole answer at last', async () => {
    const [fast, slow] = [await serve(plain), await slowly(150)];
    const from = await registry([library('slow', `${slow}/Group/1`), library('fast', `${fast}/Group/1`)]);
    const events: StreamEvent[] = [];
    for await (const event of client().stream({ registry: [from] }, question)) events.push(event);
    const told = events.flatMap((event) => (event.kind === 'dataset' ? [event.dataset.title] : []));
    expect(told).toEqual(['fast', 'slow']);
    const last = events.at(-1)!;
    expect(last.kind === 'answer' && last.answer.datasets.map(({ title }) => title)).toEqual(['slow', 'fast']);
    expect(events.filter(({ kind }) => kind === 'trace').length).toBeGreaterThan(4);
  });

  test('data sets of the first page are answered before the second page is there', async () => {
    const data = await serve(plain);
    const from = await serve(({ path, query }, response, base) => {
      if (path === 'metadata') return capabilities(['Library']);
      const next = { link: [{ relation: 'next', url: `${base}/Library?page=2` }] };
      if (!query.has('page')) return bundle([library('one', `${data}/Group/1`)], next);
      setTimeout(() => response.end(JSON.stringify(bundle([library('two', `${data}/Group/2`)]))), 300);
      return undefined;
    });
    const events: string[] = [];
    for await (const event of client().stream({ registry: [from] }, question)) {
      if (event.kind === 'dataset') events.push(event.dataset.title);
      if (event.kind === 'trace' && event.step.request.includes('page=2')) events.push('page 2');
    }
    expect(events).toEqual(['one', 'page 2', 'two']);
  });

  test('ends the walk when nobody listens any more', async () => {
    let asked = 0;
    const base = await serve((request, response, at) => {
      asked++;
      return plain(request, response, at);
    });
    const from = await registry(Array.from({ length: 200 }, (_, at) => library(`l${at}`, `${base}/Group/${at}`)));
    for await (const event of client().stream({ registry: [from] }, question)) if (event.kind === 'dataset') break;
    const before = asked;
    await new Promise((done) => setTimeout(done, 100));
    expect(asked).toBeLessThanOrEqual(before + 4);
    expect(asked).toBeLessThan(200);
  });

  test('lists without counting', async () => {
    const base = await serve(plain);
    const from = await registry([library('a', `${base}/Group/1`)]);
    let states: string[] = [];
    for await (const event of client().stream({ registry: [from] }, readQuestion({}), { list: true })) {
      if (event.kind === 'answer') states = event.answer.datasets.map(({ answer }) => answer.state);
    }
    expect(states).toEqual(['not-askable']);
  });
});

test('of very many requests it is said how many are not listed', async () => {
  const base = await serve(plain);
  const from = await registry([library('a', `${base}/Group/1`)]);
  const answer = await client({ limits: { trace: 2 } }).find({ registry: [from] }, question);
  expect([answer.trace.length, answer.untold]).toEqual([2, expect.any(Number)]);
  expect(traceText(answer)).toContain(`${answer.untold} more requests are not listed.`);
});

describe('an answer says how it came about', () => {
  test.each(fhirVersions)('as a Provenance and a Group that are valid in %s', async (version) => {
    const base = await serve(plain);
    const from = await registry([library('a', `${base}/Group/1`)]);
    const answer = await client().find({ registry: [from] }, question);
    const made = { run: 'urn:uuid:9a3d3b7c-5f0e-4a53-9f57-0c4f6a3f2d11', version: '1', fhirVersion: version };
    const provenance = answerProvenance(answer, made);
    const issues = validate(provenance as Resource, await loadDefinitions(version));
    expect(issues.filter(({ severity }) => severity === 'error' || severity === 'fatal')).toEqual([]);
    const text = JSON.stringify(provenance);
    for (const source of [from, base, `${from}/Library/a`, 'Group/question']) expect(text).toContain(`"${source}"`);
  });

  test('as a text that names every server, request, answer and problem', async () => {
    const base = await serve(plain);
    const refusing = await serve((_, response) => {
      response.statusCode = 400;
      return outcome('go away');
    });
    const from = await registry([library('a', `${base}/Group/1`)]);
    const text = traceText(await client().find({ registry: [from, refusing] }, question));
    expect(text).toContain(`${from} was asked which data sets there are:`);
    expect(text).toMatch(/ {2}Library\?type=\S+ -> 200, 1 found, \d+ ms/);
    expect(text).toContain(`a: 7 patients (record: ${from}/Library/a)`);
    expect(text).toContain(`${refusing} was asked which data sets there are, but it answered 400: go away.`);
    expect(text).toContain('Not everyone answered');
  });
});

describe('fairway find', () => {
  const criteria = ['--condition', 'urn:c|1'];

  test('--ndjson prints events and the answer last', async () => {
    const base = await serve(plain);
    const { out, code } = await run('find', '--repository', base, ...criteria, '--ndjson');
    const events = out
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one) as StreamEvent);
    expect(code).toBe(exit.done);
    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['trace', 'dataset', 'answer']));
    expect(events.at(-1)!.kind).toBe('answer');
    expect((await run('find', '--repository', base, '--json', '--ndjson')).code).toBe(exit.usage);
  });

  test('--provenance and --trace write files, or say why they cannot', async () => {
    const base = await serve(plain);
    const [fhir, text] = [join(folder, 'p.json'), join(folder, 't.txt')];
    await run('find', '--repository', base, ...criteria, '--provenance', fhir, '--trace', text);
    expect(JSON.parse(readFileSync(fhir, 'utf8'))).toMatchObject({ resourceType: 'Bundle', type: 'collection' });
    expect(readFileSync(text, 'utf8')).toContain('7 patients');
    const { code, err } = await run('find', '--repository', base, ...criteria, '--trace', join(folder, 'no', 't'));
    expect([code, err]).toEqual([exit.usage, expect.stringMatching(/^cannot write /)]);
  });

  test('--state: a second run asks only for what is missing', async () => {
    let isBroken = true;
    const asked: string[] = [];
    const noted = (name: string, fails: () => boolean): Promise<string> =>
      serve((request, response, base) => {
        asked.push(`${name} ${request.path}`);
        if (!fails()) return plain(request, response, base);
        response.statusCode = 400;
        return outcome('not now');
      });
    const [good, bad] = [await noted('good', () => false), await noted('bad', () => isBroken)];
    const from = await registry([library('g', `${good}/Group/1`), library('b', `${bad}/Group/1`)]);
    const state = join(folder, 'state');
    const find = () => run('find', '--registry', from, ...criteria, '--json', '--state', state);
    expect((await find()).code).toBe(exit.partial);
    expect(statSync(state).mode & 0o777).toBe(0o600);
    // The machine went down while the last answer was written.
    truncateSync(state, statSync(state).size - 5);
    isBroken = false;
    asked.length = 0;
    const { code, out } = await find();
    expect(code).toBe(exit.done);
    expect(JSON.parse(out).datasets.map((one: { answer: { patients: number } }) => one.answer.patients)).toEqual([
      7, 7,
    ]);
    expect(asked.filter((one) => one.startsWith('good')).length).toBeLessThan(2);
    expect(asked).toContain('bad Patient');
    asked.length = 0;
    expect((await find()).code).toBe(exit.done);
    expect(asked).toEqual([]);
    const other = await run('find', '--registry', from, '--condition', 'urn:c|2', '--state', state);
    expect([other.code, other.err]).toEqual([exit.usage, `${state} holds the answers of another question`]);
  });

  test('--state takes no file that is something else', async () => {
    const base = await serve(plain);
    const file = join(folder, 'notes');
    for (const notes of ['dear diary', 'dear diary\nit rains', '{"question":7}\n']) {
      writeFileSync(file, notes);
      const { code, err } = await run('find', '--repository', base, '--state', file);
      expect([code, err]).toEqual([exit.usage, `${file} is no file of answers that find has kept`]);
      expect(readFileSync(file, 'utf8')).toBe(notes);
    }
  });
});

test('a walk that is ended ends at once, also while it waits to try again', async () => {
  const base = await serve((_, response) => {
    response.statusCode = 503;
    response.setHeader('retry-after', '30');
    return outcome('later');
  });
  const ending = new AbortController();
  setTimeout(() => ending.abort(), 100);
  const answer = createClient({ signal: ending.signal }).find({ repository: [base] }, question);
  // Whoever waits on is later than what the server told to wait.
  const first = await Promise.race([answer, sleep(29_000, 'the wait', { ref: false })]);
  expect(first).not.toBe('the wait');
  expect((await answer).complete).toBe(false);
});
