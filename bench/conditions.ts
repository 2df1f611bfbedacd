/** The same requests by one who may read everything and by one who may read what data sets open: what conditions cost. See docs/adr/0003 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { tokenDigest } from '../src/auth/static-token.ts';
import { sendLines } from '../src/cli/import.ts';
import { canonical } from '../src/fhir/canonical.ts';
import { newFolder, remove, syntheaLines, wrk } from './harness.ts';
import { printTable, saveResult } from './report.ts';

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
const patients = lines
  .filter((line) => line.includes('"resourceType":"Patient"'))
  .map((line) => (JSON.parse(line) as { id: string }).id);
const sets = 20;
/** Every patient with everything of theirs is in one of twenty open data sets. */
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
    ],
    content: [{ url: `Group/g${at}` }],
  },
]).flat();
const all = [...dataSets.map((one) => JSON.stringify(one)), ...lines];
await sendLines(
  base,
  'all',
  Readable.from(
    all.map((line) => `${line}\n`),
    { objectMode: false },
  ),
);
// What the server does after an import is done when this is.
await new Promise((done) => setTimeout(done, 8000));

const { origin } = new URL(base);
const lua = (paths: readonly string[], token: boolean): string =>
  `local p = {${paths.map((path) => JSON.stringify(path)).join(',')}}\nlocal i = 0\n${token ? 'wrk.headers["Authorization"] = "Bearer all"\n' : ''}request = function() i = i % #p + 1; return wrk.format("GET", p[i]) end`;
const rows: [string, number, number][] = [];
for (const [work, each] of [
  ['read', (id) => `/fhir/Patient/${id}`],
  ['search by patient', (id) => `/fhir/Observation?patient=${id}&_count=20`],
  ['search by code', () => `/fhir/Observation?code=http://loinc.org%7C8302-2&_count=20`],
  ['code, newest first', () => `/fhir/Observation?code=http://loinc.org%7C8302-2&_sort=-date&_count=20`],
  ['patient and code', (id) => `/fhir/Observation?patient=${id}&code=http://loinc.org%7C8302-2&_count=20`],
  ['_has', () => `/fhir/Patient?_has:Condition:patient:code=44054006&_count=20`],
  ['count of a code', () => `/fhir/Observation?code=http://loinc.org%7C8302-2&_summary=count`],
] as [string, (id: string) => string][]) {
  const paths = patients.map(each);
  const run = (token: boolean): number => wrk(origin, { lua: lua(paths, token), connections: 30, seconds: 4 });
  run(true);
  rows.push([work, run(true), run(false)]);
}
printTable(
  ['per second', 'open', 'under conditions', 'times slower'],
  rows.map(([work, open, under]) => [work, open.toFixed(0), under.toFixed(0), (open / under).toFixed(2)]),
);
saveResult('conditions', { dataSets: sets, figures: rows.map(([work, open, under]) => ({ work, open, under })) });
child.kill('SIGTERM');
await new Promise((done) => child.once('exit', done));
await remove(folder);
