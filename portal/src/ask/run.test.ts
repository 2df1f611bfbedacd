/** What is known of an answer while it comes, and the way that is drawn of it. */
import { describe, expect, test } from 'vitest';
import type { Answer, AnsweredDataset, CountAnswer, TraceStep } from '../../../src/federation/client/index.ts';
import { arranged } from './arranged.ts';
import { advanced, mostTrace, progressOf, type Run, type RunEvent, serverState, startedRun } from './run.ts';
import { placed, wayOf } from './way.ts';

const question = { patients: { all: [] } };
const step = (server: string, more: Partial<TraceStep> = {}): RunEvent => ({
  kind: 'trace',
  step: { step: 'find', server, request: 'Library', status: 200, ms: 5, found: 1, ...more },
});
const server = (base: string, ...roles: ('repository' | 'metadata-registry' | 'discovery')[]): RunEvent => ({
  kind: 'server',
  server: { base, roles, name: `Name of ${base}`, namedBy: 'd' },
});
const dataset = (id: string, answer: CountAnswer, more: Partial<AnsweredDataset> = {}): AnsweredDataset => ({
  identifier: id,
  title: `Title ${id}`,
  alsoAt: [],
  conditions: [],
  types: [],
  extents: [],
  files: [],
  answer,
  ...more,
});
const told = (one: AnsweredDataset): RunEvent => ({ kind: 'dataset', dataset: one });
const run = (...events: RunEvent[]): Run => advanced(startedRun(question, '2026-11-25T12:00:00Z'), events);
const counted = (patients: number): CountAnswer => ({ state: 'counted', patients });

describe('a run', () => {
  test('knows of each server what came, and in which state that leaves it', () => {
    const now = run(
      server('r', 'metadata-registry'),
      server('q', 'repository'),
      step('d', { step: 'discover' }),
      step('r', { ms: 9 }),
      step('s', { status: 503 }),
      { kind: 'problem', problem: { server: 's', step: 'find', reason: 'it answered 503' } },
      { kind: 'problem', problem: { server: 'r', step: 'find', reason: 'strange', minor: true } },
      step('p'),
      { kind: 'problem', problem: { server: 'p', step: 'count', reason: 'slow' } },
    );
    const states = Object.fromEntries([...now.servers].map(([base, one]) => [base, serverState(one)]));
    expect(states).toEqual({ r: 'answered', q: 'named', d: 'answered', s: 'failed', p: 'partial' });
    expect(now.servers.get('r')).toMatchObject({ name: 'Name of r', slowest: 9, requests: 1, namedBy: ['d'] });
    expect(progressOf(now)).toMatchObject({ servers: 5, answered: 3, failed: 2, requests: 4 });
  });

  test('ends with what the answer says', () => {
    const last = dataset('a', counted(3));
    const answer: Answer = {
      question,
      askedAt: '',
      endedAt: '2026-11-25T12:00:09Z',
      complete: false,
      datasets: [last],
      trace: [],
      problems: [],
      untold: 4,
      ruledOut: [{ server: 'd', datasets: 7 }],
    };
    const over = run(told(dataset('gone', counted(1))), { kind: 'answer', answer });
    expect([over.state, over.complete, [...over.datasets.keys()], progressOf(over)]).toMatchObject([
      'done',
      false,
      ['a'],
      { ruledOut: 7, requests: 4 },
    ]);
  });

  test('keeps so many requests and counts the others', () => {
    const many = Array.from({ length: mostTrace + 5 }, () => step('d'));
    expect(run(...many)).toMatchObject({ untold: 5 });
  });
});

describe('the way', () => {
  const now = run(
    step('d', { step: 'discover' }),
    server('r', 'metadata-registry'),
    server('q', 'repository', 'metadata-registry'),
    step('r'),
    step('q', { step: 'count' }),
    told(dataset('a', counted(3), { registry: 'r', repository: 'p' })),
    told(dataset('b', counted(0), { registry: 'd', repository: 'q' })),
    told(dataset('c', { state: 'not-askable' })),
  );

  test('leads from who named to who was named, and on to the data sets', () => {
    const { columns, edges } = wayOf(now);
    const keys = Object.values(columns).flatMap((nodes) => nodes.map(({ key }) => key));
    expect(keys.sort()).toEqual([
      'data-set a',
      'data-set b',
      'data-set c',
      'discovery d',
      'registry q',
      'registry r',
      'repository p',
      'repository q',
    ]);
    expect(edges.map(({ from, to }) => `${from} > ${to}`).sort()).toEqual([
      'discovery d > registry q',
      'discovery d > registry r',
      'discovery d > repository q',
      'registry r > repository p',
      'repository p > data-set a',
      'repository q > data-set b',
    ]);
  });

  test('shows those with trouble first where there is no room for all, and counts the others', () => {
    const many = run(
      ...Array.from({ length: 30 }, (_, at) => told(dataset(`n${at}`, counted(0)))),
      told(dataset('broken', { state: 'unavailable' })),
      told(dataset('full', counted(9))),
    );
    const places = placed(wayOf(many), 4);
    expect(places.map(({ node, more }) => node?.dataset?.identifier ?? more)).toEqual(['broken', 'full', 'n0', 29]);
  });

  test('of 300 servers and 10,000 data sets is made in one go', () => {
    const servers = Array.from({ length: 300 }, (_, at) => server(`s${at}`, 'repository'));
    const datasets = Array.from({ length: 10_000 }, (_, at) =>
      told(dataset(`x${at}`, counted(at), { registry: 'd', repository: `s${at % 300}` })),
    );
    const { columns, edges } = wayOf(run(step('d', { step: 'discover' }), ...servers, ...datasets));
    expect([columns['data-set'].length, columns.repository.length, edges.length]).toEqual([10_000, 300, 10_300]);
  });
});

describe('data sets of an answer', () => {
  const all = [
    dataset('none', counted(0)),
    dataset('many', counted(90), { publisher: 'Zoo' }),
    dataset('few', { state: 'below-threshold', threshold: 10 }),
    dataset('some', { state: 'exists' }, { publisher: 'Ark' }),
    dataset('refused', { state: 'not-permitted' }),
    dataset('silent', { state: 'unavailable' }),
    dataset('three', counted(3)),
  ];
  const ids = (order: 'patients' | 'title' | 'publisher', show: Parameters<typeof arranged>[1]['show'], words = '') =>
    arranged(all, { order, show, words }).map(({ identifier }) => identifier);

  test('stand in the order of what is told', () => {
    expect(ids('patients', 'all')).toEqual(['many', 'three', 'some', 'few', 'refused', 'none', 'silent']);
    expect(ids('title', 'all')).toEqual(['few', 'many', 'none', 'refused', 'silent', 'some', 'three']);
    expect(ids('publisher', 'some')).toEqual(['three', 'some', 'many']);
  });

  test('are chosen by what is told and by words', () => {
    expect(ids('title', 'none')).toEqual(['few', 'none']);
    expect(ids('title', 'ask')).toEqual(['refused']);
    expect(ids('title', 'failed')).toEqual(['silent']);
    expect(ids('title', 'all', 'zoo TITLE')).toEqual(['many']);
  });
});
