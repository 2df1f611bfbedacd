/** What a search does not understand is refused, or passed over and said where the client asks for that. https://hl7.org/fhir/R4B/search.html#errors */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diagnosticsOf, idsOf, startServer, type TestServer } from '../server.ts';

let server: TestServer;
const refused = async (query: string): Promise<string> => {
  const answer = await server.ask('GET', query);
  expect([query, answer.status]).toEqual([query, 400]);
  return diagnosticsOf(answer);
};

beforeAll(async () => {
  server = await startServer();
  await server.load([{ resourceType: 'Patient', id: 'p1', gender: 'female' }]);
});
afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
});

describe('strict and lenient', () => {
  test('an unknown parameter is an error that names the likely one', async () => {
    expect(await refused('Patient?birthDate=1950')).toContain('birthdate');
    expect(await refused('Patient?foo=1')).toContain('foo');
    expect(await refused('Patient?gender:foo=x')).toContain(':foo');
    expect(await refused('Patient?_query=mine')).toContain('named query');
  });

  test('lenient handling passes it over and says so', async () => {
    const answer = await server.ask('GET', 'Patient?foo=1&gender=female', { headers: { prefer: 'handling=lenient' } });
    expect(idsOf(answer)).toEqual(['p1']);
    const outcome = answer.body['entry'].find((entry: any) => entry.search.mode === 'outcome').resource;
    expect(outcome.issue[0].diagnostics).toContain('foo');
    expect(answer.body['link'][0].url).not.toContain('foo');
  });

  test.each([
    'Patient?birthdate=1950-13',
    'Patient?birthdate=yesterday',
    'Patient?birthdate=',
    'Patient?active:missing=maybe',
    'Patient?_count=-1',
    'Patient?_count=x',
    'Patient?_sort=foo',
    'Patient?_sort=',
    'Patient?_total=some',
    'Patient?_summary=yes',
    'Patient?_elements=a,',
    'Patient?_contained=true',
    'Patient?_include=Patient',
    'Patient?_include=Patient:gender',
    'Patient?_include=Observation:subject',
    'Patient?_include=Foo:bar',
    'Patient?_has:Observation:patient=1',
    'Patient?_has:Foo:patient:code=1',
    'Patient?_has:Observation:code:code=1',
    'Observation?code.name=x',
    'Observation?subject:Foo.name=x',
    'Observation?value-quantity=a',
    'Observation?value-quantity=1|2',
    'Observation?code-value-quantity=1',
    'RiskAssessment?probability=ten',
    'Patient?gender=a|b|c',
    'MedicationRequest?code:below=C07',
    'Observation?subject=a%20b',
    'Location?near=1|2',
    'Location?_sort=near',
    'Patient?_id:foo=1',
    'Patient?_lastUpdated:foo=2020',
    'Patient?_has:Encounter:location:status=planned',
    'Patient?_include:foo=Patient:organization',
    'Observation?code-value-quantity:exact=1$2',
    'Observation?code-value-quantity=http://loinc.org|$5',
    'MolecularSequence?chromosome-variant-coordinate=1$2$3',
    'ValueSet?url=,',
    'Observation?subject=,',
    'Patient?_total:x=none',
  ])('%s is refused', async (query) => {
    await refused(query);
  });

  test('limits are told', async () => {
    const many = Array.from({ length: 1001 }, (_, at) => at).join(',');
    const answer = await server.ask('POST', 'Patient/_search', {
      body: `_tag=${many}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(403);
    expect(diagnosticsOf(answer)).toContain('1000');
    const deep = 'organization.'.concat('partof.'.repeat(12), 'name=x');
    expect((await server.ask('GET', `Patient?${deep}`)).status).toBe(403);
    expect((await server.ask('GET', `Patient?${'active=true&'.repeat(201)}`)).status).toBe(403);
  });
});
