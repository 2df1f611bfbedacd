/** `Library/[id]/$assess`: what a server says of a data set to those who may see it, in R4, R4B and R5. See docs/reference/assessment.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import type { FhirVersion } from '../../src/fhir/definitions/model.ts';
import { type Answer, startServer, type TestServer } from '../server.ts';
import { goodWorld } from './assess-world.ts';

const dataSet = 'https://example.org/data-set/1';
const tag = { system: 'https://example.org/tags', code: 'one' };

/** A data set with two patients that only those who may read everything see. */
const resources = (base: string, level: string) => [
  {
    resourceType: 'Library',
    id: 'one',
    url: dataSet,
    identifier: [{ system: canonical.uri, value: dataSet }],
    title: 'One',
    status: 'active',
    type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
    extension: [
      { url: canonical.granularity, extension: [{ url: 'level', valueCode: level }] },
      {
        url: canonical.relatedContent,
        valueRelatedArtifact: {
          type: 'composed-of',
          extension: [
            { url: canonical.relatedArtifactResourceReference, valueReference: { reference: `${base}/Group/one` } },
          ],
        },
      },
    ],
    content: [{ url: `${base}/Patient?_tag=${tag.system}|${tag.code}` }],
    dataRequirement: [{ type: 'Patient' }, { type: 'Condition' }],
  },
  { resourceType: 'Patient', id: 'p1', meta: { tag: [tag] }, gender: 'female' },
  {
    resourceType: 'Condition',
    id: 'c1',
    meta: { tag: [tag] },
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
    },
    code: { coding: [{ system: 'http://snomed.info/sct', code: '38341003' }] },
    subject: { reference: 'Patient/p1' },
  },
];

const partOf = (answer: Answer, name: string) =>
  answer.body['parameter'].find((one: { name: string }) => one.name === name).resource;
const strataOf = (answer: Answer): Map<string, any> =>
  new Map(
    partOf(answer, 'report')
      .group.flatMap((group: any) => group.stratifier[0].stratum)
      .map((one: any) => [(one.value ?? one.valueCodeableConcept).coding[0].code, one]),
  );
const scoreOf = (stratum: any): number | undefined => (stratum.measureScore ?? stratum.measureScoreQuantity).value;
const issueOf = (answer: Answer, id: string): string | undefined =>
  partOf(answer, 'outcome').issue.find((one: any) => one.details?.coding[0].code === id)?.diagnostics;

describe.each(['R4', 'R4B', 'R5'] as const satisfies readonly FhirVersion[])('in %s', (fhirVersion) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ fhirVersion });
    expect((await server.load(resources(server.base, 'count'))).status).toBe(200);
  });
  afterAll(() => server.close());

  test('$assess gives a report for each letter and each indicator, and an outcome, both valid', async () => {
    const answer = await server.ask('GET', 'Library/one/$assess');
    expect(answer.status).toBe(200);
    const report = partOf(answer, 'report');
    expect(report.measure).toBe(canonical.fairAssessmentMeasure);
    expect(report.group.map(({ code }: any) => code.coding[0].code)).toEqual(['F', 'A', 'I', 'R']);
    expect(strataOf(answer).size).toBe(41);
    expect(scoreOf(strataOf(answer).get('RDA-F1-01M'))).toBe(100);
    expect(scoreOf(strataOf(answer).get('RDA-R1.1-01M'))).toBe(0);
    expect(issueOf(answer, 'RDA-R1.1-01M')).toMatch(/^fail: the record states no licence\. State the licence in/);
    for (const name of ['report', 'outcome']) {
      const checked = await server.ask('POST', '$validate', { body: partOf(answer, name) });
      expect(checked.body['issue']).toEqual([expect.objectContaining({ severity: 'information' })]);
    }
    expect((await server.ask('POST', 'Library/one/$assess')).status).toBe(200);
    expect(server.errors).toEqual([]);
  });

  test('whoever may read the records learns of them, whoever may not learns nothing', async () => {
    const reader = await server.ask('GET', 'Library/one/$assess', { as: 'reader' });
    expect(scoreOf(strataOf(reader).get('RDA-I2-01D'))).toBe(100);
    expect(scoreOf(strataOf(reader).get('RDA-R1.3-02D'))).toBe(100);
    const nobody = await server.ask('GET', 'Library/one/$assess', { as: '' });
    expect(nobody.status).toBe(200);
    const codes = strataOf(nobody).get('RDA-I2-01D');
    expect(scoreOf(codes)).toBeUndefined();
    expect(issueOf(nobody, 'RDA-I2-01D')).toMatch(/^not measured: no codes were seen/);
    expect(nobody.text).not.toMatch(/Condition\/c1|Patient\/p1|SNOMED|38341003/);
  });

  test('for what is not there it says so, and it takes no inputs', async () => {
    expect((await server.ask('GET', 'Library/none/$assess')).status).toBe(404);
    expect((await server.ask('GET', 'Library/one/$assess?depth=3')).status).toBe(400);
    expect((await server.ask('GET', 'Patient/p1/$assess')).status).toBe(400);
  });
});

test('one who may not see the record may not assess it', async () => {
  const server = await startServer();
  await server.load([...resources(server.base, 'none')]);
  const hidden = { resourceType: 'Patient', id: 'p9' };
  await server.load([hidden]);
  expect((await server.ask('GET', 'List/none/$assess', { as: '' })).status).toBe(
    (await server.ask('GET', 'List/none', { as: '' })).status,
  );
  await server.load([
    {
      resourceType: 'List',
      id: 'l',
      status: 'current',
      mode: 'working',
      subject: { reference: 'Patient/p9' },
      entry: [{ item: { reference: 'Patient/p9' } }],
    },
  ]);
  const read = await server.ask('GET', 'List/l', { as: '' });
  expect(read.status).not.toBe(200);
  expect((await server.ask('GET', 'List/l/$assess', { as: '' })).status).toBe(read.status);
  await server.close();
});

test('records that were looked at stand in the audit log, alone and in a batch', async () => {
  const server = await startServer();
  await server.load(resources(server.base, 'count'));
  const shown = async (): Promise<number> => {
    const log = await server.ask('GET', 'Patient/p1/$disclosures?_count=1000');
    return log.text.split('"name":"reader"').length - 1;
  };
  await server.ask('GET', 'Library/one/$assess', { as: 'reader' });
  const alone = await shown();
  expect(alone).toBeGreaterThan(2);
  const entry = [{ request: { method: 'GET', url: 'Library/one/$assess' } }];
  const answer = await server.ask('POST', '', { as: 'reader', body: { resourceType: 'Bundle', type: 'batch', entry } });
  expect(answer.body['entry'][0].response.status).toMatch(/^200/);
  expect(await shown()).toBe(2 * alone);
  await server.close();
});

test('other servers are asked only where the server may, and without its asker’s token', async () => {
  const { registry, repository, record } = await goodWorld();
  const server = await startServer({ allowPrivateNetwork: false });
  await server.load([{ ...record, id: 'good' }]);
  const alone = await server.ask('GET', 'Library/good/$assess');
  expect(issueOf(alone, 'RDA-A1-03D')).toMatch(
    /^not measured: .*not asked: .*private network, which this server does not ask/,
  );
  expect(issueOf(alone, 'RDA-A1-03D')).not.toMatch(/^fail/);
  expect(registry.asked.length + repository.asked.length).toBe(0);
  await server.close();
  const asking = await startServer({ allowPrivateNetwork: true });
  await asking.load([{ ...record, id: 'good' }]);
  const answer = await asking.ask('GET', 'Library/good/$assess');
  expect(issueOf(answer, 'RDA-A1-03D')).toBeUndefined();
  expect(scoreOf(strataOf(answer).get('RDA-I2-01D'))).toBe(100);
  expect(repository.asked.length).toBeGreaterThan(0);
  expect([...registry.asked, ...repository.asked].every(({ token }) => token === undefined)).toBe(true);
  await asking.close();
});
