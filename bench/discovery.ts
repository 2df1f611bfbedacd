/**
 * The one search of a discovery server, over many servers with all that is known of them, and what each server costs in
 * rows and bytes. `node bench/discovery.ts [servers, 100000]`. See docs/guides/scale.md
 */
import { Readable } from 'node:stream';
import { sendLines } from '../src/cli/import.ts';
import { createRandom } from '../src/demo/random.ts';
import { canonical } from '../src/fhir/canonical.ts';
import { connect } from '../src/store/connect.ts';
import { startEngine } from '../src/store/engine.ts';
import { newFolder, remove, startMeasured } from './harness.ts';
import { printTable, saveResult } from './report.ts';

const servers = Number(process.argv[2] ?? 100_000);
const { next: random } = createRandom('discovery');
const draw = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
const countries = 'DE NL BE FR ES IT AT PL SE DK FI NO CZ HU RO BG GR PT IE HR SI SK LT LV EE LU MT'.split(' ');
const system = 'urn:bench:codes';
const groups = Array.from({ length: 100 }, (_, at) => `G${String(at).padStart(2, '0')}`);
const leaves = groups.flatMap((group) => Array.from({ length: 20 }, (_, at) => `${group}.${at}`));
const types = ['Patient', 'Condition', 'Observation', 'MedicationRequest', 'Encounter', 'Procedure', 'Specimen'];
const codesEach = 60;

const coding = (of: string, code: string) => ({ coding: [{ system: of, code }] });
const strata = (of: string, codes: Iterable<string>) => [...codes].map((code) => ({ value: coding(of, code) }));
const extension = (url: string, value: object) => ({ url, ...value });

/** Some codes are held by many, most by few. */
const leaf = (): string => leaves[Math.floor(random() ** 3 * leaves.length)]!;

function* community(): Generator<object> {
  yield {
    resourceType: 'CodeSystem',
    id: 'codes',
    url: system,
    status: 'active',
    content: 'complete',
    concept: groups.map((group) => ({
      code: group,
      concept: leaves.filter((one) => one.startsWith(`${group}.`)).map((code) => ({ code })),
    })),
  };
  for (let at = 0; at < servers; at++) yield* serverOf(`s${at}`);
}

function* serverOf(id: string): Generator<object> {
  const address = `https://${id}.example/fhir`;
  yield {
    resourceType: 'Organization',
    id,
    active: true,
    type: [coding('http://terminology.hl7.org/CodeSystem/organization-type', 'prov')],
    name: `Organisation ${id}`,
    address: [{ country: draw(countries), city: `City ${Math.floor(random() * 2000)}` }],
  };
  yield {
    resourceType: 'Endpoint',
    id,
    status: random() < 0.95 ? 'active' : 'off',
    connectionType: { system: canonical.connectionType, code: 'hl7-fhir-rest' },
    payloadType: [coding(canonical.endpointRole, random() < 0.99 ? 'repository' : 'metadata-registry')],
    managingOrganization: { reference: `Organization/${id}` },
    address,
    extension: [extension(canonical.lastSeen, { valueInstant: '2026-11-25T00:00:00Z' })],
  };
  const held = types.slice(0, 3 + Math.floor(random() * 4));
  const isOurs = random() < 0.3;
  yield {
    resourceType: 'CapabilityStatement',
    id,
    extension: [extension(canonical.endpoint, { valueReference: { reference: `Endpoint/${id}` } })],
    status: 'active',
    kind: 'instance',
    date: '2026-01-01',
    fhirVersion: random() < 0.5 ? '4.0.1' : '4.3.0',
    format: ['json'],
    implementation: { description: id, url: address },
    rest: [
      {
        mode: 'server',
        resource: held.map((type) => ({
          type,
          searchParam: ['patient', 'code', 'date', 'status'].map((name) => ({
            name,
            type: 'token',
            definition: `http://hl7.org/fhir/SearchParameter/${type}-${name}`,
          })),
        })),
        ...(isOurs
          ? { operation: [{ name: 'feasibility', definition: `${canonical.ours}/OperationDefinition/feasibility` }] }
          : {}),
      },
    ],
  };
  const codes = new Set(Array.from({ length: codesEach }, leaf));
  const above = new Set([...codes].map((code) => code.slice(0, 3)));
  const ages = Array.from({ length: 12 }, (_, band) => `${band * 5 + 30}-${band * 5 + 34}`);
  const byCode = { code: [coding(canonical.contentSummaryCode, 'code')] };
  yield {
    resourceType: 'MeasureReport',
    id,
    meta: { profile: [canonical.contentSummary] },
    status: 'complete',
    type: 'summary',
    measure: canonical.contentSummaryMeasure,
    date: '2026-11-24T00:00:00Z',
    period: { start: `${2000 + Math.floor(random() * 20)}-01-01`, end: '2025-12-31' },
    extension: [
      extension(canonical.summaryDataSet, { valueReference: { reference: `${address}/Library/${id}` } }),
      extension(canonical.endpoint, { valueReference: { reference: `Endpoint/${id}` } }),
      extension(canonical.summaryPatients, { valueInteger: Math.floor(10 ** (1 + random() * 5)) }),
      extension(canonical.granularity, {
        extension: [{ url: 'level', valueCode: draw(['exists', 'count', 'record']) }],
      }),
      extension(canonical.licenceCodeable, {
        valueCodeableConcept: coding(canonical.spdx, draw(['CC-BY-4.0', 'CC-BY-NC-4.0', 'CC0-1.0'])),
      }),
    ],
    group: [
      {
        code: coding(canonical.contentSummaryCode, 'patients'),
        stratifier: [
          { code: [coding(canonical.contentSummaryCode, 'age')], stratum: strata(canonical.ageBand, ages) },
          {
            code: [coding(canonical.contentSummaryCode, 'sex')],
            stratum: strata('http://hl7.org/fhir/administrative-gender', ['female', 'male']),
          },
        ],
      },
      ...held.slice(1).map((type, at) => ({
        code: coding('http://hl7.org/fhir/resource-types', type),
        ...(at === 0 ? { stratifier: [{ ...byCode, stratum: strata(system, [...codes, ...above]) }] } : {}),
      })),
    ],
  };
}

function* lines(): Generator<string> {
  let chunk = '';
  for (const one of community()) {
    chunk += `${JSON.stringify(one)}\n`;
    if (chunk.length < 2 ** 18) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

const folder = newFolder();
const discovery = await startMeasured(folder, ['--role', 'discovery', '--check-seconds', '86400', '--audit', 'off']);
// Nobody answers at these addresses: the first check comes a day later.
const begun = performance.now();
const { created, refused } = await sendLines(discovery.base, undefined, Readable.from(lines(), { objectMode: false }));
const importSeconds = (performance.now() - begun) / 1000;
console.error(`${created} resources in ${importSeconds.toFixed(0)} s, ${refused} refused`);
// What the server does after an import is done when this is.
await new Promise((done) => setTimeout(done, 20_000));

const held = '_has:MeasureReport:endpoint:';
const able = '_has:CapabilityStatement:endpoint:';
const value = (of: string, code: string): string => encodeURIComponent(`${of}|${code}`);
const searches: [work: string, query: () => string][] = [
  [
    'servers that hold a code, can be asked, in a country, under a licence',
    () =>
      `Endpoint?status=active&payload-type=repository&organization.address-country=${draw(countries)}&seen=ge2026-11` +
      `&${held}content-code=${value(system, leaf())}&${held}content-code=${value(canonical.ageBand, '65-69')}` +
      `&${held}content-type=Condition&${held}content-count=ge1000&${held}content-period=ge2020&${held}licence=CC-BY-4.0` +
      `&${able}fhir-version=4.0.1&${able}resource=Condition&${able}operation=${canonical.ours}/OperationDefinition/feasibility`,
  ],
  [
    'the same with all codes below one',
    () =>
      `Endpoint?status=active&payload-type=repository&organization.address-country=${draw(countries)}` +
      `&${held}content-code:below=${value(system, draw(groups))}&${held}content-count=ge1000&${able}fhir-version=4.0.1`,
  ],
  [
    'summaries that hold two codes together, with their servers',
    () =>
      `MeasureReport?content-code=${value(system, leaf())}&content-code=${value(system, leaf())}&content-count=ge1000` +
      `&endpoint.status=active&_include=MeasureReport:endpoint`,
  ],
  ['servers that hold a code', () => `Endpoint?status=active&${held}content-code=${value(system, leaf())}`],
  [
    'how many servers hold a code',
    () => `Endpoint?status=active&_summary=count&${held}content-code=${value(system, leaf())}`,
  ],
];
const figures = [];
for (const [work, query] of searches) {
  const times: number[] = [];
  let found = 0;
  for (let at = 0; at < 220; at++) {
    const started = performance.now();
    const response = await fetch(`${discovery.base}/${query()}&_count=50`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${work}: ${response.status} ${text.slice(0, 300)}`);
    // The first ones open connections and make plans.
    if (at < 20) continue;
    times.push(performance.now() - started);
    found += (JSON.parse(text) as { entry?: unknown[] }).entry?.length ?? 0;
  }
  times.sort((x, y) => x - y);
  figures.push({
    work,
    medianMs: Number(times[100]!.toFixed(1)),
    p99Ms: Number(times[197]!.toFixed(1)),
    entriesOnAverage: Number((found / times.length).toFixed(1)),
  });
}

const sql = connect({ engine: await startEngine({ folder }), database: 'fairway' }, { connections: 1 });
const tables = await sql.unsafe(
  `select relname as name, n_live_tup::bigint as rows, pg_total_relation_size(relid) as bytes
   from pg_stat_user_tables where n_live_tup > 1000 order by 3 desc`,
);
await sql.end();
const perServer = tables.map((one) => ({
  table: String(one['name']),
  rows: Number((Number(one['rows']) / servers).toFixed(1)),
  bytes: Math.round(Number(one['bytes']) / servers),
}));
printTable(
  ['search', 'median ms', 'p99 ms', 'entries'],
  figures.map((one) => [one.work, String(one.medianMs), String(one.p99Ms), String(one.entriesOnAverage)]),
);
printTable(
  ['per server', 'rows', 'bytes'],
  perServer.map(({ table, rows, bytes }) => [table, String(rows), String(bytes)]),
);
saveResult('discovery', {
  servers,
  resources: created,
  importPerSecond: Math.round(created / importSeconds),
  figures,
  perServer,
  bytesPerServer: perServer.reduce((sum, one) => sum + one.bytes, 0),
  rowsPerServer: Number(perServer.reduce((sum, one) => sum + one.rows, 0).toFixed(1)),
});
await discovery.stop();
await remove(folder);
