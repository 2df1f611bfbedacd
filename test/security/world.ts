/** A server's content with data that are open, counted, closed and stray, for tests that try to get at what they may not. See docs/adr/0003-access-classes-and-the-door.md */
import { expect } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import { startServer, type TestServer } from '../server.ts';

const tagOf = (code: string) => ({ meta: { tag: [{ system: 'urn:ds', code }] } });
export const granularityOf = (level: string) => ({
  url: canonical.granularity,
  extension: [{ url: 'level', valueCode: level }],
});
export const licence = (code: string) => ({
  url: canonical.licenceCodeable,
  valueCodeableConcept: { coding: [{ system: canonical.spdx, code }] },
});
export const library = (id: string, extension: object[], more: object = {}) => ({
  resourceType: 'Library',
  id,
  status: 'active',
  type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
  ...(extension.length === 0 ? {} : { extension }),
  content: [{ url: `Patient?_tag=urn:ds|${id}` }],
  ...more,
});
export const person = (id: string, set: string | undefined, more: object = {}) => ({
  resourceType: 'Patient',
  id,
  ...(set === undefined ? {} : tagOf(set)),
  ...more,
});
export const finding = (id: string, patient: string, set: string | undefined, code: string) => ({
  resourceType: 'Condition',
  id,
  ...(set === undefined ? {} : tagOf(set)),
  subject: { reference: `Patient/${patient}` },
  code: { coding: [{ system: 'urn:c', code }] },
});

export const secret = 'Geheimrat';
/** `open` grants records, `counted` counts of ten and more, `closed` nothing; `stray` is in no data set. */
function* world() {
  yield library('open', [licence('CC-BY-4.0')]);
  yield library('counted', [licence('CC-BY-4.0'), granularityOf('count')]);
  yield library('closed', [licence('CC-BY-NC-4.0')]);
  yield person('open-1', 'open', { gender: 'female', birthDate: '1950-01-01' });
  yield finding('open-c', 'open-1', 'open', 'x');
  yield person('closed-1', 'closed', { name: [{ family: secret }], gender: 'female', birthDate: '1940-01-01' });
  yield finding('closed-c', 'closed-1', 'closed', 'rare');
  yield person('stray-1', undefined, {
    name: [{ family: secret }],
    link: [{ other: { reference: 'Patient/open-1' }, type: 'seealso' }],
  });
  // Open, but pointing at what is closed.
  yield {
    ...finding('bridge', 'closed-1', 'open', 'bridge'),
    evidence: [{ detail: [{ reference: 'Condition/closed-c' }] }],
  };
  for (let at = 0; at < 24; at++) {
    yield person(`counted-${at}`, 'counted', { gender: at < 4 ? 'male' : 'female', name: [{ family: secret }] });
    yield finding(`counted-c${at}`, `counted-${at}`, 'counted', at < 3 ? 'few' : 'many');
  }
}

/** A server that holds all of it. */
export async function startWorld(): Promise<TestServer> {
  const server = await startServer();
  const { body } = await server.load(world());
  expect(body['parameter'][2]).toEqual({ name: 'refused', valueInteger: 0 });
  return server;
}
