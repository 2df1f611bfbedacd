/** Entries of the audit log that wait to be written: they gather in blocks, which are written in their order. See docs/adr/0015 */
import { type Block, BlockWriter } from './audit-block.ts';
import { partsOf, type RecordedEntry } from './audit-entry.ts';

export interface AuditQueue {
  add(entry: RecordedEntry): void;
  /** Resolves when everything that was added before is written; rejects when an attempt to write it fails. */
  flush(): Promise<void>;
  /** entries */
  length(): number;
  isFull(): boolean;
  /** Writes no more by itself. */
  stop(): void;
}

/** Entries and characters of one block. */
const largestBlock = { entries: 2000, characters: 2 ** 20 };
/** Entries and characters that may wait. */
const most = { entries: 50_000, characters: 64 * 2 ** 20 };
/** Milliseconds before a block that failed is tried again, the first time and at most. */
const firstPause = 100;
const longestPause = 5000;

/** `write` is given one block at a time; one that fails stays first. Entries gather for `milliseconds`. */
export function createQueue(
  write: (block: Block) => Promise<void>,
  milliseconds: number,
  failed: (error: Error, waiting: number) => void,
): AuditQueue {
  const writer = new BlockWriter();
  const waiting: Block[] = [];
  let added = 0;
  let written = 0;
  let characters = 0;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pause = 0;
  let stopped = false;

  const take = (): void => {
    if (writer.count > 0) waiting.push(writer.take());
  };
  const drain = async (): Promise<void> => {
    // What comes meanwhile gathers for the next time.
    take();
    try {
      for (let block = waiting[0]; block !== undefined; block = waiting[0]) {
        await write(block);
        waiting.shift();
        written += block.count;
        characters -= block.entries.length;
      }
      pause = 0;
    } catch (error) {
      if (pause === 0) failed(error as Error, added - written);
      pause = Math.min(Math.max(pause * 2, firstPause), longestPause);
      throw error;
    }
  };
  const start = (): Promise<void> =>
    (running ??= drain().finally(() => {
      running = undefined;
      schedule();
    }));
  const schedule = (): void => {
    if (timer !== undefined || running !== undefined || stopped || written === added) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        // A failure was told, and it is tried again after a pause.
        start().catch(() => {});
      },
      Math.max(milliseconds, pause),
    );
  };
  return {
    add(entry) {
      for (const part of partsOf(entry)) {
        const before = writer.bytes;
        writer.add(part);
        characters += writer.bytes - before;
        added++;
        if (writer.count >= largestBlock.entries || writer.bytes >= largestBlock.characters) take();
      }
      if (timer === undefined) schedule();
    },
    async flush() {
      const upTo = added;
      while (written < upTo) await start();
    },
    length: () => added - written,
    isFull: () => added - written >= most.entries || characters >= most.characters,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
