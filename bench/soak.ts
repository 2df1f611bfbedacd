/** A mixed load of 32 connections for ten minutes: loses nothing, keeps its memory, and has no long tail. `node bench/soak.ts [minutes]` */
import { Readable } from 'node:stream';
import { sendLines } from '../src/cli/import.ts';
import { newFolder, remove, startMeasured, syntheaLines } from './harness.ts';
import { saveResult } from './report.ts';

const minutes = Number(process.argv[2] ?? 10);
const connections = 32;
const folder = newFolder();
const server = await startMeasured(folder);
const lines = syntheaLines();
await sendLines(
  server.base,
  undefined,
  Readable.from(
    lines.map((line) => `${line}\n`),
    { objectMode: false },
  ),
);
const patients = lines
  .filter((line) => line.includes('"resourceType":"Patient"'))
  .map((line) => (JSON.parse(line) as { id: string }).id);

const until = performance.now() + minutes * 60_000;
const took = new Map<string, number[]>();
const written: string[] = [];
let faults = 0;
const json = { 'content-type': 'application/fhir+json' };

async function timed(kind: string, path: string, init?: RequestInit): Promise<any> {
  const started = performance.now();
  const response = await fetch(`${server.base}/${path}`, init);
  const text = await response.text();
  const times = took.get(kind) ?? [];
  took.set(kind, times);
  times.push(performance.now() - started);
  if (response.status >= 400) {
    faults++;
    console.error(`${response.status} ${path}: ${text.slice(0, 200)}`);
  }
  return text === '' ? undefined : JSON.parse(text);
}

/** One worker: reads, searches, writes, patches and deletes in turn. */
async function worker(number: number): Promise<void> {
  for (let at = number; performance.now() < until; at += connections) {
    const patient = patients[at % patients.length]!;
    const pick = at % 10;
    if (pick < 4) await timed('read', `Patient/${patient}`);
    else if (pick < 6) await timed('search', `Observation?patient=${patient}&_count=20`);
    else if (pick === 6)
      await timed('search sorted', `Observation?code=8302-2&date=ge201${at % 10}&_sort=-date&_count=20`);
    else if (pick === 7) await timed('count', `Condition?code=44054006&_summary=count`);
    else {
      const body = {
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'soak' },
        subject: { reference: `Patient/${patient}` },
        valueString: `soak ${at}`,
      };
      const created = await timed('create', 'Observation', {
        method: 'POST',
        headers: json,
        body: JSON.stringify(body),
      });
      if (pick === 8) written.push(created.id as string);
      else {
        const patch = [{ op: 'replace', path: '/status', value: 'amended' }];
        await timed('patch', `Observation/${created.id}`, {
          method: 'PATCH',
          headers: { 'content-type': 'application/json-patch+json' },
          body: JSON.stringify(patch),
        });
        await timed('delete', `Observation/${created.id}`, { method: 'DELETE' });
      }
    }
  }
}

const before = server.megabytes();
const samples: number[] = [];
const sampling = setInterval(() => samples.push(server.megabytes()), 5000);
await Promise.all(Array.from({ length: connections }, (_, number) => worker(number)));
clearInterval(sampling);

let missing = 0;
for (const id of written) if ((await fetch(`${server.base}/Observation/${id}`)).status !== 200) missing++;
const quarter = Math.max(1, Math.floor(samples.length / 4));
const mean = (of: number[]): number => of.reduce((sum, one) => sum + one, 0) / of.length;
const [early, late] = [mean(samples.slice(quarter, 2 * quarter)), mean(samples.slice(-quarter))];
const kinds = [...took].map(([kind, times]) => {
  const sorted = times.sort((one, two) => one - two);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)]!;
  return { kind, requests: sorted.length, p50: at(0.5), p99: at(0.99), ratio: at(0.99) / at(0.5) };
});
for (const { kind, requests, p50, p99, ratio } of kinds) {
  console.log(
    `${kind.padEnd(14)} ${String(requests).padStart(8)} requests  p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms  ${ratio.toFixed(1)} times`,
  );
}
console.log(
  `${written.length} kept, ${missing} missing, ${faults} failed; memory ${before.toFixed(0)} MB at first, ${early.toFixed(0)} in the second quarter, ${late.toFixed(0)} in the last`,
);
saveResult('soak', { minutes, kinds, kept: written.length, missing, faults, megabytes: { before, early, late } });
await server.stop();
await remove(folder);
