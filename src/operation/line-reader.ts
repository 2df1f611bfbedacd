/** Splits a stream of bytes into lines, keeping only the current chunk in memory. https://hl7.org/fhir/uv/bulkdata/ */
import type { Readable } from 'node:stream';

/** A line with its number, counted from 1. `tooLong` lines come without their bytes. */
export interface Line {
  number: number;
  bytes: Buffer;
  tooLong: boolean;
}

const newline = 10;

/** Lines without their end; empty ones are left out but counted. Lines longer than `longest` bytes are reported and passed over. */
export async function* readLines(stream: Readable, longest: number): AsyncGenerator<Line> {
  let number = 0;
  let parts: Buffer[] = [];
  let length = 0;
  const finish = (): Line | undefined => {
    number++;
    const line: Line =
      length > longest
        ? { number, bytes: Buffer.alloc(0), tooLong: true }
        : { number, bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts), tooLong: false };
    const isEmpty = !line.tooLong && isBlank(line.bytes);
    parts = [];
    length = 0;
    return isEmpty ? undefined : line;
  };
  const take = (part: Buffer): void => {
    length += part.length;
    if (length <= longest) parts.push(part);
    else parts = [];
  };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      take(chunk.subarray(from, at));
      from = at + 1;
      const line = finish();
      if (line !== undefined) yield line;
    }
    if (from < chunk.length) take(chunk.subarray(from));
  }
  if (length > 0) {
    const line = finish();
    if (line !== undefined) yield line;
  }
}

const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => byte === 32 || byte === 13 || byte === 9);
