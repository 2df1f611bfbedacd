/** Writes a file piece by piece and knows its size and SHA-256 at the end. https://nodejs.org/api/fs.html#class-filehandle */
import { createHash } from 'node:crypto';
import { open, rename } from 'node:fs/promises';

export interface Written {
  bytes: number;
  /** hexadecimal */
  sha256: string;
}

export interface OutputFile {
  write(text: string): Promise<void>;
  /** Ends the file and gives it its name. */
  finish(): Promise<Written>;
  /** Ends the file as it is; what is not whole keeps the name of a part. */
  abandon(): Promise<void>;
}

const pieceBytes = 1 << 16;

/** Until it is whole the file is called `path` with `.part` at its end, so that nobody takes a part for the whole. */
export async function createOutputFile(path: string): Promise<OutputFile> {
  const part = `${path}.part`;
  const handle = await open(part, 'w');
  const hash = createHash('sha256');
  let waiting: string[] = [];
  let length = 0;
  let bytes = 0;
  async function flush(): Promise<void> {
    const piece = Buffer.from(waiting.join(''), 'utf8');
    waiting = [];
    length = 0;
    hash.update(piece);
    bytes += piece.length;
    await handle.appendFile(piece);
  }
  return {
    async write(text) {
      waiting.push(text);
      length += text.length;
      if (length >= pieceBytes) await flush();
    },
    async finish() {
      await flush();
      await handle.close();
      await rename(part, path);
      return { bytes, sha256: hash.digest('hex') };
    },
    async abandon() {
      await flush();
      await handle.close();
    },
  };
}
