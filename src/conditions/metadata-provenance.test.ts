/** Which Provenance everyone may read. https://hl7.org/fhir/R4B/provenance.html */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../fhir/canonical.ts';
import type { JsonObject, Resource } from '../fhir/json.ts';
import { isHeldWithoutPatients, isMetadata, metadataTypes } from './metadata-type.ts';

const provenance = (more: JsonObject = {}): Resource => ({
  resourceType: 'Provenance',
  target: [{ reference: 'Library/set' }],
  recorded: '2026-01-01T00:00:00Z',
  activity: { text: 'made' },
  agent: [{ who: { reference: 'Organization/one' } }],
  ...more,
});
const to = (reference: string): JsonObject => ({ reference });

test.each<[what: string, more: JsonObject]>([
  ['a data set', {}],
  [
    'several records, of any version and server',
    { target: [to('https://a.example/fhir/Library/1/_history/2'), to('Endpoint/x')] },
  ],
  ['what was made of metadata', { entity: [{ role: 'source', what: to('ResearchStudy/one') }] }],
  [
    'agents known by a web address',
    { agent: [{ who: { identifier: { system: canonical.uri, value: 'https://a.example' } } }] },
  ],
  [
    'agents of a stated type',
    { agent: [{ who: { type: 'Organization', identifier: { system: 'urn:x', value: '1' } } }] },
  ],
  ['agents known by name', { agent: [{ who: { display: 'The steward' } }] }],
])('of %s is metadata', (_, more) => {
  expect(isMetadata(provenance(more))).toBe(true);
  expect(isHeldWithoutPatients(provenance(more))).toBe(true);
});

const mrn = { identifier: { system: 'urn:hospital:mrn', value: '4711' } };

test.each<[what: string, more: JsonObject]>([
  ['a patient', { target: [to('Patient/1')] }],
  ['a data set and a record', { target: [to('Library/set'), to('Observation/1')] }],
  ['nothing', { target: [] }],
  ['something without a literal reference', { target: [{ type: 'Library', identifier: { value: '1' } }] }],
  ['something conditional', { target: [to('Patient?identifier=1')] }],
  ['something within it', { target: [to('#one')], contained: [{ resourceType: 'Library', id: 'one' }] }],
  ['a data set, with somebody within it', { contained: [{ resourceType: 'Patient', id: 'p' }] }],
  ['a data set, made of a record', { entity: [{ role: 'source', what: to('Observation/1') }] }],
  ['a data set, made of what only an identifier names', { entity: [{ role: 'source', what: mrn }] }],
  ['a data set, made of a file', { entity: [{ role: 'source', what: to('https://a.example/files/jane.csv') }] }],
  ['a data set, by a patient', { agent: [{ who: to('Patient/1') }] }],
  ['a data set, for a patient', { agent: [{ who: to('Organization/1'), onBehalfOf: to('RelatedPerson/1') }] }],
  ['a data set, by whom a number names', { agent: [{ who: mrn }] }],
  [
    'a data set, by a patient with an address',
    { agent: [{ who: { type: 'Patient', identifier: { system: canonical.uri, value: 'urn:1' } } }] },
  ],
  ['a data set, signed by a patient', { signature: [{ who: to('Patient/1') }] }],
  ['a data set, with a patient in an extension', { extension: [{ url: 'urn:x', valueReference: to('Patient/1') }] }],
  [
    'a data set, with a patient in an agent of a source',
    { entity: [{ role: 'source', what: to('Library/a'), agent: [{ who: to('Patient/1') }] }] },
  ],
  ['a data set, about a patient (R5)', { patient: { display: 'Jane' } }],
  ['a data set, during an encounter (R5)', { encounter: mrn }],
  ['a data set, authorized by a record (R5)', { authorization: [{ reference: to('Consent/1') }] }],
  ['a data set, at a place', { location: to('Location/1') }],
])('of %s is data, and nothing for a server without patients', (_, more) => {
  expect(isMetadata(provenance(more))).toBe(false);
  expect(isHeldWithoutPatients(provenance(more))).toBe(false);
});

describe('of a Group or a report', () => {
  test.each(['Group/1', 'MeasureReport/1'])(
    '%s is data, since a reference does not tell whether it names persons',
    (reference) => {
      const about = provenance({ target: [to('Library/set'), to(reference)] });
      expect(isMetadata(about)).toBe(false);
      expect(isHeldWithoutPatients(about)).toBe(true);
    },
  );
});

test('one reference to anything but metadata, wherever it stands, makes it data', () => {
  const open = new Set(metadataTypes);
  const type = fc.constantFrom(
    'Patient',
    'Observation',
    'Group',
    'MeasureReport',
    'Practitioner',
    'Binary',
    ...metadataTypes,
  );
  const nested = (leaf: JsonObject, path: readonly string[]): JsonObject =>
    path.reduceRight<JsonObject>((within, name, at) => ({ [name]: at % 2 === 0 ? [within] : within }), leaf);
  fc.assert(
    fc.property(
      fc.array(type, { minLength: 1, maxLength: 4 }),
      fc.array(
        fc.tuple(
          type,
          fc.array(fc.constantFrom('extension', 'agent', 'valueReference', 'entity', 'x'), {
            minLength: 1,
            maxLength: 4,
          }),
        ),
      ),
      (targets, others) => {
        const places = others.map(([one, path], at) => [`n${at}`, nested(to(`${one}/1`), path)] as const);
        const resource = provenance({ target: targets.map((one) => to(`${one}/1`)), ...Object.fromEntries(places) });
        const all = [...targets, ...others.map(([one]) => one)];
        expect(isMetadata(resource)).toBe(all.every((one) => open.has(one)));
      },
    ),
  );
});
