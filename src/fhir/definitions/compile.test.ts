/** The compiled model says what the packages say. https://hl7.org/fhir/R4B/downloads.html */
import { describe, expect, test } from 'vitest';
import { compileDefinitions } from './compile.ts';
import { loadDefinitions } from './load.ts';
import { fhirVersions } from './model.ts';
import { withOurs } from './ours.ts';

describe.each(fhirVersions)('%s', (version) => {
  const compiled = compileDefinitions(version);

  test('is what the cache holds, beside our own search parameters', async () => {
    expect(withOurs(JSON.parse(JSON.stringify(compiled)))).toEqual(await loadDefinitions(version));
  });

  test('names its resource types, their elements and their search parameters', () => {
    expect(compiled.resourceTypes).toEqual(
      expect.arrayContaining(['Patient', 'Observation', 'Library', 'Endpoint', 'Bundle']),
    );
    expect(compiled.resourceTypes).not.toContain('DomainResource');
    expect(compiled.types['Patient']?.kind).toBe('resource');
    const codes = compiled.searchParameters.filter((one) => one.base.includes('Patient')).map((one) => one.code);
    expect(codes).toEqual(expect.arrayContaining(['birthdate', 'family', 'general-practitioner']));
    expect(compiled.compartments.find((one) => one.code === 'Patient')?.resources['Observation']).toContain('subject');
  });

  test('spells out the value sets of required bindings', () => {
    const gender = Object.entries(compiled.valueSets).find(([url]) => url.includes('/administrative-gender'))?.[1];
    expect(gender?.systems['http://hl7.org/fhir/administrative-gender']?.toSorted()).toEqual([
      'female',
      'male',
      'other',
      'unknown',
    ]);
  });
});
