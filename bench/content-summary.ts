/**
 * How long it takes to bring the summaries of what data sets hold up to date, over a million resources: the first time,
 * after one in a hundred changed (of all patients, and of few), after a refusal, and when nothing did.
 * `node bench/content-summary.ts [copies of the Synthea records, 21]`. See docs/adr/0017-content-summaries.md
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { tokenDigest } from '../src/auth/static-token.ts';
import { sendLines } from '../src/cli/import.ts';
import { canonical } from '../src/fhir/canonical.ts';
import { newFolder, remove, syntheaLines } from './harness.ts';
import { printTable, saveResult } from './report.ts';

const copies = Number(process.argv[2] ?? 21);
const folder = newFolder();
const access = join(folder, 'access.json');
writeFileSync(
  access,
  JSON.stringify({ tokens: [{ name: 'all', sha256: tokenDigest('all'), may: ['read', 'write'] }] }),
);
const main = join(import.meta.dirname, '../src/main.ts');
const options = ['serve', '--data', folder, '--port', '0', '--access', access, '--summary-seconds', '0'];
const child = spawn(process.execPath, [main, ...options], { stdio: ['ignore', 'pipe', 'ignore'] });
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

/** Half of the data sets may be read, half counted. */
const sets = 4;
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
      ...(at % 2 === 0 ? [] : [{ url: canonical.granularity, extension: [{ url: 'level', valueCode: 'count' }] }]),
    ],
    content: [{ url: `Group/g${at}` }],
  },
]).flat();

function* everything(): Generator<string> {
  for (const one of dataSets) yield `${JSON.stringify(one)}\n`;
  for (let copy = 0; copy < copies; copy++) yield* chunks(lines.map((line) => copied(line, copy)));
}
function* chunks(all: readonly string[]): Generator<string> {
  let chunk = '';
  for (const line of all) {
    chunk += `${line}\n`;
    if (chunk.length < 2 ** 18) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}
const send = (text: Iterable<string>) => sendLines(base, 'all', Readable.from(text, { objectMode: false }));
const headers = { authorization: 'Bearer all', 'content-type': 'application/fhir+json' };

/** Without fetch, which gives up after five minutes: the first time may take longer. */
function refresh(): Promise<number> {
  const started = performance.now();
  return new Promise((done, fail) => {
    const asked = request(`${base}/$content-summary`, { method: 'POST', headers }, (response) => {
      response.resume();
      response.once('end', () => {
        if (response.statusCode === 200) done(performance.now() - started);
        else fail(new Error(`the summaries failed with ${response.statusCode}`));
      });
    });
    asked.once('error', fail);
    asked.end();
  });
}

const begun = performance.now();
const imported = await send(everything());
const importSeconds = (performance.now() - begun) / 1000;
const resources = imported.created + imported.replaced;
console.log(`${resources} resources in ${importSeconds.toFixed(0)} s, ${imported.refused} refused`);

const rows: [string, number][] = [];
const measure = async (work: string): Promise<void> => {
  const milliseconds = await refresh();
  rows.push([work, milliseconds]);
  console.log(`${work}: ${milliseconds.toFixed(0)} ms`);
};
await measure('all counted for the first time');
await measure('nothing changed');

/** One in a hundred lines of every copy, with something in it that is new. */
const changed = (line: string): string => {
  const resource = JSON.parse(line) as { resourceType: string; code?: object };
  return JSON.stringify(
    resource.code === undefined ? resource : { ...resource, code: { coding: [{ system: 'urn:new', code: 'new' }] } },
  );
};
for (let round = 0; round < 3; round++) {
  const some = Array.from({ length: copies }, (_, copy) =>
    lines.filter((__, at) => at % 100 === round).map((line) => changed(copied(line, copy))),
  ).flat();
  await send(chunks(some));
  await measure(`${some.length} resources of all patients changed, ${['first', 'second', 'third'][round]} time`);
}
const few = Math.ceil(patients.length / 100);
const ofFew = Array.from({ length: copies }, (_, copy) => lines.map((line) => copied(line, copy)))
  .flat()
  .filter((line) => patients.slice(0, few).some((id) => line.includes(id)));
await send(chunks(ofFew));
await measure(`all ${ofFew.length} resources of ${few} patients written anew`);

const refusing = patients[0]!;
const refusal = {
  resourceType: 'Consent',
  id: 'refusal',
  status: 'active',
  scope: { coding: [{ system: canonical.consentScope, code: 'research' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: `Patient/${refusing}` },
  dateTime: '2025-01-01',
  policyRule: { coding: [{ system: canonical.actCode, code: 'OPTOUT' }] },
  provision: { type: 'deny' },
};
await fetch(`${base}/Consent/refusal`, { method: 'PUT', headers, body: JSON.stringify(refusal) });
await measure('a patient refused');

const gone = new Promise((done) => child.once('exit', done));
child.kill('SIGTERM');
await gone;
await remove(folder);

printTable(
  ['work', 'ms'],
  rows.map(([work, milliseconds]) => [work, milliseconds.toFixed(0)]),
);
saveResult('content-summary', {
  resources,
  patients: patients.length,
  dataSets: sets,
  importSeconds: Math.round(importSeconds),
  milliseconds: Object.fromEntries(rows.map(([work, milliseconds]) => [work, Math.round(milliseconds)])),
});
