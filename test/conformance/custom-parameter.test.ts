/** SearchParameter resources add to what can be searched by, in every process, also for what was there before. https://hl7.org/fhir/R4B/searchparameter.html */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { diagnosticsOf, idsOf, startServer, type TestServer } from '../server.ts';

let server: TestServer;
let other: TestServer;
beforeAll(async () => {
  server = await startServer();
  other = await startServer({ database: server.address });
  const people = Array.from({ length: 1200 }, (_, at) => ({
    resourceType: 'Patient',
    id: `p${at}`,
    maritalStatus: {
      coding: [{ system: 'urn:m', code: at % 2 === 0 ? 'M' : 'S' }],
      text: at === 4 ? 'Widowed' : 'other',
    },
    multipleBirthInteger: at % 7,
    contact: [{ name: { family: `Contact${at}` } }],
  }));
  await server.load(people);
});
afterAll(async () => {
  await other.close();
  await server.close();
  expect([...server.errors, ...other.errors]).toEqual([]);
});

const parameter = (code: string, type: string, expression: string, more: object = {}) => ({
  resourceType: 'SearchParameter',
  id: code,
  url: `http://example.org/SearchParameter/${code}`,
  name: code.replaceAll('-', ''),
  status: 'active',
  description: code,
  code,
  base: ['Patient'],
  type,
  expression,
  ...more,
});

/** Asks until the parameter is ready; what is not ready is an error that says so. */
async function countOf(at: TestServer, query: string): Promise<number> {
  for (;;) {
    const answer = await at.ask('GET', `Patient?${query}&_summary=count`);
    if (answer.status === 200) return answer.body['total'] as number;
    expect(diagnosticsOf(answer)).toMatch(/being indexed|no search parameter/);
    await sleep(20);
  }
}

test.each([
  ['marital', 'token', 'Patient.maritalStatus', 'marital=urn:m|M', 600],
  ['birth-rank', 'number', 'Patient.multipleBirth.ofType(integer)', 'birth-rank=gt5', 171],
  ['contact-family', 'string', 'Patient.contact.name.family', 'contact-family=contact119', 11],
  ['contact-letter', 'string', 'Patient.contact.name.family.substring(0, 3)', 'contact-letter=con', 1200],
])(
  '%s is indexed, searched and stated once it is ready, in both processes',
  async (code, type, expression, query, expected) => {
    const answer = await server.ask('PUT', `SearchParameter/${code}`, { body: parameter(code, type, expression) });
    expect(answer.status).toBe(201);
    expect(await countOf(server, query)).toBe(expected);
    expect(await countOf(other, query)).toBe(expected);
    for (const one of [server, other]) {
      const { body } = await one.ask('GET', 'metadata');
      const stated = body['rest'][0].resource.find((each: any) => each.type === 'Patient').searchParam;
      expect(stated).toContainEqual({ name: code, definition: `http://example.org/SearchParameter/${code}`, type });
    }
  },
);

test('what is written afterwards is indexed by whichever process writes it; modifiers go with it', async () => {
  const body = { resourceType: 'Patient', id: 'late', maritalStatus: { coding: [{ system: 'urn:m', code: 'D' }] } };
  await other.ask('PUT', 'Patient/late', { body });
  expect(idsOf(await server.ask('GET', 'Patient?marital=D'))).toEqual(['late']);
  expect(idsOf(await server.ask('GET', 'Patient?marital:text=widow'))).toEqual(['p4']);
  expect((await server.ask('GET', 'Patient?marital=S&_sort=-birth-rank&_count=3')).body['entry']).toHaveLength(3);
});

test('how far it is can be asked by an operation that is stated', async () => {
  const { body } = await server.ask('GET', 'metadata');
  const own = body['rest'][0].resource.find((each: any) => each.type === 'SearchParameter').operation;
  expect(own).toEqual([
    { name: 'index-status', definition: expect.stringContaining('OperationDefinition/index-status') },
  ]);
});

test('a parameter that is deleted is no longer one', async () => {
  await server.ask('DELETE', 'SearchParameter/marital');
  for (;;) {
    const answer = await other.ask('GET', 'Patient?marital=M');
    if (answer.status === 400) break;
    await sleep(20);
  }
  expect(diagnosticsOf(await other.ask('GET', 'Patient?marital=M'))).toContain('no search parameter');
});

test('a parameter of all types, and one of references, are searched like those of the specification', async () => {
  const version = parameter('version-id', 'token', 'Resource.meta.versionId', { base: ['Resource'] });
  expect((await server.ask('PUT', 'SearchParameter/version-id', { body: version })).status).toBe(201);
  expect(await countOf(server, 'version-id=1&_id=p1')).toBe(1);
  const link = parameter('any-link', 'reference', 'Patient.link.other', {
    target: ['Patient', 'Nobody', 'RelatedPerson'].slice(0, 1),
  });
  expect((await server.ask('PUT', 'SearchParameter/any-link', { body: link })).status).toBe(201);
  await server.ask('PUT', 'Patient/linked', {
    body: { resourceType: 'Patient', id: 'linked', link: [{ type: 'seealso', other: { reference: 'Patient/p1' } }] },
  });
  expect(await countOf(server, 'any-link=Patient/p1')).toBe(1);
  expect(await countOf(server, 'any-link.birth-rank=1')).toBe(1);
});

test.each([
  ['a code that cannot be written', parameter('a.b', 'token', 'Patient.id', { id: 'dotted' }), 422],
  ['no expression', { ...parameter('none', 'token', ''), expression: undefined }, 422],
  ['an expression that is none', parameter('bad', 'token', 'Patient.('), 422],
  ['a code that is taken', { ...parameter('gender', 'token', 'Patient.gender'), id: 'gender' }, 409],
  ['a type that cannot be added', parameter('both', 'composite', 'Patient'), 422],
  ['a base that is none', parameter('far', 'token', 'Patient.id', { base: ['Nobody'] }), 400],
])('%s is refused', async (_, body, status) => {
  const answer = await server.ask('PUT', `SearchParameter/${body.id}`, { body });
  expect([answer.status, diagnosticsOf(answer).length > 20]).toEqual([status, true]);
});

test('what is not active, and what the specification has, changes nothing', async () => {
  const draft = parameter('draft', 'token', 'Patient.gender', { status: 'draft' });
  expect((await server.ask('PUT', 'SearchParameter/draft', { body: draft })).status).toBe(201);
  expect((await server.ask('GET', 'Patient?draft=x')).status).toBe(400);
  expect((await server.ask('GET', 'SearchParameter/draft/$index-status')).status).toBe(404);
  expect((await server.ask('GET', 'SearchParameter/nobody/$index-status')).status).toBe(404);
  const own = {
    ...parameter('gender', 'token', 'Patient.gender'),
    url: 'http://hl7.org/fhir/SearchParameter/individual-gender',
  };
  expect((await server.ask('PUT', 'SearchParameter/gender', { body: own })).status).toBe(201);
});
