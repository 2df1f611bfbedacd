/** What the page on searching demands, on real rows. https://hl7.org/fhir/R4B/search.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idsOf, startServer, type TestServer } from '../server.ts';

let server: TestServer;
const ids = async (query: string, prefer?: string): Promise<string[]> => {
  const answer = await server.ask('GET', query, prefer === undefined ? {} : { headers: { prefer } });
  if (answer.status !== 200) throw new Error(`${query}: ${answer.status} ${answer.text.slice(0, 300)}`);
  return idsOf(answer).sort();
};
const inOrder = async (query: string): Promise<string[]> => idsOf(await server.ask('GET', query));

const coding = (system: string, code: string) => ({ coding: [{ system, code }] });
const atc = 'http://www.whocc.no/atc';
const loinc = 'http://loinc.org';
const ucum = 'http://unitsofmeasure.org';
const quantity = (value: number, code: string) => ({ value, unit: code, system: ucum, code });

const resources = [
  { resourceType: 'Organization', id: 'o1', name: 'Ziekenhuis Noord' },
  { resourceType: 'Organization', id: 'o2', name: 'Umbrella', partOf: { reference: 'Organization/o1' } },
  {
    resourceType: 'Patient',
    id: 'p1',
    meta: {
      tag: [{ system: 'urn:t', code: 'a' }],
      profile: ['http://example.org/p|2'],
      source: 'http://src.example/1',
    },
    identifier: [{ system: 'urn:mrn', value: '1,2|3' }],
    name: [{ family: 'Müller', given: ['Ana', 'Zoë'] }],
    gender: 'female',
    birthDate: '1950-02-03',
    managingOrganization: { reference: 'Organization/o2' },
    telecom: [{ system: 'phone', value: '555' }],
  },
  { resourceType: 'Patient', id: 'p2', name: [{ family: 'Muller-Smith' }], gender: 'male', birthDate: '1950' },
  { resourceType: 'Patient', id: 'p3', name: [{ family: 'Abel' }], birthDate: '1990-12-31', active: true },
  {
    resourceType: 'Patient',
    id: 'p4',
    deceasedDateTime: '2020-01-01',
    meta: { security: [{ system: 'urn:s', code: 'R' }] },
  },
  {
    resourceType: 'CodeSystem',
    id: 'atc',
    url: atc,
    status: 'active',
    content: 'fragment',
    concept: [{ code: 'C07', concept: [{ code: 'C07A', concept: [{ code: 'C07AB02' }] }] }, { code: 'C08' }],
  },
  ...[
    ['m1', 'p1', 'C07AB02'],
    ['m2', 'p1', 'C08'],
    ['m3', 'p2', 'C07'],
  ].map(([id, patient, code]) => ({
    resourceType: 'MedicationRequest',
    id,
    status: 'active',
    intent: 'order',
    subject: { reference: `Patient/${patient}` },
    medicationCodeableConcept: coding(atc, code!),
  })),
  ...(
    [
      ['b1', 'p1', '2345-7', 5.4, 'mg', '2024-03-01T10:00:00Z'],
      ['b2', 'p1', '2345-7', 100, 'mg', '2024-03-02'],
      ['b3', 'p2', '4548-4', 6.5, '%', '2023-12-31T23:59:59+01:00'],
      ['b4', 'p3', '4548-4', 7.15, '%', '2024'],
    ] as const
  ).map(([id, patient, code, value, unit, moment]) => ({
    resourceType: 'Observation',
    id,
    status: id === 'b4' ? 'preliminary' : 'final',
    code: coding(loinc, code),
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime: moment,
    valueQuantity: quantity(value, unit),
  })),
  {
    resourceType: 'Observation',
    id: 'b5',
    status: 'final',
    code: coding(loinc, '55284-4'),
    effectivePeriod: { start: '2024-05-01', end: '2024-05-31' },
    component: [{ code: coding(loinc, '8480-6'), valueQuantity: quantity(120, 'mm[Hg]') }],
  },
  {
    resourceType: 'RiskAssessment',
    id: 'r1',
    status: 'final',
    subject: { reference: 'Patient/p1' },
    prediction: [{ probabilityDecimal: 0.25 }],
  },
  {
    resourceType: 'RiskAssessment',
    id: 'r2',
    status: 'final',
    subject: { reference: 'Patient/p2' },
    prediction: [{ probabilityDecimal: 0.9 }],
  },
  { resourceType: 'DocumentReference', id: 'd0', status: 'current', content: [{ attachment: { title: 'x' } }] },
  {
    resourceType: 'DocumentReference',
    id: 'd1',
    status: 'current',
    content: [{ attachment: { title: 'y' } }],
    relatesTo: [{ code: 'appends', target: { reference: 'DocumentReference/d0' } }],
  },
  { resourceType: 'Organization', id: 'o3', name: `${'Very long name '.repeat(8)}end` },
  { resourceType: 'ValueSet', id: 'v1', url: 'http://example.org/vs/one', status: 'active' },
  { resourceType: 'ValueSet', id: 'v2', url: 'http://example.org/vs/two', status: 'draft' },
];

beforeAll(async () => {
  server = await startServer();
  const { body } = await server.load(resources);
  expect(body['parameter']).toContainEqual({ name: 'created', valueInteger: resources.length });
});
afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
});

describe('string', () => {
  test.each([
    ['Patient?family=mul', ['p1', 'p2']],
    ['Patient?family=MÜLLER', ['p1', 'p2']],
    ['Patient?family:exact=Müller', ['p1']],
    ['Patient?family:exact=müller', []],
    ['Patient?family:contains=smith', ['p2']],
    ['Patient?name=zoe', ['p1']],
    ['Patient?family=abel,muller-', ['p2', 'p3']],
    ['Patient?family=mul&given=ana', ['p1']],
    ['Patient?family:missing=true', ['p4']],
    ['Patient?family:missing=false', ['p1', 'p2', 'p3']],
    [`Organization?name=${'very long name '.repeat(8)}e`, ['o3']],
    [`Organization?name=${'very long name '.repeat(8)}x`, []],
    ['Organization?name:contains=name end', ['o3']],
    [`Organization?name:exact=${'Very long name '.repeat(8)}end`, ['o3']],
    ['Patient?name=%25', []],
    ['Patient?family=_u', []],
  ])('%s', async (query, expected) => expect(await ids(query)).toEqual(expected));
});

describe('token', () => {
  test.each([
    ['Patient?gender=female', ['p1']],
    ['Patient?gender=http://hl7.org/fhir/administrative-gender|male', ['p2']],
    ['Patient?gender=urn:other|male', []],
    ['Patient?gender:not=female', ['p2', 'p3', 'p4']],
    ['Patient?gender=female,male', ['p1', 'p2']],
    ['Patient?identifier=urn:mrn|1\\,2\\|3', ['p1']],
    ['Patient?identifier=urn:mrn|', ['p1']],
    ['Patient?identifier=|1\\,2\\|3', []],
    ['Patient?active=true', ['p3']],
    ['Patient?phone=555', ['p1']],
    ['Patient?deceased=true', ['p4']],
    ['MedicationRequest?code:below=http://www.whocc.no/atc|C07', ['m1', 'm3']],
    ['MedicationRequest?code=http://www.whocc.no/atc|C07', ['m3']],
    ['MedicationRequest?code:below=http://www.whocc.no/atc|C07AB02', ['m1']],
    ['MedicationRequest?code:below=http://www.whocc.no/atc|UNKNOWN', []],
    ['Observation?code=2345-7&status=final', ['b1', 'b2']],
    ['MedicationRequest?code:below=http://www.whocc.no/atc|C07,http://www.whocc.no/atc|C08', ['m1', 'm2', 'm3']],
    ['Patient?gender=http://hl7.org/fhir/administrative-gender|', ['p1', 'p2']],
    ['Patient?_id:not=p1', ['p2', 'p3', 'p4']],
    ['Patient?_id=p1,not_an_id', ['p1']],
  ])('%s', async (query, expected) => expect(await ids(query)).toEqual(expected));
});

describe('reference, chain and _has', () => {
  test.each([
    ['Observation?subject=Patient/p1', ['b1', 'b2']],
    ['Observation?patient=p1', ['b1', 'b2']],
    ['Observation?subject:Patient=p2', ['b3']],
    ['Observation?subject=p1,p3', ['b1', 'b2', 'b4']],
    ['Observation?subject:missing=true', ['b5']],
    ['Observation?patient.family=mul', ['b1', 'b2', 'b3']],
    ['Observation?subject:Patient.gender=male', ['b3']],
    ['Observation?patient.organization.name=umb', ['b1', 'b2']],
    ['Observation?patient.organization.partof.name=ziek', ['b1', 'b2']],
    ['Observation?patient._id=p3', ['b4']],
    ['Observation?patient._lastUpdated=gt2020&code=2345-7', ['b1', 'b2']],
    ['Observation?patient._lastUpdated=lt2020', []],
    ['Observation?patient.gender:not=male', ['b1', 'b2', 'b4']],
    ['Observation?patient.gender:missing=true', ['b4']],
    ['Observation?patient._has:MedicationRequest:patient:code:below=http://www.whocc.no/atc|C07AB02', ['b1', 'b2']],
    ['DocumentReference?relationship=DocumentReference/d0$appends', ['d1']],
    ['DocumentReference?relationship=d0$appends', ['d1']],
    ['DocumentReference?relationship=d0$replaces', []],
    ['Patient?_has:Observation:patient:code=4548-4', ['p2', 'p3']],
    ['Patient?_has:Observation:patient:code=4548-4&_has:MedicationRequest:patient:code=C07', ['p2']],
    ['Patient?_has:MedicationRequest:patient:code:below=http://www.whocc.no/atc|C07', ['p1', 'p2']],
    ['Organization?_has:Patient:organization:_has:Observation:patient:code=2345-7', ['o2']],
    ['Patient?organization.name=umb', ['p1']],
    ['Patient?_has:Observation:patient:status=preliminary&birthdate=gt1980', ['p3']],
  ])('%s', async (query, expected) => expect(await ids(query)).toEqual(expected));

  test('an absolute reference to this server is the same reference', async () => {
    expect(await ids(`Observation?subject=${server.base}/Patient/p1`)).toEqual(['b1', 'b2']);
    expect(await ids('Observation?subject=http://elsewhere.example/fhir/Patient/p1')).toEqual([]);
  });
});

describe('date', () => {
  test.each([
    ['Patient?birthdate=1950-02-03', ['p1']],
    ['Patient?birthdate=1950', ['p1', 'p2']],
    ['Patient?birthdate=le1950-02-03', ['p1', 'p2']],
    ['Patient?birthdate=gt1950', ['p3']],
    ['Patient?birthdate=ne1950', ['p3']],
    ['Patient?birthdate=ge1950-06&birthdate=lt1991', ['p2', 'p3']],
    ['Observation?date=2024-03-01', ['b1']],
    ['Observation?date=lt2024', ['b3']],
    ['Observation?date=sa2024-04', ['b5']],
    ['Observation?date=eb2024-03-02', ['b1', 'b3']],
    ['Observation?date=2024-05', ['b5']],
    ['Observation?date=ge2024-03-02T00:00:00Z&date=le2024-03-02T23:59:59Z', ['b2', 'b4']],
    ['Observation?date=2023-12-31T22:59:59Z', ['b3']],
    ['Observation?_lastUpdated=gt2020-01-01', ['b1', 'b2', 'b3', 'b4', 'b5']],
    ['Observation?_lastUpdated=lt2020-01-01', []],
  ])('%s', async (query, expected) => expect(await ids(query)).toEqual(expected));
});

describe('number, quantity, uri, composite', () => {
  test.each([
    ['RiskAssessment?probability=0.25', ['r1']],
    ['RiskAssessment?probability=gt0.5', ['r2']],
    ['RiskAssessment?probability=0.2', []],
    ['RiskAssessment?probability=le0.9', ['r1', 'r2']],
    ['Observation?value-quantity=5.4', ['b1']],
    ['Observation?value-quantity=5', ['b1']],
    ['Observation?value-quantity=gt7.1|http://unitsofmeasure.org|%25', ['b4']],
    ['Observation?value-quantity=ge6.5||%25', ['b3', 'b4']],
    ['Observation?value-quantity=gt1|http://unitsofmeasure.org|kg', []],
    ['Observation?value-quantity=1e2', ['b2']],
    ['Observation?component-value-quantity=120', ['b5']],
    ['ValueSet?url=http://example.org/vs/one', ['v1']],
    ['ValueSet?url=http://example.org/vs', []],
    ['ValueSet?url=http://example.org/vs/one,http://example.org/vs/two', ['v1', 'v2']],
    ['Observation?code-value-quantity=http://loinc.org|4548-4$ge7', ['b4']],
    ['Observation?code-value-quantity=4548-4$lt7', ['b3']],
    ['Observation?code-value-quantity=2345-7$gt7', ['b2']],
    ['Observation?code-value-quantity=4548-4$gt7,2345-7$lt6', ['b1', 'b4']],
    ['Observation?component-code-value-quantity=8480-6$gt100', ['b5']],
  ])('%s', async (query, expected) => expect(await ids(query)).toEqual(expected));
});

describe('parameters of all resources', () => {
  test.each([
    ['Patient?_id=p1,p3', ['p1', 'p3']],
    ['Patient?_tag=urn:t|a', ['p1']],
    ['Patient?_security=urn:s|R', ['p4']],
    ['Patient?_profile=http://example.org/p|2', ['p1']],
    ['Patient?_profile=http://example.org/p', ['p1']],
    ['Patient?_source=http://src.example/1', ['p1']],
    ['Patient?_tag:missing=true&gender:missing=false', ['p2']],
  ])('%s', async (query, expected) => expect(await ids(query)).toEqual(expected));
});

describe('the result', () => {
  test.each([
    ['Patient?_sort=family', ['p3', 'p1', 'p2', 'p4']],
    ['Patient?_sort=-family', ['p2', 'p1', 'p3', 'p4']],
    ['Patient?_sort=birthdate', ['p2', 'p1', 'p3', 'p4']],
    ['Patient?_sort=-birthdate', ['p3', 'p1', 'p2', 'p4']],
    ['Patient?_sort=-_id', ['p4', 'p3', 'p2', 'p1']],
    ['Patient?_sort=gender,-family', ['p1', 'p2', 'p3', 'p4']],
    ['Observation?_sort=-date', ['b5', 'b2', 'b1', 'b4', 'b3']],
    ['Observation?code=2345-7&_sort=-value-quantity', ['b2', 'b1']],
    ['Observation?_sort=code,-date', ['b2', 'b1', 'b4', 'b3', 'b5']],
    ['RiskAssessment?_sort=-probability', ['r2', 'r1']],
    ['ValueSet?_sort=url', ['v1', 'v2']],
    ['Patient?gender=female,male&_sort=-_id', ['p2', 'p1']],
    ['Patient?birthdate=ge1900&_sort=family', ['p3', 'p1', 'p2']],
    ['Patient?_sort=_lastUpdated,_id', ['p1', 'p2', 'p3', 'p4']],
  ])('%s', async (query, expected) => expect(await inOrder(query)).toEqual(expected));

  test('_count and next links go through every match once, in every order', async () => {
    for (const sort of [
      '',
      '&_sort=-date',
      '&_sort=code',
      '&_sort=subject,-date',
      '&_sort=_lastUpdated',
      '&_sort=-_id',
    ]) {
      const all: string[] = [];
      let url: string | undefined = `Observation?_count=2${sort}`;
      while (url !== undefined) {
        const answer = await server.ask('GET', url);
        expect(idsOf(answer).length).toBeLessThanOrEqual(2);
        all.push(...idsOf(answer));
        url = answer.body['link'].find((link: any) => link.relation === 'next')?.url;
      }
      expect([sort, [...all].sort()]).toEqual([sort, ['b1', 'b2', 'b3', 'b4', 'b5']]);
      expect(all).toEqual(await inOrder(`Observation?_count=100${sort}`));
    }
  });

  test('many matches come in the order of the sort, page by page, each once', async () => {
    const many = Array.from({ length: 2500 }, (_, at) => ({
      resourceType: 'Observation',
      id: `many-${at}`,
      status: 'final',
      code: coding('urn:many', 'x'),
      ...(at % 10 === 0
        ? {}
        : { effectiveDateTime: new Date(Date.UTC(2000, 0, 1 + ((at * 7919) % 2000))).toISOString().slice(0, 10) }),
    }));
    await server.load(many);
    const dateOf = (id: string) => (many[Number(id.slice(5))] as any).effectiveDateTime as string | undefined;
    for (const [sort, sign] of [
      ['date', 1],
      ['-date', -1],
    ] as const) {
      const all: string[] = [];
      let url: string | undefined = `Observation?code=urn:many|x&_sort=${sort}&_count=300`;
      while (url !== undefined) {
        const answer = await server.ask('GET', url);
        all.push(...idsOf(answer));
        url = answer.body['link'].find((link: any) => link.relation === 'next')?.url;
      }
      expect(new Set(all).size).toBe(2500);
      const dates = all.map(dateOf);
      expect(dates.slice(2250).every((one) => one === undefined)).toBe(true);
      const sorted = dates.slice(0, 2250).toSorted((one, two) => sign * one!.localeCompare(two!));
      expect(dates.slice(0, 2250)).toEqual(sorted);
    }
    for (const { id } of many.slice(0, 2500)) await server.ask('DELETE', `Observation/${id}`);
  });

  test('a page link of another asker, another search or another text is refused', async () => {
    const { body } = await server.ask('GET', 'Observation?_count=2');
    const next = body['link'].find((link: any) => link.relation === 'next').url as string;
    expect((await server.ask('GET', next, { as: 'reader' })).status).toBe(400);
    expect((await server.ask('GET', next.replace('Observation', 'Patient'))).status).toBe(400);
    expect((await server.ask('GET', `${next}x`)).status).toBe(400);
    expect((await server.ask('GET', next)).status).toBe(200);
  });

  test('_summary=count, _count=0 and _total tell the number', async () => {
    for (const query of ['Patient?_summary=count', 'Patient?_count=0']) {
      const { body } = await server.ask('GET', query);
      expect([body['total'], body['entry']]).toEqual([4, undefined]);
    }
    expect((await server.ask('GET', 'Patient?_count=1&_total=accurate')).body['total']).toBe(4);
    expect((await server.ask('GET', 'Patient?_count=1')).body['total']).toBeUndefined();
    expect((await server.ask('GET', 'Patient?gender=female,male&_summary=count')).body['total']).toBe(2);
  });

  test('_include and _revinclude bring what is linked, once, marked as included', async () => {
    const modes = async (query: string) =>
      (await server.ask('GET', query)).body['entry']
        .map((e: any) => `${e.search.mode} ${e.resource.resourceType}/${e.resource.id}`)
        .sort();
    expect(await modes('Observation?_id=b1,b2&_include=Observation:subject')).toEqual([
      'include Patient/p1',
      'match Observation/b1',
      'match Observation/b2',
    ]);
    expect(
      await modes('Patient?_id=p1&_revinclude=Observation:subject&_include=Patient:organization:Organization'),
    ).toEqual(['include Observation/b1', 'include Observation/b2', 'include Organization/o2', 'match Patient/p1']);
  });

  test('includes of a stated type bring only that type', async () => {
    const included = async (query: string) =>
      ((await server.ask('GET', query)).body['entry'] as any[]).filter((one) => one.search.mode === 'include').length;
    expect(await included('Patient?_id=p1&_revinclude=Observation:subject:Patient')).toBe(2);
    expect(await included('Patient?_id=p1&_revinclude=Observation:subject:Group')).toBe(0);
    expect(await included('Observation?_id=b1&_include=Observation:subject:Group')).toBe(0);
  });

  test('_summary=false asks for nothing special, and another format is not acceptable', async () => {
    expect(await ids('Patient?gender=female&_summary=false')).toEqual(['p1']);
    expect((await server.ask('GET', 'Patient?_format=pdf')).status).toBe(406);
    expect((await server.ask('GET', 'Patient?_format=application/fhir%2Bjson&_pretty=true')).status).toBe(200);
  });

  test('the self link names what was understood', async () => {
    const { body } = await server.ask('GET', 'Patient?gender=female&_format=json');
    expect(body['link']).toContainEqual({ relation: 'self', url: `${server.base}/Patient?gender=female` });
  });

  test('POST [type]/_search takes a form', async () => {
    const answer = await server.ask('POST', 'Patient/_search?gender=female', {
      body: 'birthdate=1950',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(idsOf(answer)).toEqual(['p1']);
  });
});
