/** The same reads and searches with the audit log off and batched, in turns: what the log costs. See docs/adr/0015 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sendLines } from '../src/cli/import.ts';
import { luaPaths, type Measured, newFolder, remove, startMeasured, syntheaLines, wrk } from './harness.ts';
import { printTable, saveResult } from './report.ts';

const rounds = Number(process.argv[2] ?? 15);
const seconds = 2;
const modes = ['off', 'batched', 'strict'] as const;
type Mode = (typeof modes)[number];

/** Milliseconds that a process has computed so far. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function computed(pid: number | string): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0; // ended meanwhile
  }
}

/** Milliseconds that PostgreSQL has computed in `folder`, all its processes together. */
function computedByPostgres(folder: string): number {
  const postmaster = readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]!;
  const children = readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1] === postmaster;
    } catch {
      return false; // ended meanwhile
    }
  });
  return [postmaster, ...children].reduce((sum, pid) => sum + computed(pid), 0);
}

interface Figure {
  perSecond: number;
  /** microseconds of the server process, and of PostgreSQL, for one request */
  server: number;
  postgres: number;
}

function measure({ base, folder, child }: Measured, paths: readonly string[]): Figure {
  const before = [computed(child.pid!), computedByPostgres(folder)];
  const perSecond = wrk(new URL(base).origin, { lua: luaPaths(paths), seconds });
  const [server, postgres] = [computed(child.pid!) - before[0]!, computedByPostgres(folder) - before[1]!];
  const each = (milliseconds: number): number => (milliseconds * 1000) / (perSecond * seconds);
  return { perSecond, server: each(server), postgres: each(postgres) };
}

const median = (list: readonly number[]): number =>
  list.toSorted((one, two) => one - two)[Math.floor(list.length / 2)]!;

const lines = syntheaLines();
const servers = new Map<Mode, Measured>();
for (const mode of modes) {
  const server = await startMeasured(newFolder(), ['--audit', mode]);
  await sendLines(
    server.base,
    undefined,
    Readable.from(
      lines.map((line) => `${line}\n`),
      { objectMode: false },
    ),
  );
  servers.set(mode, server);
}
// What the servers do after an import is done when this is.
await new Promise((done) => setTimeout(done, 8000));

const idsOf = (type: string): string[] =>
  lines
    .filter((line) => line.includes(`"resourceType":"${type}"`))
    .map((line) => (JSON.parse(line) as { id: string }).id)
    .slice(0, 5000);
const work = {
  read: idsOf('Observation').map((id) => `/fhir/Observation/${id}`),
  'search, 20 of a patient': idsOf('Patient').map((id) => `/fhir/Observation?patient=${id}&_count=20`),
};
interface Compared extends Figure {
  /** times slower than without, and times the server's own time: medians of rounds, for what else the machine does meets a round alike */
  slower: number;
  cpu: number;
}
const figures: Record<string, Record<Mode, Compared>> = {};
for (const [name, paths] of Object.entries(work)) {
  const runs = new Map<Mode, Figure[]>(modes.map((mode) => [mode, []]));
  for (const mode of modes) for (let warm = 0; warm < 3; warm++) measure(servers.get(mode)!, paths);
  for (let round = 0; round < rounds; round++) {
    for (const mode of round % 2 === 0 ? modes : modes.toReversed()) {
      runs.get(mode)!.push(measure(servers.get(mode)!, paths));
    }
  }
  const off = runs.get('off')!;
  const of = (mode: Mode): Compared => {
    const own = runs.get(mode)!;
    const all = (figure: (run: Figure, at: number) => number): number => median(own.map(figure));
    return {
      perSecond: all((run) => run.perSecond),
      server: all((run) => run.server),
      postgres: all((run) => run.postgres),
      slower: all((run, at) => off[at]!.perSecond / run.perSecond),
      cpu: all((run, at) => run.server / off[at]!.server),
    };
  };
  figures[name] = { off: of('off'), batched: of('batched'), strict: of('strict') };
}

printTable(
  ['', 'per second', 'slower', 'us of the server', 'ratio', 'us of PostgreSQL'],
  Object.entries(figures).flatMap(([name, by]) =>
    modes.map((mode) => [
      `${name}, ${mode}`,
      by[mode].perSecond.toFixed(0),
      by[mode].slower.toFixed(3),
      by[mode].server.toFixed(1),
      by[mode].cpu.toFixed(3),
      by[mode].postgres.toFixed(1),
    ]),
  ),
);
saveResult('audit', { connections: 32, rounds, figures });
for (const server of servers.values()) {
  await server.stop();
  await remove(server.folder);
}
