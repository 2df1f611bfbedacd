/** Keeps how far a download came beside its files, so that it can go on after anything that ends it. See docs/adr/0021-downloads.md */
import { appendFile, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Terms } from '../fair/terms.ts';
import type { Progress } from '../federation/client/index.ts';
import type { Json } from '../fhir/json.ts';
import { UsageError } from './environment.ts';
import type { Written } from './output-file.ts';

const stateName = '.fairway-download';

/** What is downloaded; another download must not go on in the same folder. */
export interface Purpose {
  dataset: string;
  format: string;
  /** the question that restricts it, as data */
  question: Json;
}

interface Header extends Purpose {
  kind: 'download';
  recordVersion?: string;
  /** milliseconds since 1970 */
  started: number;
}

/** A file of records and where they are from. */
export interface KnownFile extends Written {
  base: string;
  type: string;
  records: number;
}

/** A page that lies on the disk, with all that must be known to go on after it. */
interface PageLine {
  kind: 'page';
  key: string;
  progress: Progress;
  /** the file that its records went to, as it was then */
  path?: string;
  file?: KnownFile;
  /** what servers said of the terms so far, where it is more than before */
  said?: Terms['said'];
}

/** A file that a record names. */
export interface KnownAttachment extends Written {
  url: string;
  path: string;
  contentType?: string;
  fault?: string;
}

type Line = Header | PageLine | ({ kind: 'attachment' } & KnownAttachment);

export interface DownloadState {
  started: number;
  /** whether an earlier try is gone on with */
  isContinued: boolean;
  /** version of the record when the download began */
  recordVersion: string | undefined;
  pieces: ReadonlyMap<string, Progress>;
  files: ReadonlyMap<string, KnownFile>;
  attachments: ReadonlyMap<string, KnownAttachment>;
  said: Terms['said'] | undefined;
  add(line: Exclude<Line, Header>): Promise<void>;
  /** The download is whole: nothing will go on. */
  remove(): Promise<void>;
}

/** The state in `folder`, or a new one. Throws UsageError where another download stands there. */
export async function openState(
  folder: string,
  purpose: Purpose,
  now: number,
  recordVersion: string | undefined,
): Promise<DownloadState> {
  const path = join(folder, stateName);
  const earlier = await linesOf(path);
  const [first] = earlier;
  const version = recordVersion === undefined ? {} : { recordVersion };
  const header: Header =
    first?.kind === 'download' ? first : { kind: 'download', ...purpose, ...version, started: now };
  if (first === undefined) await writeFile(path, `${JSON.stringify(header)}\n`);
  for (const name of ['dataset', 'format', 'question'] as const) {
    if (JSON.stringify(header[name]) === JSON.stringify(purpose[name])) continue;
    const what = name === 'dataset' ? header.dataset : `${header.dataset} with another ${name}`;
    throw new UsageError(
      `${folder} holds an unfinished download of ${what}: finish it, delete it or name another folder`,
    );
  }
  const state = {
    started: header.started,
    isContinued: first !== undefined,
    recordVersion: header.recordVersion,
    pieces: new Map<string, Progress>(),
    files: new Map<string, KnownFile>(),
    attachments: new Map<string, KnownAttachment>(),
    said: undefined as Terms['said'] | undefined,
  };
  const keep = (line: Line): void => {
    if (line.kind === 'attachment') state.attachments.set(line.url, line);
    if (line.kind !== 'page') return;
    state.pieces.set(line.key, line.progress);
    if (line.path !== undefined && line.file !== undefined) state.files.set(line.path, line.file);
    if (line.said !== undefined) state.said = line.said;
  };
  for (const line of earlier) keep(line);
  return Object.assign(state, {
    async add(line: Exclude<Line, Header>) {
      await appendFile(path, `${JSON.stringify(line)}\n`);
      keep(line);
    },
    remove: () => rm(path, { force: true }),
  });
}

/** The lines that are whole. Half a line at the end is cut off: what it was to say is done again. */
async function linesOf(path: string): Promise<Line[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole));
  try {
    return whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line); // we wrote it
  } catch {
    throw new UsageError(`${path} is damaged: delete the folder and begin again`);
  }
}
