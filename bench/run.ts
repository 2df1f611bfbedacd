/** The table of targets: what the server does, against what one node:http process does at most, in the same run. See README.md */
import { spawnSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { sendLines } from '../src/cli/import.ts';
import { recordLines } from '../src/demo/index.ts';
import { connect } from '../src/store/connect.ts';
import { startEngine } from '../src/store/engine.ts';
import {
  ceiling,
  luaPaths,
  luaPost,
  type Measured,
  newFolder,
  remove,
  startMeasured,
  syntheaLines,
  wrk,
} from './harness.ts';
import { printTable, saveResult } from './report.ts';

interface Figure {
  work: string;
  value: number;
  unit: string;
  /** the target, as a ratio to C where `ofC`, else in the unit */
  target: number;
  ofC?: boolean;
  /** smaller is better */
  atMost?: boolean;
}

const figures: Figure[] = [];
const note = (figure: Figure): void => {
  figures.push(figure);
  console.error(`  ${figure.work}: ${figure.value.toFixed(1)} ${figure.unit}`);
};

const importLines = async (server: Measured, lines: Iterable<string>): Promise<number> => {
  const started = performance.now();
  const { created, replaced, refused } = await sendLines(
    server.base,
    undefined,
    Readable.from(chunks(lines), { objectMode: false }),
  );
  if (refused > 0) throw new Error(`${refused} lines were refused`);
  return ((created + replaced) * 1000) / (performance.now() - started);
};

function* chunks(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += line.endsWith('\n') ? line : `${line}\n`;
    if (chunk.length > 2 ** 18) {
      yield chunk;
      chunk = '';
    }
  }
  yield chunk;
}

const idsOf = (lines: readonly string[], type: string): string[] =>
  lines
    .filter((line) => line.includes(`"resourceType":"${type}"`))
    .map((line) => (JSON.parse(line) as { id: string }).id);

/** All records of each patient as one transaction. */
function transactions(lines: readonly string[], most: number): { body: string; resources: number }[] {
  const byPatient = new Map<string, Record<string, unknown>[]>();
  for (const line of lines) {
    const resource = JSON.parse(line) as Record<string, any>;
    const patient = resource['resourceType'] === 'Patient' ? resource['id'] : /Patient\/([\w-]+)/.exec(line)?.[1];
    if (patient !== undefined) byPatient.set(patient, [...(byPatient.get(patient) ?? []), resource]);
  }
  return [...byPatient.values()].slice(0, most).map((resources) => ({
    resources: resources.length,
    body: JSON.stringify({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: resources.map((resource) => ({
        fullUrl: `urn:uuid:${String(resource['id'])}`,
        resource: { ...resource, id: undefined },
        request: { method: 'POST', url: resource['resourceType'] },
      })),
    }),
  }));
}

async function measureTransactions(server: Measured, lines: readonly string[]): Promise<number> {
  const bundles = transactions(lines, 60);
  const started = performance.now();
  let at = 0;
  const worker = async (): Promise<void> => {
    for (let next = bundles[at++]; next !== undefined; next = bundles[at++]) {
      const headers = { 'content-type': 'application/fhir+json' };
      const response = await fetch(server.base, { method: 'POST', headers, body: next.body });
      if (response.status !== 200) throw new Error(await response.text());
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return (bundles.reduce((sum, one) => sum + one.resources, 0) * 1000) / (performance.now() - started);
}

const observationCode = '8302-2';
function searches(patients: readonly string[]): string[] {
  return patients
    .slice(0, 200)
    .flatMap((id, at) => [
      `/fhir/Observation?patient=${id}&_count=20`,
      `/fhir/Observation?code=http://loinc.org%7C${observationCode}&_count=20`,
      `/fhir/Observation?patient=${id}&code=http://loinc.org%7C${observationCode}&_count=20`,
      `/fhir/Encounter?patient=${id}&_sort=-date&_count=20`,
      `/fhir/Patient?birthdate=ge${1940 + (at % 60)}&_count=20`,
      `/fhir/Condition?code=44054006&_count=20`,
      `/fhir/Patient?_has:Condition:patient:code=44054006&_count=20`,
      `/fhir/Observation?code=${observationCode}&date=ge201${at % 10}&_sort=-date&_count=20`,
    ]);
}

/** Waits until the server has done what it does after a large import. */
async function settled(folder: string): Promise<void> {
  const engine = await startEngine({ folder });
  const sql = connect({ engine, database: 'fairway' }, { connections: 1, name: 'bench' });
  await sql.unsafe('vacuum (analyze)');
  await sql.end();
}

/** Hits counted per second, two counts at a time. */
async function countHits(server: Measured, origin: string): Promise<number> {
  const query = 'Observation?code=http://loinc.org%7C2345-7&_summary=count';
  const { total } = (await (await fetch(`${server.base}/${query}`)).json()) as { total: number };
  console.error(`  ${total} hits`);
  return total * wrk(`${origin}/fhir/${query}`, { connections: 2 });
}

const lines = syntheaLines();
const C = await ceiling();
console.error(`  C: ${C.toFixed(0)} replies/s`);

const folder = newFolder();
let server = await startMeasured(folder);
const imported = await importLines(server, lines);
note({
  work: 'import of Synthea, every parameter indexed',
  value: imported,
  unit: 'resources/s',
  target: 0.27,
  ofC: true,
});
await settled(folder);
await server.stop();

server = await startMeasured(folder);
note({ work: 'start, warm, to the first answer', value: server.startMs, unit: 'ms', target: 2000, atMost: true });
note({ work: 'memory, idle', value: server.megabytes(), unit: 'MB', target: 250, atMost: true });
const origin = server.base.replace('/fhir', '');
const patients = idsOf(lines, 'Patient');
const observations = idsOf(lines, 'Observation').slice(0, 5000);
note({
  work: 'read',
  value: wrk(origin, { lua: luaPaths(observations.map((id) => `/fhir/Observation/${id}`)) }),
  unit: 'requests/s',
  target: 0.8,
  ofC: true,
});
note({
  work: 'search pages, mixed',
  value: wrk(origin, { connections: 30, lua: luaPaths(searches(patients)) }),
  unit: 'requests/s',
  target: 0.11,
  ofC: true,
});
const sample = lines.find((line) => line.includes('"resourceType":"Observation"'))!;
note({
  work: 'create, one at a time per connection',
  value: wrk(origin, { lua: luaPost('/fhir/Observation', sample) }),
  unit: 'requests/s',
  target: 0.16,
  ofC: true,
});
note({
  work: 'transactions of Synthea patients',
  value: await measureTransactions(server, lines),
  unit: 'resources/s',
  target: 0.16,
  ofC: true,
});
await server.stop();
await remove(folder);

// Ten times the data: how much slower do reading and paging get?
const growth: Record<string, number>[] = [];
for (const many of [1000, 10_000]) {
  const place = newFolder();
  const grown = await startMeasured(place);
  await importLines(grown, recordLines('hospital', { seed: 'growth', patients: many }));
  await settled(place);
  const at = grown.base.replace('/fhir', '');
  const ids = Array.from({ length: 1000 }, (_, index) => (index * 7919) % many);
  const paths = ids.flatMap((id) => [
    `/fhir/Observation?patient=h-${id + 1}&_count=20`,
    `/fhir/MedicationRequest?code=C07AB02&_count=20`,
  ]);
  growth.push({
    read: wrk(at, { lua: luaPaths(ids.map((id) => `/fhir/Patient/h-${id + 1}`)) }),
    search: wrk(at, { connections: 30, lua: luaPaths(paths) }),
    megabytes: grown.megabytes(),
    count: await countHits(grown, at),
  });
  await grown.stop();
  await remove(place);
}
note({ work: 'count of one code', value: growth[1]!['count']!, unit: 'hits/s', target: 200, ofC: true });
for (const name of ['read', 'search'] as const) {
  note({
    work: `growth: ${name} with ten times the data`,
    value: growth[0]![name]! / growth[1]![name]!,
    unit: 'times slower',
    target: 1.3,
    atMost: true,
  });
}
note({
  work: 'growth: memory with ten times the data',
  value: growth[1]!['megabytes']! / growth[0]!['megabytes']!,
  unit: 'times more',
  target: 1.3,
  atMost: true,
});

const rows = figures.map(({ work, value, unit, target, ofC, atMost }) => {
  const ratio = ofC ? value / C : value;
  const reached = atMost ? target / ratio : ratio / target;
  return [
    work,
    `${value.toFixed(value < 100 ? 2 : 0)} ${unit}`,
    ofC ? `${ratio.toFixed(3)} C` : '',
    `${atMost ? '<=' : '>='} ${target}${ofC ? ' C' : ''}`,
    reached.toFixed(2),
  ];
});
printTable([`C = ${C.toFixed(0)} replies/s`, 'figure', 'ratio', 'target', 'of the target'], rows);
const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
saveResult('server', { commit, C, figures });
