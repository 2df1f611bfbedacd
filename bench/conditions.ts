/**
 * What conditions cost: the same requests by one who may read everything and by one who may read what three of five
 * data sets open, with a fifth of the patients refusing, over a million resources; and how long a refusal takes.
 * `node bench/conditions.ts [copies of the Synthea records, 21]`. See docs/adr/0010
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { tokenDigest } from '../src/auth/static-token.ts';
import { sendLines } from '../src/cli/import.ts';
import { canonical } from '../src/fhir/canonical.ts';
import { newFolder, remove, syntheaLines, wrk } from './harness.ts';
import { printTable, saveResult } from './report.ts';

const copies = Number(process.argv[2] ?? 21);
const folder = newFolder();
const access = join(folder, 'access.json');
writeFileSync(
  access,
  JSON.stringify({ tokens: [{ name: 'all', sha256: tokenDigest('all'), may: ['read', 'write'] }] }),
);
const main = join(import.meta.dirname, '../src/main.ts');
const child = spawn(process.execPath, [main, 'serve', '--data', folder, '--port', '0', '--access', access], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const base = await new Promise<string>((done) =>
  child.stdout!.once('data', (chunk) => done(/ready (\S+)/.exec(String(chunk))![1]!)),
);

const lines = syntheaLines();
/** The records of other people: all ids of a copy begin with its number. */
const copied = (line: string, copy: number): string =>
  line.replace(/[0-9a-f]{8}(?=-[0-9a-f]{4}-)/g, (start) => copy.toString(16).padStart(2, '0') + start.slice(2));
const own = lines
  .filter((line) => line.includes('"resourceType":"Patient"'))
  .map((line) => (JSON.parse(line) as { id: string }).id);
const patients = Array.from({ length: copies }, (_, copy) => own.map((id) => copied(id, copy))).flat();

const sets = 5;
/** Three are open, two ask for a purpose that nobody states here. */
const dataSets = Array.from({ length: sets }, (_, at) => [
  {
    resourceType: 'Group',
    id: `g${at}`,
    type: 'person',
    actual: true,
    active: true,
    member: patients
      .filter((__, index) => index % sets === at)
      .map((id) => ({ entity: { reference: `Patient/${id}` } })),
  },
  {
    resourceType: 'Library',
    id: `d${at}`,
    status: 'active',
    type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
    extension: [
      {
        url: canonical.licenceCodeable,
        valueCodeableConcept: { coding: [{ system: canonical.spdx, code: 'CC-BY-4.0' }] },
      },
      ...(at < 3 ? [] : [{ url: canonical.purpose, valueCoding: { system: canonical.actReason, code: 'BIORCH' } }]),
    ],
    content: [{ url: `Group/g${at}` }],
  },
]).flat();
/** By their place among the members of a set, so that a fifth of each set refuses. */
const hasRefused = (index: number): boolean => Math.floor(index / sets) % 5 === 0;
const refusal = (id: string): object => ({
  resourceType: 'Consent',
  id: `refusal-${id}`,
  status: 'active',
  scope: { coding: [{ system: canonical.consentScope, code: 'research' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: `Patient/${id}` },
  dateTime: '2025-01-01',
  policyRule: { coding: [{ system: canonical.actCode, code: 'OPTOUT' }] },
  provision: { type: 'deny' },
});

function* everything(): Generator<string> {
  for (const one of dataSets) yield `${JSON.stringify(one)}\n`;
  for (const [at, id] of patients.entries()) if (hasRefused(at)) yield `${JSON.stringify(refusal(id))}\n`;
  for (let copy = 0; copy < copies; copy++) {
    let chunk = '';
    for (const line of lines) {
      chunk += `${copied(line, copy)}\n`;
      if (chunk.length < 2 ** 18) continue;
      yield chunk;
      chunk = '';
    }
    yield chunk;
  }
}
const begun = performance.now();
const imported = await sendLines(base, 'all', Readable.from(everything(), { objectMode: false }));
const importSeconds = (performance.now() - begun) / 1000;
const resources = imported.created + imported.replaced;
console.log(`${resources} resources in ${importSeconds.toFixed(0)} s, ${imported.refused} refused`);
// What the server does after an import is done when this is.
await new Promise((done) => setTimeout(done, 60_000));

const permitted = patients.filter((_, at) => at % sets < 3 && !hasRefused(at)).slice(0, 400);
const { origin } = new URL(base);
const lua = (paths: readonly string[], token: boolean): string =>
  `local p = {${paths.map((path) => JSON.stringify(path)).join(',')}}\nlocal i = 0\n${token ? 'wrk.headers["Authorization"] = "Bearer all"\n' : ''}request = function() i = i % #p + 1; return wrk.format("GET", p[i]) end`;
const code = 'http://loinc.org%7C8302-2';
const rows: [string, number, number][] = [];
for (const [work, each] of [
  ['read', (id) => `/fhir/Patient/${id}`],
  ['search by patient', (id) => `/fhir/Observation?patient=${id}&_count=20`],
  ['search by code', () => `/fhir/Observation?code=${code}&_count=20`],
  ['code, newest first', () => `/fhir/Observation?code=${code}&_sort=-date&_count=20`],
  ['patient and code', (id) => `/fhir/Observation?patient=${id}&code=${code}&_count=20`],
  ['_has', () => `/fhir/Patient?_has:Condition:patient:code=44054006&_count=20`],
  ['count of a code', () => `/fhir/Observation?code=${code}&_summary=count`],
  ['count of a _has', () => `/fhir/Patient?_has:Condition:patient:code=44054006&_summary=count`],
] as [string, (id: string) => string][]) {
  const paths = permitted.map(each);
  const run = (token: boolean): number => wrk(origin, { lua: lua(paths, token), connections: 30, seconds: 4 });
  run(true);
  run(false);
  // In turn, so that what else the machine does falls on both.
  const [open, under] = [[], []] as [number[], number[]];
  for (let round = 0; round < 3; round++) {
    open.push(run(true));
    under.push(run(false));
  }
  const median = (list: number[]): number => list.sort((x, y) => x - y)[1]!;
  rows.push([work, median(open), median(under)]);
}

/** Milliseconds until a refusal is committed, everything of the patient re-classed. */
const refusals: number[] = [];
for (const id of permitted.slice(0, 20)) {
  const started = performance.now();
  const body = JSON.stringify(refusal(id));
  const headers = { authorization: 'Bearer all', 'content-type': 'application/fhir+json' };
  const response = await fetch(`${base}/Consent/refusal-${id}`, { method: 'PUT', headers, body });
  refusals.push(performance.now() - started);
  if (response.status !== 201) throw new Error(`a refusal was not taken: ${response.status}`);
  const read = await fetch(`${base}/Patient/${id}`);
  if (read.status !== 404) throw new Error('a patient who refused is still there');
}
refusals.sort((x, y) => x - y);
printTable(
  ['per second', 'open', 'under conditions', 'times slower'],
  rows.map(([work, open, under]) => [work, open.toFixed(0), under.toFixed(0), (open / under).toFixed(2)]),
);
console.log(`a refusal: median ${refusals[10]!.toFixed(0)} ms, longest ${refusals.at(-1)!.toFixed(0)} ms`);
saveResult('conditions', {
  resources,
  dataSets: sets,
  refused: 0.2,
  importPerSecond: Math.round(resources / importSeconds),
  figures: rows.map(([work, open, under]) => ({ work, open, under, ratio: Number((open / under).toFixed(2)) })),
  refusalMs: { median: Math.round(refusals[10]!), longest: Math.round(refusals.at(-1)!) },
});
child.kill('SIGTERM');
await new Promise((done) => child.once('exit', done));
await remove(folder);
