/** Starts servers as processes of their own, for tests that kill them, pair them or watch their memory. See docs/reference/command-line.md */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../src/store/engine.ts';

export const main = join(import.meta.dirname, '../src/main.ts');

export interface ServerProcess {
  child: ChildProcess;
  base: string;
  /** Waits until the process is gone. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** A new folder that PostgreSQL's user may enter when the tests run as root. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fairway-process-'));
  chmodSync(folder, 0o755);
  return folder;
}

/** Ends the PostgreSQL that may still run in `folder`, and deletes it. */
export async function removeFolder(folder: string): Promise<void> {
  if (existsSync(join(folder, 'postgres', 'postmaster.pid'))) await (await startEngine({ folder })).stop();
  rmSync(folder, { recursive: true, force: true });
}

export function startProcess(folder: string, more: readonly string[] = []): Promise<ServerProcess> {
  const child = spawn(
    process.execPath,
    [main, 'serve', '--data', folder, '--port', '0', '--insecure-open-access', ...more],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  let said = '';
  child.stderr!.on('data', (chunk) => (said += chunk));
  const end = (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  return new Promise((done, fail) => {
    child.stdout!.once('data', (chunk) =>
      done({ child, base: /^fairway ready (\S+)\n$/.exec(String(chunk))![1]!, end }),
    );
    void exited.then(() => fail(new Error(said)));
  });
}

/** Lines as the body of a request that streams. */
export function streaming(lines: AsyncIterable<Uint8Array>): RequestInit {
  const body = (ReadableStream as unknown as { from(lines: AsyncIterable<Uint8Array>): BodyInit }).from(lines); // Node has it, the DOM's types not yet
  const headers = { 'content-type': 'application/fhir+ndjson' };
  return { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
}
