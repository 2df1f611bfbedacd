/** The audit log as a server process keeps it: entries gather in memory and are written in blocks. See docs/adr/0015 */
import { FhirError } from '../fhir/outcome.ts';
import type { Hash, Int64 } from '../search/index-rows.ts';
import { type Attempted, append, type Head } from './audit-append.ts';
import type { Block } from './audit-block.ts';
import type { RecordedEntry } from './audit-entry.ts';
import { ownersIn } from './audit-owner.ts';
import { type AuditQueue, createQueue } from './audit-queue.ts';
import { connect, type DatabaseAddress } from './connect.ts';

/** strict: nothing is answered before its entry is on disk; batched: entries are written within moments; off: none. */
export type AuditMode = 'strict' | 'batched' | 'off';
export const auditModes: readonly AuditMode[] = ['strict', 'batched', 'off'];

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

const silent: Audit = {
  mode: 'off',
  record() {},
  kept: () => undefined,
  admit() {},
  flush: async () => {},
  unflushed: () => 0,
  close: async () => {},
};

/** Milliseconds that entries gather, so that many share a block. */
const gathering = 50;

/** Opens the log for appending, on a connection of its own. */
export function openAudit(settings: AuditSettings): Audit {
  const { mode, log } = settings;
  if (mode === 'off') return silent;
  const chain = openChain(settings);
  const queue = createQueue(chain.write, mode === 'strict' ? 0 : gathering, (error, entries) =>
    log('error', 'the audit log cannot be written', { error: error.message, entries }),
  );
  const timer = setInterval(chain.sayHead, settings.anchorMilliseconds ?? 60_000).unref();
  return {
    mode,
    record: (entry) => queue.add(entry),
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
      chain.sayHead();
      await chain.close();
    },
  };
}

/** The chain as this process appends to it. */
function openChain({ database, mode, hash, compartment, log }: AuditSettings) {
  const sql = connect(database, {
    connections: 1,
    ...(mode === 'batched' ? { settings: { synchronous_commit: 'off' } } : {}),
  });
  const ownersOf = ownersIn(sql, compartment);
  let head: Head | undefined;
  let said: Head | undefined;
  /** the block whose fate is not known: it comes again */
  let attempted: Attempted | undefined;
  return {
    async write(block: Block): Promise<void> {
      const attribution = await ownersOf(block.mentions);
      head = await append(sql, block, attribution, hash, {
        ...(attempted === undefined ? {} : { attempted }),
        attempt: (next) => (attempted = next),
      });
      attempted = undefined;
    },
    /** Names the head in the log, so that it is kept where the database cannot change it. */
    sayHead(): void {
      if (head === undefined || head === said) return;
      said = head;
      log('info', 'audit head', { sequence: head.sequence, hash: head.hash });
    },
    close: () => sql.end({ timeout: 5 }),
  };
}

const unwritten = (): FhirError =>
  new FhirError('transient', 'the audit log cannot be written at the moment; nothing is answered without it');

async function keptOf(queue: AuditQueue): Promise<void> {
  try {
    await queue.flush();
  } catch {
    throw unwritten();
  }
}
