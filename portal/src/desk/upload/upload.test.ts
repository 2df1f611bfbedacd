/** Files become lines with their places, and resources get a tag without losing a digit. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Chunk, chunksOf } from './chunks.ts';
import { faultTable } from './send.ts';
import { tagged } from './tagged.ts';

const fileOf = (name: string, content: string | Uint8Array<ArrayBuffer>) => {
  const blob = new Blob([content]);
  return { name, size: blob.size, stream: () => blob.stream() };
};

async function read(
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
): Promise<{ chunks: Chunk[]; bytes: number }> {
  const chunks: Chunk[] = [];
  let bytes = 0;
  const file = fileOf(name, content);
  for await (const chunk of chunksOf(
    file,
    (text) => text,
    (count) => (bytes += count),
  ))
    chunks.push(chunk);
  expect(bytes).toBe(file.size);
  return { chunks, bytes };
}

describe('a file', () => {
  test('of lines keeps their numbers, also where some are empty', async () => {
    const { chunks } = await read('a.ndjson', '{"a":1}\n\n  \n{"b":2}\r\n{"c":"ä"}');
    expect(chunks).toEqual([{ text: '{"a":1}\n{"b":2}\r\n{"c":"ä"}\n', places: [1, 4, 5] }]);
  });

  test('that is packed is unpacked', async () => {
    const { chunks } = await read('a.ndjson.gz', new Uint8Array(gzipSync('{"a":1}\n{"b":2}\n')));
    expect(chunks[0]?.places).toEqual([1, 2]);
  });

  test('with a Bundle gives its resources with their digits, by entry', async () => {
    const { chunks } = await read('a.json', '{"resourceType":"Bundle","entry":[{"resource":{"v":1.50}},{}]}');
    expect(chunks).toEqual([{ text: '{"v":1.50}\nnull\n', places: [1, 2] }]);
  });

  test('with one resource, or with what is none, is one line', async () => {
    expect((await read('a.json', '{\n "resourceType": "Patient"\n}')).chunks[0]?.text).toBe(
      '{  "resourceType": "Patient" }\n',
    );
    expect((await read('a.json', 'no\njson')).chunks[0]?.text).toBe('no json\n');
  });

  test('that is large comes in chunks', async () => {
    const line = JSON.stringify({ text: 'x'.repeat(1000) });
    const { chunks } = await read('a.ndjson', `${line}\n`.repeat(5000));
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.flatMap(({ places }) => places)).toEqual(Array.from({ length: 5000 }, (_, at) => at + 1));
  });

  test('of no text is said to be none', async () => {
    await expect(read('a.ndjson', new Uint8Array([255, 254, 0]))).rejects.toThrow(TypeError);
  });
});

describe('a tag', () => {
  const tag = { system: 'urn:ds', code: 'a' };
  test.each([
    ['{"resourceType":"Patient"}', '{"meta":{"tag":[{"system":"urn:ds","code":"a"}]},"resourceType":"Patient"}'],
    ['{}', '{"meta":{"tag":[{"system":"urn:ds","code":"a"}]}}'],
    ['{"meta":{}}', '{"meta":{"tag":[{"system":"urn:ds","code":"a"}]}}'],
    ['{"meta":{"tag":[]}}', '{"meta":{"tag":[{"system":"urn:ds","code":"a"}]}}'],
    [
      '{"v":1.50,"meta":{"tag":[{"code":"b"}]}}',
      '{"v":1.50,"meta":{"tag":[{"system":"urn:ds","code":"a"},{"code":"b"}]}}',
    ],
    ['{"meta":{"tag":[{"system":"urn:ds","code":"a"}]}}', '{"meta":{"tag":[{"system":"urn:ds","code":"a"}]}}'],
    ['{"meta":7}', '{"meta":7}'],
    ['no json', 'no json'],
    ['null', 'null'],
  ])('on %s', (text, expected) => {
    expect(tagged(text, tag)).toBe(expected);
  });

  test('is put on every resource once, and changes nothing else', () => {
    const resource = fc.record(
      {
        resourceType: fc.constant('Patient'),
        meta: fc.record({ tag: fc.array(fc.record({ code: fc.string() })), source: fc.string() }, { requiredKeys: [] }),
        note: fc.string(),
        meta2: fc.constant({ meta: { tag: [] } }),
      },
      { requiredKeys: ['resourceType'] },
    );
    fc.assert(
      fc.property(resource, fc.integer({ min: 0, max: 2 }), (one, indent) => {
        const once = tagged(JSON.stringify(one, null, indent), tag);
        const parsed = JSON.parse(once);
        expect(parsed.meta.tag.filter((each: any) => each.system === 'urn:ds')).toEqual([tag]);
        const { tag: tags, ...meta } = parsed.meta;
        const left = tags.slice(1);
        expect({ ...parsed, meta: { tag: left, ...meta } }).toEqual({ ...one, meta: { tag: [], ...one.meta } });
        expect(tagged(once, tag)).toBe(once);
      }),
    );
  });
});

test('a table of faults runs nothing', () => {
  const table = faultTable([{ file: '=cmd', place: 3, isEntry: false, text: 'not "this"', isWarning: false }]);
  expect(table).toBe('file,place,kind,text\r\n"\'=cmd",3,refused,"not ""this"""\r\n');
});
