/** Content summaries are metadata, other reports are data; servers without patients hold the former. See docs/reference/content-summary.md */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonical } from '../../../src/fhir/canonical.ts';
import { diagnosticsOf } from '../../server.ts';
import { dataSet, licence, patient, SummaryWorld } from './world.ts';

const report = (id: string, more: object = {}) => ({
  resourceType: 'MeasureReport',
  id,
  meta: { profile: [canonical.contentSummary] },
  extension: [
    { url: canonical.summaryDataSet, valueReference: { reference: 'https://example.org/fhir/Library/far' } },
    {
      url: canonical.endpoint,
      valueReference: { identifier: { system: canonical.uri, value: 'https://example.org/fhir' } },
    },
  ],
  identifier: [{ system: canonical.uri, value: 'urn:far/content-summary' }],
  status: 'complete',
  type: 'summary',
  measure: canonical.contentSummaryMeasure,
  date: '2026-01-01',
  period: { start: '2020' },
  group: [
    {
      code: { coding: [{ system: canonical.contentSummaryCode, code: 'patients' }] },
      population: [{ count: 7 }],
    },
  ],
  ...more,
});

describe('in a repository', () => {
  let world: SummaryWorld;
  beforeAll(async () => {
    world = await SummaryWorld.start();
  });
  afterAll(() => world.close());
  const read = async (id: string) => (await world.server.ask('GET', `MeasureReport/${id}`, { as: '' })).status;

  test('a content summary is read by everyone', async () => {
    await world.load([report('summary'), report('of-group', { subject: { reference: 'Group/g' } })]);
    expect([await read('summary'), await read('of-group')]).toEqual([200, 200]);
  });

  test.each([
    ['of another profile', { meta: { profile: ['https://example.org/other'] } }],
    ['without a profile', { meta: {} }],
    ['of one patient', { type: 'individual' }],
    ['about a patient', { subject: { reference: 'Patient/p' } }],
    ['about someone who is only identified', { subject: { identifier: { value: '1' } } }],
    ['of no data set', { extension: [] }],
    ['that names what it was reckoned from', { evaluatedResource: [{ reference: 'Observation/o' }] }],
    ['that brings something along', { contained: [{ resourceType: 'Patient', id: 'p' }] }],
  ])('another report is data: %s', async (_, more) => {
    const { meta, extension, ...rest } = { ...report('data'), ...more } as Record<string, any>;
    const shaped = {
      ...rest,
      ...(Object.keys(meta).length === 0 ? {} : { meta }),
      ...(extension.length === 0 ? {} : { extension }),
    };
    const written = await world.server.ask('PUT', 'MeasureReport/data', { body: shaped });
    expect([200, 201], written.text).toContain(written.status);
    expect(await read('data')).toBe(404);
    const found = await world.server.ask('GET', 'MeasureReport?_id=data', { as: '' });
    expect(found.body['total']).toBe(0);
    await world.remove('MeasureReport/data');
    await world.server.ask('POST', 'MeasureReport/data/$expunge', {
      body: { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'test' }] },
    });
  });

  test('what was data before stays data, with all its versions', async () => {
    await world.load([report('was', { type: 'individual', subject: { reference: 'Patient/p' } })]);
    await world.load([report('was')]);
    expect(await read('was')).toBe(404);
  });

  test('summaries that came from elsewhere are left alone', async () => {
    await world.refresh();
    expect(await read('summary')).toBe(200);
  });

  test('there is no summary of what is no data set, and the operation takes no parameters', async () => {
    expect((await world.published('nothing')).status).toBe(404);
    const asked = await world.server.ask('GET', '$content-summary?since=2020', { as: '' });
    expect(diagnosticsOf(asked)).toContain('$content-summary has no parameter since');
    expect((await world.server.ask('GET', 'Patient/p/$content-summary', { as: '' })).status).not.toBe(200);
  });
});

describe.each(['registry', 'discovery'] as const)('a server that is only a %s', (role) => {
  let world: SummaryWorld;
  beforeAll(async () => {
    world = await SummaryWorld.start({ roles: [role] });
  });
  afterAll(() => world.close());

  test('takes content summaries and no other reports', async () => {
    expect((await world.server.ask('PUT', 'MeasureReport/summary', { body: report('summary') })).status).toBe(201);
    const other = await world.server.ask('PUT', 'MeasureReport/other', {
      body: report('other', { type: 'individual' }),
    });
    expect(other.status, other.text).toBe(400);
    expect(diagnosticsOf(other)).toContain('no MeasureReport but summaries of data sets');
    const metadata = await world.server.ask('GET', 'metadata', { as: '' });
    const types = metadata.body['rest'][0].resource.map((one: any) => one.type);
    expect(types).toContain('MeasureReport');
    expect(types).not.toContain('Patient');
  });
});

test('a job publishes summaries by itself, and again when something changed', async () => {
  const world = await SummaryWorld.start({ summarySeconds: 1 });
  try {
    await world.load([dataSet('open', [licence('CC-BY-4.0')]), patient('p1', ['open'])]);
    const patients = async () => {
      const { body } = await world.published('open');
      return body['extension']?.find((one: any) => one.url === canonical.summaryPatients)?.valueInteger;
    };
    while ((await patients()) !== 1) await setTimeout(100);
    await world.load([patient('p2', ['open'])]);
    while ((await patients()) !== 2) await setTimeout(100);
    expect(world.server.errors).toEqual([]);
  } finally {
    await world.close();
  }
});
