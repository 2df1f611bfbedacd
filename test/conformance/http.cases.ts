/** What the page on RESTful interactions demands, as tests that any way of serving must pass. https://hl7.org/fhir/R4B/http.html */
import { expect, test } from 'vitest';
import { type Ask, diagnosticsOf } from '../server.ts';

const patient = (more: object = {}) => ({ resourceType: 'Patient', name: [{ family: 'Jansen' }], ...more });
let counter = 0;
/** Ids that no other test uses. */
const freshId = (): string => `t-${process.pid}-${Date.now().toString(36)}-${counter++}`;

/** `ask` goes to the server under test; `base` is the address that it calls itself. */
export function httpCases(ask: Ask, base: () => string): void {
  const create = async (resource: object = patient()) => (await ask('POST', 'Patient', { body: resource })).body;

  test('create gives an id, a version, Location, ETag and Last-Modified', async () => {
    const answer = await ask('POST', 'Patient', { body: patient({ id: 'ignored' }) });
    expect(answer.status).toBe(201);
    const { id, meta } = answer.body;
    expect(id).not.toBe('ignored');
    expect(meta.versionId).toBe('1');
    expect(answer.headers.get('location')).toBe(`${base()}/Patient/${id}/_history/1`);
    expect(answer.headers.get('etag')).toBe('W/"1"');
    expect(Date.parse(answer.headers.get('last-modified')!)).toBe(
      Math.floor(Date.parse(meta.lastUpdated) / 1000) * 1000,
    );
    expect(answer.headers.get('content-type')).toMatch(/^application\/fhir\+json/);
  });

  test('read gives back exactly what was sent, with every digit', async () => {
    const text =
      '{"resourceType":"Observation","status":"final","code":{"text":"x\\u00e9\\/y"},"valueQuantity":{"value":1.50},' +
      '"component":[{"code":{"text":"1"},"valueQuantity":{"value":1E+3}},{"code":{"text":"2"},"valueQuantity":{"value":-0.0010}}]}';
    const { body } = await ask('POST', 'Observation', { body: text });
    const { text: stored } = await ask('GET', `Observation/${body['id']}`);
    for (const number of ['1.50', '1E+3', '-0.0010']) expect(stored).toContain(`"value":${number}`);
    const { id, meta, ...rest } = JSON.parse(stored);
    expect(rest).toEqual(JSON.parse(text));
    expect(id).toBe(body['id']);
    expect(Object.keys(meta)).toEqual(['versionId', 'lastUpdated']);
  });

  test('read knows a version that the client has: 304 without a body', async () => {
    const { id } = await create();
    const answer = await ask('GET', `Patient/${id}`, { headers: { 'if-none-match': 'W/"1"' } });
    expect([answer.status, answer.text]).toEqual([304, '']);
    expect((await ask('GET', `Patient/${id}`, { headers: { 'if-none-match': 'W/"2"' } })).status).toBe(200);
  });

  test('HEAD answers like GET, without the body', async () => {
    const { id } = await create();
    const answer = await ask('HEAD', `Patient/${id}`);
    expect([answer.status, answer.text, answer.headers.get('etag')]).toEqual([200, '', 'W/"1"']);
  });

  test('read of what is not there is 404, of an unknown type 404, each with an outcome', async () => {
    const missing = await ask('GET', `Patient/${freshId()}`);
    expect(missing.status).toBe(404);
    expect(missing.body['issue'][0].code).toBe('not-found');
    const unknown = await ask('GET', 'Patiant/1');
    expect(unknown.status).toBe(404);
    expect(diagnosticsOf(unknown)).toContain('Patiant');
  });

  test('update replaces, counts versions up, and old versions stay readable', async () => {
    const { id } = await create();
    const second = await ask('PUT', `Patient/${id}`, { body: patient({ id, gender: 'female' }) });
    expect([second.status, second.body['meta'].versionId]).toEqual([200, '2']);
    const old = await ask('GET', `Patient/${id}/_history/1`);
    expect([old.status, old.body['gender'], old.headers.get('etag')]).toEqual([200, undefined, 'W/"1"']);
    expect((await ask('GET', `Patient/${id}/_history/2`)).body['gender']).toBe('female');
    expect((await ask('GET', `Patient/${id}/_history/3`)).status).toBe(404);
    expect((await ask('GET', `Patient/${id}/_history/x`)).status).toBe(404);
    expect((await ask('GET', `Patient/${id}/_history/2`, { headers: { 'if-none-match': 'W/"2"' } })).status).toBe(304);
  });

  test('update creates under an id of the client', async () => {
    const id = freshId();
    const answer = await ask('PUT', `Patient/${id}`, { body: patient({ id }) });
    expect([answer.status, answer.headers.get('location')]).toEqual([201, `${base()}/Patient/${id}/_history/1`]);
  });

  test('update refuses a body with another id, with none, and an id that is none', async () => {
    const id = freshId();
    expect((await ask('PUT', `Patient/${id}`, { body: patient({ id: 'other' }) })).status).toBe(400);
    expect((await ask('PUT', `Patient/${id}`, { body: patient() })).status).toBe(400);
    expect((await ask('PUT', 'Patient/a_b', { body: patient({ id: 'a_b' }) })).status).toBe(400);
    expect((await ask('PUT', `Patient/${id}`, { body: { resourceType: 'Group', id } })).status).toBe(400);
    expect((await ask('GET', `Patient/${id}`)).status).toBe(404);
  });

  test('If-Match guards update and delete', async () => {
    const { id } = await create();
    await ask('PUT', `Patient/${id}`, { body: patient({ id, gender: 'male' }) });
    const stale = await ask('PUT', `Patient/${id}`, { body: patient({ id }), headers: { 'if-match': 'W/"1"' } });
    expect(stale.status).toBe(412);
    expect((await ask('DELETE', `Patient/${id}`, { headers: { 'if-match': 'W/"1"' } })).status).toBe(412);
    expect((await ask('PUT', `Patient/${id}`, { body: patient({ id }), headers: { 'if-match': '2' } })).status).toBe(
      400,
    );
    const right = await ask('PUT', `Patient/${id}`, { body: patient({ id }), headers: { 'if-match': 'W/"2"' } });
    expect([right.status, right.body['meta'].versionId]).toEqual([200, '3']);
    const absent = freshId();
    const put = await ask('PUT', `Patient/${absent}`, {
      body: patient({ id: absent }),
      headers: { 'if-match': 'W/"1"' },
    });
    expect(put.status).toBe(412);
    expect((await ask('DELETE', `Patient/${id}`, { headers: { 'if-match': 'W/"3"' } })).status).toBe(204);
  });

  test('of two updates of the same version at once exactly one succeeds', async () => {
    const { id } = await create();
    const tries = Array.from({ length: 8 }, (_, at) =>
      ask('PUT', `Patient/${id}`, {
        body: patient({ id, name: [{ family: `try ${at}` }] }),
        headers: { 'if-match': 'W/"1"' },
      }),
    );
    const statuses = (await Promise.all(tries)).map((one) => one.status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 7 }, () => 412)]);
  });

  test('delete leaves a tombstone: 410, history readable, and an update brings it back', async () => {
    const { id } = await create();
    expect((await ask('DELETE', `Patient/${id}`)).status).toBe(204);
    expect((await ask('GET', `Patient/${id}`)).status).toBe(410);
    expect((await ask('GET', `Patient/${id}/_history/2`)).status).toBe(410);
    expect((await ask('GET', `Patient/${id}/_history/1`)).status).toBe(200);
    expect((await ask('DELETE', `Patient/${id}`)).status).toBe(204);
    expect((await ask('GET', `Patient?_id=${id}&_summary=count`)).body['total']).toBe(0);
    const back = await ask('PUT', `Patient/${id}`, { body: patient({ id }) });
    expect([back.status, back.body['meta'].versionId]).toEqual([200, '3']);
    expect((await ask('GET', `Patient?_id=${id}&_summary=count`)).body['total']).toBe(1);
  });

  test('delete of what never was succeeds', async () => {
    expect((await ask('DELETE', `Patient/${freshId()}`)).status).toBe(204);
  });

  test('history lists versions newest first, with tombstones, in pages', async () => {
    const { id } = await create();
    await ask('PUT', `Patient/${id}`, { body: patient({ id, active: true }) });
    await ask('DELETE', `Patient/${id}`);
    const { body } = await ask('GET', `Patient/${id}/_history`);
    expect([body['type'], body['total']]).toEqual(['history', 3]);
    expect(
      body['entry'].map((entry: any) => [entry.request.method, entry.response.status, entry.resource?.meta.versionId]),
    ).toEqual([
      ['DELETE', '204', undefined],
      ['PUT', '200', '2'],
      ['PUT', '201', '1'],
    ]);
    const first = await ask('GET', `Patient/${id}/_history?_count=2`);
    expect(first.body['entry']).toHaveLength(2);
    const next = first.body['link'].find((link: any) => link.relation === 'next').url as string;
    const second = await ask('GET', next.slice(base().length + 1));
    expect(second.body['entry'].map((entry: any) => entry.resource.meta.versionId)).toEqual(['1']);
    expect(second.body['link'].some((link: any) => link.relation === 'next')).toBe(false);
    expect((await ask('GET', `Patient/${freshId()}/_history`)).status).toBe(404);
    expect((await ask('GET', `Patient/${id}/_history?_foo=1`)).status).toBe(400);
    expect((await ask('GET', `Patient/${id}/_history?_count=x`)).status).toBe(400);
  });

  test('Prefer chooses between the resource, an outcome and nothing', async () => {
    const minimal = await ask('POST', 'Patient', { body: patient(), headers: { prefer: 'return=minimal' } });
    expect([minimal.status, minimal.text]).toEqual([201, '']);
    const outcome = await ask('POST', 'Patient', { body: patient(), headers: { prefer: 'return=OperationOutcome' } });
    expect(outcome.body['resourceType']).toBe('OperationOutcome');
    const whole = await ask('POST', 'Patient', { body: patient(), headers: { prefer: 'return=representation' } });
    expect(whole.body['resourceType']).toBe('Patient');
  });

  test('If-None-Exist creates once, however many ask at once', async () => {
    const value = freshId();
    const body = patient({ identifier: [{ system: 'urn:x', value }] });
    const headers = { 'if-none-exist': `identifier=urn:x|${value}` };
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask('POST', 'Patient', { body, headers })));
    expect(answers.map((one) => one.status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map((one) => one.body['id'])).size).toBe(1);
    await create(body);
    expect((await ask('POST', 'Patient', { body, headers })).status).toBe(412);
    expect((await ask('POST', 'Patient', { body, headers: { 'if-none-exist': '' } })).status).not.toBe(201);
    expect((await ask('POST', 'Patient', { body, headers: { 'if-none-exist': 'foo=1' } })).status).toBe(400);
  });

  test('batch performs each entry alone', async () => {
    const id = freshId();
    const { status, body } = await ask('POST', '', {
      body: {
        resourceType: 'Bundle',
        type: 'batch',
        entry: [
          { request: { method: 'PUT', url: `Patient/${id}` }, resource: patient({ id }) },
          { request: { method: 'POST', url: 'Patient' }, resource: patient({ gender: 'wrong' }) },
          { request: { method: 'GET', url: `Patient/${freshId()}` } },
          { request: { method: 'LOOK', url: 'Patient/1' } },
          { resource: patient() },
        ],
      },
    });
    expect([status, body['type']]).toEqual([200, 'batch-response']);
    expect(body['entry'].map((entry: any) => entry.response.status.slice(0, 3))).toEqual([
      '201',
      '400',
      '404',
      '400',
      '400',
    ]);
    expect((await ask('GET', `Patient/${id}`)).status).toBe(200);
  });

  test('transaction resolves urn:uuid references and is atomic', async () => {
    const urn = `urn:uuid:${crypto.randomUUID()}`;
    const value = freshId();
    const observation = (status: string) => ({
      request: { method: 'POST', url: 'Observation' },
      fullUrl: `urn:uuid:${crypto.randomUUID()}`,
      resource: { resourceType: 'Observation', status, code: { text: 'x' }, subject: { reference: urn } },
    });
    const person = {
      request: { method: 'POST', url: 'Patient' },
      fullUrl: urn,
      resource: patient({ identifier: [{ system: 'urn:x', value }] }),
    };
    const send = (entry: object[]) => ask('POST', '', { body: { resourceType: 'Bundle', type: 'transaction', entry } });
    const failed = await send([observation('final'), person, observation('nonsense')]);
    expect(failed.status).toBe(400);
    expect(diagnosticsOf(failed)).toContain('Bundle.entry[2]');
    expect((await ask('GET', `Patient?identifier=urn:x|${value}&_summary=count`)).body['total']).toBe(0);

    const { status, body } = await send([observation('final'), person]);
    expect([status, body['type']]).toEqual([200, 'transaction-response']);
    const [first, second] = body['entry'].map((entry: any) => entry.response.location as string);
    const { body: stored } = await ask('GET', first.slice(first.indexOf('Observation/')).replace('/_history/1', ''));
    expect(stored['subject'].reference).toBe(/Patient\/[^/]+/.exec(second)![0]);
  });

  test('transaction honours ifNoneExist, ifMatch, conditional references, deletes and reads', async () => {
    const value = freshId();
    const identifier = [{ system: 'urn:x', value }];
    const { id } = await create(patient({ identifier }));
    const gone = await create();
    const { status, body } = await ask('POST', '', {
      body: {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          {
            request: { method: 'POST', url: 'Patient', ifNoneExist: `identifier=urn:x|${value}` },
            resource: patient(),
          },
          {
            request: { method: 'POST', url: 'Observation' },
            resource: {
              resourceType: 'Observation',
              status: 'final',
              code: { text: 'x' },
              subject: { reference: `Patient?identifier=urn:x|${value}` },
            },
          },
          { request: { method: 'DELETE', url: `Patient/${gone['id']}` } },
          { request: { method: 'GET', url: `Observation?subject=Patient/${id}` } },
        ],
      },
    });
    expect(status).toBe(200);
    expect(body['entry'].map((entry: any) => entry.response.status.slice(0, 3))).toEqual(['200', '201', '204', '200']);
    expect(body['entry'][3].resource.entry).toHaveLength(1);
    const stale = await ask('POST', '', {
      body: {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          { request: { method: 'PUT', url: `Patient/${id}`, ifMatch: 'W/"7"' }, resource: patient({ id }) },
          { request: { method: 'DELETE', url: `Patient/${id}` } },
        ],
      },
    });
    expect(stale.status).toBe(400); // the same resource twice
    const conflict = await ask('POST', '', {
      body: {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ request: { method: 'PUT', url: `Patient/${id}`, ifMatch: 'W/"7"' }, resource: patient({ id }) }],
      },
    });
    expect(conflict.status).toBe(412);
  });

  test.each<[string, object[], number]>([
    ['an empty condition on PUT', [{ request: { method: 'PUT', url: 'Patient?_count=1' }, resource: patient() }], 400],
    ['POST to an instance', [{ request: { method: 'POST', url: 'Patient/1' }, resource: patient() }], 400],
    ['PUT to a type', [{ request: { method: 'PUT', url: 'Patient' }, resource: patient() }], 400],
    ['an address with too many parts', [{ request: { method: 'DELETE', url: 'Patient/1/2' } }], 400],
    ['no type', [{ request: { method: 'POST', url: '/' }, resource: patient() }], 404],
    ['no resource', [{ request: { method: 'POST', url: 'Patient' } }], 400],
    ['a resource of another type', [{ request: { method: 'POST', url: 'Group' }, resource: patient() }], 400],
    [
      'a reference to nothing',
      [
        {
          request: { method: 'POST', url: 'Observation' },
          resource: {
            resourceType: 'Observation',
            status: 'final',
            code: { text: 'x' },
            subject: { reference: 'Patient?identifier=urn:x|nothing' },
          },
        },
      ],
      404,
    ],
    [
      'a reference without a condition',
      [
        {
          request: { method: 'POST', url: 'Observation' },
          resource: {
            resourceType: 'Observation',
            status: 'final',
            code: { text: 'x' },
            subject: { reference: 'Patient?_count=1' },
          },
        },
      ],
      400,
    ],
  ])('transaction with %s is refused', async (_, entry, status) => {
    const answer = await ask('POST', '', { body: { resourceType: 'Bundle', type: 'transaction', entry } });
    expect(answer.status).toBe(status);
    expect(diagnosticsOf(answer).length).toBeGreaterThan(10);
  });

  test('transaction with several matches of a condition is refused', async () => {
    const value = freshId();
    for (let at = 0; at < 2; at++) await create(patient({ identifier: [{ system: 'urn:x', value }] }));
    const send = (entry: object) =>
      ask('POST', '', { body: { resourceType: 'Bundle', type: 'transaction', entry: [entry] } });
    expect(
      (
        await send({
          request: { method: 'POST', url: 'Patient', ifNoneExist: `identifier=urn:x|${value}` },
          resource: patient(),
        })
      ).status,
    ).toBe(412);
    const subject = { reference: `Patient?identifier=urn:x|${value}` };
    const resource = { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject };
    expect((await send({ request: { method: 'POST', url: 'Observation' }, resource })).status).toBe(412);
  });

  test('the base takes nothing but batch and transaction', async () => {
    expect((await ask('POST', '', { body: patient() })).status).toBe(400);
    expect((await ask('POST', '', { body: { resourceType: 'Bundle', type: 'collection' } })).status).toBe(400);
  });

  test('capabilities name the version, the types, their interactions and search parameters', async () => {
    const { status, body } = await ask('GET', 'metadata', { as: '' });
    expect([status, body['resourceType'], body['kind']]).toEqual([200, 'CapabilityStatement', 'instance']);
    const resource = body['rest'][0].resource.find((one: any) => one.type === 'Patient');
    const codes = resource.interaction.map((one: any) => one.code);
    expect(codes).toEqual(
      expect.arrayContaining(['read', 'vread', 'update', 'delete', 'history-instance', 'create', 'search-type']),
    );
    expect(resource.searchParam.map((one: any) => one.name)).toContain('birthdate');
  });

  test('other methods and addresses are refused with what would be right', async () => {
    expect((await ask('PATCH', 'metadata', { body: {} })).status).toBe(404);
    expect((await ask('POST', 'Patient/1', { body: patient() })).status).toBe(405);
    expect((await ask('GET', 'Patient/1/2/3')).status).toBe(404);
    expect((await ask('GET', 'Patient/1?foo=id')).status).toBe(400);
  });

  test('a client that wants no format of FHIR is told', async () => {
    expect((await ask('GET', 'metadata', { headers: { accept: 'image/png' } })).status).toBe(406);
    expect((await ask('GET', 'metadata?_format=pdf')).status).toBe(406);
    expect((await ask('GET', 'metadata?_format=json')).status).toBe(200);
  });

  test('an id in use by one type does not disturb the same id of another', async () => {
    const id = freshId();
    await ask('PUT', `Patient/${id}`, { body: patient({ id }) });
    const group = { resourceType: 'Practitioner', id };
    expect((await ask('PUT', `Practitioner/${id}`, { body: group })).status).toBe(201);
    expect((await ask('GET', `Patient/${id}`)).body['resourceType']).toBe('Patient');
  });
}
