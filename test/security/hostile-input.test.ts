/** Sends what no honest client sends: each gets a clear outcome, nothing is lost, the server lives on. https://hl7.org/fhir/R4B/security.html */
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { diagnosticsOf, startServer, type TestServer } from '../server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.ask('PUT', 'Patient/canary', { body: { resourceType: 'Patient', id: 'canary' } });
});
afterEach(async () => expect((await server.ask('GET', 'Patient/canary')).status).toBe(200));
afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
});

const post = (body: string | Uint8Array, headers = {}) => server.ask('POST', 'Patient', { body, headers });
const deep = (open: string, close: string, depth: number, inner: string) =>
  open.repeat(depth) + inner + close.repeat(depth);

describe('bodies', () => {
  test.each<[string, string | Uint8Array, number]>([
    ['nothing', '', 400],
    ['white space', ' \n', 400],
    ['half an object', '{"resourceType":"Patient"', 400],
    ['a trailing comma', '{"resourceType":"Patient",}', 400],
    ['two objects', '{"resourceType":"Patient"}{"resourceType":"Patient"}', 400],
    ['a list', '[]', 400],
    ['null', 'null', 400],
    ['a string', '"Patient"', 400],
    ['a number out of range', '{"resourceType":"Patient","multipleBirthInteger":1e999}', 400],
    ['NaN', '{"resourceType":"Patient","multipleBirthInteger":NaN}', 400],
    ['XML', '<Patient xmlns="http://hl7.org/fhir"/>', 400],
    ['no resourceType', '{"id":"1"}', 400],
    ['a resourceType that is an object', '{"resourceType":{}}', 400],
    ['a resourceType from the prototype', '{"resourceType":"constructor"}', 400],
    ['duplicate keys', '{"resourceType":"Patient","active":true,"active":false}', 400],
    ['duplicate keys written differently', '{"resourceType":"Patient","active":true,"\\u0061ctive":false}', 400],
    ['duplicate keys deep inside', '{"resourceType":"Patient","name":[{"family":"a","family":"b"}]}', 400],
    ['__proto__', '{"resourceType":"Patient","__proto__":{"active":true}}', 400],
    ['__proto__ deep inside', '{"resourceType":"Patient","name":[{"__proto__":{"family":"x"}}]}', 400],
    ['constructor.prototype', '{"resourceType":"Patient","constructor":{"prototype":{"x":1}}}', 400],
    ['toString', '{"resourceType":"Patient","toString":"x"}', 400],
    ['NUL', '{"resourceType":"Patient","name":[{"family":"a\\u0000b"}]}', 400],
    ['a raw control character', '{"resourceType":"Patient","name":[{"family":"a\u0001b"}]}', 400],
    ['half a surrogate pair', '{"resourceType":"Patient","name":[{"family":"\\ud800"}]}', 400],
    ['deep objects', `{"resourceType":"Patient","name":${deep('{"a":', '}', 5000, '1')}}`, 400],
    ['deep lists', `{"resourceType":"Patient","name":${deep('[', ']', 100_000, '')}}`, 400],
    [
      'deep extensions',
      `{"resourceType":"Patient",${deep('"extension":[{"url":"u",', '}]', 400, '"valueBoolean":true')}}`,
      400,
    ],
    ['bytes that are no UTF-8', Buffer.from('{"resourceType":"Patient","name":[{"family":"\xff"}]}', 'latin1'), 400],
    [
      'an overlong encoding',
      Buffer.from([...Buffer.from('{"resourceType":"Patient","id":"'), 0xc0, 0xaf, ...Buffer.from('"}')]),
      400,
    ],
    ['UTF-16', Buffer.from('{"resourceType":"Patient"}', 'utf16le'), 400],
  ])('%s: refused', async (_, body, status) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(diagnosticsOf(answer).length).toBeGreaterThan(10);
    expect(answer.text.length).toBeLessThan(5000);
  });

  test('50 MB: refused', async () => {
    const answer = await post(`{"resourceType":"Patient","name":[{"family":"${'x'.repeat(50 * 2 ** 20)}"}]}`);
    expect(answer.status).toBe(413);
    expect(diagnosticsOf(answer)).toContain('$import');
  });

  test('150 MB in a line of an import: that line is refused, the others kept', async () => {
    const answer = await server.load([
      '{"resourceType":"Patient","id":"before"}',
      `{"resourceType":"Patient","id":"big","name":[{"family":"${'x'.repeat(150 * 2 ** 20)}"}]}`,
      '{"resourceType":"Patient","id":"after"}',
    ]);
    expect(answer.body['parameter'].slice(0, 3).map((one: any) => one.valueInteger)).toEqual([2, 0, 1]);
    expect(answer.text).toContain('line 2');
  });

  test('a bomb of base64 white space does not hold the server up', async () => {
    const answer = await server.ask('POST', 'Binary', {
      body: { resourceType: 'Binary', contentType: 'text/plain', data: `${'= '.repeat(200_000)}!` },
    });
    expect(answer.status).toBe(400);
  });

  test.each(['text/plain', 'application/pdf', 'multipart/form-data; boundary=x', 'image/png', ''])(
    'content type %s: 415',
    async (type) => {
      expect((await post('{"resourceType":"Patient"}', { 'content-type': type })).status).toBe(415);
    },
  );

  test('a list of two thousand names is taken, and stays as it is', async () => {
    const name = Array.from({ length: 2000 }, (_, at) => ({ family: `F${at}` }));
    const { status, body } = await server.ask('POST', 'Patient', { body: { resourceType: 'Patient', name } });
    expect([status, body['name'].length]).toEqual([201, 2000]);
  });

  test('a text longer than an index entry may be is stored and found', async () => {
    const family = `Long${'ä€😀'.repeat(20_000)}`;
    const { status, body } = await server.ask('POST', 'Patient', {
      body: { resourceType: 'Patient', name: [{ family }] },
    });
    expect(status).toBe(201);
    expect((await server.ask('GET', 'Patient?family=long')).body['entry']).toHaveLength(1);
    expect((await server.ask('GET', `Patient/${body['id']}`)).body['name'][0].family).toBe(family);
    await server.ask('DELETE', `Patient/${body['id']}`);
  });
});

const metacharacters = [
  "'; drop table resource; --",
  '" or 1=1',
  '$1',
  '%',
  '_',
  '\\',
  '\\x00',
  '{}',
  '{"a"}',
  'null',
  '../../etc/passwd',
  '..%2f..%2f',
  '%00',
  '\u0000',
  '\u001f',
  '\u001e',
  '\n',
  "E'\\\\'",
  '😀',
  '\ud800',
  '__proto__',
  'constructor',
  'a'.repeat(10_000),
];

const named = metacharacters.map((text): [string, string] => [JSON.stringify(text).slice(0, 40), text]);

describe('ids and values', () => {
  test.each(named)('%s as an id', async (_, text) => {
    const answer = await server.ask('GET', `Patient/${encodeURIComponent(text.toWellFormed())}`);
    expect([400, 404, 414]).toContain(answer.status);
    expect(answer.body['resourceType']).toBe('OperationOutcome');
  });

  test.each(named)('%s as a value of every kind of parameter', async (_, text) => {
    const value = encodeURIComponent(text.toWellFormed());
    for (const query of [
      'Patient?family=',
      'Patient?family:contains=',
      'Patient?gender=',
      'Patient?identifier=a|',
      'Patient?birthdate=',
      'Observation?subject=',
      'Observation?value-quantity=',
      'ValueSet?url=',
      'Patient?_id=',
      'Patient?_sort=',
      'Patient?_page=',
      'Patient?_include=',
      'Patient?_tag=',
      'Observation?patient.name=',
      'Observation?code-value-quantity=',
    ]) {
      const answer = await server.ask('GET', query + value);
      expect([query, [200, 400, 403, 414, 431].includes(answer.status)]).toEqual([query, true]);
      if (answer.status === 200) expect(answer.body['entry'] ?? []).toEqual([]);
    }
  });

  test.each(named)('%s in a resource comes back as it was, and is found', async (_, text) => {
    if (!text.isWellFormed() || text.includes('\u0000')) return; // refused above
    const { status, body } = await server.ask('POST', 'Patient', {
      body: { resourceType: 'Patient', identifier: [{ value: text }], name: [{ text }] },
    });
    if (/^\s*$/.test(text)) return expect(status).toBe(400); // FHIR's strings hold more than white space
    expect(status).toBe(201);
    expect((await server.ask('GET', `Patient/${body['id']}`)).body['name'][0].text).toBe(text);
    if (text.length > 1000) return;
    const escaped = text.replace(/[\\,$|]/g, '\\$&');
    const found = await server.ask('GET', `Patient?identifier=${encodeURIComponent(escaped)}`);
    expect(found.body['entry']).toHaveLength(1);
    await server.ask('DELETE', `Patient/${body['id']}`);
  });

  test('names of parameters from the prototype are unknown parameters', async () => {
    for (const name of [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      '_has:__proto__:x:y',
      '_has:Observation:constructor:y',
      'subject:constructor.name',
    ]) {
      const answer = await server.ask('GET', `Observation?${name}=1`);
      expect([name, answer.status]).toEqual([name, 400]);
    }
    expect((await server.ask('GET', 'constructor/1')).status).toBe(404);
    expect((await server.ask('GET', '__proto__?_id=1')).status).toBe(404);
  });
});

describe('requests', () => {
  test('thousands of parameters are refused', async () => {
    const form = Array.from({ length: 100_000 }, () => 'active=true').join('&');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await server.ask('POST', 'Patient/_search', { body: form, headers })).status).toBe(403);
  });

  test('a bundle of nonsense entries is answered entry by entry', async () => {
    const entry = [
      null,
      1,
      'x',
      {},
      { request: null },
      { request: { method: 'GET', url: '../../metadata' } },
      { request: { method: 'GET', url: 'Patient/../x' } },
    ];
    const answer = await server.ask('POST', '', { body: { resourceType: 'Bundle', type: 'batch', entry } });
    expect(answer.status).toBe(200);
    for (const one of answer.body['entry']) expect(one.response.status).toMatch(/^4/);
  });

  test('headers that make no sense are refused or passed over', async () => {
    expect((await server.ask('GET', 'Patient/canary', { headers: { 'if-none-match': '"x", , W/""' } })).status).toBe(
      200,
    );
    const body = { resourceType: 'Patient', id: 'canary' };
    expect((await server.ask('PUT', 'Patient/canary', { body, headers: { 'if-match': '*' } })).status).toBe(400);
    expect(
      (await server.ask('PUT', 'Patient/canary', { body, headers: { 'if-match': 'W/"99999999999999999999"' } })).status,
    ).toBe(400);
    expect((await server.ask('GET', 'Patient/canary', { headers: { prefer: 'x'.repeat(5000) } })).status).toBe(200);
  });

  test('what is no HTTP is closed, and the server lives on', async () => {
    const { port } = new URL(server.base);
    for (const text of [
      'nonsense\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      `GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`,
    ]) {
      const said = await new Promise<string>((done) => {
        let all = '';
        const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
        socket.on('data', (chunk) => (all += chunk));
        socket.on('close', () => done(all));
        socket.on('error', () => done(all));
      });
      expect(said).toMatch(/^HTTP\/1\.1 4\d\d/);
    }
  });

  test('any query and any body get an answer below 500', async () => {
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'family',
        'gender',
        'birthdate',
        '_sort',
        '_include',
        '_has:Observation:patient:code',
        'general-practitioner.name',
        '_count',
        '_id',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, fc.string()), { maxLength: 4 }), async (pairs) => {
        const answer = await server.ask('GET', `Patient?${new URLSearchParams(pairs)}`);
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 6 }), async (body) => {
        expect((await post(body)).status).toBe(400);
      }),
      { numRuns: 200 },
    );
  });
});
