/** Find Matching Care Services: every query that a Directory has to answer. https://profiles.ihe.net/ITI/mCSD/ITI-90.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import { idsOf, startServer, type TestServer } from '../server.ts';
import { careServices, hie } from './mcsd-world.ts';

const prov = 'http://terminology.hl7.org/CodeSystem/organization-type|prov';

describe.each(fhirVersions)('ITI-90 in %s', (fhirVersion) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ fhirVersion, roles: ['discovery'] });
    const world = careServices(fhirVersion);
    const { body, text } = await server.load(world);
    expect(body, text).toMatchObject({
      parameter: expect.arrayContaining([{ name: 'created', valueInteger: world.length }]),
    });
  });
  afterAll(() => server.close());

  const split = (path: string): [type: string, query: string] => {
    const at = path.indexOf('?');
    return [path.slice(0, at), path.slice(at + 1)];
  };
  const cases: [path: string, ids: string[]][] = [
    ['Organization?_id=hospital,closed', ['closed', 'hospital']],
    ['Organization?active=true', ['hospital', 'network']],
    ['Organization?identifier=urn:mcsd|hospital', ['hospital']],
    ['Organization?name=hosp', ['closed', 'hospital']],
    ['Organization?name:contains=NORTH', ['hospital', 'network']],
    ['Organization?name:exact=hospital', ['closed']],
    [`Organization?type=${prov}`, ['closed', 'hospital']],
    ['Organization?partof=Organization/network', ['hospital']],
    ['Location?identifier=urn:mcsd|ward', ['ward']],
    ['Location?name=ward', ['ward']],
    ['Location?name:contains=it', ['site']],
    ['Location?name:exact=Site', ['site']],
    ['Location?organization=Organization/hospital', ['ward']],
    ['Location?status=suspended', ['site']],
    ['Location?type=http://terminology.hl7.org/CodeSystem/v3-RoleCode|HOSP', ['ward']],
    ['Location?partof=Location/site', ['ward']],
    ['Location?near=52.1|5.1|20|km', ['ward']],
    ['Practitioner?active=true', ['heart']],
    ['Practitioner?identifier=urn:mcsd|heart', ['heart']],
    ['Practitioner?name=ada', ['heart']],
    ['Practitioner?name:contains=DA', ['heart']],
    ['Practitioner?given:exact=Ada', ['heart']],
    ['Practitioner?family=hart', ['heart']],
    ['PractitionerRole?active=true', ['heart']],
    ['PractitionerRole?location=Location/ward', ['heart']],
    ['PractitionerRole?organization=Organization/hospital', ['heart']],
    ['PractitionerRole?practitioner=Practitioner/heart', ['heart']],
    ['PractitionerRole?role=doctor', ['heart']],
    ['PractitionerRole?service=HealthcareService/cardiology', ['heart']],
    ['PractitionerRole?specialty=http://snomed.info/sct|394579002', ['heart']],
    ['HealthcareService?active=true', ['cardiology']],
    ['HealthcareService?identifier=urn:mcsd|cardiology', ['cardiology']],
    ['HealthcareService?location=Location/ward', ['cardiology']],
    ['HealthcareService?name=cardio', ['cardiology']],
    ['HealthcareService?name:contains=LOGY', ['cardiology']],
    ['HealthcareService?name:exact=Cardiology', ['cardiology']],
    ['HealthcareService?organization=Organization/hospital', ['cardiology']],
    ['HealthcareService?service-type=165', ['cardiology']],
    ['Endpoint?identifier=urn:mcsd|hospital-endpoint', ['hospital']],
    ['Endpoint?organization=Organization/hospital', ['hospital']],
    ['Endpoint?status=active', ['hospital']],
    ['OrganizationAffiliation?active=true', ['membership']],
    ['OrganizationAffiliation?date=ge2024', ['membership']],
    ['OrganizationAffiliation?identifier=urn:mcsd|membership', ['membership']],
    ['OrganizationAffiliation?participating-organization=Organization/hospital', ['membership']],
    ['OrganizationAffiliation?primary-organization=Organization/network', ['membership']],
    [`OrganizationAffiliation?role=${hie}|DocShareFederateExt`, ['membership']],
    ...['gt2020-01-01', 'ge2020-01-01', 'sa2020-01-01', 'lt2090-01-01', 'le2090-01-01', 'eb2090-01-01'].map(
      (date): [string, string[]] => [`Organization?_lastUpdated=${date}`, ['closed', 'hospital', 'network']],
    ),
    ...['lt2020-01-01', 'le2020-01-01', 'eb2020-01-01', 'gt2090-01-01', 'ge2090-01-01', 'sa2090-01-01'].map(
      (date): [string, string[]] => [`Organization?_lastUpdated=${date}`, []],
    ),
  ];
  test.each(cases)('%s', async (path, ids) => {
    const [type, query] = split(path);
    const asked = await server.ask('GET', path, { as: '' });
    expect(asked.status, asked.text).toBe(200);
    expect(idsOf(asked).sort()).toEqual(ids);
    const posted = await server.ask('POST', `${type}/_search`, {
      as: '',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: query.replaceAll('|', '%7C'),
    });
    expect(idsOf(posted).sort()).toEqual(ids);
    const xml = await server.ask('GET', path, { as: '', headers: { accept: 'application/fhir+xml' } });
    expect(xml.headers.get('content-type')).toContain('application/fhir+xml');
    expect([...xml.text.matchAll(/<resource><\w+[^>]*><id value="([^"]+)"/g)].map(([, id]) => id).sort()).toEqual(ids);
  });

  const brought: [path: string, included: string[]][] = [
    ['Organization?_id=hospital&_include=Organization:endpoint', ['Endpoint/hospital']],
    ['Organization?_id=hospital&_revinclude=Location:organization', ['Location/ward']],
    [
      'Organization?_id=hospital&_revinclude=OrganizationAffiliation:participating-organization',
      ['OrganizationAffiliation/membership'],
    ],
    [
      'Organization?_id=network&_revinclude=OrganizationAffiliation:primary-organization',
      ['OrganizationAffiliation/membership'],
    ],
    ['Location?_id=ward&_include=Location:organization', ['Organization/hospital']],
    ['PractitionerRole?_include=PractitionerRole:practitioner', ['Practitioner/heart']],
    ['OrganizationAffiliation?_include=OrganizationAffiliation:endpoint', ['Endpoint/hospital']],
  ];
  test.each(brought)('%s brings what it names', async (path, included) => {
    const { body } = await server.ask('GET', path, { as: '' });
    const entries = body['entry'] as { resource: { resourceType: string; id: string }; search: { mode: string } }[];
    expect(
      entries
        .filter(({ search }) => search.mode === 'include')
        .map(({ resource }) => `${resource.resourceType}/${resource.id}`),
    ).toEqual(included);
  });

  test('one resource is retrieved by its address; one that is missing is not found', async () => {
    const read = await server.ask('GET', 'HealthcareService/cardiology', { as: '' });
    expect(read.body).toMatchObject({ resourceType: 'HealthcareService', id: 'cardiology' });
    const missing = await server.ask('GET', 'HealthcareService/nowhere', { as: '' });
    expect(missing.status).toBe(404);
    expect(missing.body).toMatchObject({ issue: [{ severity: 'error', code: 'not-found' }] });
  });

  test('the CapabilityStatement says that it is a Directory, and lists the types and parameters', async () => {
    const { body } = await server.ask('GET', 'metadata', { as: '' });
    expect(body['instantiates']).toEqual(
      expect.arrayContaining(
        ['', '.Update', '.Feed'].map(
          (one) => `https://profiles.ihe.net/ITI/mCSD/CapabilityStatement/IHE.mCSD.Directory${one}`,
        ),
      ),
    );
    const resources = (body['rest'] as [{ resource: { type: string; searchParam: { name: string }[] }[] }])[0].resource;
    for (const [path] of cases) {
      const [type, query] = split(path);
      const name = /^[\w-]+/.exec(query)![0];
      const listed = resources.find((one) => one.type === type)?.searchParam.map((one) => one.name);
      expect(listed, `${type} ${name}`).toContain(name);
    }
    expect(resources.map(({ type }) => type)).not.toContain('Patient');
  });

  test.each([
    ['Practitioner', { birthDate: '1970-01-01' }, 'Practitioner.birthDate'],
    ['Practitioner', { photo: [{ contentType: 'image/png', url: 'https://example.org/p.png' }] }, 'Practitioner.photo'],
    ['Practitioner', { telecom: [{ system: 'phone', value: '1', use: 'home' }] }, 'Practitioner.telecom of use home'],
    ['Practitioner', { address: [{ city: 'X', use: 'home' }] }, 'Practitioner.address of use home'],
  ])('a %s that says more than a directory should is refused: %j', async (type, more, named) => {
    const { status, text } = await server.ask('POST', type, { body: { resourceType: type, ...more } });
    expect(status).toBe(422);
    expect(text).toContain(named);
  });
});

test('where patients are held too, practitioners and places are data, open only as a data set says', async () => {
  const server = await startServer({ roles: ['repository', 'discovery'] });
  await server.load(careServices('R4B'));
  expect(idsOf(await server.ask('GET', 'Practitioner', { as: '' }))).toEqual([]);
  expect(idsOf(await server.ask('GET', 'Practitioner'))).toEqual(['heart']);
  const born = { resourceType: 'Practitioner', birthDate: '1970-01-01' };
  expect((await server.ask('POST', 'Practitioner', { body: born })).status).toBe(201);
  await server.close();
});

test('a registry is no directory of practitioners', async () => {
  const server = await startServer({ roles: ['registry'] });
  const answer = await server.ask('POST', 'Practitioner', { body: { resourceType: 'Practitioner' } });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('holds metadata only and takes no Practitioner');
  const report = {
    resourceType: 'MeasureReport',
    status: 'complete',
    type: 'individual',
    measure: 'urn:m',
    period: { start: '2020' },
  };
  const told = await server.ask('POST', 'MeasureReport', { body: report });
  expect(told.status).toBe(400);
  expect(told.text).toContain('no MeasureReport but summaries of data sets');
  await server.close();
});
