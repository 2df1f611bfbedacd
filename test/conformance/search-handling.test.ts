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
    expect(await refused('Patient?famly=x')).toContain('did you mean family');
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
    'Patient?_contained=both',
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
    'Location?near=1',
    'Location?near=91|2',
    'Location?near=a|b',
    'Location?near=1|2|3|furlong',
    'Location?near=1|2|3|km|5',
    'Location?near:exact=1|2',
    'Location?near:missing=true',
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
    '?_type=Patient,Practitioner&_sort=family',
    'Patient?_filter=gender',
    'Patient?_filter=gender eq male gender',
    'Patient?_filter=gender eq',
    'Patient?_filter=(gender eq male',
    'Patient?_filter=gender eq male)',
    'Patient?_filter=gender eq male or',
    'Patient?_filter=not',
    'Patient?_filter=gender like male',
    'Patient?_filter=gender eq (',
    'Patient?_filter=( eq male',
    'Patient?_filter=gender (',
    'Patient?_filter=%22gender%22 eq male',
    'Patient?_filter=%20',
    'Patient?_filter=gender eq %22male',
    'Patient?_filter=gender pr maybe',
    'Patient?_filter=gender sw m',
    'Patient?_filter=gender gt male',
    'Patient?_filter=gender po male',
    'Patient?_filter=gender re male',
    'Patient?_filter=gender ew male',
    'Patient?_filter=family co %22%22',
    'Patient?_filter=gender.name eq x',
    'Patient?_filter=organization.foo eq x',
    'Patient?_filter=organization:Group.name eq x',
    'Patient?_filter=foo eq x',
    'Patient?_filter=link[other eq x].type eq y',
    'Patient?_list=Group/1',
    'Patient?_list=a/b/c',
    'Patient?_list:not=1',
    'Patient?_in=1',
    'Patient?_in=Patient/1',
    'Patient?_text=%20',
    'Patient?_content=...',
    'Patient?_text:exact=x',
    'Patient?_sort=_score,foo',
    'Patient?_maxresults=0',
    'Patient?_type=Patient,Nobody',
    'Patient?identifier:of-type=a|b',
    'Patient?identifier:in=',
    'Patient?name:contains=%20',
    'Patient?name:below=x',
    'Patient?gender:identifier=x',
    'Patient?organization:above=x|1',
    'Observation?patient:below=Patient/1',
    'Observation?code:in=http://unknown.example/vs',
    'Patient?_include=*:*:*:*',
    'Patient?_include=Patient',
    'Patient?_include:iterate=Nobody:x',
    'Patient?_revinclude=Observation:code',
    'Patient?birthdate:exact=2020',
  ])('%s is refused', async (query) => {
    await refused(query.replaceAll(' ', '%20'));
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
    expect((await server.ask('GET', `Patient?_filter=${'('.repeat(90)}gender%20eq%20male`)).status).toBe(403);
    expect((await server.ask('GET', `Patient?_filter=${'organization.'.repeat(12)}name%20eq%20x`)).status).toBe(403);
    expect(
      (await server.ask('GET', `Patient?_filter=${'gender%20eq%20male%20or%20'.repeat(300)}active%20eq%20true`)).status,
    ).toBe(403);
  });
});
