/** A download as the browser makes it, from real servers into a real archive: whole, in part, declined, too large. */
import { describe, expect, test } from 'vitest';
import { datasetOf } from '../../../src/federation/client/index.ts';
import { canonical } from '../../../src/fhir/canonical.ts';
import { bundle, capabilities, type Handler, library, outcome, serve } from '../../../test/federation/stranger.ts';
import { unpacked } from '../../../test/unpacked.ts';
import { archivePlace } from './place.ts';
import { Declined, type Downloaded, download, type Obligations } from './run.ts';

interface Got {
  downloaded: Downloaded;
  name?: string;
  files: Record<string, string>;
}

async function got(
  base: string,
  {
    most,
    onObligations = () => Promise.resolve(),
    signal = new AbortController().signal,
    onProgress = () => {},
    more = [],
    agreed = [],
  }: {
    most?: number;
    onObligations?: (obligations: Obligations) => Promise<void>;
    signal?: AbortSignal;
    onProgress?: () => void;
    more?: object[];
    agreed?: readonly string[];
  } = {},
): Promise<Got> {
  const saved: { file: Blob; name: string }[] = [];
  const archive = archivePlace(
    'set',
    (file, name) => saved.push({ file, name }),
    () => new Date('2026-01-02T03:04:06'),
  );
  const downloaded = await download({
    dataset: datasetOf(library('set', `${base}/Patient?x=1`, more), base),
    place: { ...archive, ...(most === undefined ? {} : { most }) },
    tokens: { [base]: 'secret-token' },
    asked: {},
    agreed,
    signal,
    onProgress,
    onObligations,
  });
  const [one] = saved;
  return { downloaded, ...(one === undefined ? { files: {} } : { name: one.name, files: await unpacked(one.file) }) };
}

const patients = (from: number, to: number): object[] =>
  Array.from({ length: to - from }, (_, at) => ({
    resourceType: 'Patient',
    id: `p${from + at}`,
    name: [{ family: 'Łódź' }],
  }));

/** Two pages; `second` may do as it likes. */
const paged =
  (second: Handler = () => bundle(patients(2, 3), { total: 3 }), headers: Record<string, string> = {}): Handler =>
  (request, response, base) => {
    const { path, query } = request;
    if (path === 'metadata') return capabilities(['Patient']);
    if (path !== 'Patient') return outcome('no');
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (query.has('page')) return second(request, response, base);
    return bundle(patients(0, 2), { total: 3, link: [{ relation: 'next', url: `${base}/Patient?page=2` }] });
  };
const gone: Handler = (_, response) => {
  response.statusCode = 500;
  return outcome('secret-token broke');
};

describe('a download', () => {
  test('that is whole has all records and the terms, and says so', async () => {
    const { downloaded, name, files } = await got(await serve(paged()));
    expect([downloaded.state, downloaded.problems, name]).toEqual(['whole', [], 'set.zip']);
    expect(Object.keys(files).sort()).toEqual(['Patient.ndjson', 'terms.jsonld', 'terms.txt']);
    expect(
      files['Patient.ndjson']
        ?.trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(patients(0, 3));
    expect(downloaded.written.records).toBe(3);
  });

  test('that breaks off in the middle is called a part, with the reason and no token', async () => {
    const { downloaded, name, files } = await got(await serve(paged(gone)));
    expect([downloaded.state, name]).toEqual(['partial', 'set-partial.zip']);
    expect(Object.keys(files).sort()).toEqual(['PARTIAL.txt', 'Patient.ndjson.part', 'terms.jsonld', 'terms.txt']);
    expect(downloaded.files).toEqual([{ path: 'Patient.ndjson.part', records: 2, isWhole: false }]);
    expect(files['PARTIAL.txt']).toMatch(/NOT WHOLE[\s\S]*500/);
    expect(JSON.stringify(files)).not.toContain('secret-token');
  });

  test('that the reader ends is a part', async () => {
    const end = new AbortController();
    const { downloaded, files } = await got(await serve(paged()), {
      signal: end.signal,
      onProgress: () => end.abort(),
    });
    expect([downloaded.state, downloaded.cause]).toEqual(['partial', 'ended']);
    expect(files).toHaveProperty(['Patient.ndjson.part']);
  });

  test('that is too large for its place is a part', async () => {
    const { downloaded, files } = await got(await serve(paged()), { most: 200 });
    expect([downloaded.state, downloaded.cause]).toEqual(['partial', 'too-large']);
    expect(files['Patient.ndjson.part']?.trimEnd().split('\n')).toHaveLength(2);
  });

  test('of which nothing comes gives no file', async () => {
    const server = await serve(({ path }) =>
      path === 'metadata' ? capabilities(['Patient']) : bundle([], { total: 0 }),
    );
    expect(await got(server)).toMatchObject({ downloaded: { state: 'nothing', problems: [] }, files: {} });
    const closed = await serve(({ path }, response) => {
      if (path === 'metadata') return capabilities(['Patient']);
      response.statusCode = 403;
      return outcome('not for you');
    });
    const refused = await got(closed);
    expect(refused.downloaded.state).toBe('nothing');
    expect(JSON.stringify(refused.downloaded.problems)).toContain('403');
  });

  const headers = { 'fairway-obligations': 'NORELINK, DELAU;12' };
  test('asks before it keeps anything, once, where the server names obligations with the data', async () => {
    const asked: string[] = [];
    const { downloaded, files } = await got(await serve(paged(undefined, headers)), {
      onObligations: async (obligations) => void asked.push(...obligations.map(({ code }) => code.split('|').at(-1)!)),
    });
    expect([downloaded.state, asked]).toEqual(['whole', ['NORELINK', 'DELAU']]);
    expect(files['terms.txt']).toContain('delete the data after use, within 12 months');
  });

  test('does not ask for what the record has told', async () => {
    const norelink = {
      url: canonical.obligation,
      extension: [{ url: 'code', valueCoding: { system: canonical.actCode, code: 'NORELINK' } }],
    };
    const asked: Obligations[number][] = [];
    await got(await serve(paged(undefined, headers)), {
      more: [norelink],
      onObligations: async (obligations) => void asked.push(...obligations),
    });
    expect(asked.map(({ code }) => code)).toEqual([`${canonical.actCode}|DELAU`]);
  });

  test('does not ask for what the reader agreed to before', async () => {
    const asked: Obligations[number][] = [];
    await got(await serve(paged(undefined, headers)), {
      agreed: [`${canonical.actCode}|DELAU;12`],
      onObligations: async (obligations) => void asked.push(...obligations),
    });
    expect(asked.map(({ code }) => code)).toEqual([`${canonical.actCode}|NORELINK`]);
  });

  test('of which the reader declines the obligations keeps nothing', async () => {
    const { downloaded, files } = await got(await serve(paged(undefined, headers)), {
      onObligations: () => Promise.reject(new Declined()),
    });
    expect([downloaded.state, downloaded.cause, files]).toEqual(['nothing', 'declined', {}]);
  });
});

test('an archive of many files is read by others, whatever they are called', async () => {
  const names = ['ä/日本.txt', 'empty', ...Array.from({ length: 300 }, (_, at) => `folder/${at}`)];
  const saved: Blob[] = [];
  const archive = archivePlace(
    'many',
    (file) => saved.push(file),
    () => new Date(),
  );
  for (const path of names) {
    const writing = await archive.open(path);
    await writing.write(new TextEncoder().encode(path === 'empty' ? '' : path.repeat(100)));
    await writing.end(path);
  }
  await archive.finish(true);
  const read = await unpacked(saved[0]!);
  expect(Object.keys(read)).toEqual(names);
  expect(read['ä/日本.txt']).toBe('ä/日本.txt'.repeat(100));
});
