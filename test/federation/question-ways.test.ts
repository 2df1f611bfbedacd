/** Each way of putting a question to a server, and what is said when it fails. See docs/adr/0018-questions.md */
import { describe, expect, test } from 'vitest';
import { type CountAnswer, readQuestion, wholeServer } from '../../src/federation/client/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { operationUrl } from '../../src/fhir/specification/operation.ts';
import { bundle, client, type Handler, library, outcome, registry, serve } from './stranger.ts';

type Asked = Parameters<typeof readQuestion>[0];

const types = ['Patient', 'Condition', 'Procedure', 'Observation', 'Encounter', 'AuditEvent'];
const statement = (operation?: object, more: object[] = []) => ({
  resourceType: 'CapabilityStatement',
  fhirVersion: '4.0.1',
  rest: [
    {
      mode: 'server',
      resource: [
        ...types.map((type) => ({
          type,
          searchParam: ['patient', 'code', 'date'].map((name) => ({ name })),
          ...(type === 'Patient' && operation !== undefined ? { operation: [operation] } : {}),
        })),
        ...more,
      ],
    },
  ],
});
const feasibility = { name: 'feasibility', definition: operationUrl('feasibility') };

const all = (...criteria: Asked[]): Asked => ({ patients: { all: criteria } });
const a = { condition: 'urn:x|a' };
const either = all({ any: [{ condition: 'urn:x|a' }, { procedure: 'urn:x|b' }] });
const both = { all: [{ condition: 'urn:x|a' }, { procedure: 'urn:x|b' }], together: 'overlapping' };

async function ask(handler: Handler, asked: Asked, granularity?: string) {
  const base = await serve((request, response, at) => handler(request, response, at) ?? missing(response));
  const one = client({ limits: { attempts: 1 } });
  const question = readQuestion(asked);
  if (granularity === undefined) {
    const { datasets, trace } = await one.count(wholeServer(base), question);
    return { answer: datasets[0]!.answer, requests: trace.map(({ request }) => request) };
  }
  const level = { url: canonical.granularity, extension: [{ url: 'level', valueCode: granularity }] };
  const from = await registry([library('a', `${base}/Patient?_tag=x`, [level])]);
  const { datasets, trace } = await one.find({ registry: [from] }, question);
  const requests = trace.filter(({ server }) => server === base).map(({ request }) => request);
  return { answer: datasets[0]!.answer, requests };
}

const missing = (response: Parameters<Handler>[1]) => {
  response.statusCode = 404;
  return outcome('not here');
};

const total = (count: number, disclosure?: object[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  total: count,
  ...(disclosure === undefined
    ? {}
    : { _total: { extension: [{ url: canonical.countDisclosure, extension: disclosure }] } }),
});

describe('$feasibility', () => {
  const report = (more: object) => ({ resourceType: 'MeasureReport', status: 'complete', ...more });
  const population = (count: number | undefined, extension?: object[]) => ({
    code: { coding: [{ code: 'initial-population' }] },
    ...(count === undefined ? {} : { count }),
    ...(extension === undefined ? {} : { _count: { extension } }),
  });
  const disclosure = (...parts: object[]) => ({ url: canonical.countDisclosure, extension: parts });
  const level = (code: string) => ({ url: 'granularity', valueCode: code });
  const rounded = disclosure(
    level('count'),
    { url: 'threshold', valueInteger: 10 },
    { url: 'rounding', valueInteger: 10 },
  );
  const answering =
    (answer: object): Handler =>
    ({ path }) =>
      path === 'metadata' ? statement(feasibility) : path === 'Patient/$feasibility' ? answer : undefined;

  test.each<[string, object, object]>([
    ['a number', { group: [{ population: [population(7)] }] }, { state: 'counted', patients: 7 }],
    [
      'a rounded number, said on the count',
      { group: [{ population: [population(20, [rounded])] }] },
      { state: 'counted', patients: 20, rounding: 10, threshold: 10, granularity: 'count' },
    ],
    [
      'a rounded number, said on the report',
      { extension: [rounded], group: [{ population: [{ code: {} }, population(20)] }] },
      { state: 'counted', patients: 20, rounding: 10, threshold: 10, granularity: 'count' },
    ],
    [
      'that there are some',
      {
        group: [{ population: [population(0, [disclosure(level('exists'), { url: 'exists', valueBoolean: true })])] }],
      },
      { state: 'exists', threshold: 1, granularity: 'exists' },
    ],
    [
      'too few',
      {
        group: [
          {
            population: [
              population(0, [
                disclosure(
                  level('count'),
                  { url: 'threshold', valueInteger: 10 },
                  { url: 'suppressed', valueBoolean: true },
                ),
              ]),
            ],
          },
        ],
      },
      { state: 'below-threshold', threshold: 10, granularity: 'count' },
    ],
    ['nobody', { group: [{ population: [population(0)] }] }, { state: 'counted', patients: 0 }],
  ])('tells %s', async (_, more, expected) => {
    const { answer, requests } = await ask(answering(report(more)), all(a));
    expect(answer).toEqual(expected);
    expect(requests).toEqual(['metadata', 'Patient/$feasibility']);
  });

  test('half a patient is not believed', async () => {
    const { answer } = await ask(answering(report({ group: [{ population: [population(0.5)] }] })), all(a));
    expect([answer.state, answer.patients]).toEqual(['unavailable', undefined]);
  });

  test.each<[string, object]>([
    ['cannot ask all of it', { resourceType: 'MeasureReport', status: 'error' }],
    ['answers with something else', { resourceType: 'Patient' }],
  ])('a server that %s is searched', async (_, answered) => {
    const { answer } = await ask(({ path }) => {
      if (path === 'metadata') return statement(feasibility);
      return path === 'Patient' ? total(3) : path === 'Patient/$feasibility' ? answered : undefined;
    }, all(a));
    expect(answer).toEqual({ state: 'counted', patients: 3 });
  });

  test('what neither way can ask is said with both reasons', async () => {
    const error = {
      resourceType: 'MeasureReport',
      status: 'error',
      contained: [{ ...outcome('Group.characteristic[1]: no time'), id: 'why' }],
      extension: [{ url: canonical.notAsked, valueReference: { reference: '#why' } }],
    };
    const { answer } = await ask(answering(error), { patients: both } as Asked, 'count');
    expect(answer).toEqual({
      state: 'not-askable',
      reason:
        'it cannot be asked there: Group.characteristic[1]: no time; no search of its server can say this, and its records may not be read',
    });
  });

  test('an operation of that name that others define is not ours', async () => {
    const { requests } = await ask(({ path }) => {
      if (path === 'metadata') return statement({ ...feasibility, definition: 'http://other.example/feasibility' });
      return path === 'Patient' ? total(3) : undefined;
    }, all(a));
    expect(requests).toEqual(['metadata', 'Patient?_has:Condition:patient:code=urn:x%7Ca&_summary=count']);
  });

  test('who is refused there is not asked in another way', async () => {
    const { answer, requests } = await ask(({ path }, response) => {
      if (path === 'metadata') return statement(feasibility);
      response.statusCode = 403;
      return outcome('not you');
    }, all(a));
    expect(answer.state).toBe('not-permitted');
    expect(requests).toHaveLength(2);
  });
});

describe('sums of counts', () => {
  /** Counts by how many conditions a search has. */
  const counting =
    (...counts: number[]): Handler =>
    ({ path, query }) => {
      if (path === 'metadata') return statement();
      return path === 'Patient'
        ? total(counts[[...query.keys()].filter((name) => name.startsWith('_has')).length]!)
        : undefined;
    };

  test.each<[string, Asked, object]>([
    ['either', either, { state: 'counted', patients: 2 * 5 - 3 }],
    ['not', all({ not: { condition: 'urn:x|a' } }), { state: 'counted', patients: 20 - 5 }],
    [
      'one and not the other',
      all({ condition: 'urn:x|a' }, { not: { procedure: 'urn:x|b' } }),
      { state: 'counted', patients: 5 - 3 },
    ],
    [
      'what contradicts itself',
      all({ condition: 'urn:x|a' }, { not: { condition: 'urn:x|a' } }),
      { state: 'counted', patients: 0 },
    ],
    [
      'alternatives that differ in their codes',
      all({ any: [{ condition: 'urn:x|a' }, { condition: ['urn:x|b', 'c'] }] }),
      { state: 'counted', patients: 5 },
    ],
  ])('%s', async (_, asked, expected) => {
    expect((await ask(counting(20, 5, 3), asked)).answer).toEqual(expected);
  });

  test('nobody', async () => {
    expect((await ask(counting(0, 0, 0), either)).answer).toEqual({ state: 'counted', patients: 0 });
  });

  test('counts that contradict each other are not believed', async () => {
    const { answer } = await ask(counting(0, 1, 9), either);
    expect(answer).toEqual({ state: 'unavailable', reason: 'its counts contradict each other' });
  });

  test('rounded counts are not reckoned with, and no more of them are asked for', async () => {
    const parts = [
      { url: 'granularity', valueCode: 'count' },
      { url: 'rounding', valueInteger: 10 },
    ];
    const { answer, requests } = await ask(
      ({ path }) => (path === 'metadata' ? statement() : path === 'Patient' ? total(20, parts) : undefined),
      either,
      'count',
    );
    expect(answer).toEqual({ state: 'not-askable', reason: expect.stringContaining('rounds or withholds counts') });
    expect(requests.filter((request) => request.startsWith('Patient?'))).toHaveLength(1);
  });

  test('more searches than are worth it are not made', async () => {
    const many = Array.from({ length: 6 }, (_, at) => ({
      observation: { code: `urn:x|${at}`, value: { number: at } },
    }));
    const { answer, requests } = await ask(counting(9, 9, 9), all({ any: many }), 'count');
    expect(answer.state).toBe('not-askable');
    expect(requests).toEqual(['metadata']);
  });
});

describe('records that are read', () => {
  const record = (resourceType: string, id: string, more: object) => ({
    resourceType,
    id,
    subject: { reference: 'Patient/1' },
    ...more,
  });
  const holding =
    (...records: { resourceType: string }[]): Handler =>
    ({ path }) => {
      if (path === 'metadata') return statement();
      if (path === 'Patient') return bundle([1, 2].map((id) => ({ resourceType: 'Patient', id: `${id}` })));
      return bundle(records.filter(({ resourceType }) => resourceType === path));
    };
  const onset = (onsetDateTime: string, abatementDateTime?: string) =>
    record('Condition', 'c', { onsetDateTime, ...(abatementDateTime === undefined ? {} : { abatementDateTime }) });
  const performed = (more: object) => record('Procedure', 'p', more);

  test.each<[string, object[], number]>([
    ['on the same day', [onset('2020-01-01'), performed({ performedDateTime: '2020-01-01T23:59:59Z' })], 1],
    ['on the day before', [onset('2020-01-02'), performed({ performedDateTime: '2020-01-01' })], 0],
    ['in the month of the end', [onset('2019', '2020-01'), performed({ performedDateTime: '2020-01-31' })], 1],
    ['after the end', [onset('2019', '2020-01'), performed({ performedDateTime: '2020-02-01T00:00Z' })], 0],
    ['in December', [onset('2019-12', '2019-12'), performed({ performedDateTime: '2019-12-31' })], 1],
    ['in another zone', [onset('2020-01-02'), performed({ performedDateTime: '2020-01-01T23:30:00.5-02:00' })], 1],
    ['in the year', [onset('2020', '2020'), performed({ occurrencePeriod: { start: '2020-12-31' } })], 1],
    [
      'in a period that ends before it begins',
      [onset('2020'), performed({ performedPeriod: { start: '2022', end: '2021' } })],
      0,
    ],
    [
      'by when it was written down',
      [record('Condition', 'c', { recordedDate: '2020' }), performed({ performedDateTime: '2021' })],
      1,
    ],
    ['without a time', [onset('2020'), performed({})], 0],
    ['at no time that there is', [onset('2020'), performed({ performedDateTime: '2020-13-45T25:00:00Z' })], 0],
  ])('%s', async (_, records, patients) => {
    const { answer } = await ask(holding(...(records as { resourceType: string }[])), { patients: both } as Asked);
    expect(answer).toEqual({ state: 'counted', patients });
  });

  test('a search of several parameters is asked of the records', async () => {
    const { answer, requests } = await ask(
      holding(record('Encounter', 'e', {})),
      all({ where: 'Encounter?class=IMP&date=2020' }),
    );
    expect(answer).toEqual({ state: 'counted', patients: 1 });
    expect(requests).toContain('Encounter?class=IMP&date=2020&_count=500');
  });

  test('values of the same record are asked of the records', async () => {
    const value = [{ comparator: 'ge', number: '6.50', unit: '%' }, { code: 'urn:y|pos' }];
    const { requests } = await ask(holding(), all({ observation: { code: 'a', value } }));
    expect(requests).toContain(
      'Observation?code=a&value-quantity=ge6.50%7C%7C%25&value-concept=urn:y%7Cpos&_count=500',
    );
  });

  test('types whose time is not known cannot overlap', async () => {
    const together = [{ where: 'AuditEvent?code=x' }, { where: 'Encounter?class=IMP' }];
    const encounter = record('Encounter', 'e', { period: { start: '2020' } });
    const { answer } = await ask(holding(encounter, record('AuditEvent', 'e', {})), {
      patients: { all: together, together: 'overlapping' },
    });
    expect(answer).toEqual({
      state: 'not-askable',
      reason: 'the time that resources of type AuditEvent are about is not known',
    });
  });

  test('what is asked of no type that it holds is said', async () => {
    const { answer } = await ask(holding(), all({ immunization: 'v' }));
    expect(answer).toEqual({ state: 'not-askable', reason: 'it holds nothing that carries immunizations' });
  });
});

describe('codes below', () => {
  const below = all({ condition: { code: 'urn:x|a', below: true } });
  const expand = { type: 'ValueSet', operation: [{ name: 'expand' }] };
  const knowing =
    (systems: object[], expansion?: object): Handler =>
    ({ path, query }, response) => {
      if (path === 'metadata') return statement(undefined, expansion === undefined ? [] : [expand]);
      if (path === 'CodeSystem') return bundle(systems);
      if (path === 'ValueSet/$expand') return { resourceType: 'ValueSet', expansion };
      if (path !== 'Patient') return undefined;
      const asked = query.get('_has:Condition:patient:code');
      if (asked !== null) return total(asked.split(',').length);
      response.statusCode = 400;
      return outcome('no :below');
    };
  const code = (one: string, ...parents: string[]) => ({
    code: one,
    property: parents.map((valueCode) => ({ code: 'parent', valueCode })),
  });

  test.each<[string, Handler, CountAnswer['state'], number | undefined]>([
    [
      'by properties that lead to parents',
      knowing([
        { resourceType: 'CodeSystem', url: 'urn:x', concept: [code('a'), code('b', 'a'), code('c', 'b'), code('d')] },
      ]),
      'counted',
      3,
    ],
    [
      'by an expansion',
      knowing([], { contains: [{ code: 'b' }, { code: 'c', contains: [{ code: 'd' }] }] }),
      'counted',
      4,
    ],
    ['by an expansion that is cut off', knowing([], { total: 9, contains: [{ code: 'b' }] }), 'not-askable', undefined],
    ['by an empty expansion', knowing([], {}), 'not-askable', undefined],
    [
      'by a CodeSystem without the code',
      knowing([{ resourceType: 'CodeSystem', url: 'urn:x', concept: [code('z')] }, { resourceType: 'ValueSet' }]),
      'not-askable',
      undefined,
    ],
  ])('%s', async (_, handler, state, patients) => {
    const { answer } = await ask(handler, below);
    expect([answer.state, answer.patients]).toEqual([state, patients]);
  });

  test('wherever they stand in the question', async () => {
    const system = { resourceType: 'CodeSystem', url: 'urn:x', concept: [code('a'), code('b', 'a')] };
    const { answer } = await ask(
      knowing([system]),
      all({
        all: [
          { any: [{ condition: { code: 'urn:x|a', below: true } }, { condition: { code: 'urn:x|b', below: true } }] },
        ],
      }),
    );
    expect(answer).toEqual({ state: 'counted', patients: 2 });
    const nested = await ask(knowing([]), all({ not: { condition: { code: 'urn:x|a', below: true } } }));
    expect(nested.answer.reason).toContain('the codes below are not known');
  });
});
