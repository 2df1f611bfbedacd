/** Reads files as lines of NDJSON in chunks, never whole unless they are one document. https://hl7.org/fhir/uv/bulkdata/ */
import { entryResourceTexts } from '../../../../src/fhir/format/bundle.ts';

/** Lines that are sent together. */
export interface Chunk {
  text: string;
  /** where each line stands in its file: a line, or an entry of a Bundle, both counted from 1 */
  places: readonly number[];
}

export interface ReadFile {
  name: string;
  size: number;
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Characters of one chunk: progress shows, and a cancelled import has not sent much in vain. */
const chunkLength = 2 ** 20;

export const isDocument = (name: string): boolean => /\.json(\.gz)?$/i.test(name);
export const isKnown = (name: string): boolean => /\.(ndjson|jsonl|json)(\.gz)?$/i.test(name);

/** `change` is done to each resource's text; `onBytes` hears how many bytes of the file were read. */
export async function* chunksOf(
  file: ReadFile,
  change: (text: string) => string,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Chunk> {
  const texts = isDocument(file.name) ? documentTexts(file, onBytes) : lineTexts(file, onBytes);
  let lines: string[] = [];
  let places: number[] = [];
  let length = 0;
  for await (const [text, place] of texts) {
    const line = change(text);
    lines.push(line);
    places.push(place);
    length += line.length;
    if (length < chunkLength) continue;
    yield { text: `${lines.join('\n')}\n`, places };
    [lines, places, length] = [[], [], 0];
  }
  if (lines.length > 0) yield { text: `${lines.join('\n')}\n`, places };
}

async function* lineTexts(file: ReadFile, onBytes: (bytes: number) => void): AsyncGenerator<[string, number]> {
  let rest = '';
  let number = 0;
  for await (const part of textsOf(file, onBytes)) {
    const lines = (rest + part).split('\n');
    rest = lines.pop()!; // split gives one at least
    for (const line of lines) {
      number++;
      if (line.trim() !== '') yield [line, number];
    }
  }
  if (rest.trim() !== '') yield [rest, number + 1];
}

/** One resource, or those of a Bundle. */
async function* documentTexts(file: ReadFile, onBytes: (bytes: number) => void): AsyncGenerator<[string, number]> {
  const parts: string[] = [];
  for await (const part of textsOf(file, onBytes)) parts.push(part);
  const text = parts.join('');
  // Between values a line end is white space, and inside a string JSON allows none.
  const line = (json: string): string => json.replace(/[\r\n]+/g, ' ');
  if (!isBundle(text)) {
    yield [line(text), 1];
    return;
  }
  // An entry without a resource is refused by the server as what it is: nothing.
  for (const [at, resource] of entryResourceTexts(text).entries()) yield [line(resource ?? 'null'), at + 1];
}

function isBundle(text: string): boolean {
  try {
    return (JSON.parse(text) as { resourceType?: unknown } | null)?.resourceType === 'Bundle';
  } catch {
    return false;
  }
}

async function* textsOf(file: ReadFile, onBytes: (bytes: number) => void): AsyncGenerator<string> {
  const counted = file.stream().pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(bytes, controller) {
        onBytes(bytes.byteLength);
        controller.enqueue(bytes);
      },
    }),
  );
  const unpacked = /\.gz$/i.test(file.name) ? counted.pipeThrough(new DecompressionStream('gzip')) : counted;
  const reader = unpacked.pipeThrough(new TextDecoderStream('utf-8', { fatal: true })).getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}
