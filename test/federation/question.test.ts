/** The demo's questions, asked by all three ways in all three FHIR versions, get the answers that the generator knows. See docs/adr/0003-access-classes-and-the-door.md */
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoQuestion } from '../../src/cli/demo.ts';
import { sendLines } from '../../src/cli/import.ts';
import {
  type Addresses,
  type DemoQuestion,
  dataSetUrl,
  metadataLines,
  recordLines,
  type SiteName,
  siteNames,
  sites,
  truthOf,
} from '../../src/demo/index.ts';
import {
  type Answer,
  createClient,
  type Question,
  readQuestion,
  type Start,
} from '../../src/federation/client/index.ts';
import type { Granularity } from '../../src/fhir/canonical.ts';
import { startServer, type TestServer } from '../server.ts';

const plan = { seed: 'fairway', patients: 600 };
const asOf = '2026-11-24';
const now = (): number => Date.parse(`${asOf}T12:00:00Z`);
const servers = new Map<SiteName, TestServer>();
const at = (name: SiteName): string => servers.get(name)!.base;

const questions: Record<DemoQuestion, Question> = {
  'beta-blocker-with-verapamil': demoQuestion,
  'diabetes-with-prostate-cancer': readQuestion({
    patients: {
      all: [
        { condition: { code: ['http://hl7.org/fhir/sid/icd-10|E11', 'http://snomed.info/sct|44054006'], below: true } },
        { condition: { code: ['http://hl7.org/fhir/sid/icd-10|C61', 'http://snomed.info/sct|399068003'] } },
      ],
    },
  }),
};
const asked = Object.keys(questions) as DemoQuestion[];

beforeAll(async () => {
  for (const name of siteNames) {
    const { fhirVersion, roles } = sites[name];
    servers.set(name, await startServer({ fhirVersion, roles }));
  }
  const addresses = Object.fromEntries(siteNames.map((name) => [name, at(name)])) as Addresses;
  for (const name of siteNames) {
    for (const lines of [metadataLines(name, plan, addresses), recordLines(name, plan)]) {
      expect((await sendLines(at(name), 'writer', Readable.from(lines, { objectMode: false }))).faults).toEqual([]);
    }
  }
});
afterAll(async () => {
  for (const server of servers.values()) await server.close();
});

/** What each data set may answer to someone of whom nothing is known. */
function expected(names: readonly SiteName[], question: DemoQuestion): Record<string, unknown> {
  const answer = (level: Granularity, truth: number): unknown => {
    switch (level) {
      case 'none':
        return { state: 'not-permitted' };
      case 'exists':
        return { state: truth < 10 ? 'below-threshold' : 'exists' };
      case 'count':
      case 'aggregate':
        return truth < 10 ? { state: 'below-threshold' } : { state: 'counted', patients: Math.round(truth / 10) * 10 };
      // Who is counted does not change when what is told of them does.
      case 'record-deidentified':
      case 'record':
        return { state: 'counted', patients: truth };
    }
  };
  return Object.fromEntries(
    names.flatMap((name) =>
      sites[name].dataSets.map((dataSet) => {
        const truth = truthOf(sites[name], dataSet, plan, 'willing', question, asOf).length;
        return [dataSetUrl(dataSet), answer(dataSet.forAnyone, truth)];
      }),
    ),
  );
}

const given = ({ datasets }: Answer): Record<string, unknown> =>
  Object.fromEntries(
    datasets.map(({ identifier, answer: { state, patients } }) => [
      identifier,
      { state, ...(patients === undefined ? {} : { patients }) },
    ]),
  );

const ways: [string, () => Start, SiteName[]][] = [
  ['case 1, the hospital', () => ({ repository: [at('hospital')] }), ['hospital']],
  ['case 1, the cohort', () => ({ repository: [at('cohort')] }), ['cohort']],
  ['case 1, the cancer registry', () => ({ repository: [at('cancer')] }), ['cancer']],
  ['case 2', () => ({ registry: [at('registry'), at('hospital')] }), ['hospital', 'cohort', 'cancer']],
  ['case 3', () => ({ discovery: [at('discovery')] }), ['hospital', 'cohort', 'cancer']],
];

describe.each(ways)('%s', (_, start, names) => {
  test.each(asked)('%s', async (question) => {
    const answer = await createClient({ now }).find(start(), questions[question]);
    expect(answer.problems).toEqual([]);
    expect(answer.complete).toBe(true);
    expect(given(answer)).toEqual(expected(names, question));
    const known = new Set(Object.values(start()).flat().map(String));
    for (const { repository } of answer.datasets) {
      expect(answer.trace.some((step) => step.server === repository && step.step === 'count')).toBe(true);
    }
    if (names.length > 1) expect(answer.datasets.some(({ repository }) => !known.has(repository!))).toBe(true);
  });
});

describe('the questions', () => {
  test('meet with every kind of answer', () => {
    const kinds = asked.flatMap((question) => Object.values(expected(['hospital', 'cohort', 'cancer'], question)));
    const states = kinds.map((one) => (one as { state: string }).state);
    for (const state of ['counted', 'exists', 'below-threshold', 'not-permitted']) expect(states).toContain(state);
  });

  test('would count patients who refused, if anyone could', () => {
    const all = (counted: 'all' | 'willing'): number =>
      Object.values(sites)
        .flatMap((site) => site.dataSets.map((dataSet) => ({ site, dataSet })))
        .flatMap(({ site, dataSet }) => asked.map((one) => truthOf(site, dataSet, plan, counted, one, asOf)))
        .flat().length;
    expect(all('willing')).toBeLessThan(all('all'));
  });
});

describe('with a token', () => {
  test.each(asked)('every repository tells the exact truth: %s', async (question) => {
    const tokens = Object.fromEntries(siteNames.map((name) => [at(name), 'reader']));
    const answer = await createClient({ now, tokens }).find({ discovery: [at('discovery')] }, questions[question]);
    for (const name of ['hospital', 'cohort', 'cancer'] as const) {
      for (const dataSet of sites[name].dataSets) {
        const truth = truthOf(sites[name], dataSet, plan, 'all', question, asOf).length;
        const found = answer.datasets.find(({ identifier }) => identifier === dataSetUrl(dataSet));
        expect([dataSet.id, found?.answer.patients]).toEqual([dataSet.id, truth]);
      }
    }
  });

  test('a token is sent to no other server', async () => {
    const seen: string[] = [];
    const spying: typeof fetch = (url, init) => {
      if (new Headers(init?.headers).has('authorization')) seen.push(new URL(String(url)).origin);
      return fetch(url, init);
    };
    const client = createClient({ now, fetch: spying, tokens: { [at('cohort')]: 'reader' } });
    await client.find({ discovery: [at('discovery')] }, demoQuestion);
    expect([...new Set(seen)]).toEqual([new URL(at('cohort')).origin]);
  });
});

describe('choosing', () => {
  const all = { patients: { all: [] } };
  test.each<[string, Parameters<typeof readQuestion>[0], number]>([
    ['all', all, 6],
    ['by licence', { ...all, datasets: { licence: ['CC0-1.0'] } }, 1],
    ['by granularity', { ...all, datasets: { granularity: 'record' } }, 4],
    ['by words', { ...all, datasets: { text: 'cancer audited' } }, 1],
    ['by country of the servers', { ...all, servers: { country: ['DE'] } }, 2],
  ])('%s', async (_, question, count) => {
    const answer = await createClient({ now }).list({ discovery: [at('discovery')] }, readQuestion(question));
    expect(answer.datasets).toHaveLength(count);
  });

  test('discover names the servers with their owners', async () => {
    const { servers: found, complete } = await createClient({ now }).discover(
      { discovery: [at('discovery')] },
      readQuestion(all),
    );
    expect(complete).toBe(true);
    expect(found.map(({ base, country }) => [base, country])).toEqual(
      expect.arrayContaining([
        [at('registry'), 'NL'],
        [at('hospital'), 'DE'],
      ]),
    );
  });
});

describe('get', () => {
  const idsOf = async (identifier: string, base: string, tokens = {}, question?: Question): Promise<Set<string>> => {
    const client = createClient({ now, tokens });
    const { datasets } = await client.list({ repository: [base] }, readQuestion({}));
    const ids = new Set<string>();
    const dataset = datasets.find((one) => one.identifier.endsWith(identifier))!;
    for await (const { type, resource } of client.get(dataset, question === undefined ? {} : { question })) {
      ids.add(`${type}/${String(resource['id'])}`);
    }
    return ids;
  };
  const records = (name: SiteName): string[] =>
    [...recordLines(name, plan)].map((line) => JSON.parse(line)).map(({ resourceType, id }) => `${resourceType}/${id}`);

  const keysOf = (name: SiteName, patients: readonly string[]): string[] => {
    const wanted = new Set(patients);
    return records(name).filter(
      (key) => !key.startsWith('Consent/') && wanted.has(/^[A-Za-z]+\/([a-z]-\d+)/.exec(key)![1]!),
    );
  };
  const dataSet = (name: SiteName, id: string) => sites[name].dataSets.find((one) => one.id === id)!;

  test.each([
    ['northshore-routine-care', 'hospital', 'willing', {}],
    ['lowlands-pilot', 'cohort', 'all', { cohort: 'reader' }],
    ['southern-audited', 'cancer', 'all', { cancer: 'reader' }],
  ] as const)('%s comes whole', async (id, name, counted, as) => {
    const tokens = Object.fromEntries(Object.entries(as).map(([site, token]) => [at(site as SiteName), token]));
    const wanted = keysOf(name, truthOf(sites[name], dataSet(name, id), plan, counted));
    expect([...(await idsOf(id, at(name), tokens))].sort()).toEqual(wanted.sort());
  });

  test.each([
    ['northshore-routine-care', 'hospital', 'willing', 'beta-blocker-with-verapamil', {}],
    ['northshore-routine-care', 'hospital', 'willing', 'diabetes-with-prostate-cancer', {}],
    ['lowlands-pilot', 'cohort', 'all', 'beta-blocker-with-verapamil', { cohort: 'reader' }],
    ['southern-audited', 'cancer', 'all', 'diabetes-with-prostate-cancer', { cancer: 'reader' }],
  ] as const)('of %s only those come who meet a question, whole', async (id, name, counted, question, as) => {
    const tokens = Object.fromEntries(Object.entries(as).map(([site, token]) => [at(site as SiteName), token]));
    const patients = truthOf(sites[name], dataSet(name, id), plan, counted, question, asOf);
    const got = await idsOf(id, at(name), tokens, questions[question]);
    expect([...got].sort()).toEqual(keysOf(name, patients).sort());
  });

  test.each([
    ['southern-cancer-registry', 'cancer'],
    ['lowlands-main', 'cohort'],
    ['lowlands-pilot', 'cohort'],
  ] as const)('%s gives no record to just anyone', async (id, name) => {
    expect((await idsOf(id, at(name))).size).toBe(0);
  });

  test('northshore-biosamples comes whole, without what names anyone', async () => {
    const client = createClient({ now });
    const { datasets } = await client.list({ repository: [at('hospital')] }, readQuestion({}));
    const biosamples = datasets.find((one) => one.identifier.endsWith('northshore-biosamples'))!;
    const willing = truthOf(sites.hospital, dataSet('hospital', 'northshore-biosamples'), plan, 'willing');
    const counts = new Map<string, number>();
    const all: string[] = [];
    for await (const { type, resource } of client.get(biosamples)) {
      counts.set(type, (counts.get(type) ?? 0) + 1);
      all.push(JSON.stringify(resource));
      if (type === 'Patient') expect([resource['name'], resource['identifier']]).toEqual([undefined, undefined]);
    }
    const wanted = keysOf('hospital', willing).map((key) => key.slice(0, key.indexOf('/')));
    for (const type of new Set(wanted)) {
      expect([type, counts.get(type)]).toEqual([type, wanted.filter((one) => one === type).length]);
    }
    expect(all.join('\n')).not.toMatch(/\bh-\d+/);
  });

  test('a list of members under embargo cannot be read', async () => {
    await expect(idsOf('southern-audited', at('cancer'))).rejects.toThrow('404');
  });
});
