/** What `fairway get` writes beside the data, states to servers and says when it is refused. See docs/reference/terms.md */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { exit, UsageError } from '../../src/cli/environment.ts';
import { findCommand } from '../../src/cli/find.ts';
import { getCommand } from '../../src/cli/get.ts';
import { type Addresses, metadataLines, recordLines } from '../../src/demo/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { everyCondition } from '../fair/full-library.ts';
import { policyFaults } from '../fair/odrl-rules.ts';
import { brokenRules } from '../fair/ro-crate-rules.ts';
import { bundle, capabilities, type Handler, library, outcome, registry, serve } from '../federation/stranger.ts';
import { newFolder, removeFolder } from '../process.ts';
import { startServer } from '../server.ts';

const folder = newFolder();
afterAll(() => removeFolder(folder));
let folders = 0;
const newOut = (): string => join(folder, `out${folders++}`);

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const ran = { code: -1, out: '', err: '' };
  const sink = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _, done) {
        ran[name] += String(chunk);
        done();
      },
    });
  const environment = {
    variables: {},
    stdout: sink('out'),
    stderr: sink('err'),
    stdin: new PassThrough(),
    fetch: globalThis.fetch,
    now: Date.now,
    ended: new Promise<void>(() => {}),
  };
  const program = new Command('fairway').exitOverride().configureOutput({ writeErr: () => {} });
  for (const command of [findCommand, getCommand]) {
    const made = command(environment, (code) => (ran.code = code)).exitOverride();
    program.addCommand(made.configureOutput({ writeErr: () => {} }));
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    ran.err += (error as Error).message;
    ran.code = error instanceof UsageError || error instanceof CommanderError ? exit.usage : exit.failed;
  }
  return ran;
}

const read = (...parts: string[]): string => readFileSync(join(...parts), 'utf8');
const readJson = (...parts: string[]): any => JSON.parse(read(...parts));
const filesBelow = (at: string): string[] =>
  readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(at.length + 1));

const patient = (id: number, security: object[] = []) => ({
  resourceType: 'Patient',
  id: `p${id}`,
  meta: { security },
});

/** Says what it wants of the data in every way there is: headers, links, labels of pages and of resources. */
const hospital: Handler = ({ path, query, headers }, response, base) => {
  if (path === 'metadata') return capabilities(['Patient']);
  if (path === 'Library/other') return library('other', `${base}/Patient?x=1`, [noReuse]);
  if (path !== 'Patient') return outcome('no');
  response.setHeader('fairway-obligations', 'NORELINK, DELAU;12, urn:duties|sing;twice');
  response.setHeader('fairway-access-until', '2028-03-01T00:00:00Z');
  response.setHeader('fairway-granularity', 'record-deidentified');
  response.setHeader('link', [
    `<${base}/Library/other/_history/3>; rel="license"`,
    '<https://example.org/x>; rel="next"',
  ]);
  if (query.get('page') === '2') return bundle([patient(2, [{ system: canonical.actCode, code: 'NOINTEGRATE' }])]);
  return bundle([patient(1, [{ system: canonical.confidentiality, code: 'R' }])], {
    meta: { security: [{ system: canonical.observationValue, code: 'PSEUDED' }] },
    link: [
      { relation: 'license', url: 'https://example.org/licence' },
      { relation: 'license', url: `https://example.org/echo?${headers?.authorization?.slice('Bearer '.length) ?? ''}` },
      { relation: 'next', url: `${base}/Patient?page=2&auth=${headers?.authorization ?? ''}` },
    ],
  });
};
const noReuse = {
  url: canonical.obligation,
  extension: [{ url: 'code', valueCoding: { system: canonical.actCode, code: 'NOREUSE' } }],
};
const plainRecord = (extent: string, more: object = {}) => ({
  ...library('hospital', extent),
  publisher: 'General Hospital',
  copyright: '© General\u001b[2J Hospital',
  ...more,
});

describe('the terms beside the data', () => {
  test('hold what the record, headers, links and labels say, for people and for machines', async () => {
    const base = await serve(hospital);
    const from = await registry([plainRecord(`${base}/Patient?active=true`)]);
    const out = newOut();
    const ran = await run('get', 'urn:ds:hospital', '--registry', from, '--out', out);
    expect([ran.code, ran.err]).toEqual([exit.done, '']);
    expect(readdirSync(out).sort()).toEqual([
      'Patient.ndjson',
      'SHA256SUMS',
      'provenance.json',
      'question.json',
      'terms.jsonld',
      'terms.txt',
    ]);
    expect(read(out, 'Patient.ndjson').trim().split('\n')).toHaveLength(2);
    const text = read(out, 'terms.txt');
    for (const shown of [text, ran.out]) {
      for (const part of [
        'do not link the data back to persons (NORELINK)',
        'delete the data after use, within 12 months (DELAU)',
        'no words for: urn:duties|sing with twice',
        'do not merge the data with other data (NOINTEGRATE)',
        'do not use the data for another purpose (NOREUSE)',
        'https://example.org/licence',
        'until 2028-03-01',
        'record-deidentified',
        `${canonical.confidentiality}|R`,
        `${canonical.observationValue}|PSEUDED`,
        '© General [2J Hospital',
      ])
        expect(shown).toContain(part);
      expect(shown).not.toContain('\u001b');
    }
    const policy = readJson(out, 'terms.jsonld');
    expect(policyFaults(policy)).toEqual([]);
    expect(policy.prohibition.map((one: any) => one.action).sort()).toEqual([
      'fairway:integrate',
      'fairway:reidentify',
      'fairway:reuse',
    ]);
    expect(policy.obligation.map((one: any) => [one.action, one['fairway:parameter']])).toEqual([
      ['delete', '12'],
      ['fairway:comply', 'twice'],
    ]);
    expect(policy['dct:license']).toContainEqual({ '@id': 'https://example.org/licence' });
  });

  test('are said by --json as data', async () => {
    const base = await serve(hospital);
    const from = await registry([plainRecord(`${base}/Patient?active=true`)]);
    const out = newOut();
    const ran = await run('get', 'hospital', '--registry', from, '--out', out, '--json');
    const answer = JSON.parse(ran.out);
    expect(answer.terms).toEqual([join(out, 'terms.txt'), join(out, 'terms.jsonld')]);
    expect(answer.obligations).toContainEqual({ code: `${canonical.actCode}|DELAU`, parameter: '12' });
  });

  test('of which nothing is stated are no permission', async () => {
    const base = await serve(({ path }) =>
      path === 'metadata' ? capabilities(['Patient']) : path === 'Library' ? bundle([]) : bundle([patient(1)]),
    );
    const out = newOut();
    expect((await run('get', base, '--repository', base, '--out', out)).code).toBe(exit.done);
    expect(read(out, 'terms.txt')).toContain('That is no permission');
    expect(policyFaults(readJson(out, 'terms.jsonld'))).toEqual([]);
  });

  test('lie beside a part too, when the server fails on the way', async () => {
    const base = await serve((request, response, at) => {
      if (request.query.get('page') !== '2') return hospital(request, response, at);
      response.statusCode = 400;
      return outcome('no more');
    });
    const from = await registry([plainRecord(`${base}/Patient?active=true`)]);
    const out = newOut();
    const ran = await run('get', 'hospital', '--registry', from, '--out', out);
    expect([ran.code, ran.err]).toEqual([exit.failed, expect.stringContaining('no more')]);
    expect(readdirSync(out).sort()).toEqual(['.fairway-download', 'Patient.ndjson.part', 'terms.jsonld', 'terms.txt']);
    expect(read(out, 'terms.txt')).toContain('NORELINK');
  });

  test('name a record that cannot be read as an address to be read by a person', async () => {
    const base = await serve((request, response, at) => {
      if (!request.path.startsWith('Library/')) return hospital(request, response, at);
      response.statusCode = 404;
      return outcome('gone');
    });
    const from = await registry([plainRecord(`${base}/Patient?active=true`)]);
    const out = newOut();
    expect((await run('get', 'hospital', '--registry', from, '--out', out)).code).toBe(exit.done);
    expect(read(out, 'terms.txt')).toContain(`${base}/Library/other`);
  });
});

test('what servers say beside records: the least level, the earliest end, terms accepted, names of codes', async () => {
  let page = 0;
  const base = await serve((request, response, at) => {
    if (request.path !== 'Patient') return hospital(request, response, at);
    page++;
    response.setHeader('fairway-granularity', page === 1 ? 'record' : 'record-deidentified');
    response.setHeader('fairway-access-until', page === 1 ? '2028-01-01' : '2027-01-01');
    response.setHeader('fairway-accepted-terms', '<https://example.org/terms/3>');
    const security = [
      { system: canonical.actCode, code: 'ENCRYPT', display: 'encrypt' },
      { system: canonical.actCode, code: 'DELAU' },
      { code: 'home-made' },
      { system: 'urn:x' },
    ];
    response.setHeader('fairway-obligations', 'DELAU;6');
    const next = { link: [{ relation: 'next', url: `${at}/Patient?page=2` }] };
    return bundle([patient(page, security)], page === 1 ? next : {});
  });
  const from = await registry([plainRecord(`${base}/Patient?active=true`)]);
  const out = newOut();
  expect((await run('get', 'hospital', '--registry', from, '--out', out)).err).toBe('');
  const text = read(out, 'terms.txt');
  for (const part of [
    'granted: record-deidentified',
    'until 2027-01-01',
    'accepted: https://example.org/terms/3',
    '(ENCRYPT)',
    '|home-made',
  ])
    expect(text).toContain(part);
  // A label says DELAU and the header DELAU;6: that is one obligation.
  expect(text.match(/DELAU/g)).toHaveLength(1);
  const policy = readJson(out, 'terms.jsonld');
  expect(policyFaults(policy)).toEqual([]);
  expect(JSON.stringify(policy)).toContain('"fairway:display":"encrypt"');
});

test('a type that is no name becomes no file', async () => {
  const evil = '..';
  const base = await serve(({ path }, response, at) =>
    path === 'metadata' ? capabilities([]) : hospital({ path, query: new URLSearchParams() }, response, at),
  );
  const record = { ...plainRecord(`${base}/Patient?_id=1`), dataRequirement: [{ type: evil }] };
  const from = await registry([record]);
  const out = newOut();
  const ran = await run('get', 'hospital', '--registry', from, '--out', out);
  expect(ran.code).toBe(exit.failed);
  expect(readdirSync(out)).toEqual([]);
});

test('large files are whole, and hashed as a whole', async () => {
  const many = Array.from({ length: 3000 }, (_, id) => ({ ...patient(id), name: [{ text: 'ä'.repeat(20) }] }));
  const base = await serve(({ path }) => (path === 'metadata' ? capabilities(['Patient']) : bundle(many)));
  const from = await registry([plainRecord(`${base}/Patient?active=true`)]);
  const out = newOut();
  await run('get', 'hospital', '--registry', from, '--out', out, '--format', 'crate');
  const bytes = readFileSync(join(out, 'data/Patient.ndjson'));
  expect(
    bytes
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(many);
  const file = readJson(out, 'ro-crate-metadata.json')['@graph'].find(
    (one: any) => one['@id'] === 'data/Patient.ndjson',
  );
  expect([file.contentSize, file.sha256]).toEqual([
    String(bytes.length),
    createHash('sha256').update(bytes).digest('hex'),
  ]);
});

describe('--format crate', () => {
  const token = 's3cret-token-0e41';

  test('of nothing is a crate too', async () => {
    const base = await serve(({ path }) => (path === 'metadata' ? capabilities(['Patient']) : bundle([])));
    const from = await registry([plainRecord(`${base}/Patient?active=true`)]);
    const out = newOut();
    const ran = await run('get', 'hospital', '--registry', from, '--out', out, '--format', 'crate');
    expect(ran.out).toContain('no records may be read');
    expect(ran.out).toContain('fairway access request urn:ds:hospital');
    const paths = filesBelow(out);
    expect(paths).not.toContain('data/Patient.ndjson');
    expect(brokenRules(readJson(out, 'ro-crate-metadata.json'), paths)).toEqual([]);
  });

  test.each([
    ['little stated', {}, []],
    [
      'everything stated',
      { extension: everyCondition },
      ['--purpose', 'HRESCH', '--project', 'https://example.org/p/1'],
    ],
    ['a publisher with an address', { publisher: 'https://ror.org/04aj4c181' }, ['--project', 'P-17']],
  ])('%s', async (_, more, flags) => {
    const base = await serve(hospital);
    const stated =
      'extension' in more
        ? { extension: [...library('h', `${base}/Patient?active=true`).extension, ...more.extension] }
        : more;
    const from = await registry([plainRecord(`${base}/Patient?active=true`, stated)]);
    const out = newOut();
    const ran = await run(
      'get',
      'urn:ds:hospital',
      '--registry',
      from,
      '--out',
      out,
      '--format',
      'crate',
      '--token',
      `${base}=${token}`,
      ...flags,
    );
    expect([ran.code, ran.err]).toEqual([exit.done, '']);
    const paths = filesBelow(out);
    expect(paths.sort()).toEqual([
      'data/Patient.ndjson',
      'provenance.json',
      'question.json',
      'ro-crate-metadata.json',
      'terms.jsonld',
      'terms.txt',
    ]);
    const crate = readJson(out, 'ro-crate-metadata.json');
    expect(brokenRules(crate, paths)).toEqual([]);
    const files = crate['@graph'].filter((one: any) => one['@type'] === 'File');
    expect(files).toHaveLength(5);
    for (const file of files) {
      const path = join(out, file['@id']);
      expect(file.contentSize).toBe(String(statSync(path).size));
      expect(file.sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
      expect(file.encodingFormat).toMatch(/^[a-z]+\/[a-z0-9+.-]+$/);
    }
    expect(policyFaults(readJson(out, 'terms.jsonld'))).toEqual([]);
    for (const path of paths) {
      // The hospital puts the token into its own next link; not even that may be written.
      expect(read(out, path)).not.toContain(token);
      expect(read(out, path)).not.toContain('Bearer');
    }
    expect(readJson(out, 'question.json').requests).toEqual([
      { server: base, request: 'Patient?active=true&_count=500', pages: 2 },
    ]);
  });
});

describe('purpose and project', () => {
  type Seen = Record<string, string | string[] | undefined>;
  const spy = async (seen: Seen[], handler: Handler): Promise<string> =>
    serve((request, response, base) => {
      seen.push({ path: request.path, ...request.headers });
      return handler(request, response, base);
    });

  test('are told to the server of the token, and to no other', async () => {
    const asked: Seen[] = [];
    const listed: Seen[] = [];
    const base = await spy(asked, hospital);
    const from = await spy(listed, ({ path }) =>
      path === 'Library' ? bundle([plainRecord(`${base}/Patient?active=true`)]) : capabilities(['Library']),
    );
    const flags = ['--purpose', 'HRESCH', '--purpose', 'urn:p|x', '--project', 'P-17', '--token', `${base}=secret`];
    const out = newOut();
    const ran = await run('get', 'hospital', '--registry', from, '--out', out, ...flags);
    expect([ran.code, ran.err]).toEqual([exit.done, '']);
    expect(asked.length).toBeGreaterThan(2);
    for (const request of asked) {
      expect(request['purpose-of-use']).toBe(`${canonical.actReason}|HRESCH, urn:p|x`);
      expect(request['project']).toBe('P-17');
    }
    expect(listed.length).toBeGreaterThan(0);
    for (const request of listed)
      expect([request['purpose-of-use'], request['project']]).toEqual([undefined, undefined]);
    expect(read(out, 'terms.txt')).toContain('fetched for healthcare research (HRESCH)');
    expect(readJson(out, 'terms.jsonld')['@type']).toBe('Agreement');
  });

  test('are in the terms only if the server of the data was told', async () => {
    const base = await serve(hospital);
    const from = await registry([plainRecord(`${base}/Patient?active=true`)]);
    const out = newOut();
    await run('get', 'hospital', '--registry', from, '--out', out, '--project', 'P-17', '--token', `${from}=secret`);
    expect(read(out, 'terms.txt')).not.toContain('P-17');
  });

  test('go by headers of other names where the server wants them', async () => {
    const asked: Seen[] = [];
    const base = await spy(asked, hospital);
    const names = ['--purpose-header', 'X-Purpose', '--project-header', 'X-Study'];
    const flags = ['--purpose', 'HRESCH', '--project', 'P-17', '--token', `${base}=secret`, ...names];
    await run('find', '--repository', base, '--sex', 'female', ...flags);
    expect(asked[0]).toMatchObject({ 'x-purpose': `${canonical.actReason}|HRESCH`, 'x-study': 'P-17' });
  });

  test('follow a redirect within the server and none to another', async () => {
    const elsewhere: Seen[] = [];
    const other = await spy(elsewhere, hospital);
    const within: Seen[] = [];
    let to = '';
    const base = await spy(within, (request, response, at) => {
      if (request.path !== 'Patient' || request.query.has('moved') || request.query.has('page'))
        return hospital(request, response, at);
      response.writeHead(307, { location: to === '' ? `${at}/Patient?moved=1` : `${to}/Patient` }).end();
      return undefined;
    });
    const from = await registry([plainRecord(`${base}/Patient?active=true`)]);
    const args = ['get', 'hospital', '--registry', from, '--project', 'P-17', '--token', `${base}=secret`, '--out'];
    expect((await run(...args, newOut())).code).toBe(exit.done);
    expect(within.at(-1)).toMatchObject({ project: 'P-17' });
    to = other;
    const refused = await run(...args, newOut());
    expect([refused.code, refused.err]).toEqual([exit.failed, expect.stringContaining('redirects to another server')]);
    expect(elsewhere).toEqual([]);
  });

  test('a server that redirects for ever is given up', async () => {
    const base = await serve((request, response, at) => {
      if (request.path !== 'Patient') return hospital(request, response, at);
      response.writeHead(302, { location: `${at}/Patient` }).end();
      return undefined;
    });
    const from = await registry([plainRecord(`${base}/Patient?active=true`)]);
    const args = ['--registry', from, '--out', newOut(), '--project', 'P-17', '--token', `${base}=secret`];
    expect((await run('get', 'hospital', ...args)).err).toContain('lead in a circle');
  });

  test.each([
    [['--project', 'P'], 'add --token'],
    [['--purpose', 'HRESCH'], 'add --token'],
    [['--purpose', 'research, all', '--token', 'http://x.example=y'], '--purpose must be'],
    [['--project', 'a b', '--token', 'http://x.example=y'], '--project must be'],
    [['--project-header', 'Authorization'], 'headers of their own'],
    [['--project-header', 'purpose-of-use'], 'must differ'],
  ])('%j is a wrong usage', async (flags, message) => {
    const ran = await run('find', '--repository', 'http://x.example', ...flags);
    expect([ran.code, ran.err]).toEqual([exit.usage, expect.stringContaining(message)]);
  });
});

describe('a refusal', () => {
  const refusing = (status: number) =>
    serve((request, response, base) => {
      if (request.path === 'metadata') return capabilities(['Patient']);
      if (request.path === 'Library') return bundle([plainRecord(`${base}/Patient?a=b`, everything(base))]);
      response.statusCode = status;
      return outcome('not for you');
    });
  const everything = (base: string) => ({
    extension: [...library('h', `${base}/Patient?a=b`).extension, ...everyCondition],
  });

  test.each([401, 403])('of status %i says what is asked and how to ask for access', async (status) => {
    const base = await refusing(status);
    const ran = await run('get', 'hospital', '--repository', base, '--out', newOut());
    expect(ran.code).toBe(exit.failed);
    for (const part of [
      'hospital was not given',
      'not for you',
      `--token ${base}=TOKEN`,
      'needs the visa ControlledAccessGrants',
      'accept the terms https://example.org/terms/3',
      'Organization/dac decides on requests',
      'only for healthcare research (HRESCH) or public health (PUBHLTH)',
      'does not know: https://fairway.health/fhir/StructureDefinition/moon-phase',
      'fairway access request urn:ds:hospital',
    ])
      expect(ran.err).toContain(part);
  });

  test('does not ask again for what was stated', async () => {
    const base = await refusing(403);
    const flags = ['--purpose', 'HRESCH', '--token', `${base}=t`];
    const { err } = await run('get', 'hospital', '--repository', base, '--out', newOut(), ...flags);
    expect(err).not.toContain('=TOKEN');
    expect(err).not.toContain('it asks: only for healthcare research');
  });

  test('that is none but an error is told as it is', async () => {
    const base = await refusing(400);
    const { err } = await run('get', 'hospital', '--repository', base, '--out', newOut());
    expect(err).toContain('it answered 400');
    expect(err).not.toContain('access request');
  });

  test('of a count is shown by find with all conditions and the way to ask', async () => {
    const base = await refusing(403);
    const { out } = await run('find', '--repository', base, '--sex', 'female');
    for (const part of ['not permitted', 'Conditions', 'goes only to DE, FR', 'fairway access request urn:ds:hospital'])
      expect(out).toContain(part);
  });
});

describe('from a fairway server', () => {
  const plan = { seed: 'terms', patients: 20 };

  test('a crate keeps the rules and its Provenance is valid FHIR', async () => {
    const server = await startServer();
    const at: Addresses = {
      hospital: server.base,
      registry: server.base,
      discovery: server.base,
      cohort: server.base,
      cancer: server.base,
    };
    await server.load([...metadataLines('hospital', plan, at), ...recordLines('hospital', plan)]);
    const out = newOut();
    const flags = ['--token', `${server.base}=reader`, '--purpose', 'HRESCH', '--project', 'P-17'];
    const ran = await run(
      'get',
      'northshore-biosamples',
      '--registry',
      server.base,
      '--out',
      out,
      '--format',
      'crate',
      ...flags,
    );
    expect([ran.code, ran.err]).toEqual([exit.done, '']);
    const paths = filesBelow(out);
    expect(paths).toContain('data/Patient.ndjson');
    const crate = readJson(out, 'ro-crate-metadata.json');
    expect(brokenRules(crate, paths)).toEqual([]);
    expect(crate['@graph'][1].license).toEqual({ '@id': 'https://spdx.org/licenses/CC0-1.0' });
    expect(policyFaults(readJson(out, 'terms.jsonld'))).toEqual([]);
    const validated = await server.ask('POST', 'Provenance/$validate', { body: readJson(out, 'provenance.json') });
    expect(validated.body['issue'].filter((one: any) => one.severity !== 'information')).toEqual([]);
    await server.close();
  });
});
