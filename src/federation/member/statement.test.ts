/** What servers of any version say of themselves is kept in the version of this one. https://hl7.org/fhir/R4B/capabilitystatement.html */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../../fhir/canonical.ts';
import { loadDefinitions } from '../../fhir/definitions/load.ts';
import { fhirVersions } from '../../fhir/definitions/model.ts';
import type { JsonObject } from '../../fhir/json.ts';
import { validate } from '../../fhir/validation/index.ts';
import { rolesOf, statementCopy, withoutDate } from './statement.ts';

const about = {
  id: 'member-e',
  endpoint: 'Endpoint/e',
  source: 'https://e.example/fhir/metadata',
  fallbackDate: '2026-11-25T00:00:00Z',
};
const stated: JsonObject = {
  resourceType: 'CapabilityStatement',
  id: 'x',
  text: { status: 'generated', div: '<div/>' },
  status: 'active',
  date: '2026-01-01',
  kind: 'instance',
  fhirVersion: '5.0.0',
  acceptLanguage: ['de'],
  format: ['json'],
  software: { name: 'other', version: '1', releaseDate: 'never' },
  instantiates: [`${canonical.ours}/CapabilityStatement/registry`, 'https://other.example/role'],
  rest: [
    {
      mode: 'server',
      documentation: 'long',
      security: { service: [{ coding: [{ system: 'urn:s', code: 'SMART-on-FHIR', display: 'x' }], text: 'SMART' }] },
      resource: [
        { type: 'Requirements', interaction: [{ code: 'read' }] },
        {
          type: 'Patient',
          interaction: [{ code: 'read', documentation: 'x' }, { code: 'dream' }],
          searchParam: [
            { name: 'gender', type: 'token', definition: 'http://hl7.org/fhir/SearchParameter/individual-gender' },
            { name: 'no type' },
            { name: 'odd', type: 'resource' },
          ],
          operation: [{ name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything' }],
        },
      ],
    },
  ],
};

describe.each(fhirVersions)('in %s', (version) => {
  test('a statement is cut to what can be searched and is understood here', async () => {
    const definitions = await loadDefinitions(version);
    const copy = statementCopy(stated, about, definitions);
    expect(validate(copy, definitions)).toEqual([]);
    const [{ resource, security }] = copy['rest'] as [{ resource: JsonObject[]; security: JsonObject }];
    expect(security).toEqual({ service: [{ coding: [{ system: 'urn:s', code: 'SMART-on-FHIR' }], text: 'SMART' }] });
    expect(resource.at(-1)).toMatchObject({
      type: 'Patient',
      interaction: [{ code: 'read' }],
      searchParam: [{ name: 'gender', type: 'token' }],
      operation: [{ name: 'everything' }],
    });
    expect(resource.map(({ type }) => type)).toEqual(version === 'R5' ? ['Requirements', 'Patient'] : ['Patient']);
    expect(rolesOf(copy)).toEqual(['metadata-registry']);
    expect(copy['fhirVersion']).toBe(version === 'R5' ? '5.0.0' : undefined);
    const kept = { url: canonical.fhirVersion, valueCode: '5.0.0' };
    if (version !== 'R5') expect(copy['extension']).toContainEqual(kept);
  });

  test('whatever a server says, what is kept of it is valid, and the same each time but for the date', async () => {
    const definitions = await loadDefinitions(version);
    const names = ['status', 'date', 'kind', 'fhirVersion', 'format', 'software', 'rest', 'implementation', 'url'];
    const json = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names, 'instantiates'), json), json, (said, date) => {
        const one = { ...stated, ...said } as JsonObject;
        const copy = statementCopy(one, about, definitions);
        expect(validate(copy, definitions)).toEqual([]);
        const later = statementCopy(
          { ...one, date: date as JsonObject },
          { ...about, fallbackDate: '2030-01-01' },
          definitions,
        );
        expect(withoutDate(later)).toEqual(withoutDate(copy));
      }),
    );
  });
});
