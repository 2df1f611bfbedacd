/** Reads what is to be imported: NDJSON, JSON resources and Bundles, packed or not, as lines of NDJSON. https://hl7.org/fhir/uv/bulkdata/ */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { entryResourceTexts } from '../fhir/format/bundle.ts';
import { UsageError } from './environment.ts';

export interface Source {
  /** `-` is standard input */
  path: string;
  /** bytes on disk; 0 where that is not known */
  bytes: number;
}

const known = /\.(ndjson|jsonl|json)(\.gz)?$/;

/** The files that `paths` name, folders with what lies in them. Files of other kinds in folders come back as `passed`. */
export async function sourcesOf(paths: readonly string[]): Promise<{ sources: Source[]; passed: string[] }> {
  const sources: Source[] = [];
  const passed: string[] = [];
  for (const path of paths) {
    if (path === '-') {
      sources.push({ path, bytes: 0 });
      continue;
    }
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new UsageError(`there is no file or folder ${path}`);
    if (!found.isDirectory()) {
      sources.push({ path, bytes: found.size });
      continue;
    }
    for (const entry of (await readdir(path, { recursive: true, withFileTypes: true })).sort(byPath)) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      if (known.test(entry.name)) sources.push({ path: file, bytes: (await stat(file)).size });
      else passed.push(file);
    }
  }
  return { sources, passed };
}

const byPath = (one: { parentPath: string; name: string }, two: { parentPath: string; name: string }): number =>
  join(one.parentPath, one.name) < join(two.parentPath, two.name) ? -1 : 1;

/** The content as bytes of NDJSON; `onBytes` hears how many bytes were taken from the file. */
export async function* linesOf(
  source: Source,
  stdin: NodeJS.ReadableStream,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const raw = source.path === '-' ? (stdin as Readable) : createReadStream(source.path, { highWaterMark: 2 ** 18 });
  raw.on('data', (chunk: Buffer) => onBytes(chunk.length));
  const bytes = source.path.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  raw.once('error', (error: Error) => bytes.destroy(error));
  if (/\.json(\.gz)?$/.test(source.path)) yield* documentLines(bytes, source.path);
  else yield* withLineEnd(bytes);
}

async function* withLineEnd(bytes: Readable): AsyncGenerator<Buffer> {
  let last = 10;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    if (chunk.length === 0) continue;
    last = chunk[chunk.length - 1]!;
    yield chunk;
  }
  if (last !== 10) yield Buffer.from('\n');
}

/** One resource, or the resources of a Bundle, each on a line of its own with its digits as they were. */
async function* documentLines(bytes: Readable, path: string): AsyncGenerator<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of bytes as AsyncIterable<Buffer>) parts.push(chunk);
  const text = Buffer.concat(parts).toString();
  // Between values a line end is white space, and inside a string JSON allows none.
  const line = (json: string): Buffer => Buffer.from(`${json.replace(/[\r\n]+/g, ' ')}\n`);
  if (!isBundle(text)) {
    yield line(text);
    return;
  }
  const resources = entryResourceTexts(text);
  for (const [at, resource] of resources.entries()) {
    if (resource === undefined) throw new UsageError(`${path}: entry ${at} of the Bundle has no resource`);
    yield line(resource);
  }
}

function isBundle(text: string): boolean {
  try {
    return (JSON.parse(text) as { resourceType?: unknown } | null)?.resourceType === 'Bundle';
  } catch {
    return false; // the server says what is wrong with it
  }
}
