/** Downloads that are ended and gone on with, servers whose word does not hold, files that are not what is stated. See docs/adr/0021-downloads.md */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { exit } from '../../src/cli/environment.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { bundle, capabilities, type Handler, library, outcome, registry, serve } from '../federation/stranger.ts';
import { main, newFolder, removeFolder } from '../process.ts';
import { run } from './run.ts';

const folder = newFolder();
afterAll(() => removeFolder(folder));
let folders = 0;
const newOut = (): string => join(folder, `out${folders++}`);
const stateIn = (out: string): string => join(out, '.fairway-download');
const lines = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
const idsIn = (path: string): string[] => lines(path).map((line) => JSON.parse(line).id);
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => `${from + at}`);
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

interface Paged {
  type?: string;
  /** ids of all records */
  ids: string[];
  perPage?: number;
  total?: number | undefined;
  /** called with the number of each page before it is sent; what it returns is sent instead */
  before?(page: number, at: string): Promise<unknown> | unknown;
}

/** A server with one type of records in pages, and the pages that were asked for. */
function paged(given: Paged): { handler: Handler; asked: number[] } {
  const { type = 'Patient', perPage = 2 } = given;
  const asked: number[] = [];
  const handler: Handler = ({ path, query }, response, base) => {
    if (path === 'metadata') return capabilities([type]);
    if (path !== type) return outcome('no');
    const { ids } = given;
    if (query.get('_summary') === 'count')
      return bundle([], { total: query.has('_lastUpdated') ? 0 : (given.total ?? ids.length) });
    const page = Number(query.get('page') ?? 1);
    asked.push(page);
    const answer = async (): Promise<void> => {
      const other = await given.before?.(page, base);
      const some = ids.slice((page - 1) * perPage, page * perPage);
      const resources = some.map((id) => ({ resourceType: type, id, text: { div: 'ü'.repeat(50) } }));
      const next = page * perPage < ids.length ? [{ relation: 'next', url: `${base}/${type}?page=${page + 1}` }] : [];
      const total = 'total' in given ? given.total : ids.length;
      const body = other ?? bundle(resources, { link: next, ...(total === undefined ? {} : { total }) });
      if (other !== undefined && response.statusCode === 200) response.statusCode = 400;
      response.setHeader('content-type', 'application/fhir+json');
      if (!response.destroyed) response.end(JSON.stringify(body));
    };
    void answer();
    return undefined;
  };
  return { handler, asked };
}

/** A registry of the data set `a`, of which `extent` is all. */
const registryOf = (extent: string, more: object = {}): Promise<string> =>
  registry([{ ...library('a', extent), ...more }]);

/** `fairway get` as a process of its own, killed when `until` resolves; whether it came to its end before. */
async function killed(
  args: readonly string[],
  until: Promise<void>,
  signal: 'SIGKILL' | 'SIGINT' = 'SIGKILL',
): Promise<boolean> {
  const child = spawn(process.execPath, [main, 'get', ...args], { stdio: 'ignore' });
  const ended = new Promise<boolean>((done) => child.once('exit', (code) => done(code === 0)));
  void until.then(() => child.kill(signal));
  return ended;
}

/** All files of the list are what it says. */
function checkSums(out: string): void {
  const sums = lines(join(out, 'SHA256SUMS')).map((line) => line.split('  '));
  expect(sums.length).toBeGreaterThan(2);
  for (const [sum, path] of sums) expect([path, sha256(join(out, path!))]).toEqual([path, sum]);
}

describe('a process that is killed', () => {
  test('leaves a download that goes on at the page where it was', async () => {
    let reached: () => void = () => {};
    const fifth = new Promise<void>((done) => (reached = done));
    let isKilled = false;
    const { handler, asked } = paged({
      ids: numbers(0, 20),
      before: (page) => {
        if (page !== 5 || isKilled) return undefined;
        reached();
        return new Promise(() => {});
      },
    });
    const base = await serve(handler);
    const from = await registryOf(`${base}/Patient?active=true`);
    const out = newOut();
    const args = ['a', '--registry', from, '--out', out];
    expect(await killed(args, fifth)).toBe(false);
    isKilled = true;
    expect(readdirSync(out).sort()).toEqual(['.fairway-download', 'Patient.ndjson.part']);
    expect(asked).toEqual([1, 2, 3, 4, 5]);
    // As if it had been ended in the middle of both.
    appendFileSync(join(out, 'Patient.ndjson.part'), '{"resourceType":"Patient","id":"8","te');
    appendFileSync(stateIn(out), '{"kind":"page","key":"x","progr');
    const ran = await run('get', ...args);
    expect([ran.code, ran.err]).toEqual([exit.done, '']);
    expect(ran.out).toContain('went on where an earlier download was ended');
    expect(asked.slice(5)).toEqual([5, 6, 7, 8, 9, 10]);
    expect(idsIn(join(out, 'Patient.ndjson'))).toEqual(numbers(0, 20));
    expect(readdirSync(out)).not.toContain('.fairway-download');
    checkSums(out);
    const { requests, counts } = JSON.parse(readFileSync(join(out, 'question.json'), 'utf8'));
    expect(requests).toEqual([{ server: base, request: 'Patient?active=true&_count=500', pages: 10 }]);
    expect(counts).toEqual([{ server: base, type: 'Patient', got: 20, told: 20 }]);
  });

  test('or ended with Ctrl+C, does too, with the terms beside it', async () => {
    let reached: () => void = () => {};
    const third = new Promise<void>((done) => (reached = done));
    let isEnded = false;
    const { handler } = paged({
      ids: numbers(0, 8),
      before: (page) => {
        if (page !== 3 || isEnded) return undefined;
        reached();
        return new Promise(() => {});
      },
    });
    const from = await registryOf(`${await serve(handler)}/Patient?active=true`);
    const out = newOut();
    expect(await killed(['a', '--registry', from, '--out', out], third, 'SIGINT')).toBe(false);
    isEnded = true;
    expect(readdirSync(out).sort()).toEqual(['.fairway-download', 'Patient.ndjson.part', 'terms.jsonld', 'terms.txt']);
    expect((await run('get', 'a', '--registry', from, '--out', out)).code).toBe(exit.done);
    expect(idsIn(join(out, 'Patient.ndjson'))).toEqual(numbers(0, 8));
  });

  test('again and again, at any moment, loses and doubles nothing', async () => {
    let pages = 0;
    let wake: () => void = () => {};
    const { handler } = paged({
      ids: numbers(0, 60),
      before: () => {
        if (++pages % 7 === 0) wake();
      },
    });
    const base = await serve(handler);
    const from = await registryOf(`${base}/Patient?active=true`);
    const out = newOut();
    let tries = 0;
    for (let isDone = false; !isDone; tries++) {
      const moment = new Promise<void>((done) => (wake = () => setTimeout(done, Math.random() * 30)));
      isDone = await killed(['a', '--registry', from, '--out', out, '--format', 'crate'], moment);
    }
    expect(tries).toBeGreaterThan(1);
    expect(idsIn(join(out, 'data/Patient.ndjson'))).toEqual(numbers(0, 60));
    expect(readdirSync(out)).not.toContain('.fairway-download');
  });

  test('leaves what servers said of the terms', async () => {
    const { handler } = paged({
      ids: numbers(0, 6),
      before: (page) => (page === 3 && !isOpen ? outcome('closed') : undefined),
    });
    let isOpen = false;
    const base = await serve((request, response, at) => {
      if (request.query.get('page') === null) response.setHeader('fairway-obligations', 'NORELINK');
      return handler(request, response, at);
    });
    const from = await registryOf(`${base}/Patient?active=true`);
    const out = newOut();
    expect((await run('get', 'a', '--registry', from, '--out', out)).code).toBe(exit.failed);
    isOpen = true;
    expect((await run('get', 'a', '--registry', from, '--out', out)).code).toBe(exit.done);
    expect(readFileSync(join(out, 'terms.txt'), 'utf8')).toContain('NORELINK');
  });
});

describe('going on', () => {
  /** A download of six patients that was ended by a refusal of the third page; the next one is let through. */
  async function ended(more: Partial<Paged> = {}) {
    const source: Paged = { ids: numbers(0, 6), ...more };
    let isOpen = false;
    source.before ??= (page) => (page === 3 && !isOpen ? outcome('closed for today') : undefined);
    const { handler, asked } = paged(source);
    const base = await serve(handler);
    const from = await registryOf(`${base}/Patient?active=true`);
    const out = newOut();
    const again = (...flags: string[]) => run('get', 'a', '--registry', from, '--out', out, ...flags);
    const first = await again();
    expect([first.code, first.err]).toEqual([exit.failed, expect.stringContaining('closed for today')]);
    expect(existsSync(stateIn(out))).toBe(true);
    asked.length = 0;
    return { again, asked, base, out, source, open: () => (isOpen = true) };
  }

  test('begins a search anew whose pages are no longer kept, and doubles nothing', async () => {
    let isOpen = false;
    const { again, asked, out } = await ended({
      before: (page) => (page === 3 && asked0(isOpen) ? outcome('closed for today') : undefined),
    });
    function asked0(open: boolean): boolean {
      return !open || asked.length === 1;
    }
    isOpen = true;
    const ran = await again();
    expect([ran.code, ran.err]).toEqual([exit.done, '']);
    expect(asked).toEqual([3, 1, 2, 3]);
    expect(idsIn(join(out, 'Patient.ndjson'))).toEqual(numbers(0, 6));
  });

  test('says that there are more records than before', async () => {
    const { again, open, out, source } = await ended();
    open();
    source.ids = numbers(0, 8);
    const ran = await again();
    expect([ran.code, ran.err]).toEqual([exit.partial, '']);
    expect(ran.out).toContain('changed since the download began: there were 6, now there are 8');
    expect(ran.out).toContain('changed meanwhile: there were 6, now there are 8, and 8 came');
    expect(idsIn(join(out, 'Patient.ndjson'))).toEqual(numbers(0, 8));
  });

  test('says that records are newer, though as many', async () => {
    let isOpen = false;
    const base = await serve(({ path, query }, response, at) => {
      if (path === 'metadata') return capabilities(['Patient']);
      const since = query.get('_lastUpdated');
      if (since !== null) return bundle([], { total: since === 'gt2026-11-25T10:00:00Z' ? 2 : 0 });
      if (query.get('_summary') === 'count') return bundle([], { total: 2 });
      if (query.get('page') === '2' && !isOpen) {
        response.statusCode = 400;
        return outcome('later');
      }
      const id = query.get('page') ?? '1';
      const link = id === '1' ? [{ relation: 'next', url: `${at}/Patient?page=2` }] : [];
      return bundle([{ resourceType: 'Patient', id }], {
        total: 2,
        meta: { lastUpdated: '2026-11-25T10:00:00Z' },
        link,
      });
    });
    const from = await registryOf(`${base}/Patient?active=true`);
    const args = ['get', 'a', '--registry', from, '--out', newOut()];
    expect((await run(...args)).code).toBe(exit.failed);
    isOpen = true;
    const ran = await run(...args);
    expect([ran.code, ran.out]).toEqual([exit.partial, expect.stringContaining('2 of its records are newer')]);
  });

  test('says that the record of the data set changed', async () => {
    let version = '1';
    let isOpen = false;
    const { handler } = paged({
      ids: ['1', '2', '3'],
      before: (page) => (page === 2 && !isOpen ? outcome('later') : undefined),
    });
    const base = await serve((request, response, at) =>
      request.path === 'Library'
        ? bundle([{ ...library('a', `${at}/Patient?active=true`), meta: { versionId: version } }])
        : handler(request, response, at),
    );
    const args = ['get', 'a', '--repository', base, '--out', newOut()];
    expect((await run(...args)).code).toBe(exit.failed);
    [version, isOpen] = ['2', true];
    const ran = await run(...args);
    expect([ran.code, ran.out]).toEqual([exit.partial, expect.stringContaining('from version 1 to 2')]);
  });

  test.each([
    ['another format', ['--format', 'crate'], 'with another format'],
    ['another question', ['--sex', 'female'], 'with another question'],
  ])('refuses %s in the same folder', async (_, flags, message) => {
    const { again } = await ended();
    const ran = await again(...flags);
    expect([ran.code, ran.err]).toEqual([exit.usage, expect.stringContaining(message)]);
  });

  test('refuses another data set in the same folder', async () => {
    const { out } = await ended();
    const other = await registry([library('b', 'http://127.0.0.1:1/fhir/Patient?active=true')]);
    const ran = await run('get', 'b', '--registry', other, '--out', out);
    expect([ran.code, ran.err]).toEqual([exit.usage, expect.stringContaining('unfinished download of urn:ds:a')]);
  });

  test.each<[string, (out: string) => void, string]>([
    ['a state that is damaged', (out) => writeFileSync(stateIn(out), 'x\n{}\n'), 'is damaged'],
    ['a file that is shorter', (out) => truncateSync(join(out, 'Patient.ndjson.part'), 5), 'is not as it was left'],
    [
      'a file that was changed',
      (out) => {
        const path = join(out, 'Patient.ndjson.part');
        writeFileSync(path, readFileSync(path, 'utf8').replace('ü', 'ä'));
      },
      'is not as it was left',
    ],
  ])('refuses %s', async (_, harm, message) => {
    const { again, out } = await ended();
    harm(out);
    const ran = await again();
    expect(ran.code).not.toBe(exit.done);
    expect(ran.err).toContain(message);
  });

  test('keeps no token that a server put into its links', async () => {
    let isOpen = false;
    const token = 't0ken-in-a-link';
    const base = await serve(({ path, query }, response, at) => {
      if (path === 'metadata') return capabilities(['Patient']);
      const page = query.get('page') ?? '1';
      if (page === '2' && !isOpen) {
        response.statusCode = 400;
        return outcome('later');
      }
      const link = page === '1' ? [{ relation: 'next', url: `${at}/Patient?page=2&as=${token}` }] : [];
      return bundle([{ resourceType: 'Patient', id: page }], { link, total: 2 });
    });
    const from = await registryOf(`${base}/Patient?active=true`);
    const out = newOut();
    const args = ['get', 'a', '--registry', from, '--out', out, '--token', `${base}=${token}`];
    expect((await run(...args)).code).toBe(exit.failed);
    expect(readFileSync(stateIn(out), 'utf8')).not.toContain(token);
    isOpen = true;
    expect((await run(...args)).code).toBe(exit.done);
    expect(idsIn(join(out, 'Patient.ndjson'))).toEqual(['1', '2']);
  });

  test('asks again for what led nowhere while its server was away, and fetches nothing twice', async () => {
    let isThere = false;
    const { handler, asked } = paged({ ids: numbers(0, 4) });
    const base = await serve(handler);
    const away = await serve(({ path }, response) => {
      if (!isThere) response.statusCode = 503;
      if (path === 'metadata') return capabilities(['Patient']);
      if (path === 'List/1') return { resourceType: 'List', id: '1', entry: [{ item: { reference: 'Patient/9' } }] };
      return bundle([{ resourceType: 'Patient', id: '9' }]);
    });
    const extents = [`${base}/Patient?active=true`, `${base}/Patient?active=true`, `${away}/List/1`];
    const from = await registry([
      { ...library('a', ''), extension: extents.map((one) => library('x', one).extension[0]) },
    ]);
    const out = newOut();
    const args = ['get', 'a', '--registry', from, '--out', out, '--timeout', '2'];
    const first = await run(...args);
    expect([first.code, first.out]).toEqual([exit.partial, expect.stringContaining('leads nowhere')]);
    expect(asked).toEqual([1, 2]);
    isThere = true;
    expect((await run(...args)).code).toBe(exit.done);
    expect(asked).toEqual([1, 2]);
    const [folderOfAway] = readdirSync(out).filter((name) => name.startsWith('127'));
    expect(idsIn(join(out, folderOfAway!, 'Patient.ndjson'))).toEqual(['9']);
    expect(idsIn(join(out, 'Patient.ndjson'))).toEqual(numbers(0, 4));
    checkSums(out);
  });

  test('a folder whose download is whole is written anew', async () => {
    const source: Paged = { ids: numbers(0, 3) };
    const from = await registryOf(`${await serve(paged(source).handler)}/Patient?active=true`);
    const out = newOut();
    await run('get', 'a', '--registry', from, '--out', out);
    source.ids = numbers(1, 5);
    expect((await run('get', 'a', '--registry', from, '--out', out)).code).toBe(exit.done);
    expect(idsIn(join(out, 'Patient.ndjson'))).toEqual(numbers(1, 5));
  });
});

describe('a server whose word does not hold', () => {
  const getOf = async (source: Paged) => {
    const from = await registryOf(`${await serve(paged(source).handler)}/Patient?active=true`);
    const out = newOut();
    return { ...(await run('get', 'a', '--registry', from, '--out', out, '--json')), out };
  };

  test.each([
    ['says more than it sends', 7],
    ['sends more than it says', 3],
  ])('%s: told, and what came is kept', async (_, total) => {
    const { code, out, out: printed } = await getOf({ ids: numbers(0, 5), total });
    expect(code).toBe(exit.partial);
    void printed;
    expect(existsSync(join(out, 'Patient.ndjson'))).toBe(true);
    expect(idsIn(join(out, 'Patient.ndjson'))).toHaveLength(5);
    expect(readFileSync(join(out, 'question.json'), 'utf8')).toContain(`it says that there are ${total}, but sent 5`);
  });

  test('says no total, but counts', async () => {
    const { code, out } = await getOf({ ids: numbers(0, 5), total: undefined });
    expect(code).toBe(exit.done);
    expect(JSON.parse(readFileSync(join(out, 'question.json'), 'utf8')).counts).toMatchObject([{ got: 5, told: 5 }]);
  });

  test('sends a record twice: kept once, and told', async () => {
    const { code, out } = await getOf({ ids: ['1', '2', '2', '3'], total: 4 });
    expect(code).toBe(exit.partial);
    expect(idsIn(join(out, 'Patient.ndjson'))).toEqual(['1', '2', '3']);
    const said = readFileSync(join(out, 'question.json'), 'utf8');
    expect(said).toContain('sent 1 records more than once');
    expect(said).toContain('it says that there are 4, but sent 3');
  });

  test('sends the same page for ever: given up', async () => {
    const base = await serve(({ path, query }, _, at) => {
      if (path === 'metadata') return capabilities(['Patient']);
      const page = Number(query.get('page') ?? 1);
      return bundle([{ resourceType: 'Patient', id: '1' }], {
        link: [{ relation: 'next', url: `${at}/Patient?page=${page + 1}` }],
      });
    });
    const ran = await run('get', 'a', '--registry', await registryOf(`${base}/Patient?active=true`), '--out', newOut());
    expect([ran.code, ran.err]).toEqual([exit.failed, expect.stringContaining('lead in a circle')]);
  });

  test('invents records for ever: given up', async () => {
    const base = await serve(({ path, query }, _, at) => {
      if (path === 'metadata') return capabilities(['Patient']);
      const page = Number(query.get('page') ?? 1);
      const resources = numbers(page * 400, page * 400 + 400).map((id) => ({ resourceType: 'Patient', id }));
      return bundle(resources, { total: 10, link: [{ relation: 'next', url: `${at}/Patient?page=${page + 1}` }] });
    });
    const ran = await run('get', 'a', '--registry', await registryOf(`${base}/Patient?active=true`), '--out', newOut());
    expect([ran.code, ran.err]).toEqual([exit.failed, expect.stringContaining('sent 1200 without an end')]);
  });

  test('sends records without an id: refused', async () => {
    const base = await serve(({ path }) =>
      path === 'metadata' ? capabilities(['Patient']) : bundle([{ resourceType: 'Patient' }]),
    );
    const ran = await run('get', 'a', '--registry', await registryOf(`${base}/Patient?active=true`), '--out', newOut());
    expect([ran.code, ran.err]).toEqual([exit.failed, expect.stringContaining('without an id')]);
  });
});

test('a data set that is not found: the servers that did not answer are named', async () => {
  const base = await serve((_, response) => {
    response.statusCode = 400;
    return outcome('under repair');
  });
  const ran = await run('get', 'a', '--registry', base, '--out', newOut());
  expect([ran.code, ran.err]).toEqual([exit.usage, expect.stringContaining(`${base} could not be asked`)]);
});

test('access that is revoked in the middle: what is whole stays, the rest comes when access does', async () => {
  let isRevoked = true;
  const { handler } = paged({ type: 'Condition', ids: numbers(0, 6) });
  const base = await serve((request, response, at) => {
    if (request.path === 'metadata') return capabilities(['Patient', 'Condition']);
    if (request.path === 'Patient') return bundle([{ resourceType: 'Patient', id: '1' }], { total: 1 });
    if (request.query.get('page') === '2' && isRevoked) {
      response.statusCode = 403;
      return outcome('your grant has ended');
    }
    return handler(request, response, at);
  });
  const from = await registryOf(`${base}/Patient?active=true`);
  const out = newOut();
  const args = ['get', 'a', '--registry', from, '--out', out];
  const first = await run(...args);
  expect([first.code, first.out]).toEqual([exit.partial, expect.stringContaining('your grant has ended')]);
  expect(first.out).toContain('the same command once more goes on from here');
  expect(readdirSync(out)).toEqual(expect.arrayContaining(['Patient.ndjson', 'Condition.ndjson.part']));
  isRevoked = false;
  const second = await run(...args);
  expect([second.code, second.err]).toEqual([exit.done, '']);
  expect(idsIn(join(out, 'Condition.ndjson'))).toEqual(numbers(0, 6));
  expect(idsIn(join(out, 'Patient.ndjson'))).toEqual(['1']);
  checkSums(out);
});

describe('files', () => {
  const bytes = Buffer.from('a,b\n1,2\n');
  const sha1 = createHash('sha1').update(bytes).digest('base64');
  const source = (seen: (string | undefined)[] = []) =>
    serve(({ headers }, response) => {
      seen.push(headers?.authorization);
      response.end(bytes);
      return undefined;
    });
  const recordOf = (contents: object[]) => registry([{ ...library('a', 'x'), extension: [], content: contents }]);

  test.each([
    ['hash and size', { hash: sha1, size: bytes.length }, undefined],
    ['nothing', {}, undefined],
    ['another hash', { hash: createHash('sha1').update('x').digest('base64') }, `its SHA-1 is ${sha1}`],
    ['another size', { size: 7 }, 'it has 8 bytes, and its record states 7'],
  ])('of which %s is stated', async (_, stated, fault) => {
    const url = `${await source()}/table%2B.csv`;
    const out = newOut();
    const ran = await run(
      'get',
      'a',
      '--registry',
      await recordOf([{ contentType: 'text/csv', url, ...stated }]),
      '--out',
      out,
    );
    const name = join(out, `files/table-.csv${fault === undefined ? '' : '.mismatch'}`);
    expect(readFileSync(name)).toEqual(bytes);
    expect(ran.out).toContain(sha256(name));
    expect(ran.code).toBe(fault === undefined ? exit.done : exit.partial);
    if (fault !== undefined) expect(ran.out).toContain(fault);
    checkSums(out);
  });

  test('that are far longer than stated are not taken to their end', async () => {
    const base = await serve((_, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(1 << 18), more);
      };
      more();
      return undefined;
    });
    const ran = await run(
      'get',
      'a',
      '--registry',
      await recordOf([{ contentType: 'text/csv', url: `${base}/x.csv`, size: 10 }]),
      '--out',
      newOut(),
    );
    expect([ran.code, ran.err]).toEqual([exit.failed, expect.stringContaining('longer than the 10 bytes')]);
  });

  test('get a token only where it was issued, and two of one name both come', async () => {
    const [mine, others]: [(string | undefined)[], (string | undefined)[]] = [[], []];
    const [at, elsewhere] = [await source(mine), await source(others)];
    const contents = [at, elsewhere].map((one) => ({ contentType: 'text/csv', url: `${one}/x.csv` }));
    const out = newOut();
    const ran = await run('get', 'a', '--registry', await recordOf(contents), '--out', out, '--token', `${at}=secret`);
    expect(ran.code).toBe(exit.done);
    expect([mine, others]).toEqual([['Bearer secret'], [undefined]]);
    expect(readdirSync(join(out, 'files')).sort()).toEqual(['2-x.csv', 'x.csv']);
  });

  test('that have moved come without the token of where they were, and not from a circle', async () => {
    const seen: (string | undefined)[] = [];
    const other = await source(seen);
    const at = await serve(({ path }, response) => {
      response.writeHead(302, { location: path === 'x.csv' ? `${other}/y.csv` : path }).end();
      return undefined;
    });
    const contents = ['x.csv', 'round.csv'].map((name) => ({ contentType: 'text/csv', url: `${at}/${name}` }));
    const out = newOut();
    const ran = await run('get', 'a', '--registry', await recordOf(contents), '--out', out, '--token', `${at}=secret`);
    expect([ran.code, ran.out]).toEqual([exit.partial, expect.stringContaining('redirects lead in a circle')]);
    expect(seen).toEqual([undefined]);
    expect(readFileSync(join(out, 'files/x.csv'))).toEqual(bytes);
  });

  test('that came whole are not fetched again when the rest goes on', async () => {
    const seen: (string | undefined)[] = [];
    let isOpen = false;
    const url = `${await source(seen)}/x.csv`;
    const other = await serve((_, response) => {
      response.statusCode = isOpen ? 200 : 503;
      response.end('late');
      return undefined;
    });
    const from = await recordOf([
      { contentType: 'text/csv', url },
      { contentType: 'text/csv', url: `${other}/y.csv` },
    ]);
    const out = newOut();
    expect((await run('get', 'a', '--registry', from, '--out', out)).code).toBe(exit.partial);
    isOpen = true;
    expect((await run('get', 'a', '--registry', from, '--out', out)).code).toBe(exit.done);
    expect([seen.length, readFileSync(join(out, 'files/y.csv'), 'utf8')]).toEqual([1, 'late']);
  });
});

test('records of several servers lie in folders of their own, with the terms of each record on the way', async () => {
  const site =
    (name: string): Handler =>
    ({ path }, _, at) => {
      if (path === 'metadata') return capabilities(['Patient']);
      if (path === 'Library/part') {
        const licence = {
          url: canonical.licenceCodeable,
          valueCodeableConcept: { coding: [{ system: canonical.spdx, code: name }] },
        };
        return library('part', `${at}/Patient?active=true`, [licence]);
      }
      return bundle([{ resourceType: 'Patient', id: '1' }], { total: 1 });
    };
  const [one, two] = [await serve(site('MIT')), await serve(site('CC0-1.0'))];
  const parts = [one, two].map((base) => library('x', `${base}/Library/part`).extension[0]!);
  const from = await registry([{ ...library('a', ''), extension: parts }]);
  const out = newOut();
  const ran = await run('get', 'a', '--registry', from, '--out', out);
  expect([ran.code, ran.err]).toEqual([exit.done, '']);
  for (const base of [one, two]) {
    const name = base.replace('http://', '').replace(/[:/]/g, '-');
    expect(idsIn(join(out, name, 'Patient.ndjson'))).toEqual(['1']);
  }
  const terms = readFileSync(join(out, 'terms.txt'), 'utf8');
  expect([terms.includes('MIT'), terms.includes('CC0-1.0')]).toEqual([true, true]);
  expect(JSON.parse(readFileSync(join(out, 'question.json'), 'utf8')).references).toHaveLength(4);
  expect(statSync(join(out, 'SHA256SUMS')).size).toBeGreaterThan(0);
});
