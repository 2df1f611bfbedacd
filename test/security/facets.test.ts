/** Facets tell nothing of data sets that the asker may not read: no value, number, total or number of values left out. See docs/reference/facets.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import type { FhirVersion } from '../../src/fhir/definitions/model.ts';
import { facetDefinitions } from '../../src/search/facet/definition.ts';
import { facetWorld } from '../search/facet-world.ts';
import { startServer, type TestServer } from '../server.ts';
import { scopes, withAskers } from './askers.ts';
import { secret } from './world.ts';

const all = facetDefinitions.map(({ name }) => name).join(',');
const label = { security: [{ system: canonical.confidentiality, code: 'R' }] };
/** Two applications of someone who may read everything: one for data sets alone, one for summaries too. */
const application = (...texts: string[]) => ({
  subject: { kind: 'service' as const, name: 'app' },
  rights: { readAll: true, write: false },
  scopes: scopes(...texts),
});
const askers = withAskers({
  narrow: application('system/Library.rs'),
  wide: application('system/Library.rs', 'system/MeasureReport.rs'),
  none: application('system/Patient.rs'),
});

const versions: readonly FhirVersion[] = ['R4', 'R4B', 'R5'];

/** A closed data set with values that no other has, whose summary and server are closed too. */
function closedWorld(version: FhirVersion): object[] {
  const coding = (system: string, code: string) => ({ coding: [{ system, code }] });
  const type = { system: canonical.connectionType, code: 'hl7-fhir-rest' };
  return [
    {
      resourceType: 'Endpoint',
      id: 'hidden-server',
      meta: label,
      status: 'active',
      name: secret,
      ...(version === 'R5'
        ? { connectionType: [{ coding: [type] }] }
        : { connectionType: type, payloadType: [coding(canonical.endpointRole, 'repository')] }),
      address: 'https://hidden.example/fhir',
    },
    {
      resourceType: 'Library',
      id: 'hidden',
      meta: label,
      status: 'active',
      type: coding(canonical.libraryType, 'asset-collection'),
      publisher: secret,
      topic: [coding('urn:hidden', secret)],
      jurisdiction: [coding('urn:iso:std:iso:3166', secret)],
    },
    {
      resourceType: 'MeasureReport',
      id: 'hidden-summary',
      // Its data set may be read by nobody, though it may itself be: no way leads there.
      status: 'complete',
      type: 'summary',
      measure: canonical.contentSummaryMeasure,
      period: { start: '1950-01-01', end: '1951-01-01' },
      extension: [
        { url: canonical.summaryDataSet, valueReference: { reference: 'Library/hidden' } },
        { url: canonical.endpoint, valueReference: { reference: 'Endpoint/hidden-server' } },
        { url: canonical.summaryPatients, valueInteger: 123_456_789 },
      ],
      group: [{ code: coding('http://hl7.org/fhir/resource-types', 'Specimen') }],
    },
    {
      resourceType: 'MeasureReport',
      id: 'closed-summary-of-open',
      meta: label,
      status: 'complete',
      type: 'summary',
      measure: canonical.contentSummaryMeasure,
      period: { start: '1960-01-01', end: '1961-01-01' },
      extension: [
        { url: canonical.summaryDataSet, valueReference: { reference: 'Library/d0' } },
        { url: canonical.endpoint, valueReference: { reference: 'Endpoint/hidden-server' } },
        { url: canonical.summaryPatients, valueInteger: 123_456_789 },
      ],
      group: [{ code: coding('http://hl7.org/fhir/resource-types', 'Substance') }],
    },
  ];
}

describe.each(versions)('facets in %s', (fhirVersion) => {
  let server: TestServer;
  let before: Awaited<ReturnType<typeof ask>>;
  const ask = (query: string, as = '') => server.ask('GET', `Library/$facets?facet=${all}${query}`, { as });
  const queries = [
    '',
    '&licence=MIT',
    '&topic=heart&facet-count=1',
    `&publisher:exact=${secret}`,
    `&_content=${secret}`,
  ];

  beforeAll(async () => {
    server = await startServer({ fhirVersion, now: () => Date.parse('2026-06-01'), ...askers });
    await server.load(facetWorld(fhirVersion));
    before = await ask('');
  });
  afterAll(async () => {
    await server.close();
    expect(server.errors).toEqual([]);
  });

  test('a closed data set, a closed summary and a closed server change no answer to whom they are closed', async () => {
    const told = await Promise.all(queries.map((query) => ask(query)));
    const { body } = await server.load(closedWorld(fhirVersion));
    expect(body['parameter'][2], JSON.stringify(body)).toEqual({ name: 'refused', valueInteger: 0 });
    for (const [at, query] of queries.entries()) {
      const after = await ask(query);
      expect(after.status).toBe(200);
      expect(after.text, query).toBe(told[at]!.text);
      expect(after.text).not.toContain('hidden');
    }
    expect((await ask('')).text).toBe(before.text);
    const open = await ask('', 'reader');
    expect(open.text).toContain(secret);
    expect(open.text).toContain('Substance');
  });

  test('by POST, in a batch and as XML it is the same door', async () => {
    const parameter = [{ name: 'facet', valueString: all }];
    const posted = await server.ask('POST', 'Library/$facets', {
      body: { resourceType: 'Parameters', parameter },
      as: '',
    });
    const entry = [{ request: { method: 'GET', url: `Library/$facets?facet=${all}` } }];
    const batch = await server.ask('POST', '', { body: { resourceType: 'Bundle', type: 'batch', entry }, as: '' });
    const xml = await server.ask('GET', `Library/$facets?facet=${all}&_format=xml`, { as: '' });
    expect(posted.text).toBe(before.text);
    for (const { status, text } of [posted, batch, xml]) {
      expect(status).toBe(200);
      expect(text).toContain('licence');
      expect(text).not.toContain(secret);
      expect(text).not.toContain('Substance');
    }
  });

  test('the name of a server that may not be read is not told', async () => {
    expect((await ask('')).text).not.toContain('Server 5');
    expect((await ask('', 'reader')).text).toContain('Server 5');
  });

  test('an application sees values of no resource that its scopes do not name', async () => {
    const told = (answer: { body: Record<string, any> }, name: string): string[] =>
      answer.body['parameter']
        .filter(({ part }: any) => part?.[0].valueCode === name)
        .flatMap(({ part }: any) => part.filter((one: any) => one.name === 'value'))
        .map(({ part }: any) => part.find((one: any) => one.name === 'count').valueInteger);
    const [narrow, wide, none] = [await ask('', 'narrow'), await ask('', 'wide'), await ask('', 'none')];
    expect(told(narrow, 'licence')).not.toEqual([]);
    expect(told(narrow, 'resource-type')).toEqual([]);
    expect(told(narrow, 'patients').every((count) => Number(count) === 0)).toBe(true);
    expect(told(wide, 'resource-type')).not.toEqual([]);
    expect(told(wide, 'country')).toEqual([]);
    expect(none.body['parameter']?.[0].valueInteger ?? 0).toBe(0);
    expect(told({ body: { parameter: [], ...none.body } }, 'licence')).toEqual([]);
  });
});
