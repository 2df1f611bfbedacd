/**
 * Facets over a registry of 10,000 data sets of 300 servers, beside the way without them: a count for each value.
 * `node bench/facets.ts [data sets, 10000]`. See docs/reference/facets.md
 */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendLines } from '../src/cli/import.ts';
import { createRandom } from '../src/demo/random.ts';
import { canonical } from '../src/fhir/canonical.ts';
import { newFolder, remove, startMeasured } from './harness.ts';
import { printTable, saveResult } from './report.ts';

const size = Number(process.argv[2] ?? 10_000);
const servers = 300;
const { next: random } = createRandom('facets');
const draw = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
const licences = ['CC0-1.0', 'CC-BY-4.0', 'CC-BY-NC-4.0', 'MIT', 'ODbL-1.0'];
const themes = ['heart failure', 'diabetes', 'asthma', 'stroke', 'depression', 'dementia', 'sepsis', 'melanoma'];
const places = ['Uppsala', 'Lyon', 'Graz', 'Leiden', 'Porto', 'Gdansk', 'Tartu', 'Bergen'];
const countries = 'DE NL BE FR ES IT AT PL SE DK FI NO CZ HU RO BG GR PT IE HR SI SK LT LV EE LU MT'.split(' ');
const uses = ['DUO:0000004', 'DUO:0000006', 'DUO:0000007', 'DUO:0000042', 'DUO:0000018', 'DUO:0000019'];
const types = ['Condition', 'Observation', 'MedicationRequest', 'Encounter', 'Procedure', 'Specimen'];
const topic = 'urn:bench:topic';
const system = 'urn:bench:codes';
const codes = Array.from({ length: 2000 }, (_, at) => `C${at}`);
const codesEach = 60;

const coding = (of: string, code: string) => ({ coding: [{ system: of, code }] });
const extension = (url: string, value: object) => ({ url, ...value });

function* lines(): Generator<string> {
  let chunk = '';
  for (const one of registry()) {
    chunk += `${JSON.stringify(one)}\n`;
    if (chunk.length < 2 ** 18) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

function* registry(): Generator<object> {
  for (let at = 0; at < servers; at++) {
    yield {
      resourceType: 'Organization',
      id: `s${at}`,
      name: `Hospital ${at}`,
      address: [{ country: countries[at % countries.length] }],
    };
    yield {
      resourceType: 'Endpoint',
      id: `s${at}`,
      status: 'active',
      name: `Hospital ${at}`,
      connectionType: { system: canonical.connectionType, code: 'hl7-fhir-rest' },
      payloadType: [coding(canonical.endpointRole, 'repository')],
      managingOrganization: { reference: `Organization/s${at}` },
      address: `https://s${at}.example/fhir`,
    };
  }
  for (let at = 0; at < size; at++) {
    yield libraryOf(at);
    yield summaryOf(at);
  }
}

function libraryOf(at: number): object {
  const theme = themes[at % themes.length]!;
  const address = `https://s${at % servers}.example/fhir`;
  return {
    resourceType: 'Library',
    id: `d${at}`,
    meta: { source: `${address}/Library/d${at}` },
    extension: [
      extension(canonical.hop, { valueUrl: address }),
      extension(canonical.licenceCodeable, { valueCodeableConcept: coding(canonical.spdx, draw(licences)) }),
      extension(canonical.granularity, {
        extension: [{ url: 'level', valueCode: draw(['exists', 'count', 'record']) }],
      }),
      extension(canonical.dataUse, {
        extension: [{ url: 'term', valueCoding: { system: canonical.duo, code: draw(uses) } }],
      }),
    ],
    title: `${theme} cohort ${at} of ${places[(at >> 3) % places.length]}`,
    status: 'active',
    type: coding(canonical.libraryType, 'asset-collection'),
    date: new Date(Date.UTC(2015, 0, 1) + (at % 4000) * 86_400_000).toISOString().slice(0, 10),
    publisher: `Hospital ${at % servers}`,
    description: `Records of patients with ${theme}, seen in ${places[(at >> 3) % places.length]}, batch b${at % 1000}.`,
    jurisdiction: [coding('urn:iso:std:iso:3166', countries[(at % servers) % countries.length]!)],
    topic: [coding(topic, `t${at % 97}`), coding(topic, `u${at % 13}`)],
  };
}

function summaryOf(at: number): object {
  const own = new Set(Array.from({ length: codesEach }, () => codes[Math.floor(random() ** 3 * codes.length)]!));
  const byCode = { code: [coding(canonical.contentSummaryCode, 'code')] };
  return {
    resourceType: 'MeasureReport',
    id: `m${at}`,
    meta: { profile: [canonical.contentSummary] },
    status: 'complete',
    type: 'summary',
    measure: canonical.contentSummaryMeasure,
    period: { start: `${2000 + Math.floor(random() * 20)}-01-01`, end: '2025-12-31' },
    extension: [
      extension(canonical.summaryDataSet, { valueReference: { reference: `Library/d${at}` } }),
      extension(canonical.endpoint, { valueReference: { reference: `Endpoint/s${at % servers}` } }),
      extension(canonical.summaryPatients, { valueInteger: Math.floor(10 ** (1 + random() * 5)) }),
    ],
    group: types.slice(0, 2 + Math.floor(random() * 4)).map((type, place) => ({
      code: coding('http://hl7.org/fhir/resource-types', type),
      ...(place === 0
        ? { stratifier: [{ ...byCode, stratum: [...own].map((code) => ({ value: coding(system, code) })) }] }
        : {}),
    })),
  };
}

interface Times {
  medianMs: number;
  slowestOf20Ms: number;
}

/** Of `times` runs, after some that open connections and make plans. */
async function timed(run: () => Promise<void>, times = 20): Promise<Times> {
  for (let at = 0; at < 5; at++) await run();
  const ms: number[] = [];
  for (let at = 0; at < times; at++) {
    const started = performance.now();
    await run();
    ms.push(performance.now() - started);
  }
  ms.sort((one, two) => one - two);
  return { medianMs: Number(ms[times >> 1]!.toFixed(1)), slowestOf20Ms: Number(ms.at(-1)!.toFixed(1)) };
}

async function ask(address: string): Promise<Record<string, any>> {
  const response = await fetch(address);
  const text = await response.text();
  if (!response.ok) throw new Error(`${address} answered ${response.status} ${text.slice(0, 300)}`);
  return JSON.parse(text) as Record<string, any>;
}

const eight = ['publisher', 'licence', 'granularity', 'data-use', 'jurisdiction', 'topic', 'resource-type', 'patients'];
const mit = `licence=${encodeURIComponent(`${canonical.spdx}|MIT`)}`;
const questions: readonly (readonly [name: string, facets: readonly string[], query: string])[] = [
  ['8 facets of all data sets', eight, ''],
  ['8 facets, a licence chosen', eight, `&${mit}`],
  ['8 facets, a licence and a topic chosen', eight, `&${mit}&topic=t5,t6,u1`],
  ['8 facets of a free text', eight, '&_content=melanoma'],
  ['8 facets of a free text, a licence chosen', eight, `&_content=melanoma&${mit}`],
  ['server, country, year, status', ['server', 'country', 'year', 'status'], ''],
  ['codes', ['code'], ''],
  ['codes of a free text', ['code'], '&_content=melanoma'],
  ['one facet', ['licence'], ''],
];

const folder = newFolder();
const server = await startMeasured(folder, ['--role', 'registry', '--harvest-seconds', '0']);
try {
  const { refused } = await sendLines(server.base, undefined, Readable.from(lines(), { objectMode: false }));
  if (refused > 0) throw new Error(`${refused} records were refused`);
  await sleep(15_000);
  const rows: string[][] = [];
  const figures: Record<string, Times & { countsOneByOneMs?: number; requests?: number }> = {};
  for (const [name, facets, query] of questions) {
    const address = `${server.base}/Library/$facets?type=asset-collection&facet=${facets.join(',')}${query}`;
    const times = await timed(async () => void (await ask(address)));
    figures[name] = times;
    rows.push([name, String(times.medianMs), String(times.slowestOf20Ms)]);
  }
  // The way without: the values are known beforehand, and each is counted by a search of its own, six at a time as browsers do.
  const { parameter } = await ask(`${server.base}/Library/$facets?type=asset-collection&facet=${eight.join(',')}`);
  const counts = (parameter as any[])
    .filter(({ name }) => name === 'facet')
    .flatMap(({ part }: any) => {
      const criterion = part.find(({ name }: any) => name === 'criterion').valueString as string;
      return part
        .filter(({ name }: any) => name === 'value')
        .map(({ part: own }: any) => {
          const value = own.find(({ name }: any) => name === 'search').valueString as string;
          return `${server.base}/Library?type=asset-collection&${criterion}=${encodeURIComponent(value)}&_summary=count`;
        });
    }) as string[];
  const oneByOne = await timed(async () => {
    const left = [...counts];
    const worker = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) await ask(next);
    };
    await Promise.all(Array.from({ length: 6 }, worker));
  }, 5);
  figures[`the same 8 facets by ${counts.length} counts`] = oneByOne;
  rows.push([
    `the same 8 facets by ${counts.length} counts`,
    String(oneByOne.medianMs),
    String(oneByOne.slowestOf20Ms),
  ]);
  printTable(['facets', 'median ms', 'slowest ms'], rows);
  saveResult('facets', { dataSets: size, servers, questions: figures });
} finally {
  await server.stop();
  await remove(folder);
}
