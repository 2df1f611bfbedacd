/** Writes a file piece by piece and knows its size and SHA-256 at any time. https://nodejs.org/api/fs.html#class-filehandle */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

export interface Written {
  bytes: number;
  /** hexadecimal */
  sha256: string;
}

export interface OutputFile {
  write(text: string | Uint8Array): Promise<void>;
  /** What lies on the disk so far. */
  written(): Written;
  /** SHA-1 of it all, base64, as FHIR's Attachments have it. */
  sha1(): string;
  /** Ends the file and gives it its name, or another. */
  finish(name?: string): Promise<Written>;
  /** Ends the file as it is; what is not whole keeps the name of a part. */
  abandon(): Promise<void>;
}

/** Until it is whole the file is called `path` with `.part` at its end, so that nobody takes a part for the whole. */
export async function createOutputFile(path: string): Promise<OutputFile> {
  return outputOf(path, await open(partOf(path), 'w'), {
    sha256: createHash('sha256'),
    sha1: createHash('sha1'),
    bytes: 0,
  });
}

/**
 * Goes on with a file of which `known` is sure: what was written beyond that is cut off, such as half a line. `onLine`
 * gets the lines that are kept. Undefined where the file is not as it was left.
 */
export async function continueOutputFile(
  path: string,
  known: Written,
  onLine: (line: string) => void,
): Promise<OutputFile | undefined> {
  const part = partOf(path);
  // A file that was whole is a part again while more may come.
  if ((await sizeOf(part)) === undefined && (await sizeOf(path)) !== undefined) await rename(path, part);
  const size = await sizeOf(part);
  if (size === undefined || size < known.bytes) return undefined;
  const [sha256, sha1] = [createHash('sha256'), createHash('sha1')];
  if (known.bytes > 0) {
    const bytes = createReadStream(part, { end: known.bytes - 1 });
    const hashed = Readable.from(hashing(bytes, [sha256, sha1]));
    for await (const line of createInterface({ input: hashed, crlfDelay: Number.POSITIVE_INFINITY })) onLine(line);
  }
  if (sha256.copy().digest('hex') !== known.sha256) return undefined;
  const handle = await open(part, 'r+');
  await handle.truncate(known.bytes);
  return outputOf(path, handle, { sha256, sha1, bytes: known.bytes });
}

async function* hashing(bytes: AsyncIterable<Buffer>, hashes: readonly Hash[]): AsyncGenerator<Buffer> {
  for await (const piece of bytes) {
    for (const hash of hashes) hash.update(piece);
    yield piece;
  }
}

const partOf = (path: string): string => `${path}.part`;

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function outputOf(path: string, handle: FileHandle, state: { sha256: Hash; sha1: Hash; bytes: number }): OutputFile {
  const { sha256, sha1 } = state;
  let { bytes } = state;
  const written = (): Written => ({ bytes, sha256: sha256.copy().digest('hex') });
  return {
    async write(text) {
      const piece = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
      sha256.update(piece);
      sha1.update(piece);
      // A file may be continued, so the place is said; what is there beyond it was cut off.
      for (let done = 0; done < piece.length; ) {
        done += (await handle.write(piece, done, piece.length - done, bytes + done)).bytesWritten;
      }
      bytes += piece.length;
    },
    written,
    sha1: () => sha1.copy().digest('base64'),
    async finish(name = path) {
      await handle.close();
      await rename(partOf(path), name);
      return written();
    },
    abandon: () => handle.close(),
  };
}
