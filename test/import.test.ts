/** Everything that is imported is there and equals what was sent. https://hl7.org/fhir/uv/bulkdata/ */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { FhirVersion } from '../src/fhir/definitions/model.ts';
import type { JsonObject } from '../src/fhir/json.ts';
import { newFolder, removeFolder, startProcess, streaming } from './process.ts';
import { importOf, startServer, type TestServer } from './server.ts';

const data = fileURLToPath(new URL('../../shared/data/', import.meta.url));

function* linesIn(folder: string): Generator<string> {
  for (const file of readdirSync(data + folder)) {
    const bytes = readFileSync(`${data}${folder}/${file}`);
    if (file.endsWith('.json')) yield bytes.toString().replace(/[\r\n]+/g, ' ');
    if (!file.endsWith('.ndjson.gz')) continue;
    for (const line of gunzipSync(bytes).toString().split('\n')) if (line !== '') yield line;
  }
}

/** Without what the server owns; `meta` that is empty then goes. */
function content(resource: JsonObject): JsonObject {
  const { meta, ...rest } = resource;
  const { versionId: _, lastUpdated: __, ...others } = (meta ?? {}) as JsonObject;
  return Object.keys(others).length === 0 ? rest : { ...rest, meta: others };
}

/** Every resource of the server by `Type/id`, read through its own pages. */
async function readAll(server: TestServer, types: ReadonlySet<string>): Promise<Map<string, JsonObject>> {
  const all = new Map<string, JsonObject>();
  for (const type of types) {
    let url: string | undefined = `${type}?_count=1000`;
    while (url !== undefined) {
      const { body } = await server.ask('GET', url);
      for (const { resource } of body['entry'] ?? []) all.set(`${type}/${resource.id}`, resource);
      url = body['link'].find((link: any) => link.relation === 'next')?.url;
    }
  }
  return all;
}

const counts = (body: any): number[] => body.parameter.slice(0, 3).map((one: any) => one.valueInteger);

const folders: { folder: string; fhirVersion: FhirVersion; refused: number }[] = [
  { folder: 'synthea-small', fhirVersion: 'R4', refused: 0 },
  { folder: 'synthea-small', fhirVersion: 'R4B', refused: 0 },
  { folder: 'examples/r4', fhirVersion: 'R4', refused: 0 },
  { folder: 'examples/r4b', fhirVersion: 'R4B', refused: 0 },
  { folder: 'examples/r5', fhirVersion: 'R5', refused: 0 },
  // The guide itself: codes of a publishing tool where the specification requires others (see validation's examples.test.ts).
  { folder: 'fhir-for-fair', fhirVersion: 'R4B', refused: 1 },
];

describe.skipIf(!existsSync(data))('real data', () => {
  test.each(folders)('$folder comes back from $fhirVersion as it was', async ({ folder, fhirVersion, refused }) => {
    const server = await startServer({ fhirVersion });
    try {
      const sent = new Map<string, JsonObject>();
      const types = new Set<string>();
      for (const line of linesIn(folder)) {
        const resource = JSON.parse(line) as JsonObject;
        types.add(String(resource['resourceType']));
        sent.set(`${String(resource['resourceType'])}/${String(resource['id'])}`, resource);
      }
      const { body } = await server.load(linesIn(folder));
      expect(counts(body)).toEqual([sent.size - refused, 0, refused]);
      const read = await readAll(server, types);
      expect(read.size).toBe(sent.size - refused);
      for (const [key, resource] of read) expect(content(resource), key).toEqual(content(sent.get(key)!));
      const { body: again } = await server.load(linesIn(folder));
      expect(counts(again)).toEqual([0, sent.size - refused, refused]);
      expect(server.errors).toEqual([]);
    } finally {
      await server.close();
    }
  });
});

describe('$import', () => {
  test('keeps good lines, names bad ones by number and cause', async () => {
    const server = await startServer();
    const { status, body } = await server.load([
      '{"resourceType":"Patient","id":"one"}',
      '',
      '{"resourceType":"Patient","id":"two"',
      '  {"resourceType":"Patient","id":"three","gender":"x"}  ',
      '{"resourceType":"Patient","id":"not_an_id"}',
      '{"resourceType":"Patient","id":7}',
      '{"resourceType":"Nothing","id":"x"}',
      '{"resourceType":"Patient"}',
      '{"resourceType":"Patient","id":"one","active":true}\r',
    ]);
    expect([status, counts(body)]).toEqual([200, [2, 1, 5]]);
    const faults = body['parameter'][3].resource.issue.map((issue: any) => issue.diagnostics as string);
    expect(faults.map((fault: string) => /^line \d+/.exec(fault)?.[0])).toEqual([
      'line 3',
      'line 4',
      'line 5',
      'line 6',
      'line 7',
    ]);
    expect((await server.ask('GET', 'Patient/one')).body['active']).toBe(true);
    await server.close();
  });

  test('writes a resource that comes often in the order of its lines', async () => {
    const server = await startServer();
    const lines = Array.from({ length: 3000 }, (_, at) => ({
      resourceType: 'Patient',
      id: `p${at % 7}`,
      name: [{ text: `${at}` }],
    }));
    expect(counts((await server.load(lines)).body)).toEqual([7, 2993, 0]);
    for (let at = 0; at < 7; at++) {
      const { body } = await server.ask('GET', `Patient/p${at}`);
      expect(Number(body['name'][0].text) + 7).toBeGreaterThanOrEqual(3000);
    }
    await server.close();
  });

  test('lists at most a thousand faults and counts all', async () => {
    const server = await startServer();
    const { body } = await server.load(Array.from({ length: 1500 }, () => '{}'));
    expect(counts(body)).toEqual([0, 0, 1500]);
    const { issue } = body['parameter'][3].resource;
    expect(issue).toHaveLength(1001);
    expect(issue.at(-1).diagnostics).toContain('500 more');
    await server.close();
  });

  test('takes nothing but newline-delimited JSON', async () => {
    const server = await startServer();
    const asked = importOf(['{}']);
    expect(
      (await server.ask('POST', '$import', { ...asked, headers: { 'content-type': 'application/fhir+json' } })).status,
    ).toBe(415);
    expect((await server.ask('GET', '$import')).status).toBe(404);
    await server.close();
  });

  test('keeps memory bounded: 900 MB go through, and the process grows by less than a third of that', async () => {
    const folder = newFolder();
    const { base, child, end } = await startProcess(folder);
    const filler = 'x'.repeat(30_000);
    async function* lines(many: number) {
      for (let at = 0; at < many; at++) {
        yield Buffer.from(
          `{"resourceType":"Patient","id":"p${at % 500}","text":{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml'>${filler}</div>"}}\n`,
        );
      }
    }
    const mostKilobytes = (): number =>
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]);
    await fetch(`${base}/$import`, streaming(lines(3000)));
    const before = mostKilobytes();
    const response = await fetch(`${base}/$import`, streaming(lines(30_000)));
    expect(counts(await response.json())).toEqual([0, 30_000, 0]);
    expect(mostKilobytes() - before).toBeLessThan(300 * 1024);
    await end('SIGTERM');
    await removeFolder(folder);
  });
});
