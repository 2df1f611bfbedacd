/** Where a download is put: a folder of the reader where the browser can write there, else one archive that the browser saves. https://developer.mozilla.org/docs/Web/API/File_System_API */
import { downloadZip } from 'client-zip';

/** One file while it is written. */
export interface Writing {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Ends it under the name that it is to have: a part is never called as a whole file is. */
  end(path: string): Promise<void>;
}

export interface Place {
  /** bytes that it can hold */
  readonly most: number;
  open(path: string): Promise<Writing>;
  /** Gives all of it to the reader; what it is called then. */
  finish(isWhole: boolean): Promise<string>;
}

/** What is kept in the browser until it is whole; more is for the folder or for the command. See docs/reference/portal.md */
export const mostInArchive = 512 * 2 ** 20;

/** Pieces are gathered to Blobs, which the browser may keep outside of its memory. */
const gatherAt = 8 * 2 ** 20;

export function archivePlace(name: string, save: (file: Blob, name: string) => void, now: () => Date): Place {
  const files: { name: string; input: Blob; lastModified: Date }[] = [];
  return {
    most: mostInArchive,
    open() {
      let [blobs, pieces, waiting]: [Blob[], Uint8Array<ArrayBuffer>[], number] = [[], [], 0];
      const gather = (): void => {
        blobs.push(new Blob(pieces));
        [pieces, waiting] = [[], 0];
      };
      return Promise.resolve({
        async write(bytes) {
          pieces.push(bytes);
          waiting += bytes.length;
          if (waiting >= gatherAt) gather();
        },
        async end(path) {
          gather();
          files.push({ name: path, input: new Blob(blobs), lastModified: now() });
          blobs = [];
        },
      });
    },
    async finish(isWhole) {
      const file = isWhole ? `${name}.zip` : `${name}-partial.zip`;
      save(await downloadZip(files).blob(), file);
      return file;
    },
  };
}

/** As Chromium has it; others have no such function. */
interface WithPicker {
  showDirectoryPicker?(options: { mode: 'readwrite' }): Promise<FileSystemDirectoryHandle>;
}

export const canWriteFolders = (): boolean => (window as WithPicker).showDirectoryPicker !== undefined;

/** A new folder below one that the reader chooses. Throws DOMException AbortError when they choose none. */
export async function folderPlace(name: string): Promise<Place> {
  const chosen = await (window as WithPicker).showDirectoryPicker!({ mode: 'readwrite' });
  const [folder, called] = await newFolder(chosen, name);
  return {
    most: Number.POSITIVE_INFINITY,
    async open(path) {
      const parts = path.split('/');
      const within = await folderOf(folder, parts.slice(0, -1));
      const part = `${parts.at(-1)!}.part`;
      const handle = await within.getFileHandle(part, { create: true });
      const stream = await handle.createWritable();
      return {
        write: (bytes) => stream.write(bytes),
        async end(wanted) {
          // What is written is there when it is closed, and not before.
          await stream.close();
          const last = wanted.split('/').at(-1)!;
          if (last === part) return;
          const whole = await within.getFileHandle(last, { create: true });
          await (await handle.getFile()).stream().pipeTo(await whole.createWritable());
          await within.removeEntry(part);
        },
      };
    },
    finish: () => Promise.resolve(called),
  };
}

/** Nothing that lies there is written over. */
async function newFolder(
  below: FileSystemDirectoryHandle,
  name: string,
): Promise<[folder: FileSystemDirectoryHandle, name: string]> {
  for (let at = 1; ; at++) {
    const wanted = at === 1 ? name : `${name}-${at}`;
    try {
      await below.getDirectoryHandle(wanted);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotFoundError') continue;
      return [await below.getDirectoryHandle(wanted, { create: true }), wanted];
    }
  }
}

async function folderOf(
  folder: FileSystemDirectoryHandle,
  names: readonly string[],
): Promise<FileSystemDirectoryHandle> {
  let at = folder;
  for (const name of names) at = await at.getDirectoryHandle(name, { create: true });
  return at;
}
