/** The registry of indicators, scores and levels, identifiers, licences and vocabularies. https://doi.org/10.15497/rda00050 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../../fhir/canonical.ts';
import { fairIndicators } from '../../fhir/specification/fair-indicator.ts';
import type { Assessment } from './assessment.ts';
import { outcomeOfAssessment } from './fhir.ts';
import { identifierOf, named } from './identifier.ts';
import { indicators } from './indicators.ts';
import { spdxCodes } from './spdx.ts';
import { knownVocabulary } from './vocabulary.ts';

describe('indicators', () => {
  test('are RDA’s 41: 20 essential, 14 important, 7 useful, each with a measure and a remedy', () => {
    const of = (priority: string): number => indicators.filter((one) => one.priority === priority).length;
    expect([indicators.length, of('essential'), of('important'), of('useful')]).toEqual([41, 20, 14, 7]);
    expect(indicators.map(({ id }) => id)).toEqual(fairIndicators.map(({ id }) => id));
    for (const one of indicators) {
      expect([one.id, typeof one.measure]).toEqual([one.id, 'function']);
      expect(one.measured.length * one.remedy.length).toBeGreaterThan(0);
    }
    const letters = ['F', 'A', 'I', 'R'].map((letter) => indicators.filter((one) => one.letter === letter).length);
    expect(letters).toEqual([7, 12, 12, 10]);
  });
});

describe('identifiers', () => {
  test.each([
    ['https://doi.org', '10.13026/c4n5-3b04', 'doi', 'https://doi.org/10.13026/c4n5-3b04'],
    ['https://doi.org/', '10.5281/zenodo.1', 'doi', 'https://doi.org/10.5281/zenodo.1'],
    [canonical.uri, 'https://doi.org/10.5281/zenodo.1', 'doi', 'https://doi.org/10.5281/zenodo.1'],
    [canonical.uri, 'urn:doi:10.5281/zenodo.1', 'doi', 'https://doi.org/10.5281/zenodo.1'],
    [canonical.uri, 'hdl:20.500/1', 'handle', 'https://hdl.handle.net/20.500/1'],
    [canonical.uri, 'ark:/12148/btv1b8', 'ark', 'https://n2t.net/ark:/12148/btv1b8'],
    [canonical.uri, 'https://w3id.org/x/1', 'purl', 'https://w3id.org/x/1'],
    [canonical.uri, 'https://identifiers.org/a:1', 'identifiers.org', 'https://identifiers.org/a:1'],
    [canonical.uri, 'urn:uuid:4b1f5c4e-55cf-4b0e-9f0e-4d3f8b1c2a11', 'urn', undefined],
    [canonical.uri, 'https://example.org/1', 'web', 'https://example.org/1'],
    ['https://example.org/ids', '1', 'system', undefined],
    [canonical.uri, '17', 'local', undefined],
  ])('%s|%s is of the kind %s and leads to %s', (system, value, scheme, address) => {
    const { scheme: found, address: leads } = identifierOf({ system, value })!;
    expect([found, leads]).toEqual([scheme, address]);
  });

  test('whatever stands there, a kind is found, and what is persistent is unique in the world', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (system, value) => {
        const one = identifierOf({ system, value });
        if (value.trim() === '') return one === undefined;
        return one !== undefined && (!one.isPersistent || one.isGloballyUnique);
      }),
    );
    expect(identifierOf(undefined)).toBeUndefined();
    expect(named('anything', 'anything', 'url').isGloballyUnique).toBe(false);
  });
});

test('SPDX codes are those of FHIR’s code system', () => {
  const path = join(import.meta.dirname, '../../../node_modules/hl7.fhir.r4b.core/CodeSystem-spdx-license.json');
  const { concept } = JSON.parse(readFileSync(path, 'utf8')) as { concept: { code: string }[] };
  expect([...spdxCodes].sort()).toEqual(concept.map(({ code }) => code).sort());
});

test('vocabularies are known by their canonical URL, those of a family by its beginning', () => {
  expect(
    ['http://loinc.org', 'http://terminology.hl7.org/CodeSystem/v3-ActCode', 'http://example.org'].map(knownVocabulary),
  ).toEqual(['LOINC', 'HL7 terminology', undefined]);
  expect(knownVocabulary('constructor')).toBeUndefined();
});

test('an outcome of which all is met says so', () => {
  const met = indicators.map(({ measure: _, ...one }) => ({
    ...one,
    state: 'pass' as const,
    score: 1 as const,
    reason: 'seen',
  }));
  const assessment: Assessment = {
    title: 'x',
    address: 'x',
    identifiers: [],
    assessedAt: '2026-01-01T00:00:00Z',
    letters: [],
    indicators: met,
  };
  expect(outcomeOfAssessment(assessment)['issue']).toEqual([
    { severity: 'information', code: 'informational', diagnostics: 'all indicators are met' },
  ]);
});
