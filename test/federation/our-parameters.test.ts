/** Data sets, summaries and servers are found by our own search parameters, in every FHIR version. See docs/specification. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import { startServer, type TestServer } from '../server.ts';

const extension = (url: string, value: object) => ({ url, ...value });

describe.each(fhirVersions)('our search parameters in %s', (fhirVersion) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ fhirVersion, openAccess: true });
    const answer = await server.load([
      {
        resourceType: 'Library',
        id: 'beta',
        status: 'active',
        type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
        content: [{ url: 'https://example.org/beta.zip' }],
        extension: [
          extension(canonical.licenceCodeable, {
            valueCodeableConcept: { coding: [{ system: canonical.spdx, code: 'CC-BY-4.0' }] },
          }),
          extension(canonical.granularity, { extension: [{ url: 'level', valueCode: 'count' }] }),
          extension(canonical.dataUse, {
            extension: [{ url: 'term', valueCoding: { system: canonical.duo, code: 'DUO_0000006' } }],
          }),
          extension(canonical.visa, { extension: [{ url: 'type', valueCode: 'ResearcherStatus' }] }),
        ],
      },
      {
        resourceType: 'CapabilityStatement',
        id: 'far',
        status: 'active',
        kind: 'instance',
        date: '2026-01-01',
        fhirVersion: '4.0.1',
        format: ['json'],
        implementation: { description: 'far', url: 'https://example.org/fhir' },
        rest: [
          {
            mode: 'server',
            resource: [
              {
                type: 'Patient',
                searchParam: [
                  { name: 'x', type: 'token', definition: 'http://hl7.org/fhir/SearchParameter/individual-gender' },
                ],
              },
            ],
            operation: [{ name: 'y', definition: 'https://example.org/OperationDefinition/y' }],
          },
        ],
      },
    ]);
    expect(answer.body, answer.text).toMatchObject({
      parameter: expect.arrayContaining([{ name: 'created', valueInteger: 2 }]),
    });
  });
  afterAll(() => server.close());

  const found = [
    'Library?licence=CC-BY-4.0',
    'Library?granularity=count',
    'Library?data-use=http://purl.obolibrary.org/obo/duo.owl|DUO_0000006',
    'Library?visa=ResearcherStatus',
    'Library?content-url=https://example.org/beta.zip',
    'CapabilityStatement?kind=instance&fhir-version=4.0.1',
    'CapabilityStatement?implementation-url=https://example.org/fhir',
    'CapabilityStatement?search-parameter=http://hl7.org/fhir/SearchParameter/individual-gender',
    'CapabilityStatement?operation=https://example.org/OperationDefinition/y',
  ];
  test.each(found)('%s finds what it names', async (path) => {
    const { body, text } = await server.ask('GET', path);
    expect(body['total'], text).toBe(1);
  });
  test.each(['Library?licence=MIT', 'Library?granularity=record', 'CapabilityStatement?fhir-version=5.0.0'])(
    '%s finds nothing else',
    async (path) => {
      expect((await server.ask('GET', path)).body['total']).toBe(0);
    },
  );
});
