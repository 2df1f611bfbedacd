/** Servers join a community, stewards admit them, and the community asks them whether they are alive. See docs/reference/discovery.md */
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import { diagnosticsOf, idsOf, startServer, type TestServer } from '../server.ts';
import { directoryWorld } from './directory-world.ts';

const hour = 3_600_000;

/** A server that is not ours: it answers /metadata as the test says. */
interface Stranger {
  base: string;
  asked: number;
  answer: { status: number; body: string; headers?: Record<string, string> };
  close(): Promise<void>;
}

const statement = (more: object = {}): string =>
  JSON.stringify({
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: new Date().toISOString(),
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['json'],
    publisher: 'Strange Institute',
    rest: [{ mode: 'server', resource: [{ type: 'Patient', interaction: [{ code: 'read' }] }] }],
    ...more,
  });

async function startStranger(): Promise<Stranger> {
  const stranger: Stranger = {
    base: '',
    asked: 0,
    answer: { status: 200, body: statement() },
    close: () => new Promise((done) => server.close(() => done())),
  };
  const server: HttpServer = createServer((request, response) => {
    stranger.asked++;
    const { status, body, headers } = stranger.answer;
    response.writeHead(request.url === '/fhir/metadata' ? status : 404, {
      'content-type': 'application/fhir+json',
      ...headers,
    });
    response.end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  server.unref();
  stranger.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`;
  return stranger;
}

const input = (name: string, value: string) => ({ name, valueString: value });
const inputs = (given: Record<string, string>) => ({
  resourceType: 'Parameters',
  parameter: Object.entries(given).map(([name, value]) => input(name, value)),
});
const join = (server: TestServer, given: Record<string, string>, as = '') =>
  server.ask('POST', '$join', { as, body: inputs(given) });
const admit = (server: TestServer, given: Record<string, string>, as = 'writer') =>
  server.ask('POST', '$admit', { as, body: inputs(given) });
const extensionsOf = (resource: Record<string, any>, url: string): any[] =>
  (resource['extension'] ?? []).filter((one: { url: string }) => one.url === url);

/** Waits until the members are not being asked, nor about to be; gives when they were. */
async function settled(server: TestServer, after?: number): Promise<number> {
  for (;;) {
    const states = await server.app.jobs.states();
    const { isRunning, succeeded, due } = states.find(({ name }) => name === 'check members')!;
    if (
      !isRunning &&
      succeeded !== undefined &&
      due > Date.now() + hour &&
      (after === undefined || succeeded !== after)
    )
      return succeeded;
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Has all members asked now, once. */
async function check(server: TestServer): Promise<void> {
  const before = await settled(server);
  await server.app.jobs.soon('check members');
  await settled(server, before);
}

describe.each(fhirVersions)('a discovery server of %s', (fhirVersion) => {
  let server: TestServer;
  let stranger: Stranger;
  let clock = Date.now();
  beforeAll(async () => {
    server = await startServer({ fhirVersion, roles: ['discovery'], checkSeconds: 86_400, now: () => clock });
  });
  afterAll(async () => {
    await server.close();
    expect(server.errors).toEqual([]);
  });
  beforeEach(async () => {
    clock = Date.now();
    stranger = await startStranger();
  });
  afterEach(() => stranger.close());
  const found = async (query: string, as = ''): Promise<string[]> => idsOf(await server.ask('GET', query, { as }));
  const endpoint = async (): Promise<Record<string, any>> => {
    const [id] = await found(`Endpoint?address=${stranger.base}`, 'writer');
    return (await server.ask('GET', `Endpoint/${id}`)).body;
  };
  const versionsOf = async (path: string): Promise<number> =>
    (await server.ask('GET', `${path}/_history`)).body['total'];

  test('whoever asks to join waits for a steward, unseen by others, and is found once admitted', async () => {
    const given = { address: `${stranger.base}/`, organization: 'Institute', country: 'at', contact: 'a@b.example' };
    const asked = await join(server, given);
    expect(asked.status, asked.text).toBe(200);
    expect(asked.body).toMatchObject({
      resourceType: 'Endpoint',
      status: 'off',
      address: stranger.base,
      name: 'Institute',
    });
    expect(asked.body['contact']).toEqual([{ system: 'email', value: 'a@b.example' }]);
    const { id } = asked.body;
    const owner = asked.body['managingOrganization'].reference;
    expect(await found(`Endpoint?address=${stranger.base}`)).toEqual([]);
    expect((await server.ask('GET', owner, { as: '' })).status).toBe(404);
    expect(await found(`CapabilityStatement?endpoint=Endpoint/${id}`)).toEqual([]);
    expect(await found('Endpoint?membership=pending', 'writer')).toContain(id);
    // Asked again it says the same, and asks nobody.
    expect((await join(server, given)).body['id']).toBe(id);
    expect(stranger.asked).toBe(1);

    const admitted = await admit(server, { address: stranger.base });
    expect(admitted.status, admitted.text).toBe(200);
    const query = `Endpoint?status=active&address=${stranger.base}&organization.name=Institute&organization.address-country=AT`;
    expect(await found(query)).toEqual([id]);
    expect(await found(`CapabilityStatement?endpoint=Endpoint/${id}&resource=Patient&fhir-version=4.0.1`)).toHaveLength(
      1,
    );
    expect((await server.ask('GET', owner, { as: '' })).body['name']).toBe('Institute');
    expect((await join(server, given)).body['status']).toBe('active');
  });

  test('what a server is called follows from what it says of itself', async () => {
    const { body } = await join(server, { address: stranger.base, contact: '+43 1 555' });
    expect(body['name']).toBe('Strange Institute');
    expect(body['contact']).toEqual([{ system: 'phone', value: '+43 1 555' }]);
  });

  test('one that is refused is told why, and may be approved later', async () => {
    await join(server, { address: stranger.base });
    expect((await admit(server, { address: stranger.base, decision: 'refuse' })).status).toBe(400);
    await admit(server, { address: stranger.base, decision: 'refuse', reason: 'no contact' });
    const again = await join(server, { address: stranger.base });
    expect([again.status, diagnosticsOf(again)]).toEqual([403, expect.stringContaining('no contact')]);
    expect(await found(`Endpoint?address=${stranger.base}`)).toEqual([]);
    await admit(server, { address: stranger.base });
    expect(await found(`Endpoint?status=active&address=${stranger.base}`)).toHaveLength(1);
    expect(extensionsOf(await endpoint(), canonical.membershipReason)).toEqual([]);
  });

  test('one that leaves stays listed as off, and may ask to come back', async () => {
    await join(server, { address: stranger.base });
    await admit(server, { address: stranger.base });
    await check(server);
    await admit(server, { address: stranger.base, decision: 'leave', reason: 'closed down' });
    expect(await found(`Endpoint?status=off&membership=left&address=${stranger.base}`)).toHaveLength(1);
    const before = stranger.asked;
    await check(server);
    expect(stranger.asked).toBe(before);
    const back = await join(server, { address: stranger.base });
    expect(extensionsOf(back.body, canonical.membership)).toEqual([
      { url: canonical.membership, valueCode: 'pending' },
    ]);
  });

  test('checks keep when it was seen without a version for each', async () => {
    await join(server, { address: stranger.base });
    await admit(server, { address: stranger.base });
    await check(server);
    const { id } = await endpoint();
    const [statementId] = await found(`CapabilityStatement?endpoint=Endpoint/${id}`);
    const before = [await versionsOf(`Endpoint/${id}`), await versionsOf(`CapabilityStatement/${statementId}`)];
    await check(server);
    // The statement has a new date each time, and says nothing new.
    stranger.answer = { status: 200, body: statement({ date: '2001-01-01' }) };
    await check(server);
    expect([await versionsOf(`Endpoint/${id}`), await versionsOf(`CapabilityStatement/${statementId}`)]).toEqual(
      before,
    );
    clock += 2 * hour;
    await check(server);
    expect(await versionsOf(`Endpoint/${id}`)).toBe(before[0]! + 1);
    expect(await found(`Endpoint?seen=ge${new Date(clock - 1000).toISOString()}&address=${stranger.base}`)).toEqual([
      id,
    ]);
    stranger.answer = { status: 200, body: statement({ fhirVersion: '5.0.0' }) };
    await check(server);
    expect(await found(`CapabilityStatement?endpoint=Endpoint/${id}&fhir-version=5.0.0`)).toHaveLength(1);
    expect(await found(`CapabilityStatement?endpoint=Endpoint/${id}&fhir-version=4.0.1`)).toEqual([]);
    const kept = (await server.ask('GET', `CapabilityStatement/${statementId}`)).body;
    expect(kept['meta'].source).toBe(`${stranger.base}/metadata`);
  });

  test('one that fails becomes error, stays listed, and heals by itself; its answers are told in streaks', async () => {
    await join(server, { address: stranger.base });
    await admit(server, { address: stranger.base });
    await check(server);
    const { id } = await endpoint();
    stranger.answer = { status: 503, body: 'later' };
    await check(server);
    await check(server);
    expect((await endpoint())['status']).toBe('active');
    await check(server);
    expect(await found(`Endpoint?status=error&problem=no-answer&address=${stranger.base}`)).toEqual([id]);
    stranger.answer = { status: 200, body: '<html>' };
    await check(server);
    const told = await server.ask('GET', `$members?address=${stranger.base}`);
    const parts = told.body['parameter'][0].part as { name: string; valueCode?: string; part?: any[] }[];
    expect(parts.filter(({ name }) => name === 'problem').map(({ valueCode }) => valueCode)).toContain('no-answer');
    const answers = parts
      .filter(({ name }) => name === 'answer')
      .map(({ part }) => Object.fromEntries(part!.map((one) => [one.name, one.valueInteger ?? one.valueString])));
    expect(answers).toMatchObject([
      { times: 1, status: 200, reason: 'its answer is no JSON' },
      { times: 3, status: 503, reason: 'it answers with status 503' },
      { status: 200 },
    ]);
    stranger.answer = { status: 200, body: statement() };
    await check(server);
    expect(await found(`Endpoint?status=active&address=${stranger.base}`)).toEqual([id]);
    expect(await found(`Endpoint?problem=no-answer&address=${stranger.base}`)).toEqual([]);
  });

  test('what a steward has suspended stays so, although it answers', async () => {
    await join(server, { address: stranger.base });
    const { body } = await admit(server, { address: stranger.base });
    await server.ask('PUT', `Endpoint/${body['id']}`, { body: { ...body, status: 'suspended' } });
    await check(server);
    expect((await endpoint())['status']).toBe('suspended');
  });

  test('what is wrong with a member is noted', async () => {
    const roles = [`${canonical.ours}/CapabilityStatement/registry`];
    stranger.answer.body = statement({ instantiates: [`${canonical.ours}/CapabilityStatement/repository`] });
    await join(server, { address: stranger.base });
    const { body } = await admit(server, { address: stranger.base });
    const problems = async (): Promise<string[]> =>
      extensionsOf(await endpoint(), canonical.memberProblem).map((one) => one.valueCoding.code);
    await check(server);
    expect(await problems()).toEqual(['no-summary']);
    const [summary] = directoryWorld(fhirVersion, '4.0.1').filter(({ id }) => id === 'labs');
    const extension = (summary!['extension'] as { url: string }[]).map((one) =>
      one.url === canonical.endpoint ? { ...one, valueReference: { reference: `Endpoint/${body['id']}` } } : one,
    );
    await server.ask('PUT', 'MeasureReport/labs', {
      body: { ...summary, extension, date: new Date(clock).toISOString() },
    });
    await check(server);
    expect(await problems()).toEqual([]);
    clock += 100 * 24 * hour;
    stranger.answer.body = statement({
      instantiates: roles,
      implementation: { description: 'x', url: 'https://other.example/fhir' },
    });
    await check(server);
    expect(await problems()).toEqual(['old-summary', 'wrong-address', 'wrong-role']);
    expect(await found('Endpoint?problem=wrong-role')).toEqual([body['id']]);
  });

  test.each([
    ['its answer is no CapabilityStatement', { status: 200, body: '{"resourceType":"Bundle"}' }],
    ['its answer is no JSON', { status: 200, body: 'hello' }],
    ['status 404', { status: 404, body: '' }],
    ['which sends elsewhere', { status: 302, body: '', headers: { location: 'https://elsewhere.example/metadata' } }],
  ])('no FHIR server joins: %s', async (reason, answer) => {
    stranger.answer = answer;
    const asked = await join(server, { address: stranger.base });
    expect([asked.status, diagnosticsOf(asked)]).toEqual([422, expect.stringContaining(reason)]);
  });

  test('a server that is not there does not join', async () => {
    await stranger.close();
    const asked = await join(server, { address: stranger.base });
    expect([asked.status, diagnosticsOf(asked)]).toEqual([422, expect.stringContaining('takes no connection')]);
  });
});

describe('joining', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ roles: ['registry'] });
  });
  afterAll(() => server.close());

  test.each([
    ['ftp://example.org/fhir', 'must be a FHIR base address'],
    ['https://user:secret@example.org/fhir', 'must be a FHIR base address'],
    ['https://example.org/fhir?x=1', 'must be a FHIR base address'],
    ['nowhere', 'must be a FHIR base address'],
  ])('takes no address such as %s', async (address, said) => {
    const asked = await join(server, { address });
    expect([asked.status, diagnosticsOf(asked)]).toEqual([400, expect.stringContaining(said)]);
  });
  test('takes no wrong inputs', async () => {
    const address = 'https://example.org/fhir';
    expect((await join(server, {})).status).toBe(400);
    expect(diagnosticsOf(await join(server, { address: server.base }))).toContain('is this server');
    expect(diagnosticsOf(await join(server, { address, country: 'Austria' }))).toContain('two letters');
    expect(diagnosticsOf(await join(server, { address, organization: ' ' }))).toContain('at most 200');
    expect(diagnosticsOf(await join(server, { address, contact: 'x'.repeat(201) }))).toContain('at most 200');
  });
  test('asks no host more often than is good for it, whoever asks to join; a steward is trusted', async () => {
    const stranger = await startStranger();
    stranger.answer = { status: 500, body: '' };
    const statuses = [];
    for (let at = 0; at < 7; at++) statuses.push((await join(server, { address: `${stranger.base}/${at}` })).status);
    expect(statuses).toEqual([422, 422, 422, 422, 422, 422, 429]);
    expect((await join(server, { address: `${stranger.base}/x` }, 'writer')).status).toBe(422);
    await stranger.close();
  });
  test('asks nobody in a private network unless the operator says so', async () => {
    const stranger = await startStranger();
    const closed = await startServer({ roles: ['discovery'], allowPrivateNetwork: false });
    for (const address of [stranger.base, stranger.base.replace('127.0.0.1', 'localhost')]) {
      const asked = await join(closed, { address }, 'writer');
      expect([asked.status, diagnosticsOf(asked)]).toEqual([422, expect.stringContaining('private network')]);
    }
    expect(stranger.asked).toBe(0);
    await Promise.all([closed.close(), stranger.close()]);
  });
  test('of those who ask for one server at once, it makes one member', async () => {
    const stranger = await startStranger();
    const asked = await Promise.all(
      Array.from({ length: 5 }, () => join(server, { address: stranger.base }, 'writer')),
    );
    expect(new Set(asked.map(({ body }) => body['id'])).size).toBe(1);
    const found = await server.ask('GET', `Endpoint?address=${stranger.base}`);
    expect(idsOf(found)).toHaveLength(1);
    await stranger.close();
  });
  test('only stewards decide and list', async () => {
    const given = { address: 'https://example.org/fhir' };
    expect((await admit(server, given, '')).status).toBe(401);
    expect((await admit(server, given, 'reader')).status).toBe(403);
    expect((await server.ask('GET', '$members', { as: '' })).status).toBe(401);
    expect((await server.ask('GET', '$members', { as: 'reader' })).status).toBe(403);
    expect(diagnosticsOf(await admit(server, given))).toContain('has asked to join');
    expect(diagnosticsOf(await admit(server, { ...given, decision: 'maybe' }))).toContain('approve, refuse, leave');
    expect(diagnosticsOf(await server.ask('GET', '$members?membership=maybe'))).toContain('pending, approved');
    expect(diagnosticsOf(await server.ask('GET', '$members?answers=999'))).toContain('up to 100');
  });
  test('members are listed by membership, status and problem', async () => {
    const stranger = await startStranger();
    await join(server, { address: stranger.base }, 'writer');
    const endpoints = directoryWorld('R4B', '4.3.0').filter(({ resourceType }) => resourceType !== 'MeasureReport');
    await server.load(endpoints);
    const listed = async (query: string): Promise<number> =>
      ((await server.ask('GET', `$members?${query}`)).body['parameter'] as unknown[]).length;
    expect(await listed(`membership=pending&address=${stranger.base}`)).toBe(1);
    expect(await listed('membership=approved')).toBe(6);
    expect(await listed('membership=approved&status=off')).toBe(1);
    const pending = await listed('membership=pending');
    expect(await listed('membership=approved&membership=pending')).toBe(6 + pending);
    expect(await listed('')).toBe(6 + pending);
    expect(await listed('problem=no-answer')).toBe(0);
    expect(await listed('address=https://clinic.example/fhir/&answers=0')).toBe(1);
    await stranger.close();
  });

  test('is automatic where the community says so', async () => {
    const open = await startServer({ roles: ['discovery'], admission: 'automatic' });
    const stranger = await startStranger();
    const { body, text } = await join(open, { address: stranger.base });
    expect(body['status'], text).toBe('active');
    expect(idsOf(await open.ask('GET', 'Endpoint?status=active', { as: '' }))).toEqual([body['id']]);
    await Promise.all([open.close(), stranger.close()]);
  });

  test('is for registries and discovery servers', async () => {
    const repository = await startServer({ roles: ['repository'] });
    const asked = await join(repository, { address: 'https://example.org/fhir' });
    expect([asked.status, diagnosticsOf(asked)]).toEqual([400, expect.stringContaining('registry or discovery')]);
    const operationsOf = async (one: TestServer): Promise<string[]> =>
      (await one.ask('GET', 'metadata')).body['rest'][0].operation.map(({ name }: { name: string }) => name);
    expect(await operationsOf(repository)).not.toContain('join');
    expect(await operationsOf(server)).toEqual(expect.arrayContaining(['join', 'admit', 'members']));
    await repository.close();
  });
});
