/** Starts what is measured and the load that measures it. Load comes from wrk (Debian package wrk). https://github.com/wg/wrk */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startEngine } from '../src/store/engine.ts';

const main = join(import.meta.dirname, '../src/main.ts');
const data = join(import.meta.dirname, '../../shared/data/synthea-small');

export interface Measured {
  base: string;
  folder: string;
  child: ChildProcess;
  /** milliseconds from the start of the process to its first answer */
  startMs: number;
  /** resident megabytes of the server process, PostgreSQL apart */
  megabytes(): number;
  stop(): Promise<void>;
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fairway-bench-'));
  chmodSync(folder, 0o755);
  return folder;
}

export async function startMeasured(folder: string, more: readonly string[] = []): Promise<Measured> {
  const started = performance.now();
  const arguments_ = [main, 'serve', '--data', folder, '--port', '0', '--insecure-open-access', ...more];
  const child = spawn(process.execPath, arguments_, { stdio: ['ignore', 'pipe', 'ignore'] });
  const base = await new Promise<string>((done, fail) => {
    child.stdout!.once('data', (chunk) => done(/ready (\S+)/.exec(String(chunk))![1]!));
    child.once('exit', () => fail(new Error('the server did not start')));
  });
  await (await fetch(`${base}/Patient?_summary=count`)).text();
  const startMs = performance.now() - started;
  return {
    base,
    folder,
    child,
    startMs,
    megabytes: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024,
    async stop() {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

export async function remove(folder: string): Promise<void> {
  if (existsSync(join(folder, 'postgres/postmaster.pid'))) await (await startEngine({ folder })).stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Requests per second. `lua` is a wrk script. */
export function wrk(url: string, options: { connections?: number; seconds?: number; lua?: string } = {}): number {
  const script = join(tmpdir(), `fairway-bench-${process.pid}.lua`);
  writeFileSync(script, options.lua ?? '');
  const seconds = options.seconds ?? 6;
  const run = spawnSync('wrk', [`-c${options.connections ?? 32}`, '-t1', `-d${seconds}s`, '-s', script, url], {
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`wrk did not run (apt-get install wrk): ${run.stderr ?? run.error?.message}`);
  const bad = /Non-2xx or 3xx responses: (\d+)/.exec(run.stdout)?.[1];
  if (bad !== undefined) throw new Error(`${bad} requests to ${url} failed`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(run.stdout)![1]);
}

/** Goes through `paths` in turn. */
export const luaPaths = (paths: readonly string[]): string =>
  `local p = {${paths.map((path) => JSON.stringify(path)).join(',')}}\nlocal i = 0\nrequest = function() i = i % #p + 1; return wrk.format("GET", p[i]) end`;

export const luaPost = (path: string, body: string): string =>
  `wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/fhir+json"\nwrk.body = ${JSON.stringify(body)}\nwrk.path = ${JSON.stringify(path)}`;

/** C: constant replies of 1.25 KB per second that one node:http process gives. Runs in a process of its own. */
export async function ceiling(): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'harness.ts'), 'constant'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((done) => child.stdout!.once('data', (chunk) => done(String(chunk).trim())));
  const perSecond = wrk(`http://127.0.0.1:${port}/`);
  child.kill();
  return perSecond;
}

if (process.argv[2] === 'constant' && process.argv[1] === import.meta.filename) {
  const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(1240) }));
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/fhir+json', 'content-length': body.length });
    response.end(body);
  });
  server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
}

/** The lines of the Synthea records. */
export function syntheaLines(): string[] {
  if (!existsSync(data)) throw new Error(`the records to measure with are not here: ${data}`);
  return readdirSync(data)
    .filter((file) => file.endsWith('.ndjson.gz'))
    .flatMap((file) =>
      gunzipSync(readFileSync(join(data, file)))
        .toString()
        .split('\n'),
    )
    .filter((line) => line !== '');
}
