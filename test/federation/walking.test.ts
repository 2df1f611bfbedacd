/** The walk keeps to its limits: waiting, pages, circles of discovery. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import { describe, expect, test } from 'vitest';
import { createClient, readQuestion } from '../../src/federation/client/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import {
  bundle,
  capabilities,
  client,
  library,
  outcome,
  plain,
  question,
  registry,
  serve,
  states,
} from './stranger.ts';

describe('waiting', () => {
  test('Retry-After is honoured, and what passes is tried again', async () => {
    const times: number[] = [];
    const base = await serve((request, response, at) => {
      if (request.path !== 'Patient') return plain(request, response, at);
      times.push(Date.now());
      if (times.length === 1) {
        response.statusCode = 429;
        response.setHeader('retry-after', '1');
        return outcome('too many');
      }
      return plain(request, response, at);
    });
    const answer = await client({ limits: { requestMs: 400, serverMs: 5000 } }).find({ repository: [base] }, question);
    expect(states(answer)).toEqual([[base, 'counted', 7]]);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(990);
    expect(answer.trace.map(({ status }) => status)).toContain(429);
  });

  test('a Retry-After beyond the time that the server has is not waited for', async () => {
    const base = await serve((_, response) => {
      response.statusCode = 503;
      response.setHeader('retry-after', new Date(Date.now() + 3_600_000).toUTCString());
      return outcome('at night only');
    });
    const answer = await client().find({ registry: [base] }, question);
    expect([
      answer.complete,
      answer.trace.filter(({ step }) => step === 'find').length,
      answer.problems[0]!.reason,
    ]).toEqual([false, 1, 'it answered 503: at night only']);
  });

  test('no more than so many requests go to one server at once', async () => {
    let now = 0;
    let most = 0;
    const base = await serve((request, response, at) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        response.end(JSON.stringify(plain(request, response, at)));
      }, 20);
      return undefined;
    });
    const from = await registry(Array.from({ length: 30 }, (_, at) => library(`l${at}`, `${base}/Group/${at}`)));
    const answer = await client({ limits: { perServer: 2 } }).find({ registry: [from] }, question);
    expect(answer.datasets.every((one) => one.answer.state === 'counted')).toBe(true);
    expect(most).toBe(2);
  });

  test('a walk can be ended', async () => {
    const slow = await serve((_, response) => void setTimeout(() => response.end('{}'), 60_000).unref());
    const ending = new AbortController();
    setTimeout(() => ending.abort(), 50);
    const answer = await createClient({ signal: ending.signal }).find({ registry: [slow] }, question);
    expect(answer.problems[0]!.reason).toBe('the walk was ended');
  });
});

describe('pages', () => {
  const paged = (next: (base: string, page: number) => string) =>
    serve(({ path, query }, _, base) => {
      if (path === 'metadata') return capabilities(['Library']);
      const page = Number(query.get('page') ?? 1);
      return bundle([library(`l${page}`, `${base}/Group/1`)], { link: [{ relation: 'next', url: next(base, page) }] });
    });

  test.each<[string, (base: string, page: number) => string, RegExp]>([
    ['in a circle', (base) => `${base}/Library?page=1`, /circle/],
    ['without end', (base, page) => `${base}/Library?page=${page + 1}`, /more than 5 pages/],
    ['on another server', () => 'http://127.0.0.1:9/fhir/Library?page=2', /another server/],
    ['that are no address', () => 'http://', /no address/],
  ])('%s', async (_, next, reason) => {
    const base = await paged(next);
    const answer = await client({ limits: { pages: 5, serverMs: 5000 } }).list({ registry: [base] }, readQuestion({}));
    expect(answer.problems.filter(({ minor }) => minor !== true)[0]!.reason).toMatch(reason);
    expect(answer.datasets.length).toBeGreaterThan(0);
  });

  test('an answer without end is cut off', async () => {
    const base = await serve((_, response) => {
      const more = (): void => {
        if (response.destroyed) return;
        response.write('['.repeat(65_536));
        setImmediate(more);
      };
      more();
    });
    const answer = await client({ limits: { bytes: 2 ** 20, serverMs: 10_000, requestMs: 10_000 } }).list(
      { registry: [base] },
      readQuestion({}),
    );
    expect(answer.problems[0]!.reason).toMatch(/longer than 1048576 bytes/);
  });
});

describe('discovery', () => {
  const endpoint = (id: string, address: string, role?: string) => ({
    resourceType: 'Endpoint',
    id,
    address,
    ...(role === undefined
      ? {}
      : { payload: [{ type: [{ coding: [{ system: canonical.endpointRole, code: role }] }] }] }),
  });
  const discovery = (endpoints: (base: string) => object[]) =>
    serve(({ path }, _, base) =>
      path === 'Endpoint' ? bundle(endpoints(base)) : path === 'Library' ? bundle([]) : capabilities([]),
    );

  test('servers that list each other are visited once', async () => {
    let two = '';
    const one = await discovery((base) => [
      endpoint('a', base, 'discovery'),
      endpoint('b', `${two}/`, 'discovery'),
      endpoint('c', 'ftp://x'),
      endpoint('d', 'nonsense'),
    ]);
    const plainBase = await serve(plain);
    two = await discovery((base) => [
      endpoint('a', one, 'discovery'),
      endpoint('b', base, 'discovery'),
      endpoint('p', plainBase),
    ]);
    const answer = await client().find({ discovery: [one] }, question);
    expect(states(answer)).toEqual([[plainBase, 'counted', 7]]);
    expect(answer.trace.filter(({ step }) => step === 'discover')).toHaveLength(2);
  });

  test('a data set in two registries is one, and the record of the one that was named first counts', async () => {
    const base = await serve(plain);
    const old = await registry([{ ...library('a', `${base}/Group/1`), date: '2020-01-01', title: 'old' }]);
    const fresh = await registry([{ ...library('a', `${base}/Group/1`), date: '2025-01-01', title: 'new' }]);
    const answer = await client().find({ registry: [old, fresh] }, question);
    expect(states(answer)).toEqual([['old', 'counted', 7]]);
    expect(answer.datasets[0]!.alsoAt).toEqual([`${fresh}/Library/a`]);
  });

  test('of two records of one data set that equally trusted servers have, the newer counts', async () => {
    const base = await serve(plain);
    const old = await registry([{ ...library('a', `${base}/Group/1`), date: '2020-01-01', title: 'old' }]);
    const fresh = await registry([{ ...library('a', `${base}/Group/1`), date: '2025-01-01', title: 'new' }]);
    const from = await discovery(() => [
      endpoint('o', old, 'metadata-registry'),
      endpoint('f', fresh, 'metadata-registry'),
    ]);
    const answer = await client().find({ discovery: [from] }, question);
    expect(states(answer)).toEqual([['new', 'counted', 7]]);
    expect(answer.datasets[0]!.alsoAt).toEqual([`${old}/Library/a`]);
  });

  test('texts of strangers do not move the cursor', async () => {
    const base = await serve((_, response) => {
      response.statusCode = 400;
      return outcome('\u001b[2Jgone\u0007\r\n');
    });
    const answer = await client().list({ registry: [base] }, readQuestion({}));
    expect(answer.problems[0]!.reason).toBe('it answered 400: [2Jgone');
  });

  test('servers beyond the limit are named as left out', async () => {
    const [one, two] = [await registry([]), await registry([])];
    const answer = await client({ limits: { servers: 1 } }).list({ registry: [one, two] }, readQuestion({}));
    expect([answer.complete, answer.problems]).toEqual([
      false,
      [{ server: two, step: 'find', reason: 'it was left out: a walk goes to 1 servers at most' }],
    ]);
  });

  test('a list is not complete when a repository in it does not answer', async () => {
    const from = await registry([library('a', 'http://127.0.0.1:9/fhir/Group/1')]);
    const answer = await client().list({ registry: [from] }, readQuestion({}));
    expect([answer.complete, answer.datasets.length, answer.problems[0]?.server]).toEqual([
      false,
      1,
      'http://127.0.0.1:9/fhir',
    ]);
  });
});
