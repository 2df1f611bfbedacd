/** One search over what servers hold, can do and ask, in every FHIR version. See docs/reference/discovery.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import { idsOf, startServer, type TestServer } from '../server.ts';
import { atc, directoryWorld } from './directory-world.ts';

const code = (value: string): string => encodeURIComponent(`${atc}|${value}`);
const age = (band: string): string => encodeURIComponent(`${canonical.ageBand}|${band}`);
const held = '_has:MeasureReport:endpoint';
const able = '_has:CapabilityStatement:endpoint';
const versions = { R4: '4.0.1', R4B: '4.3.0', R5: '5.0.0' } as const;

describe.each(fhirVersions)('discovery in %s', (fhirVersion) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ fhirVersion, roles: ['discovery'] });
    const world = directoryWorld(fhirVersion, versions[fhirVersion]);
    const { body, text } = await server.load(world);
    expect(body, text).toMatchObject({
      parameter: expect.arrayContaining([{ name: 'created', valueInteger: world.length }]),
    });
  });
  afterAll(() => server.close());

  /** as anyone finds them, without a token */
  const found = async (query: string): Promise<string[]> => {
    const answer = await server.ask('GET', query, { as: '' });
    expect(answer.status, answer.text).toBe(200);
    return idsOf(answer).sort();
  };

  const cases: [what: string, query: string, ids: string[]][] = [
    ['a code', `${held}:content-code=${code('C07AB02')}`, ['cohort', 'dead', 'hospital']],
    ['all codes below one', `${held}:content-code:below=${code('C08')}`, ['cohort', 'hospital']],
    ['a code that nobody has', `${held}:content-code=${code('Z99')}`, []],
    ['a band of ages', `${held}:content-code=${age('40-44')}`, ['cohort']],
    [
      'one of several bands of ages',
      `${held}:content-code=${age('40-44')},${age('65-69')}`,
      ['clinic', 'cohort', 'dead', 'hospital'],
    ],
    ['a resource type', `${held}:content-type=Observation`, ['clinic', 'cohort']],
    ['a number of patients', `${held}:content-count=ge1000`, ['cohort', 'dead', 'hospital']],
    ['a time that data are about', `${held}:content-period=ge2023`, ['dead', 'hospital']],
    ['a licence', `${held}:licence=CC-BY-NC-4.0`, ['cohort']],
    ['a term of use', `${held}:data-use=${encodeURIComponent(`${canonical.duo}|DUO_0000006`)}`, ['cohort']],
    ['a granularity', `${held}:granularity=record`, ['cohort']],
    ['a visa', `${held}:visa=ResearcherStatus`, ['cohort']],
    ['the freshness of what is told', `${held}:date=ge2026-11`, ['clinic', 'cohort', 'hospital']],
    ['the FHIR version', `${able}:fhir-version=${versions[fhirVersion]}&status=off`, ['dead']],
    ['a resource type that is served', `${able}:resource=MedicationRequest`, ['hospital']],
    [
      'a search parameter',
      `${able}:search-parameter=http://hl7.org/fhir/SearchParameter/individual-gender`,
      ['clinic', 'dead', 'hospital'],
    ],
    ['an operation', `${able}:operation=${canonical.ours}/OperationDefinition/feasibility`, ['dead', 'hospital']],
    ['a profile', `${able}:supported-profile=https://example.org/StructureDefinition/mii-medication`, ['hospital']],
    ['the way of logging in', `${able}:security-service=SMART-on-FHIR`, ['hospital']],
    ['a country', 'organization.address-country=NL', ['cohort']],
    ['a city', 'organization.address-city=Munich', ['clinic']],
    ['a language', 'organization._language=nl', ['cohort', 'discovery', 'metadata-registry']],
    ['a role', `payload-type=${canonical.endpointRole}|metadata-registry`, ['metadata-registry']],
    ['when it was last seen', 'seen=ge2026-11-20', ['clinic', 'discovery', 'hospital', 'metadata-registry']],
    ['an address', 'address=https://clinic.example/fhir', ['clinic']],
  ];
  test.each(cases)('servers are found by %s', async (_, query, ids) => {
    expect(await found(`Endpoint?${query}`)).toEqual(ids);
  });

  const all = [
    `connection-type=${canonical.connectionType}|hl7-fhir-rest`,
    'status=active',
    `payload-type=${canonical.endpointRole}|repository`,
    'organization.address-country=DE,NL',
    'organization._language=de',
    'seen=ge2026-11-10',
    `${held}:content-code:below=${code('C07')}`,
    `${held}:content-code=${age('65-69')},${age('70-74')}`,
    `${held}:content-type=MedicationRequest`,
    `${held}:content-count=ge100`,
    `${held}:content-period=ge2020`,
    `${held}:licence=CC-BY-4.0`,
    `${held}:granularity=count`,
    `${able}:fhir-version=${versions[fhirVersion]}`,
    `${able}:resource=MedicationRequest`,
    `${able}:search-parameter=http://hl7.org/fhir/SearchParameter/individual-gender`,
    `${able}:operation=${canonical.ours}/OperationDefinition/feasibility`,
    `${able}:security-service=SMART-on-FHIR`,
  ];
  test('one search asks for what is held, what can be done, conditions, place, language, role and freshness at once', async () => {
    expect(await found(`Endpoint?${all.join('&')}`)).toEqual(['hospital']);
  });
  test.each(all.map((criterion, at) => [criterion, at] as const))('%s counts in it', async (criterion, at) => {
    const [name] = criterion.split('=');
    const unmet =
      name === 'status'
        ? 'suspended'
        : name === 'seen'
          ? 'ge2090'
          : /(count|period)$/.test(name!)
            ? 'ge9999'
            : 'urn:x|x';
    const query = all.with(at, `${name}=${unmet}`).join('&');
    expect(await found(`Endpoint?${query}`)).toEqual([]);
  });
  test('a posted search finds the same', async () => {
    const answer = await server.ask('POST', 'Endpoint/_search', {
      as: '',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: all.join('&'),
    });
    expect(idsOf(answer)).toEqual(['hospital']);
  });

  test('criteria on summaries are met by several summaries of a server together', async () => {
    const both = `${held}:content-code=${code('C07')}&${held}:content-code=${code('C08')}`;
    expect(await found(`Endpoint?${both}`)).toEqual(['cohort', 'hospital']);
  });
  test('what is only referred to is neither found nor counted, however many criteria it meets', async () => {
    const [type, id] = ['MeasureReport', 'astray'];
    const { body } = await server.ask('GET', `${type}/routine`);
    const told = body['extension'] as { url: string }[];
    const extension = told.map((one) =>
      one.url === canonical.endpoint ? { ...one, valueReference: { reference: 'Endpoint/nowhere' } } : one,
    );
    const criteria = ['content-code', 'content-code:below', 'content-type', 'content-count', 'date'];
    const values = [code('C07AB02'), code('C07'), 'MedicationRequest', 'ge100', 'ge2026'];
    const query = `Endpoint?${criteria.map((name, at) => `${held}:${name}=${values[at]}`).join('&')}`;
    const before = await found(query);
    expect(before).toContain('hospital');
    const written = await server.ask('PUT', `${type}/${id}`, { body: { ...body, id, extension } });
    expect(written.status, written.text).toBe(201);
    expect(await found(query)).toEqual(before);
    const count = await server.ask('GET', `${query}&_summary=count`, { as: '' });
    expect(count.body['total']).toBe(before.length);
    expect((await server.ask('DELETE', `${type}/${id}`)).status).toBeLessThan(300);
  });
  test('the search of summaries meets them in one data set, and brings the servers along', async () => {
    const both = `content-code=${code('C07')}&content-code=${code('C08')}`;
    const path = `MeasureReport?${both}&_include=MeasureReport:endpoint&_include:iterate=Endpoint:organization`;
    const answer = await server.ask('GET', path, { as: '' });
    expect(idsOf(answer)).toEqual(['routine']);
    const included = (answer.body['entry'] as { resource: { resourceType: string; id: string } }[]).map(
      ({ resource }) => `${resource.resourceType}/${resource.id}`,
    );
    expect(included.sort()).toEqual(['Endpoint/hospital', 'MeasureReport/routine', 'Organization/hospital']);
  });
  test('the search of summaries asks for active servers, their place and what they can do', async () => {
    const path = (status: string): string =>
      `MeasureReport?content-code=${code('C07')}&endpoint.status=${status}&endpoint.organization.address-country=DE` +
      `&endpoint._has:CapabilityStatement:endpoint:operation=${canonical.ours}/OperationDefinition/feasibility`;
    expect(await found(path('active'))).toEqual(['routine']);
    expect(await found(path('off'))).toEqual(['gone']);
  });
});
