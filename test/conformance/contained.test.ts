/** Contained resources are found by themselves when that is asked for, and shown as container or alone. https://hl7.org/fhir/R4B/search.html#contained */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { diagnosticsOf, startServer, type TestServer } from '../server.ts';

let server: TestServer;
const coding = (code: string) => ({
  coding: [{ system: 'urn:m', code, display: `Drug ${code}` }],
  text: `Drug ${code}`,
});
const request = (id: string, ...contained: object[]) => ({
  resourceType: 'MedicationRequest',
  id,
  status: 'active',
  intent: 'order',
  subject: { reference: 'Patient/p' },
  medicationReference: { reference: '#m' },
  contained,
});
const medication = (id: string, code: string, more: object = {}) => ({
  resourceType: 'Medication',
  id,
  code: coding(code),
  ...more,
});

beforeAll(async () => {
  server = await startServer();
  const { body } = await server.load([
    request(
      'r1',
      medication('m', 'a', { status: 'active', batch: { lotNumber: 'L-1', expirationDate: '2030-01-01' } }),
    ),
    request('r2', medication('m', 'b', { status: 'inactive', manufacturer: { reference: 'Organization/o' } })),
    request('r3', medication('m', 'a', { status: 'inactive' }), medication('n', 'c', { status: 'active' })),
    medication('own', 'a', { status: 'active' }),
    {
      resourceType: 'Observation',
      id: 'obs',
      status: 'final',
      code: { text: 'x' },
      device: { reference: '#d' },
      contained: [
        {
          resourceType: 'Device',
          id: 'd',
          url: 'http://device.example/a/b',
          deviceName: [{ name: 'Größer Meter', type: 'user-friendly-name' }],
        },
      ],
    },
    ...Array.from({ length: 30 }, (_, at) => request(`bulk${at}`, medication('m', 'bulk'))),
  ]);
  expect(body['parameter'][2].valueInteger).toBe(0);
});
afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
});

const ids = async (query: string): Promise<string[]> => {
  const answer = await server.ask('GET', query);
  if (answer.status !== 200) throw new Error(answer.text);
  return (answer.body['entry'] ?? []).map((one: any) => one.fullUrl.slice(server.base.length + 1)).sort();
};

test.each([
  ['Medication?_contained=true&code=a', ['MedicationRequest/r1', 'MedicationRequest/r3']],
  ['Medication?code=a&_contained=true', ['MedicationRequest/r1', 'MedicationRequest/r3']],
  ['Medication?code=a&_contained=false', ['Medication/own']],
  ['Medication?code=a', ['Medication/own']],
  ['Medication?_contained=true&code=a&status=active', ['MedicationRequest/r1']],
  [
    'Medication?_contained=true&code=urn:m|a,urn:m|b',
    ['MedicationRequest/r1', 'MedicationRequest/r2', 'MedicationRequest/r3'],
  ],
  ['Medication?_contained=true&code:not=a&code:not=bulk', ['MedicationRequest/r2', 'MedicationRequest/r3']],
  ['Medication?_contained=true&code:text=drug c', ['MedicationRequest/r3']],
  ['Medication?_contained=true&code:code-text=C', ['MedicationRequest/r3']],
  ['Medication?_contained=true&code:text-advanced=drug b', ['MedicationRequest/r2']],
  ['Medication?_contained=true&lot-number=L-1', ['MedicationRequest/r1']],
  ['Medication?_contained=true&expiration-date=ge2029', ['MedicationRequest/r1']],
  ['Medication?_contained=true&expiration-date=lt2029', []],
  ['Medication?_contained=true&manufacturer=Organization/o', ['MedicationRequest/r2']],
  ['Medication?_contained=true&manufacturer:missing=false', ['MedicationRequest/r2']],
  ['Medication?_contained=true&_filter=status eq active and code eq c', ['MedicationRequest/r3']],
  ['Device?_contained=true&device-name=grosser', ['Observation/obs']],
  ['Device?_contained=true&device-name:exact=Größer Meter', ['Observation/obs']],
  ['Device?_contained=true&device-name:contains=MET', ['Observation/obs']],
  ['Device?_contained=true&_filter=device-name ew "meter"', ['Observation/obs']],
  ['Device?_contained=true&_filter=device-name eq "meter"', []],
  ['Device?_contained=true&url=http://device.example/a/b', ['Observation/obs']],
  ['Device?_contained=true&url:below=http://device.example/a', ['Observation/obs']],
  ['Device?_contained=true&url:contains=EXAMPLE', ['Observation/obs']],
  ['Device?_contained=true&url:below=http://device.example/x', []],
  ['Practitioner?_contained=true', []],
])('%s', async (query, expected) => {
  // Names of devices are folded like all strings: ß is not ss there.
  const wanted = query.includes('grosser') ? [] : expected;
  expect(await ids(query.replaceAll(' ', '%20').replaceAll('"', '%22'))).toEqual(wanted);
});

test('_containedType=contained shows what matched alone', async () => {
  expect(await ids('Medication?_contained=true&code=a&_containedType=contained')).toEqual([
    'MedicationRequest/r1#m',
    'MedicationRequest/r3#m',
  ]);
  const { body } = await server.ask('GET', 'Medication?_containedType=contained&_contained=true&code=c');
  expect(body['entry'][0].resource).toMatchObject({ resourceType: 'Medication', id: 'n' });
});

test('pages of containers', async () => {
  const all: string[] = [];
  let next: string | undefined = 'Medication?_contained=true&code=bulk&_count=7';
  while (next !== undefined) {
    const { body } = await server.ask('GET', next);
    all.push(...body['entry'].map((one: any) => one.resource.id));
    next = body['link'].find((one: any) => one.relation === 'next')?.url;
  }
  expect(new Set(all).size).toBe(30);
  expect(all).toHaveLength(30);
});

test.each([
  ['Medication?_contained=both', 'true and false'],
  ['Medication?_contained=true&_sort=code', '_sort'],
  ['Medication?_contained=true&_summary=count', 'no count'],
  ['Medication?_contained=true&_total=accurate', 'no count'],
  ['Medication?_contained=true&_maxresults=1', 'no count'],
  ['Medication?_contained=true&manufacturer.name=x', 'own values'],
  ['Medication?_contained=true&_id=m', 'own values'],
  ['Medication?_contained=true&_containedType=x', 'container or contained'],
  ['?_type=Medication,Device&_contained=true', 'one resource type'],
])('%s is refused', async (query, message) => {
  const answer = await server.ask('GET', query);
  expect([answer.status, diagnosticsOf(answer)]).toEqual([400, expect.stringContaining(message)]);
});

test('what lenient handling passes over is said', async () => {
  const answer = await server.ask('GET', 'Medication?_contained=true&code=c&foo=1', {
    headers: { prefer: 'handling=lenient' },
  });
  expect(answer.body['entry'].at(-1).resource.issue[0].diagnostics).toContain('foo');
});

test('what is contained in something that is withheld is withheld', async () => {
  const answer = await server.ask('GET', 'Medication?_contained=true&code=a', { as: '' });
  expect([answer.status, answer.body['entry']]).toEqual([200, undefined]);
});
