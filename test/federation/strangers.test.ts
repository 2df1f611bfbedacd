/** The client walks on when servers are plain, down, slow, rude or lying. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { type Answer, type ClientSettings, createClient, readQuestion } from '../../src/federation/client/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';

type Handler = (
  request: IncomingMessage & { path: string; query: URLSearchParams },
  response: ServerResponse,
  base: string,
) => unknown;

const running: Server[] = [];
afterEach(() => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A real HTTP server; what the handler returns is sent as JSON. */
async function serve(handler: Handler): Promise<string> {
  let base = '';
  const server = createServer((request, response) => {
    const url = new URL(request.url!, base);
    const asked = Object.assign(request, { path: url.pathname.slice('/fhir/'.length), query: url.searchParams });
    const body = handler(asked, response, base);
    if (body === undefined || response.writableEnded) return;
    response.setHeader('content-type', 'application/fhir+json');
    response.end(JSON.stringify(body));
  });
  running.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}/fhir`;
  return base;
}

const capabilities = (types = ['Patient', 'Condition', 'Group']) => ({
  resourceType: 'CapabilityStatement',
  fhirVersion: '4.0.1',
  rest: [
    { mode: 'server', resource: types.map((type) => ({ type, searchParam: [{ name: 'patient' }, { name: 'code' }] })) },
  ],
});
const bundle = (resources: object[], more: object = {}) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource, search: { mode: 'match' } })),
  ...more,
});
const outcome = (diagnostics: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'x', diagnostics }],
});
const library = (id: string, url: string, more: object[] = []) => ({
  resourceType: 'Library',
  id,
  title: id,
  identifier: [{ system: canonical.uri, value: `urn:ds:${id}` }],
  type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
  status: 'active',
  extension: [
    {
      url: canonical.relatedContent,
      valueRelatedArtifact: {
        extension: [{ url: canonical.relatedArtifactResourceReference, valueReference: { reference: url } }],
      },
    },
    ...more,
  ],
});
const registry = (libraries: object[]) =>
  serve(({ path }) =>
    path === 'Library' ? bundle(libraries) : path === 'metadata' ? capabilities(['Library']) : outcome('no'),
  );

const question = readQuestion({
  patients: { all: [{ condition: 'urn:c|1' }, { age: { from: 65 } }], asOf: '2026-11-24' },
});
const client = (settings: ClientSettings = {}) =>
  createClient({ limits: { requestMs: 400, serverMs: 1500, attempts: 3 }, ...settings });
const states = (answer: Answer) => answer.datasets.map((one) => [one.title, one.answer.state, one.answer.patients]);

/** Answers counts like a plain FHIR server without any data set of its own. */
const plain: Handler = ({ path, query }, _, base) => {
  if (path === 'metadata') return capabilities();
  if (path === 'Library') return bundle([]);
  const self = [{ relation: 'self', url: `${base}/${path}?${query}` }];
  if (path === 'Patient') return { resourceType: 'Bundle', type: 'searchset', total: 7, link: self };
  return outcome('what?');
};

test('a plain FHIR server without data sets is one as a whole', async () => {
  const base = await serve(plain);
  const answer = await client().find({ repository: [base] }, question);
  expect(states(answer)).toEqual([[base, 'counted', 7]]);
  expect(answer.datasets[0]!.fhirVersion).toBe('R4');
  expect(answer.trace.at(-1)!.request).toBe(
    'Patient?birthdate=le1961-11-24&_has:Condition:patient:code=urn:c%7C1&_summary=count',
  );
});

test('one server that is down, one slow, one silent, one in pieces: the rest is answered, with the reasons', async () => {
  const good = await serve(plain);
  const slow = await serve((_, response) => void setTimeout(() => response.end('{}'), 60_000).unref());
  const broken = await serve((request) => void request.socket.destroy());
  const html = await serve((_, response) => void response.end('<html>Welcome</html>'));
  const refused = await serve((_, response) => {
    response.statusCode = 401;
    return outcome('who are you?');
  });
  const down = await serve(plain);
  running.at(-1)!.close();
  const strangers = { good, slow, broken, html, refused, down };
  const base = await registry(Object.entries(strangers).map(([id, at]) => library(id, `${at}/Group/1`)));
  const answer = await client().find({ registry: [base] }, question);
  expect(Object.fromEntries(answer.datasets.map((one) => [one.title, one.answer.state]))).toEqual({
    good: 'counted',
    slow: 'unavailable',
    broken: 'unavailable',
    html: 'unavailable',
    refused: 'not-permitted',
    down: 'unavailable',
  });
  expect(answer.complete).toBe(false);
  const reasons = Object.fromEntries(answer.problems.map(({ server, reason }) => [server, reason]));
  expect(reasons[slow]).toMatch(/did not answer within/);
  expect(reasons[broken]).toMatch(/cannot be reached/);
  expect(reasons[html]).toMatch(/no JSON object: <html>Welcome/);
  expect(reasons[down]).toMatch(/cannot be reached/);
  expect(answer.datasets.find((one) => one.title === 'refused')!.answer.reason).toContain('who are you?');
});

describe('a count that cannot be believed is not', () => {
  test.each<[string, (base: string, query: URLSearchParams) => unknown, string]>([
    ['a negative total', () => bundle([], { total: -1 }), 'no count'],
    ['a total that is text', () => bundle([], { total: 'many' }), 'no count'],
    ['half a patient', () => bundle([], { total: 1.5 }), 'no count'],
  ])('%s', async (_, patients, reason) => {
    const base = await serve((request, response, at) =>
      request.path === 'Patient' ? patients(at, request.query) : plain(request, response, at),
    );
    const answer = await client().find({ repository: [base] }, question);
    expect(answer.datasets[0]!.answer.state).toBe('unavailable');
    expect(answer.problems[0]!.reason).toContain(reason);
  });

  test('a server that passes over what it does not know is asked in another way', async () => {
    const base = await serve(({ path, query }, response, at) => {
      if (path === 'Condition')
        return bundle([{ resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/1' } }]);
      if (path !== 'Patient') return plain(Object.assign({ path, query }) as any, response, at);
      const known = [...query].filter(([name]) => !name.startsWith('_has'));
      const self = { link: [{ relation: 'self', url: `${at}/Patient?${new URLSearchParams(known)}` }] };
      if (query.has('_summary')) return { resourceType: 'Bundle', type: 'searchset', total: 1000, ...self };
      return bundle(
        [
          { resourceType: 'Patient', id: '1' },
          { resourceType: 'Patient', id: '2' },
        ],
        self,
      );
    });
    const answer = await client().find({ repository: [base] }, question);
    expect(states(answer)).toEqual([[base, 'counted', 1]]);
  });

  test('other types than were asked for', async () => {
    const base = await serve(({ path, query }, response, at) => {
      if (path === 'Patient')
        return query.has('_summary') ? bundle([]) : bundle([{ resourceType: 'Observation', id: 'x' }]);
      if (path === 'Condition') return bundle([]);
      return plain(Object.assign({ path, query }) as any, response, at);
    });
    const answer = await client().find({ repository: [base] }, question);
    expect(answer.datasets[0]!.answer.reason).toContain('other types');
  });
});

test('codes are spelled out for a server that knows no :below', async () => {
  const medication = readQuestion({ patients: { all: [{ medication: 'urn:atc|C07' }] } });
  const base = await serve(({ path, query }, response, at) => {
    if (path === 'metadata') return capabilities(['Patient', 'MedicationRequest', 'CodeSystem']);
    if (path === 'CodeSystem') {
      return bundle([
        {
          resourceType: 'CodeSystem',
          url: 'urn:atc',
          concept: [
            { code: 'C', concept: [{ code: 'C07', concept: [{ code: 'C07A', concept: [{ code: 'C07AB' }] }] }] },
          ],
        },
      ]);
    }
    if (path === 'Patient' && query.has('_has:MedicationRequest:patient:code')) {
      return {
        resourceType: 'Bundle',
        total: query.get('_has:MedicationRequest:patient:code') === 'urn:atc|C07,urn:atc|C07A,urn:atc|C07AB' ? 3 : 99,
      };
    }
    if (path === 'Patient') {
      response.statusCode = 400;
      return outcome('unknown modifier :below');
    }
    return plain(Object.assign({ path, query }) as any, response, at);
  });
  expect(states(await client().find({ repository: [base] }, medication))).toEqual([[base, 'counted', 3]]);
});

test('without the hierarchy the question cannot be asked, and the answer says why', async () => {
  const medication = readQuestion({ patients: { all: [{ medication: 'urn:atc|C07' }] } });
  const base = await serve(({ path, query }, response, at) => {
    if (path === 'metadata') return capabilities(['Patient', 'MedicationRequest']);
    if (path !== 'Patient') return plain(Object.assign({ path, query }) as any, response, at);
    response.statusCode = 400;
    return outcome('unknown modifier :below');
  });
  const { answer } = (await client().find({ repository: [base] }, medication)).datasets[0]!;
  expect(answer.state).toBe('not-askable');
  expect(answer.reason).toContain('unknown modifier');
});

test('several carriers of a criterion are united over ids', async () => {
  const medication = readQuestion({
    patients: { all: [{ medication: { code: 'urn:atc|1', below: false } }, { sex: 'female' }] },
  });
  const record = (resourceType: string, id: number, patient: number) => ({
    resourceType,
    id: `${id}`,
    subject: { reference: `Patient/${patient}` },
  });
  const base = await serve(({ path, query }, response, at) => {
    if (path === 'metadata')
      return capabilities(['Patient', 'MedicationRequest', 'MedicationStatement', 'MedicationDispense']);
    if (query.get('_summary') === 'count')
      return { resourceType: 'Bundle', total: path === 'MedicationDispense' ? 0 : 2 };
    if (path === 'MedicationRequest') return bundle([record(path, 1, 1), record(path, 2, 2)]);
    if (path === 'MedicationStatement') return bundle([record(path, 1, 2), record(path, 2, 3)]);
    if (path === 'Patient') return bundle([1, 3, 4].map((id) => ({ resourceType: 'Patient', id: `${id}` })));
    return plain(Object.assign({ path, query }) as any, response, at);
  });
  expect(states(await client().find({ repository: [base] }, medication))).toEqual([[base, 'counted', 2]]);
});

test('a Group on a plain server is read where _has is not known', async () => {
  const base = await serve(({ path, query }, response, at) => {
    if (path === 'Group/g')
      return {
        resourceType: 'Group',
        id: 'g',
        member: [1, 2].map((id) => ({ entity: { reference: `Patient/${id}` } })),
      };
    if (path === 'Patient' && query.toString().includes('_has')) {
      response.statusCode = 400;
      return outcome('no _has here');
    }
    if (path === 'Patient') return bundle([2, 3].map((id) => ({ resourceType: 'Patient', id: `${id}` })));
    if (path === 'Condition')
      return bundle(
        [2, 3].map((id) => ({ resourceType: 'Condition', id: `${id}`, subject: { reference: `${at}/Patient/${id}` } })),
      );
    return plain(Object.assign({ path, query }) as any, response, at);
  });
  const from = await registry([library('a', `${base}/Group/g`)]);
  expect(states(await client().find({ registry: [from] }, question))).toEqual([['a', 'counted', 1]]);
});

describe('what cannot be asked is said', () => {
  const answerOf = async (base: string, more: object = {}, asked = question) =>
    (await client().find({ registry: [await registry([{ ...library('a', `${base}/Group/1`), ...more }])] }, asked))
      .datasets[0]!.answer;

  test.each<[string, object, Parameters<typeof readQuestion>[0], string, string]>([
    [
      'periods that overlap',
      {},
      { patients: { all: [{ condition: 'x' }], together: 'overlapping' } },
      'not-askable',
      'overlap',
    ],
    [
      'what the record says it does not hold',
      { dataRequirement: [{ type: 'Patient' }, { type: 'Observation' }] },
      { patients: { all: [{ condition: 'x' }] } },
      'not-askable',
      'nothing that carries',
    ],
    [
      'a record that leads nowhere',
      { extension: [] },
      { patients: { all: [{ sex: 'male' }] } },
      'not-askable',
      'where its data are',
    ],
    [
      'a record that grants nothing',
      {
        extension: [
          { url: canonical.granularity, extension: [{ url: 'level', valueCode: 'none' }] },
          ...library('x', 'http://x.example/fhir/Group/1').extension,
        ],
      },
      { patients: { all: [{ sex: 'male' }] } },
      'not-permitted',
      'without approval',
    ],
  ])('%s', async (_, more, asked, state, reason) => {
    const base = await serve(plain);
    const answer = await answerOf(base, more, readQuestion(asked));
    expect([answer.state, answer.reason]).toEqual([state, expect.stringContaining(reason)]);
  });

  test('a server that cannot count, of which only counts are granted', async () => {
    const base = await serve(({ path, query }, response, at) => {
      if (path !== 'Patient') return plain(Object.assign({ path, query }) as any, response, at);
      response.statusCode = 501;
      return outcome('not here');
    });
    const counts = { url: canonical.granularity, extension: [{ url: 'level', valueCode: 'count' }] };
    const answer = await answerOf(base, { extension: [...library('a', `${base}/Group/1`).extension, counts] });
    expect([answer.state, answer.reason]).toEqual(['not-askable', expect.stringContaining('may not be read')]);
  });

  test('a total that is missing is made up for by ids', async () => {
    const base = await serve(({ path, query }, response, at) => {
      if (path === 'Patient')
        return bundle([
          { resourceType: 'Patient', id: '1' },
          { resourceType: 'Patient', id: '2' },
        ]);
      if (path === 'Condition')
        return bundle([{ resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/2' } }]);
      if (path === 'Group/1')
        return {
          resourceType: 'Group',
          id: '1',
          member: [{ entity: { reference: 'Patient/2' } }, { entity: { reference: 'Patient/9' } }],
        };
      return plain(Object.assign({ path, query }) as any, response, at);
    });
    expect(await answerOf(base)).toMatchObject({ state: 'counted', patients: 1 });
  });

  test('nobody found in a list that cannot be read is no zero', async () => {
    const base = await serve(({ path, query }, response, at) => {
      if (path === 'Patient') return { resourceType: 'Bundle', type: 'searchset', total: 0 };
      if (path === 'Group/1') {
        response.statusCode = 403;
        return outcome('members are not shown');
      }
      return plain(Object.assign({ path, query }) as any, response, at);
    });
    expect(await answerOf(base)).toMatchObject({ state: 'not-permitted' });
  });

  test.each<[string, unknown, string]>([
    ['no CapabilityStatement', { resourceType: 'Patient' }, 'states no capabilities'],
    ['no FHIR version', { resourceType: 'CapabilityStatement' }, 'names no FHIR version'],
  ])('%s', async (_, metadata, reason) => {
    const base = await serve((request, response, at) =>
      request.path === 'metadata' ? metadata : plain(request, response, at),
    );
    expect((await answerOf(base)).reason).toContain(reason);
  });

  test('a server that states no types is asked with FHIR’s own parameters', async () => {
    const base = await serve((request, response, at) =>
      request.path === 'metadata'
        ? { resourceType: 'CapabilityStatement', fhirVersion: '6.0.0' }
        : plain(request, response, at),
    );
    expect(await answerOf(base)).toMatchObject({ state: 'counted', patients: 7 });
  });
});

describe('records from strangers', () => {
  const recordsOf = async (reference: string, more: object = {}) => {
    const from = await registry([{ ...library('a', reference), ...more }]);
    const { datasets } = await client().list({ registry: [from] }, readQuestion({}));
    const found: string[] = [];
    for await (const { type, resource } of client().get(datasets[0]!)) found.push(`${type}/${String(resource['id'])}`);
    return found.sort();
  };
  const store: Handler = ({ path, query }, response, at) => {
    if (path === 'metadata')
      return {
        ...capabilities(),
        rest: [
          {
            mode: 'server',
            resource: [
              { type: 'Patient' },
              { type: 'Condition', searchParam: [{ name: 'patient' }] },
              { type: 'Medication', searchParam: [{ name: 'code' }] },
            ],
          },
        ],
      };
    if (path === 'List/1')
      return {
        resourceType: 'List',
        id: '1',
        entry: [{ item: { reference: 'Patient/1' } }, { item: { reference: 'Observation/7' } }, { item: {} }],
      };
    if (path === 'Observation/7') return { resourceType: 'Observation', id: '7' };
    if (path === 'Patient') return bundle([{ resourceType: 'Patient', id: '1' }]);
    if (path === 'Condition')
      return bundle(
        [
          { resourceType: 'Condition', id: query.toString().replace(/\W/g, '-') },
          { resourceType: 'OperationOutcome' },
        ].slice(0, 1),
      );
    return plain(Object.assign({ path, query }) as any, response, at);
  };

  test('by list: its persons with their records, and what else it lists', async () => {
    const base = await serve(store);
    expect(await recordsOf(`${base}/List/1`)).toEqual([
      'Condition/patient-Patient-2F1-_count-500',
      'Observation/7',
      'Patient/1',
    ]);
  });

  test('by a search for patients: records of other types through their patient', async () => {
    const base = await serve(store);
    expect(await recordsOf(`${base}/Patient?gender=female`)).toEqual([
      'Condition/patient-3APatient-gender-female-_count-500',
      'Patient/1',
    ]);
  });

  test('of a type that cannot be searched by patient: refused with the reason', async () => {
    const base = await serve(store);
    await expect(
      recordsOf(`${base}/Patient?gender=female`, { dataRequirement: [{ type: 'Medication' }] }),
    ).rejects.toThrow('cannot be searched by patient');
    await expect(recordsOf('urn:nowhere')).rejects.toThrow('where its data are');
  });
});

describe('waiting', () => {
  test('Retry-After is honoured, and what passes is tried again', async () => {
    const times: number[] = [];
    const base = await serve((request, response, at) => {
      if (request.path !== 'Patient') return plain(request, response, at);
      times.push(Date.now());
      if (times.length === 1) {
        response.statusCode = 429;
        response.setHeader('retry-after', '1');
        return outcome('too many');
      }
      return plain(request, response, at);
    });
    const answer = await client({ limits: { requestMs: 400, serverMs: 5000 } }).find({ repository: [base] }, question);
    expect(states(answer)).toEqual([[base, 'counted', 7]]);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(990);
    expect(answer.trace.map(({ status }) => status)).toContain(429);
  });

  test('a Retry-After beyond the time that the server has is not waited for', async () => {
    const base = await serve((_, response) => {
      response.statusCode = 503;
      response.setHeader('retry-after', new Date(Date.now() + 3_600_000).toUTCString());
      return outcome('at night only');
    });
    const answer = await client().find({ registry: [base] }, question);
    expect([answer.complete, answer.trace.length, answer.problems[0]!.reason]).toEqual([
      false,
      1,
      'it answered 503: at night only',
    ]);
  });

  test('no more than so many requests go to one server at once', async () => {
    let now = 0;
    let most = 0;
    const base = await serve((request, response, at) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        response.end(JSON.stringify(plain(request, response, at)));
      }, 20);
      return undefined;
    });
    const from = await registry(Array.from({ length: 30 }, (_, at) => library(`l${at}`, `${base}/Group/${at}`)));
    const answer = await client({ limits: { perServer: 2 } }).find({ registry: [from] }, question);
    expect(answer.datasets.every((one) => one.answer.state === 'counted')).toBe(true);
    expect(most).toBe(2);
  });

  test('a walk can be ended', async () => {
    const slow = await serve((_, response) => void setTimeout(() => response.end('{}'), 60_000).unref());
    const ending = new AbortController();
    setTimeout(() => ending.abort(), 50);
    const answer = await createClient({ signal: ending.signal }).find({ registry: [slow] }, question);
    expect(answer.problems[0]!.reason).toBe('the walk was ended');
  });
});

describe('pages', () => {
  const paged = (next: (base: string, page: number) => string) =>
    serve(({ path, query }, _, base) => {
      if (path === 'metadata') return capabilities(['Library']);
      const page = Number(query.get('page') ?? 1);
      return bundle([library(`l${page}`, `${base}/Group/1`)], { link: [{ relation: 'next', url: next(base, page) }] });
    });

  test.each<[string, (base: string, page: number) => string, RegExp]>([
    ['in a circle', (base) => `${base}/Library?page=1`, /circle/],
    ['without end', (base, page) => `${base}/Library?page=${page + 1}`, /more than 5 pages/],
    ['on another server', () => 'http://127.0.0.1:9/fhir/Library?page=2', /another server/],
    ['that are no address', () => 'http://', /no address/],
  ])('%s', async (_, next, reason) => {
    const base = await paged(next);
    const answer = await client({ limits: { pages: 5, serverMs: 5000 } }).list({ registry: [base] }, readQuestion({}));
    expect(answer.problems[0]!.reason).toMatch(reason);
    expect(answer.datasets.length).toBeGreaterThan(0);
  });

  test('an answer without end is cut off', async () => {
    const base = await serve((_, response) => {
      const more = (): void => {
        if (response.destroyed) return;
        response.write('['.repeat(65_536));
        setImmediate(more);
      };
      more();
    });
    const answer = await client({ limits: { bytes: 2 ** 20, serverMs: 10_000, requestMs: 10_000 } }).list(
      { registry: [base] },
      readQuestion({}),
    );
    expect(answer.problems[0]!.reason).toMatch(/longer than 1048576 bytes/);
  });
});

describe('discovery', () => {
  const endpoint = (id: string, address: string, role?: string) => ({
    resourceType: 'Endpoint',
    id,
    address,
    ...(role === undefined
      ? {}
      : { payload: [{ type: [{ coding: [{ system: canonical.endpointRole, code: role }] }] }] }),
  });
  const discovery = (endpoints: (base: string) => object[]) =>
    serve(({ path }, _, base) =>
      path === 'Endpoint' ? bundle(endpoints(base)) : path === 'Library' ? bundle([]) : capabilities([]),
    );

  test('servers that list each other are visited once', async () => {
    let two = '';
    const one = await discovery((base) => [
      endpoint('a', base, 'discovery'),
      endpoint('b', `${two}/`, 'discovery'),
      endpoint('c', 'ftp://x'),
      endpoint('d', 'nonsense'),
    ]);
    const plainBase = await serve(plain);
    two = await discovery((base) => [
      endpoint('a', one, 'discovery'),
      endpoint('b', base, 'discovery'),
      endpoint('p', plainBase),
    ]);
    const answer = await client().find({ discovery: [one] }, question);
    expect(states(answer)).toEqual([[plainBase, 'counted', 7]]);
    expect(answer.trace.filter(({ step }) => step === 'discover')).toHaveLength(2);
  });

  test('a data set in two registries is one, and the newer record counts', async () => {
    const base = await serve(plain);
    const old = await registry([{ ...library('a', `${base}/Group/1`), date: '2020-01-01', title: 'old' }]);
    const fresh = await registry([{ ...library('a', `${base}/Group/1`), date: '2025-01-01', title: 'new' }]);
    const answer = await client().find({ registry: [old, fresh] }, question);
    expect(states(answer)).toEqual([['new', 'counted', 7]]);
    expect(answer.datasets[0]!.alsoAt).toEqual([`${old}/Library/a`]);
  });

  test('texts of strangers do not move the cursor', async () => {
    const base = await serve((_, response) => {
      response.statusCode = 400;
      return outcome('\u001b[2Jgone\u0007\r\n');
    });
    const answer = await client().list({ registry: [base] }, readQuestion({}));
    expect(answer.problems[0]!.reason).toBe('it answered 400: [2Jgone');
  });
});
