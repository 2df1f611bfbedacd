/** What the summaries of data sets say, over HTTP. See docs/reference/content-summary.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shapes } from '../../../src/demo/shapes.ts';
import { canonical } from '../../../src/fhir/canonical.ts';
import { fhirVersions } from '../../../src/fhir/definitions/model.ts';
import { idsOf } from '../../server.ts';
import { condition, dataSet, level, licence, patient, SummaryWorld } from './world.ts';

const now = (): number => Date.parse('2026-06-15T00:00:00Z');

describe.each(fhirVersions)('the summary of an open data set in %s', (fhirVersion) => {
  let world: SummaryWorld;
  beforeAll(async () => {
    world = await SummaryWorld.start({ fhirVersion, now });
    await world.load([
      dataSet('open', [licence('CC-BY-4.0')]),
      {
        resourceType: 'CodeSystem',
        id: 'c',
        url: 'urn:c',
        status: 'active',
        content: 'complete',
        concept: [{ code: 'top', display: 'Top', concept: [{ code: 'a' }, { code: 'b' }] }],
      },
      patient('p1', ['open'], { gender: 'female', birthDate: '1950-03-02' }),
      patient('p2', ['open'], { gender: 'male', birthDate: '2020' }),
      condition('c1', 'p1', ['open'], 'a', { onsetDateTime: '2011-04-01' }),
      condition('c2', 'p1', ['open'], 'b', { recordedDate: '2012-01-01' }),
      condition('c3', 'p2', ['open'], 'b'),
      condition('c4', 'p2', [], 'elsewhere'),
      {
        resourceType: 'Endpoint',
        id: 'self',
        status: 'active',
        ...shapes[fhirVersion].endpoint({ system: canonical.connectionType, code: 'hl7-fhir-rest' }, [
          { coding: [{ system: canonical.endpointRole, code: 'repository' }] },
        ]),
        address: world.server.base,
        managingOrganization: { reference: 'Organization/us' },
      },
      { resourceType: 'Organization', id: 'us', name: 'We' },
    ]);
    await world.refresh();
  });
  afterAll(() => world.close());

  test('states patients, sexes, ages, types, codes with those above them, resources and completeness exactly', async () => {
    expect(await world.summary('open')).toEqual({
      patients: 2,
      counts: {
        patients: 2,
        'age:75-79': 1,
        'age:5-9': 1,
        'sex:female': 1,
        'sex:male': 1,
        Condition: 2,
        'Condition|a': 1,
        'Condition|b': 2,
        'Condition|top': 2,
        Patient: 2,
      },
      resources: { Condition: 3, Patient: 2 },
      completeness: {
        'Condition.clinicalStatus': 100,
        'Condition.code': 100,
        'Condition.onset': 33,
        'Condition.recordedDate': 33,
        'Condition.subject': 100,
        'Patient.birthDate': 100,
        'Patient.gender': 100,
      },
      partial: [],
      threshold: 1,
      rounding: 1,
      granularity: 'count',
    });
  });

  test('is a valid MeasureReport about the data set, its server and its time', async () => {
    const { body } = await world.published('open');
    expect(body).toMatchObject({
      resourceType: 'MeasureReport',
      id: 'content-summary-open',
      meta: { profile: [canonical.contentSummary] },
      identifier: [{ system: canonical.uri, value: 'urn:set:open/content-summary' }],
      status: 'complete',
      type: 'summary',
      measure: canonical.contentSummaryMeasure,
      date: '2026-06-15T00:00:00.000Z',
      period: { start: '2011', end: '2012' },
      reporter: { reference: 'Organization/us' },
    });
    expect(body['extension']).toEqual(
      expect.arrayContaining([
        {
          url: canonical.summaryDataSet,
          valueReference: { reference: 'Library/open', identifier: { system: canonical.uri, value: 'urn:set:open' } },
        },
        { url: canonical.endpoint, valueReference: { reference: 'Endpoint/self' } },
        licence('CC-BY-4.0'),
      ]),
    );
    const validation = await world.server.ask('POST', 'MeasureReport/$validate', { body, as: '' });
    expect(validation.body['issue'].filter((one: any) => one.severity === 'error')).toEqual([]);
  });

  test.each([
    'MeasureReport?content-code=urn:c|a',
    'MeasureReport?content-code:below=urn:c|top',
    'MeasureReport?content-code=urn:c|top',
    'MeasureReport?content-type=Condition',
    'MeasureReport?content-count=ge2',
    'MeasureReport?content-period=lt2012',
    'MeasureReport?content-period=gt2011',
    'MeasureReport?content-threshold=1',
    'MeasureReport?licence=CC-BY-4.0',
    'MeasureReport?data-set=Library/open',
    'MeasureReport?endpoint=Endpoint/self',
    'MeasureReport?endpoint.address=BASE',
    'MeasureReport?data-set.licence=CC-BY-4.0',
    `MeasureReport?_profile=${canonical.contentSummary}`,
  ])('is found by anyone by %s', async (query) => {
    const answer = await world.server.ask('GET', query.replace('BASE', world.server.base), { as: '' });
    expect(idsOf(answer), answer.text).toEqual(['content-summary-open']);
  });

  test.each([
    'MeasureReport?content-code=urn:c|elsewhere',
    'MeasureReport?content-code=urn:c|c',
    'MeasureReport?content-type=Observation',
    'MeasureReport?content-count=gt2',
    'MeasureReport?content-period=gt2012',
    'MeasureReport?data-set=Library/other',
  ])('is not found by %s', async (query) => {
    expect(idsOf(await world.server.ask('GET', query, { as: '' }))).toEqual([]);
  });

  test('leads to the servers that hold a code', async () => {
    const holding = (code: string) => `Endpoint?_has:MeasureReport:endpoint:content-code=urn:c|${code}`;
    expect(idsOf(await world.server.ask('GET', holding('a'), { as: '' }))).toEqual(['self']);
    expect(idsOf(await world.server.ask('GET', holding('elsewhere'), { as: '' }))).toEqual([]);
    const below = 'Endpoint?_has:MeasureReport:endpoint:content-code:below=urn:c|top&status=active';
    expect(idsOf(await world.server.ask('GET', below, { as: '' }))).toEqual(['self']);
  });

  test('is brought up to date for stewards, and only read by others', async () => {
    await world.load([condition('c5', 'p2', ['open'], 'a')]);
    const before = await world.server.ask('GET', '$content-summary', { as: '' });
    expect(before.body['entry'][0].resource.meta.versionId).toBe('1');
    const reader = await world.server.ask('POST', 'Library/open/$content-summary', { as: 'reader' });
    expect(reader.body['meta'].versionId).toBe('1');
    // GET changes nothing, alone, as HEAD and in a batch.
    for (const path of ['$content-summary', 'Library/open/$content-summary']) {
      expect((await world.server.ask('GET', path)).status).toBe(200);
      expect((await world.server.ask('HEAD', path)).status).toBe(200);
      const entry = [{ request: { method: 'GET', url: path } }];
      expect(
        (await world.server.ask('POST', '', { body: { resourceType: 'Bundle', type: 'batch', entry } })).status,
      ).toBe(200);
    }
    expect((await world.server.ask('GET', 'Library/open/$content-summary')).body['meta'].versionId).toBe('1');
    const steward = await world.server.ask('POST', 'Library/open/$content-summary');
    expect(steward.body['meta'].versionId).toBe('2');
    const again = await world.server.ask('GET', 'Library/open/$content-summary', { as: '' });
    expect(again.body).toEqual(steward.body);
    await world.remove('Condition/c5');
    await world.refresh();
  });
});

test('a level of counts names nothing that few have', async () => {
  const world = await SummaryWorld.start({ now });
  try {
    await world.load([dataSet('counted', [licence('CC-BY-4.0'), level('count')])]);
    await world.load(
      Array.from({ length: 24 }, (_, at) => patient(`p${at}`, ['counted'], { gender: at < 4 ? 'male' : 'female' })),
    );
    expect((await world.summary('counted'))!.counts).toEqual({ patients: 20, 'sex:female': 20, Patient: 20 });
  } finally {
    await world.close();
  }
});
