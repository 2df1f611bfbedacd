/** The audit log as a server process writes it: entries gather in memory and are appended in batches. See docs/adr/0015 */
import { FhirError } from '../fhir/outcome.ts';
import type { Hash, Int64 } from '../search/index-rows.ts';
import { type Attempted, type Attempts, append, type Head } from './audit-append.ts';
import { type AuditEntry, partsOf } from './audit-entry.ts';
import { ownersIn } from './audit-owner.ts';
import { connect, type DatabaseAddress } from './connect.ts';

/** strict: nothing is answered before its entry is on disk; batched: entries are written within moments; off: none. */
export type AuditMode = 'strict' | 'batched' | 'off';
export const auditModes: readonly AuditMode[] = ['strict', 'batched', 'off'];

/** An entry, and the version of each of its keys as far as known. */
export type RecordedEntry = AuditEntry & { versions: readonly (number | undefined)[] };

export interface Audit {
  mode: AuditMode;
  /** Takes an entry down. Is never waited for. */
  record(entry: RecordedEntry): void;
  /** What an answer has to wait for; undefined when it need not wait. Rejects with `transient`. */
  kept(): Promise<void> | undefined;
  /** Throws `transient` while entries cannot be written and too many wait: nothing may go out unrecorded. */
  admit(): void;
  /** Waits until all that was recorded is written. */
  flush(): Promise<void>;
  /** entries that are not written yet */
  unflushed(): number;
  close(): Promise<void>;
}

export interface AuditSettings {
  database: DatabaseAddress;
  mode: AuditMode;
  hash: Hash;
  /** keys of the search parameters that tie resources to a patient's compartment */
  compartment: readonly Int64[];
  /** between two entries in the log that name the head of the chain, in milliseconds; a minute unless stated */
  anchorMilliseconds?: number;
  log(level: 'info' | 'error', message: string, details?: Record<string, unknown>): void;
}

/** Milliseconds that entries gather, so that many share a commit. */
const gathering = 50;
const largestBatch = 2000;
/** Characters and entries that may wait. */
const mostWaiting = 50_000;
const mostCharacters = 64 * 2 ** 20;
/** Milliseconds before a failed batch is tried again, the first time and at most. */
const firstPause = 100;
const longestPause = 5000;

const silent: Audit = {
  mode: 'off',
  record() {},
  kept: () => undefined,
  admit() {},
  flush: async () => {},
  unflushed: () => 0,
  close: async () => {},
};

/** Opens the log for appending, on a connection of its own. */
export function openAudit(settings: AuditSettings): Audit {
  const { mode, log } = settings;
  if (mode === 'off') return silent;
  const sql = connect(settings.database, {
    connections: 1,
    ...(mode === 'batched' ? { settings: { synchronous_commit: 'off' } } : {}),
  });
  const ownersOf = ownersIn(sql, settings.compartment);
  const write: Append = async (entries, attempts) => {
    return append(sql, entries.flatMap(partsOf), await ownersOf(entries), settings.hash, attempts);
  };
  const queue = createQueue(write, log);
  const anchor = anchorOf(queue, log);
  const timer = setInterval(anchor, settings.anchorMilliseconds ?? 60_000).unref();
  return {
    mode,
    record(entry) {
      queue.add(entry);
      queue.schedule(mode === 'strict' ? 0 : gathering);
    },
    kept: () => (mode === 'strict' ? keptOf(queue) : undefined),
    admit() {
      if (queue.isFull()) throw unwritten();
    },
    flush: () => queue.flush(),
    unflushed: () => queue.length(),
    async close() {
      clearInterval(timer);
      // The database may be gone for good: what cannot be written then is lost, and said to be.
      await queue.flush().catch(() => log('error', 'audit entries were lost', { entries: queue.length() }));
      queue.stop();
      anchor();
      await sql.end({ timeout: 5 });
    },
  };
}

const unwritten = (): FhirError =>
  new FhirError('transient', 'the audit log cannot be written at the moment; nothing is answered without it');

async function keptOf(queue: Queue): Promise<void> {
  try {
    await queue.flush();
  } catch {
    throw unwritten();
  }
}

/** Names the head of the chain in the log, so that it is kept where the database cannot change it. */
function anchorOf(queue: Queue, log: AuditSettings['log']): () => void {
  let said = '';
  return () => {
    const head = queue.head();
    if (head === undefined || head.hash === said) return;
    said = head.hash;
    log('info', 'audit head', { sequence: head.sequence, hash: head.hash });
  };
}

interface Queue {
  add(entry: RecordedEntry): void;
  /** Sees to it that what waits is written in at most so many milliseconds. */
  schedule(milliseconds: number): void;
  /** Resolves when everything that was added before is written; rejects when an attempt to write it fails. */
  flush(): Promise<void>;
  length(): number;
  isFull(): boolean;
  /** newest entry that this process wrote */
  head(): Head | undefined;
  stop(): void;
}

type Append = (entries: readonly RecordedEntry[], attempts: Attempts) => Promise<Head>;

/** Entries in their order; what could not be written stays first. */
export function createQueue(write: Append, log: AuditSettings['log']): Queue {
  let waiting: RecordedEntry[] = [];
  let characters = 0;
  let added = 0;
  let written = 0;
  let head: Head | undefined;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pause = 0;
  let stopped = false;
  /** the batch whose fate is not known */
  let attempted: { block: Attempted; entries: number } | undefined;

  const writeBatch = async (): Promise<void> => {
    const batch = waiting.slice(0, attempted?.entries ?? largestBatch);
    head = await write(batch, {
      ...(attempted === undefined ? {} : { attempted: attempted.block }),
      attempt: (block) => (attempted = { block, entries: batch.length }),
    });
    attempted = undefined;
    waiting = waiting.slice(batch.length);
    written += batch.length;
    for (const entry of batch) characters -= sizeOf(entry);
  };
  const drain = async (): Promise<void> => {
    // What comes meanwhile gathers for the next time.
    const upTo = added;
    try {
      while (written < upTo) await writeBatch();
      pause = 0;
    } catch (error) {
      if (pause === 0) {
        log('error', 'the audit log cannot be written', { error: (error as Error).message, entries: waiting.length });
      }
      pause = Math.min(Math.max(pause * 2, firstPause), longestPause);
      throw error;
    }
  };
  const start = (): Promise<void> =>
    (running ??= drain().finally(() => {
      running = undefined;
      if (waiting.length > 0) schedule(pause === 0 ? gathering : pause);
    }));
  const schedule = (milliseconds: number): void => {
    if (timer !== undefined || running !== undefined || stopped) return;
    timer = setTimeout(() => {
      timer = undefined;
      // A failure is logged, and tried again after a pause.
      start().catch(() => {});
    }, milliseconds);
  };
  return {
    add(entry) {
      waiting.push(entry);
      characters += sizeOf(entry);
      added++;
    },
    schedule: (milliseconds) => schedule(Math.max(milliseconds, pause)),
    async flush() {
      const upTo = added;
      while (written < upTo) await start();
    },
    length: () => waiting.length,
    isFull: () => waiting.length >= mostWaiting || characters >= mostCharacters,
    head: () => head,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

const sizeOf = ({ path, query, keys }: RecordedEntry): number => 200 + path.length + query.length + 50 * keys.length;
