/** How fast a download is and how much memory it needs, from a server that only sends pages: `node bench/download.ts [records ...]`. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { newFolder, remove } from './harness.ts';
import { printTable, saveResult } from './report.ts';

const sizes = process.argv.slice(2).map(Number);
const perPage = 500;
const note = 'what was seen '.repeat(50);
let records = 0;

const server = createServer((request, response) => {
  const url = new URL(request.url!, base);
  const page = Number(url.searchParams.get('page') ?? 0);
  response.setHeader('content-type', 'application/fhir+json');
  response.end(JSON.stringify(bodyOf(url, page)));
});
await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`;

function bodyOf({ pathname }: URL, page: number): object {
  if (pathname.endsWith('/metadata')) {
    const resource = [{ type: 'Observation', searchParam: [{ name: 'patient' }, { name: '_id' }] }];
    return { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', rest: [{ mode: 'server', resource }] };
  }
  if (pathname.endsWith('/Library')) {
    const content = [{ url: 'Observation?status=final' }];
    const identifier = [{ value: 'a' }];
    return { resourceType: 'Bundle', entry: [{ resource: { resourceType: 'Library', id: 'a', identifier, content } }] };
  }
  const entry = Array.from({ length: perPage }, (_, at) => ({
    resource: { resourceType: 'Observation', id: `o${page * perPage + at}`, status: 'final', note: [{ text: note }] },
  }));
  const isLast = (page + 1) * perPage >= records;
  const link = isLast ? [] : [{ relation: 'next', url: `${base}/Observation?page=${page + 1}` }];
  return { resourceType: 'Bundle', type: 'searchset', total: records, link, entry };
}

const measured: Record<string, { seconds: number; recordsPerSecond: number; peakMegabytes: number }> = {};
for (const size of sizes.length > 0 ? sizes : [50_000, 500_000]) {
  records = size;
  const folder = newFolder();
  const started = performance.now();
  const main = join(import.meta.dirname, '../src/main.ts');
  const child = spawn(process.execPath, [main, 'get', 'a', '--repository', base, '--out', join(folder, 'out')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let peak = 0;
  const watch = setInterval(() => {
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      peak = Math.max(peak, Number(kilobytes ?? 0) / 1024);
    } catch {
      // It has just ended.
    }
  }, 50);
  const code = await new Promise<number | null>((done) => child.once('exit', done));
  clearInterval(watch);
  if (code !== 0) throw new Error(`get ended with ${code}`);
  const seconds = (performance.now() - started) / 1000;
  measured[size] = {
    seconds: Math.round(seconds * 10) / 10,
    recordsPerSecond: Math.round(size / seconds),
    peakMegabytes: Math.round(peak),
  };
  remove(folder);
}
printTable(
  ['records', 'seconds', 'records/s', 'peak MB'],
  Object.entries(measured).map(([size, one]) => [
    size,
    String(one.seconds),
    String(one.recordsPerSecond),
    String(one.peakMegabytes),
  ]),
);
saveResult('download', { bytesOfRecord: JSON.stringify(note).length + 90, measured });
server.close();
