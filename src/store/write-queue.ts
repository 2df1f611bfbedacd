/** Lets concurrent creates and updates share a commit; each still succeeds or fails alone. https://www.postgresql.org/docs/current/wal-async-commit.html */
import type { WriteEntry, WriteResult } from './write.ts';

export type BatchWriter = (entries: readonly WriteEntry[]) => Promise<WriteResult[]>;

interface Waiting {
  entry: WriteEntry;
  resolve(result: WriteResult): void;
  reject(reason: unknown): void;
}

const largestBatch = 500;

/**
 * While `inFlight` batches are on their way, further writes gather; the next batch takes them all.
 * Two writes of one key never share a batch: the later one waits for the next.
 */
export function createWriteQueue(write: BatchWriter, inFlight = 2): (entry: WriteEntry) => Promise<WriteResult> {
  let waiting: Waiting[] = [];
  let running = 0;
  let scheduled = false;

  const schedule = (): void => {
    if (scheduled || running >= inFlight || waiting.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      void flush();
    });
  };

  const flush = async (): Promise<void> => {
    const keys = new Set<string>();
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const one of waiting) {
      if (batch.length < largestBatch && !keys.has(one.entry.key)) {
        keys.add(one.entry.key);
        batch.push(one);
      } else rest.push(one);
    }
    waiting = rest;
    running++;
    schedule();
    await commit(batch, write);
    running--;
    schedule();
  };

  return (entry) =>
    new Promise((resolve, reject) => {
      waiting.push({ entry, resolve, reject });
      schedule();
    });
}

async function commit(batch: readonly Waiting[], write: BatchWriter): Promise<void> {
  try {
    const results = await write(batch.map((one) => one.entry));
    for (const [at, one] of batch.entries()) one.resolve(results[at]!);
  } catch (error) {
    if (batch.length === 1) batch[0]!.reject(error);
    // What failed as a group is tried one by one, so that a single bad entry cannot fail its neighbours.
    else for (const one of batch) await commit([one], write);
  }
}
