/** Extensions that state every condition a data set can state. See docs/adr/0010-statements-and-effects.md */
import { canonical } from '../../src/fhir/canonical.ts';
import type { JsonObject } from '../../src/fhir/json.ts';

const coding = (system: string, code: string): JsonObject => ({ system, code });
const purpose = (code: string): JsonObject => ({
  url: canonical.purpose,
  valueCoding: coding(canonical.actReason, code),
});
const dataUse = (code: string, ...parameters: JsonObject[]): JsonObject => ({
  url: canonical.dataUse,
  extension: [
    { url: 'term', valueCoding: coding(canonical.duo, code) },
    ...parameters.map((one) => ({ url: 'parameter', ...one })),
  ],
});
const obligation = (system: string, code: string, parameter?: string): JsonObject => ({
  url: canonical.obligation,
  extension: [
    { url: 'code', valueCoding: coding(system, code) },
    ...(parameter === undefined ? [] : [{ url: 'parameter', valueString: parameter }]),
  ],
});

export const mondo = 'http://purl.obolibrary.org/obo/mondo.owl';

export const everyCondition: readonly JsonObject[] = [
  {
    url: canonical.licenceCodeable,
    valueCodeableConcept: { coding: [coding(canonical.spdx, 'CC-BY-NC-4.0')] },
  },
  {
    url: canonical.granularity,
    extension: [
      { url: 'level', valueCode: 'count' },
      { url: 'threshold', valueInteger: 5 },
    ],
  },
  {
    url: canonical.granularity,
    extension: [
      { url: 'level', valueCode: 'record-deidentified' },
      { url: 'profile', valueCanonical: 'https://example.org/deid' },
      purpose('HRESCH'),
      { url: canonical.recipientCountry, valueCode: 'DE' },
    ],
  },
  dataUse('DUO_0000007', { valueCoding: coding(mondo, 'MONDO_0005015') }),
  dataUse('DUO:0000025', { valueInteger: 24 }),
  dataUse('DUO:0000046'),
  dataUse('DUO:0000019'),
  purpose('HRESCH'),
  purpose('PUBHLTH'),
  {
    url: canonical.visa,
    extension: [
      { url: 'type', valueCode: 'ControlledAccessGrants' },
      { url: 'value', valueUri: 'https://example.org/datasets/7' },
      { url: 'by', valueCode: 'dac' },
    ],
  },
  { url: canonical.terms, valueUri: 'https://example.org/terms/3' },
  { url: canonical.committee, valueReference: { reference: 'Organization/dac' } },
  { url: canonical.embargo, valueDate: '2026-06-01' },
  { url: canonical.expires, valueDate: '2029-01-01' },
  { url: canonical.recipient, valueIdentifier: { system: 'https://ror.org', value: '04aj4c181' } },
  { url: canonical.recipientCountry, valueCode: 'DE' },
  { url: canonical.recipientCountry, valueCode: 'FR' },
  obligation(canonical.actCode, 'NORELINK'),
  obligation(canonical.actCode, 'DELAU', '12'),
  obligation('https://example.org/duties', 'sing', 'twice'),
  { url: canonical.consentRequired, valueBoolean: true },
  { url: `${canonical.structureDefinitions}moon-phase`, valueCode: 'full' },
];
