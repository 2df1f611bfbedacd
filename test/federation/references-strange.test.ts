/** References on servers that are not ours: the guide's own examples, copies, DOIs, files, servers that are gone. https://hl7.org/fhir/uv/fhir-for-fair/STU1/artifacts.html */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ClientSettings, createClient, readQuestion } from '../../src/federation/client/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { startServer } from '../server.ts';
import { collect } from './sink.ts';
import { bundle, capabilities, type Handler, library, outcome, registry, serve } from './stranger.ts';

const guide = join(import.meta.dirname, '../../../shared/data/fhir-for-fair');

test('the examples of the guide: a project, its two studies, a manifest, four records and what else is of the patient', async () => {
  const server = await startServer({ openAccess: true });
  const examples = readdirSync(guide)
    .filter((name) => /example|f4h|ninfea/.test(name))
    .map((name) => JSON.parse(readFileSync(join(guide, name), 'utf8')));
  expect((await server.load(examples)).text).toContain('"refused","valueInteger":0');
  const { datasets } = await createClient().list({ registry: [server.base] }, readQuestion({}));
  const project = datasets.find(({ title }) => title === 'Metadata record for the FAIR4Health project')!;
  const got = await collect(createClient().get(project), server.base);
  expect(got).toEqual({
    records: [
      'Condition/example-f4f-condition',
      'DocumentManifest/example-f4f-manifest',
      'List/example-f4f-list',
      'MedicationStatement/example-f4f-medicationStatement-1',
      'MedicationStatement/example-f4f-medicationStatement-2',
      'Patient/example-f4f-patient',
    ],
    files: {},
    problems: [expect.stringContaining('Library/f4h-lib-1 names no data')],
  });
  // Its file lies on a server that no test may ask; what is sent is all that is looked at.
  const asked: string[] = [];
  const elsewhere: typeof fetch = (input, init) => {
    if (String(input).startsWith(server.base)) return fetch(input, init);
    asked.push(String(input));
    return Promise.resolve(new Response('zip'));
  };
  const ninfea = datasets.find(({ identifier }) => identifier === 'https://doi.org|10.13026/c4n5-3b04')!;
  const files = await collect(createClient({ fetch: elsewhere }).get(ninfea), server.base);
  expect([asked.length, asked[0]]).toEqual([1, expect.stringContaining('https://physionet.org/static/')]);
  expect(Object.values(files.files)).toEqual(['zip']);
  await server.close();
});

const getOf = async (more: object, settings: ClientSettings = {}, also: object[] = []) => {
  const from = await registry([{ ...library('a', ''), extension: [], ...more }, ...also]);
  const { datasets } = await createClient().list({ registry: [from] }, readQuestion({}));
  const client = createClient({ limits: { attempts: 1, requestMs: 500 }, ...settings });
  return collect(client.get(datasets.find(({ title }) => title === 'a')!), from);
};
const reference = (valueReference: object) => ({
  url: canonical.relatedContent,
  valueRelatedArtifact: { extension: [{ url: canonical.relatedArtifactResourceReference, valueReference }] },
});
const one: Handler = ({ path }, response, base) => {
  if (path === 'metadata') return capabilities(['Patient', 'Observation', 'List']);
  if (path === 'Observation/1') return { resourceType: 'Observation', id: '1' };
  if (path === 'List/1')
    return {
      resourceType: 'List',
      id: '1',
      status: 'current',
      entry: [{ item: { reference: `${base}/Observation/1` } }],
    };
  response.statusCode = 404;
  return outcome('there is none');
};

describe('a DOI', () => {
  test('that no server knows is followed to where it leads, if that is FHIR', async () => {
    const at = await serve(one);
    const rerouted: typeof fetch = (input, init) =>
      fetch(String(input) === 'https://doi.org/10.5072/x' ? `${at}/List/1` : input, init);
    const got = await getOf(
      { extension: [reference({ identifier: { system: 'https://doi.org', value: '10.5072/x' } })] },
      { fetch: rerouted },
    );
    expect(got).toMatchObject({ records: ['Observation/1@other'], problems: [] });
  });

  test('that leads to a page for people is said to', async () => {
    const page: typeof fetch = (input, init) =>
      String(input).startsWith('https://doi.org/') ? Promise.resolve(new Response('<html>')) : fetch(input, init);
    const got = await getOf(
      { extension: [reference({ identifier: { system: canonical.uri, value: 'https://doi.org/10.5072/y' } })] },
      { fetch: page },
    );
    expect(got.problems).toEqual([
      expect.stringMatching(
        /nothing that the identifier names; https:\/\/doi\.org\/10\.5072\/y: it answered with text\/plain, which is no FHIR JSON/,
      ),
    ]);
  });
});

test('a canonical that no server knows is followed as an address', async () => {
  const at = await serve(one);
  const artifact = { url: canonical.relatedContent, valueRelatedArtifact: { resource: `${at}/List/1` } };
  expect(await getOf({ extension: [artifact] })).toMatchObject({ records: ['Observation/1@other'], problems: [] });
});

test('an address that names a single record is no record of a data set', async () => {
  const at = await serve(({ path }) => (path === 'thing' ? { resourceType: 'Basic' } : undefined));
  const got = await getOf({ extension: [reference({ reference: `${at}/thing` })] });
  expect(got.problems).toEqual([expect.stringContaining('no FHIR resource that names data')]);
});

test('relative references of a copy lead to where it was copied from', async () => {
  const at = await serve(one);
  const registryWithCopy = await serve(({ path }, response) => {
    if (path === 'metadata') return capabilities(['Library', 'List']);
    if (path === 'Library') return bundle([{ ...library('a', 'List/copy') }]);
    if (path === 'List/copy')
      return {
        resourceType: 'List',
        id: 'copy',
        meta: { source: `${at}/List/9` },
        entry: [{ item: { reference: 'Observation/1' } }],
      };
    response.statusCode = 404;
    return outcome('none here');
  });
  const { datasets } = await createClient().list({ registry: [registryWithCopy] }, readQuestion({}));
  const got = await collect(createClient({ limits: { attempts: 1 } }).get(datasets[0]!), registryWithCopy);
  expect(got).toMatchObject({ records: ['Observation/1@other'], problems: [] });
});

test('two resources of one identifier are not chosen from', async () => {
  const at = await serve(({ path }) => {
    if (path === 'metadata') return capabilities(['Library', 'List']);
    if (path === 'Library')
      return bundle(
        [library('a', '')].map((one) => ({
          ...one,
          extension: [reference({ type: 'List', identifier: { value: 'x' } })],
        })),
      );
    return bundle([1, 2].map((id) => ({ resourceType: 'List', id: `${id}` })));
  });
  const { datasets } = await createClient().list({ registry: [at] }, readQuestion({}));
  const got = await collect(createClient().get(datasets[0]!), at);
  expect(got.problems).toEqual([expect.stringContaining('names several resources')]);
});

test('a server that is gone is named, and the other one gives what it has', async () => {
  const at = await serve(one);
  const gone = 'http://127.0.0.1:1/fhir';
  const got = await getOf({
    extension: [
      reference({ reference: `${gone}/Observation/1` }),
      reference({ reference: `${gone}/List/1` }),
      reference({ reference: `${at}/Observation/1` }),
    ],
  });
  expect(got.records).toEqual(['Observation/1@other']);
  expect(got.problems).toEqual([
    expect.stringContaining('List/1: it cannot be reached'),
    expect.stringContaining('it cannot be reached'),
  ]);
});

test('a server that answers with something else is not believed', async () => {
  const at = await serve(({ path }) => (path === 'metadata' ? capabilities() : { resourceType: 'Patient', id: '1' }));
  const got = await getOf({
    extension: [reference({ reference: `${at}/List/1` }), reference({ reference: `${at}/Observation/1` })],
  });
  expect(got).toMatchObject({
    records: [],
    problems: [
      expect.stringContaining('a List with something else'),
      expect.stringContaining('Observation/1 with something else'),
    ],
  });
});

describe('files', () => {
  test('with a relative address lie on the server of the record; those that fall silent are given up', async () => {
    const from = await serve(({ path }, response, at) => {
      if (path === 'metadata') return capabilities(['Library']);
      if (path === 'files/a.csv') return void response.end('a');
      if (path === 'files/b.csv') return void response.write('b');
      return bundle([
        {
          ...library('a', ''),
          extension: [],
          content: ['files/a.csv', `${at}/files/b.csv`].map((url) => ({ contentType: 'text/csv', url })),
        },
      ]);
    });
    const { datasets } = await createClient().list({ registry: [from] }, readQuestion({}));
    const got = await collect(createClient({ limits: { requestMs: 200 } }).get(datasets[0]!), from);
    expect(got.files).toEqual({ 'a.csv': 'a' });
    expect(got.problems).toEqual(['b.csv: nothing came for 0.2 s']);
  });

  test('in a record that are no base64', async () => {
    const got = await getOf({ content: [{ title: 'x', data: '???' }] });
    expect(got.problems).toEqual(['x: its data are not base64']);
  });
});

test('a download may take longer than a server gets for a question, as long as it goes on', async () => {
  const from = await serve(
    async_((path, query, at) => {
      if (path === 'metadata') return capabilities(['Patient']);
      if (path === 'Library') return bundle([library('a', `${at}/Patient?active=true`)]);
      const page = Number(query.get('page') ?? 1);
      return bundle([{ resourceType: 'Patient', id: `${page}` }], {
        total: 6,
        link: page < 6 ? [{ relation: 'next', url: `${at}/Patient?page=${page + 1}` }] : [],
      });
    }),
  );
  const { datasets } = await createClient().list({ registry: [from] }, readQuestion({}));
  const got = await collect(createClient({ limits: { serverMs: 500 } }).get(datasets[0]!), from);
  expect([got.records.length, got.problems]).toEqual([6, []]);
});

/** Answers after a while. */
function async_(answer: (path: string, query: URLSearchParams, at: string) => unknown): Handler {
  return ({ path, query }, response, at) => {
    setTimeout(() => {
      response.setHeader('content-type', 'application/fhir+json');
      response.end(JSON.stringify(answer(path, query, at)));
    }, 150);
    return undefined;
  };
}
