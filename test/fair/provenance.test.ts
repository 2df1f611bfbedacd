/** A download as a FHIR Provenance. https://hl7.org/fhir/R4B/provenance.html */
import { expect, test } from 'vitest';
import { provenanceOf } from '../../src/fair/provenance.ts';
import { nothingSaid, type Terms } from '../../src/fair/terms.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { loadDefinitions } from '../../src/fhir/definitions/load.ts';
import { validate } from '../../src/fhir/validation/index.ts';

const terms: Terms = { title: 'A', identifiers: ['urn:a'], stated: [], said: nothingSaid, received: 0, purposes: [] };
const made = {
  run: 'urn:uuid:1',
  policy: 'urn:uuid:2',
  version: '1',
  servers: [{ base: 'https://example.org/fhir' }],
  started: 0,
  ended: 1,
};

test.each([
  [undefined, undefined],
  ['https://example.org/p', { identifier: { system: canonical.uri, value: 'https://example.org/p' } }],
  ['urn:sys|7', { identifier: { system: 'urn:sys', value: '7' } }],
  ['P-17', { display: 'P-17' }],
])('the project %s is the one for whom it was entered', (project, who) => {
  const agents = provenanceOf({ ...terms, ...(project === undefined ? {} : { project }) }, made)['agent'] as any[];
  expect(agents[0].who).toEqual({ display: 'fairway 1' });
  expect(agents[1]?.who).toEqual(who);
});

test('its labels repeat purposes, obligations and labels, each once', () => {
  const said = {
    ...nothingSaid,
    obligations: [{ code: `${canonical.actCode}|NORELINK` }],
    labels: ['|home-made', `${canonical.confidentiality}|R`],
  };
  const provenance = provenanceOf({ ...terms, said, purposes: [`${canonical.actReason}|HRESCH`] }, made);
  expect(provenance['meta']).toEqual({
    security: [
      { system: canonical.actReason, code: 'HRESCH' },
      { system: canonical.actCode, code: 'NORELINK' },
      { code: 'home-made' },
      { system: canonical.confidentiality, code: 'R' },
    ],
  });
});

test.each(['R4', 'R4B', 'R5'] as const)('it is valid in %s', async (version) => {
  const said = { ...nothingSaid, labels: [`${canonical.confidentiality}|R`] };
  const provenance = provenanceOf({ ...terms, said, project: 'P-17' }, made);
  const issues = validate(provenance, await loadDefinitions(version));
  expect(issues.filter(({ severity }) => severity === 'error' || severity === 'fatal')).toEqual([]);
});
