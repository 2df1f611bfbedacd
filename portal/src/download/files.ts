/** Puts the records that a download brings into files, one for each resource type, as `fairway get` does. See docs/adr/0021-downloads.md */
import {
  type Delivery,
  type FetchedFile,
  plainFileName,
  recordsFileName,
  recordsFolder,
  type Sink,
} from '../../../src/federation/client/index.ts';
import type { Place, Writing } from './place.ts';

/** It is larger than what the place can hold. */
export class TooLarge extends Error {}

interface Output {
  readonly base: string;
  readonly type: string;
  readonly path: string;
  readonly writing: Writing;
  records: number;
}

export interface FileCount {
  readonly path: string;
  /** absent where it is no file of records */
  readonly records?: number;
  readonly isWhole: boolean;
}

export interface Written {
  readonly records: number;
  readonly bytes: number;
}

export interface Files extends Sink {
  /** Ends all files; those whose server or type is named here are called parts. */
  end(unfinished: readonly { server: string; type?: string }[]): Promise<FileCount[]>;
  /** A text beside the records. */
  text(path: string, text: string): Promise<void>;
}

interface Means {
  readonly place: Place;
  /** the server whose files need no folder of their own */
  readonly home: string | undefined;
  onProgress(written: Written): void;
  /** Waits until the reader agrees to what came to light; rejects where they do not. */
  agreed(said: Delivery['said']): Promise<void>;
}

export function createFiles({ place, home, onProgress, agreed }: Means): Files {
  const outputs = new Map<string, Promise<Output>>();
  const others: FileCount[] = [];
  const folders = new Map<string, string>(home === undefined ? [] : [[home, '']]);
  let [records, bytes] = [0, 0];

  const output = (base: string, type: string): Promise<Output> => {
    const path = `${recordsFolder(folders, base)}${recordsFileName(type)}`;
    const known = outputs.get(path) ?? place.open(path).then((writing) => ({ base, type, path, writing, records: 0 }));
    outputs.set(path, known);
    return known;
  };
  const counted = (more: Uint8Array): void => {
    bytes += more.length;
    if (bytes > place.most) throw new TooLarge();
  };

  async function write({ base, records: page, said }: Delivery): Promise<void> {
    await agreed(said);
    const type = page[0]?.type;
    if (type === undefined) return;
    const to = await output(base, type);
    const text = page.map(({ resource }) => `${JSON.stringify(resource)}\n`).join('');
    const encoded = new TextEncoder().encode(text);
    counted(encoded);
    await to.writing.write(encoded);
    to.records += page.length;
    records += page.length;
    onProgress({ records, bytes });
  }

  /** Another file of the data set, held to what its record states of it. */
  async function attachment(file: FetchedFile): Promise<string | undefined> {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for await (const piece of file.open()) {
      counted(piece);
      pieces.push(new Uint8Array(piece));
    }
    const fault = await faultOf(file, new Blob(pieces));
    const path = freePath(others, `files/${plainFileName(file.name)}`, fault === undefined ? '' : '.mismatch');
    const writing = await place.open(path);
    for (const piece of pieces) await writing.write(piece);
    await writing.end(path);
    others.push({ path, isWhole: fault === undefined });
    onProgress({ records, bytes });
    return fault === undefined ? undefined : `${fault}; it is kept as ${path}`;
  }

  // One page at a time: what is asked of the reader is asked once.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  };
  return {
    async *earlier() {},
    progress: () => undefined,
    records: (delivery) => inTurn(() => write(delivery)),
    file: (file) => inTurn(() => attachment(file)),
    async text(path, text) {
      const writing = await place.open(path);
      await writing.write(new TextEncoder().encode(text));
      await writing.end(path);
    },
    async end(unfinished) {
      await turn;
      const ended = await Promise.all(outputs.values());
      const all = ended.map(async ({ base, type, path, writing, records: count }): Promise<FileCount> => {
        const isWhole = !unfinished.some((one) => one.server === base && (one.type ?? type) === type);
        const name = isWhole ? path : `${path}.part`;
        await writing.end(name);
        return { path: name, records: count, isWhole };
      });
      return [...(await Promise.all(all)), ...others].sort((one, two) => one.path.localeCompare(two.path, 'en'));
    },
  };
}

function freePath(others: readonly FileCount[], path: string, ending: string): string {
  const taken = new Set(others.map((one) => one.path));
  const cut = path.lastIndexOf('/') + 1;
  let free = `${path}${ending}`;
  for (let at = 2; taken.has(free); at++) free = `${path.slice(0, cut)}${at}-${path.slice(cut)}${ending}`;
  return free;
}

async function faultOf({ note }: FetchedFile, content: Blob): Promise<string | undefined> {
  if (note.hash !== undefined) {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', await content.arrayBuffer()));
    const sha1 = btoa(String.fromCharCode(...digest));
    if (note.hash.replace(/\s+/g, '') !== sha1)
      return `its SHA-1 is ${sha1}, and its record states ${note.hash.slice(0, 100)}`;
  }
  return note.size !== undefined && note.size !== content.size
    ? `it has ${content.size} bytes, and its record states ${note.size}`
    : undefined;
}
