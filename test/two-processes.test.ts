/** Two server processes on one database pass the same tests, every request going to the other one in turn. https://hl7.org/fhir/R4B/http.html */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import { httpCases } from './conformance/http.cases.ts';
import { newFolder, removeFolder, type ServerProcess, startProcess } from './process.ts';
import { type Ask, askerOf } from './server.ts';

describe('alternating between two processes', () => {
  const folder = newFolder();
  const processes: ServerProcess[] = [];
  const bases: string[] = [];
  let turn = 0;

  beforeAll(async () => {
    processes.push(await startProcess(folder));
    bases.push(processes[0]!.base);
    processes.push(await startProcess(folder, ['--base-url', bases[0]!]));
    // The second one calls itself by the address of the first; where it listens, the system knows.
    bases.push(`http://127.0.0.1:${portOf(processes[1]!.child.pid!)}/fhir`);
  });
  afterAll(async () => {
    for (const one of processes) await one.end('SIGTERM');
    await removeFolder(folder);
  });

  const ask: Ask = (method, path, asked) => {
    const base = bases[turn++ % 2]!;
    return askerOf(() => base)(method, path.replace(bases[0]!, base), { ...asked, as: '' });
  };
  httpCases(ask, () => bases[0]!);
});

/** The loopback port on which a process listens. */
function portOf(pid: number): number {
  const inodes = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
    } catch {
      return undefined; // closed meanwhile
    }
  });
  const listening = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const row = listening.find((columns) => columns[3] === '0A' && inodes.includes(columns[9]));
  return Number.parseInt(row![1]!.split(':')[1]!, 16);
}
