/** Puts files that are Blobs into one archive, stored as they are. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */

export interface Stored {
  readonly path: string;
  readonly content: Blob;
  /** as `checksum` reckons it */
  readonly crc: number;
}

const table = Uint32Array.from({ length: 256 }, (_, at) => {
  let value = at;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 of all that came so far; begin with 0. */
export function checksum(bytes: Uint8Array, before: number): number {
  let crc = ~before;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!; // 256 entries
  return ~crc >>> 0;
}

/** The largest archive without the additions for 64 bits. */
const mostArchive = 2 ** 32 - 2 ** 20;

/** `at`: the time that the files bear. Throws RangeError where they are too large or too many. */
export function zipOf(files: readonly Stored[], at: Date): Blob {
  const size = files.reduce((sum, { content }) => sum + content.size, 0);
  if (size > mostArchive || files.length > 65_535) throw new RangeError('too much for one archive');
  const parts: BlobPart[] = [];
  const directory: BlobPart[] = [];
  let [offset, directorySize] = [0, 0];
  for (const file of files) {
    const name = new TextEncoder().encode(file.path);
    const common = commonFields(file, name.length, at);
    const header = joined([word(0x04034b50), common, name]);
    const entry = joined([
      word(0x02014b50),
      short(20),
      common,
      short(0),
      short(0),
      short(0),
      word(0),
      word(offset),
      name,
    ]);
    parts.push(header, file.content);
    directory.push(entry);
    offset += header.length + file.content.size;
    directorySize += entry.length;
  }
  const count = short(files.length);
  const end = joined([word(0x06054b50), short(0), short(0), count, count, word(directorySize), word(offset), short(0)]);
  return new Blob([...parts, ...directory, end], { type: 'application/zip' });
}

/** Version, flags (names are UTF-8), method (stored), time, checksum, sizes, length of the name, no extra field. */
function commonFields({ content, crc }: Stored, nameLength: number, at: Date): Uint8Array<ArrayBuffer> {
  const time = (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1);
  const day = (Math.max(0, at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate();
  return joined([
    ...[short(20), short(0x0800), short(0), short(time), short(day)],
    ...[word(crc), word(content.size), word(content.size), short(nameLength), short(0)],
  ]);
}

const short = (value: number): Uint8Array => Uint8Array.of(value & 0xff, (value >>> 8) & 0xff);
const word = (value: number): Uint8Array =>
  Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff);

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
