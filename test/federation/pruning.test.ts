/** Content summaries on a discovery server decide who is asked: never too few. See docs/adr/0020-the-walk.md */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, type ClientSettings, createClient, readQuestion } from '../../src/federation/client/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { startServer, type TestServer } from '../server.ts';
import { bundle, capabilities, endLast, library, serve } from './stranger.ts';

const atc = 'http://www.whocc.no/atc';
const coding = (system: string, code: string): object => ({ coding: [{ system, code }] });
const reference = 'http://hl7.org/fhir/resource-types';

interface Content {
  threshold?: number;
  codes?: string[];
  ages?: string[];
  partial?: string[];
  date?: string;
  licence?: string;
}

function summary(id: string, base: string, endpoint: string, content: Content): object {
  const { threshold = 5, codes = [], ages = ['65-69'], partial = [], date = '2026-11-01', licence } = content;
  const strata = (name: string, values: object[]): object[] =>
    values.length === 0 ? [] : [{ code: [coding(canonical.contentSummaryCode, name)], stratum: values }];
  const named = (system: string, code: string): object => ({
    value: coding(system, code),
    population: [
      { code: coding('http://terminology.hl7.org/CodeSystem/measure-population', 'initial-population'), count: 20 },
    ],
  });
  return {
    resourceType: 'MeasureReport',
    id,
    meta: { profile: [canonical.contentSummary], source: `${base}/MeasureReport/${id}` },
    extension: [
      {
        url: canonical.summaryDataSet,
        valueReference: {
          reference: `${base}/Library/${id}`,
          identifier: { system: canonical.uri, value: `urn:ds:${id}` },
        },
      },
      { url: canonical.endpoint, valueReference: { reference: `Endpoint/${endpoint}` } },
      {
        url: canonical.countDisclosure,
        extension: [
          { url: 'granularity', valueCode: 'count' },
          { url: 'threshold', valueInteger: threshold },
        ],
      },
      ...partial.map((code) => ({ url: canonical.summaryPartial, valueCode: code })),
      ...(licence === undefined
        ? []
        : [{ url: canonical.licenceCodeable, valueCodeableConcept: coding(canonical.spdx, licence) }]),
    ],
    identifier: [{ system: canonical.uri, value: `urn:ds:${id}/content-summary` }],
    status: 'complete',
    type: 'summary',
    measure: canonical.contentSummaryMeasure,
    date,
    period: { start: '2020', end: '2026' },
    group: [
      {
        code: coding(canonical.contentSummaryCode, 'patients'),
        stratifier: strata(
          'age',
          ages.map((one) => named(canonical.ageBand, one)),
        ),
      },
      {
        code: coding(reference, 'MedicationRequest'),
        stratifier: strata(
          'code',
          codes.map((one) => named(atc, one)),
        ),
      },
    ].map((group) => (group.stratifier.length === 0 ? { code: group.code } : group)),
  };
}

/** What was asked of which server since the last test began. */
let asked: string[] = [];
const repository = (name: string, ids: string[], fhirVersion = '4.0.1'): Promise<string> =>
  serve(({ path, query }, _, base) => {
    asked.push(`${name} ${path}`);
    if (path === 'metadata') return { ...capabilities(['Patient', 'MedicationRequest', 'Library']), fhirVersion };
    const wanted = query.get('_id')?.split(',');
    if (path === 'Library') {
      return bundle(
        ids.filter((id) => wanted?.includes(id) ?? true).map((id) => library(id, `${base}/Patient?_tag=urn:ds|${id}`)),
      );
    }
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      total: 7,
      link: [{ relation: 'self', url: `${base}/${path}?${query}` }],
    };
  });

const settings: ClientSettings = { now: () => Date.parse('2026-11-25T12:00:00Z') };
const betaBlocker = readQuestion({ patients: { all: [{ medication: { code: `${atc}|C07` } }], asOf: '2026-11-25' } });
const states = ({ datasets }: Answer): Record<string, string> =>
  Object.fromEntries(
    datasets
      .map(({ identifier, answer }) => [
        identifier.replace('urn:ds:', ''),
        `${answer.state} ${answer.patients ?? answer.threshold ?? ''}`.trim(),
      ])
      .sort(([one], [two]) => one!.localeCompare(two!)),
  );

/** Some members were looked at already: what has no summary is noted. The others were written by a steward just now. */
function checked(id: string): object {
  if (!['holds', 'lacks', 'none'].includes(id)) return {};
  const problem = { system: canonical.memberProblemCode, code: 'no-summary' };
  return {
    extension: [
      { url: canonical.lastSeen, valueInstant: '2026-11-24T00:00:00Z' },
      ...(id === 'none' ? [{ url: canonical.memberProblem, valueCoding: problem }] : []),
    ],
  };
}

let discovery: TestServer;
let bases: Record<string, string>;
const start = (): { discovery: string[] } => ({ discovery: [discovery.base] });
const find = (question = betaBlocker, more: ClientSettings = {}): Promise<Answer> =>
  createClient({ ...settings, ...more, tokens: { ...more.tokens } }).find(start(), question);

async function begin(): Promise<void> {
  const named = { holds: ['h'], lacks: ['l', 'z'], partial: ['p'], stale: ['s'], none: ['n'], mixed: ['m1', 'm2'] };
  bases = {};
  for (const [name, ids] of Object.entries(named))
    bases[name] = await repository(name, ids, name === 'mixed' ? '4.3.0' : '4.0.1');
  const records: object[] = [
    { resourceType: 'Organization', id: 'de', name: 'German', address: [{ country: 'DE' }] },
    { resourceType: 'Organization', id: 'nl', name: 'Dutch', address: [{ country: 'NL' }] },
    ...Object.entries(bases).flatMap(([id, address]) => [
      {
        resourceType: 'Endpoint',
        id,
        ...checked(id),
        status: 'active',
        connectionType: { system: canonical.connectionType, code: 'hl7-fhir-rest' },
        payloadType: [coding(canonical.endpointRole, 'repository')],
        managingOrganization: { reference: id === 'mixed' || id === 'none' ? 'Organization/nl' : 'Organization/de' },
        address,
      },
      {
        resourceType: 'CapabilityStatement',
        id,
        extension: [{ url: canonical.endpoint, valueReference: { reference: `Endpoint/${id}` } }],
        status: 'active',
        date: '2026-11-01',
        kind: 'instance',
        fhirVersion: id === 'mixed' ? '4.3.0' : '4.0.1',
        format: ['json'],
        implementation: { description: id, url: address },
      },
    ]),
    summary('h', bases['holds']!, 'holds', { codes: ['C07', 'C07AB02'], licence: 'CC0-1.0' }),
    summary('l', bases['lacks']!, 'lacks', { codes: ['A10'] }),
    summary('z', bases['lacks']!, 'lacks', { threshold: 1, codes: ['A10'] }),
    summary('p', bases['partial']!, 'partial', { codes: ['A10'], partial: ['MedicationRequest'] }),
    summary('s', bases['stale']!, 'stale', { codes: ['A10'], date: '2024-01-01' }),
    summary('m1', bases['mixed']!, 'mixed', { codes: ['C07', 'C08DA01'] }),
    summary('m2', bases['mixed']!, 'mixed', { codes: ['A10'], ages: ['0-4'] }),
  ];
  const { body, text } = await discovery.load(records as Parameters<TestServer['load']>[0]);
  expect(body, text).toMatchObject({
    parameter: expect.arrayContaining([{ name: 'refused', valueInteger: 0 }]),
  });
}

beforeAll(async () => {
  discovery = await startServer({ fhirVersion: 'R4B', roles: ['discovery'] });
});
afterAll(() => discovery.close());
beforeEach(async () => {
  await begin();
  asked = [];
});

describe('who is asked', () => {
  test('data sets whose summary names the code or may not, and those without a fresh one; of the others it is known', async () => {
    const answer = await find();
    expect(states(answer)).toEqual({
      h: 'counted 7',
      l: expect.stringMatching(/^below-threshold \d+$/),
      m1: 'counted 7',
      m2: expect.stringMatching(/^below-threshold \d+$/),
      n: 'counted 7',
      p: 'counted 7',
      s: 'counted 7',
      z: 'counted 0',
    });
    expect(answer.complete, JSON.stringify(answer.problems)).toBe(true);
    expect(asked).not.toContain('lacks Patient');
  });

  test('in large communities what is ruled out is told by number, and its servers are not asked at all', async () => {
    const answer = await find(betaBlocker, { limits: { listed: 0 } });
    expect(Object.keys(states(answer))).toEqual(['h', 'm1', 'n', 'p', 's']);
    expect(answer.ruledOut).toEqual([{ server: discovery.base, datasets: 3 }]);
    expect(asked.filter((one) => one.startsWith('lacks'))).toEqual([]);
  });

  test('members that a summary speaks for are not listed one by one', async () => {
    const servers: string[] = [];
    await find(betaBlocker, { onEvent: (event) => event.kind === 'server' && servers.push(event.server.base) });
    expect(servers).not.toContain(bases['holds']);
    expect(servers).not.toContain(bases['lacks']);
    expect(servers).toContain(bases['none']);
  });

  test('everyone, if the person wants it', async () => {
    const answer = await find(betaBlocker, { ask: 'all' });
    expect(new Set(Object.values(states(answer)))).toEqual(new Set(['counted 7']));
    expect(answer.datasets).toHaveLength(8);
  });

  test('a server for which there is a token, whatever its summary says to anyone', async () => {
    const answer = await find(betaBlocker, { tokens: { [bases['lacks']!]: 'secret' } });
    expect(states(answer)).toMatchObject({ l: 'counted 7', z: 'counted 7' });
  });

  test('one code and another: both must be named in one data set', async () => {
    const both = readQuestion({
      patients: { all: [{ medication: { code: `${atc}|C07` } }, { medication: { code: `${atc}|C08DA01` } }] },
    });
    const answer = await find(both, { limits: { listed: 0 } });
    expect(Object.keys(states(answer))).toEqual(['m1', 'n', 'p', 's']);
  });

  test('one of several codes: each may be too rare to be named where all together are not, so only exact summaries rule out', async () => {
    const either = readQuestion({
      patients: { all: [{ any: [{ medication: { code: `${atc}|C07` } }, { medication: { code: `${atc}|B01` } }] }] },
    });
    const answer = await find(either, { limits: { listed: 0 } });
    expect(Object.keys(states(answer))).toEqual(['h', 'l', 'm1', 'm2', 'n', 'p', 's']);
  });

  test('ages and what is not wanted rule nothing out that is not exact', async () => {
    const not = readQuestion({
      patients: { all: [{ age: { from: 65 } }, { not: { medication: { code: `${atc}|C07` } } }] },
    });
    const answer = await find(not, { limits: { listed: 0 } });
    expect(answer.datasets).toHaveLength(8);
  });

  test('servers of a country, and of a FHIR version, by one search', async () => {
    const question = { patients: betaBlocker.patients, servers: { country: ['DE'] } };
    expect(Object.keys(states(await find(question, { limits: { listed: 0 } })))).toEqual(['h', 'p', 's']);
    const five = { patients: betaBlocker.patients, servers: { fhirVersion: ['R4B'] } };
    const answer = await find(five, { limits: { listed: 0 } });
    expect(Object.keys(states(answer))).toEqual(['m1']);
    expect(asked.some((one) => one.startsWith('holds') && one.endsWith('Patient'))).toBe(true);
  });

  test('data sets under a licence', async () => {
    const question = { patients: betaBlocker.patients, datasets: { licence: ['CC0-1.0'] } };
    const answer = await find(question);
    expect(asked.filter((one) => one.endsWith('Patient'))).toEqual([]);
    expect(answer.datasets).toEqual([]);
  });

  test('a server that is named and down is told of as such', async () => {
    endLast();
    const answer = await find();
    expect(states(answer)).toMatchObject({ m1: 'unavailable', h: 'counted 7' });
    expect(answer.complete).toBe(false);
    expect(answer.problems.map(({ server }) => server)).toEqual([bases['mixed']]);
  });
});
