/** Puts what a download brings into files, each page with a note of how far it came. See docs/adr/0021-downloads.md */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type Delivery,
  type FetchedFile,
  plainFileName,
  recordKey,
  recordsFileName,
  recordsFolder,
  type Sink,
} from '../federation/client/index.ts';
import type { DownloadState, KnownAttachment, KnownFile } from './download-state.ts';
import { continueOutputFile, createOutputFile, type OutputFile, type Written } from './output-file.ts';

export interface RecordFile extends KnownFile {
  path: string;
  /** false while more may come */
  isWhole: boolean;
}

export interface DownloadFiles extends Sink {
  /** Ends all files; those whose server or type is named here stay parts. */
  finish(unfinished: readonly { server: string; type?: string }[]): Promise<RecordFile[]>;
  abandon(): Promise<void>;
  readonly attachments: readonly KnownAttachment[];
}

interface Place {
  folder: string;
  /** where records lie within it: empty or `data/` */
  below: string;
  /** the server whose files need no folder of their own */
  home: string | undefined;
  state: DownloadState;
  /** takes tokens out of a text */
  clean(text: string): string;
  /** is told how many records each page brought */
  progress(records: number): void;
}

interface Output extends KnownFile {
  file: OutputFile;
}

export async function createDownloadFiles(place: Place): Promise<DownloadFiles> {
  const { folder, state } = place;
  const outputs = new Map<string, Output>();
  const folders = new Map<string, string>(place.home === undefined ? [] : [[place.home, '']]);
  const keys: string[] = [];
  for (const [path, known] of state.files) {
    folders.set(known.base, path.slice(place.below.length, path.lastIndexOf('/') + 1));
    const onLine = (line: string): void => {
      const { id, meta } = JSON.parse(line) as { id?: string; meta?: { versionId?: string } }; // a record that we wrote
      if (id !== undefined) keys.push(recordKey(known.base, known.type, id));
      if (meta?.versionId !== undefined)
        keys.push(recordKey(known.base, known.type, `${id}/_history/${meta.versionId}`));
    };
    const file = await continueOutputFile(join(folder, path), known, onLine);
    if (file === undefined)
      throw new Error(`${join(folder, path)} is not as it was left: delete ${folder} and begin again`);
    outputs.set(path, { ...known, file });
  }

  async function outputFor(base: string, type: string): Promise<[path: string, output: Output]> {
    const path = `${place.below}${recordsFolder(folders, base)}${recordsFileName(type)}`;
    let output = outputs.get(path);
    if (output === undefined) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      const file = await createOutputFile(join(folder, path));
      output = { base, type, records: 0, file, ...file.written() };
      outputs.set(path, output);
    }
    return [path, output];
  }

  let said = JSON.stringify(state.said);
  async function write({ base, key, records, progress, said: heard }: Delivery): Promise<void> {
    const line = { kind: 'page' as const, key, progress: cleanProgress(progress, place.clean) };
    const isNews = JSON.stringify(heard) !== said;
    said = JSON.stringify(heard);
    const terms = isNews ? { said: JSON.parse(place.clean(said)) as typeof heard } : {}; // the same without tokens
    const type = records[0]?.type;
    if (type === undefined) return state.add({ ...line, ...terms });
    const [path, output] = await outputFor(base, type);
    await output.file.write(records.map(({ resource }) => `${JSON.stringify(resource)}\n`).join(''));
    output.records += records.length;
    Object.assign(output, output.file.written());
    const { file: _, ...known } = output;
    await state.add({ ...line, ...terms, path, file: known });
    place.progress(records.length);
  }

  // One page at a time, so that the note of a page speaks of no bytes of another.
  let turn: Promise<void> = Promise.resolve();
  return {
    async *earlier() {
      yield* keys;
      keys.length = 0;
    },
    progress: (key) => state.pieces.get(key),
    records(delivery) {
      const mine = turn.then(() => write(delivery));
      turn = mine.catch(() => {});
      return mine;
    },
    file: (fetched) => writeAttachment(place, fetched),
    async finish(unfinished) {
      const files: RecordFile[] = [];
      for (const [path, { file, ...known }] of outputs) {
        const isWhole = !unfinished.some(
          ({ server, type }) => server === known.base && (type ?? known.type) === known.type,
        );
        if (isWhole) await file.finish();
        else await file.abandon();
        files.push({ ...known, path, isWhole });
      }
      return files.sort((one, two) => one.path.localeCompare(two.path, 'en'));
    },
    async abandon() {
      await turn;
      await Promise.all([...outputs.values()].map(({ file }) => file.abandon()));
    },
    get attachments() {
      return [...state.attachments.values()];
    },
  };
}

/** A link to the next page that holds a token is not kept: its search begins anew. */
function cleanProgress(progress: Delivery['progress'], clean: (text: string) => string): Delivery['progress'] {
  const { next, ...rest } = progress;
  if (next === undefined || clean(next) === next) return progress;
  return { done: false, pages: 0, got: 0, repeated: 0, ...(rest.told === undefined ? {} : { told: rest.told }) };
}

/** Says what is wrong with the file; undefined where nothing is. */
async function writeAttachment({ folder, below, state }: Place, fetched: FetchedFile): Promise<string | undefined> {
  const url = fetched.url ?? `${fetched.server}#${fetched.name}`;
  const known = state.attachments.get(url);
  if (known !== undefined) return known.fault;
  const taken = new Set([...state.attachments.values()].map(({ path }) => path));
  const name = plainFileName(safelyDecoded(fetched.name));
  let path = `${below}files/${name}`;
  for (let at = 2; taken.has(path); at++) path = `${below}files/${at}-${name}`;
  await mkdir(join(folder, below, 'files'), { recursive: true });
  const file = await createOutputFile(join(folder, path));
  try {
    for await (const piece of fetched.open()) await file.write(piece);
  } catch (error) {
    await file.abandon();
    throw error;
  }
  const fault = faultOf(fetched, file.written(), file.sha1());
  const kept = fault === undefined ? path : `${path}.mismatch`;
  const written = await file.finish(join(folder, kept));
  const { contentType } = fetched.note;
  await state.add({
    kind: 'attachment',
    url,
    path: kept,
    ...written,
    ...(contentType === undefined ? {} : { contentType }),
    ...(fault === undefined ? {} : { fault: `${fault}; it is kept as ${kept}` }),
  });
  return fault === undefined ? undefined : `${fault}; it is kept as ${kept}`;
}

function safelyDecoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function faultOf({ note }: FetchedFile, { bytes }: Written, sha1: string): string | undefined {
  if (note.hash !== undefined && note.hash.replace(/\s+/g, '') !== sha1) {
    return `its SHA-1 is ${sha1}, and its record states ${note.hash.slice(0, 100)}`;
  }
  return note.size !== undefined && note.size !== bytes
    ? `it has ${bytes} bytes, and its record states ${note.size}`
    : undefined;
}
