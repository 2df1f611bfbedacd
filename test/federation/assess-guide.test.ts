/** The guide's own examples, assessed as a fairway server serves them. https://hl7.org/fhir/uv/fhir-for-fair/STU1/artifacts.html */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Assessment } from '../../src/fair/assessment/assessment.ts';
import { assessDataset } from '../../src/federation/client/index.ts';
import type { Resource } from '../../src/fhir/json.ts';
import { startServer, type TestServer } from '../server.ts';
import { indicatorOf } from './assess-world.ts';

const folder = join(import.meta.dirname, '../../../shared/data/fhir-for-fair');
const isThere = existsSync(folder);
if (!isThere) console.warn(`the examples of FHIR for FAIR are not at ${folder}: their assessments are skipped`);

const types = ['Library', 'ResearchStudy', 'DocumentManifest', 'List', 'Patient', 'Condition', 'MedicationStatement'];

describe.skipIf(!isThere)('the examples of FHIR for FAIR', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ openAccess: true });
    const examples = readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Resource)
      .filter(({ resourceType }) => types.includes(resourceType));
    const loaded = await server.load(examples);
    expect([loaded.status, examples.length]).toEqual([200, 11]);
  });
  afterAll(() => server.close());

  // Nothing outside of the server is asked: what the web answers today is no matter of the examples.
  const assessed = (path: string): Promise<Assessment> =>
    assessDataset(`${server.base}/${path}`, {
      refuse: (address) => (address.startsWith(server.base) ? undefined : 'the test asks nobody else'),
    });

  /** Recorded: scores of F, A, I, R, and what stands out. */
  const recorded: readonly (readonly [string, readonly number[], Readonly<Record<string, string>>])[] = [
    // The licence stands in words, and the data are one packed file elsewhere.
    [
      'Library/ninfea-1',
      [86, 100, 88, 61],
      { 'F1-01M': 'pass', 'R1.1-01M': 'pass', 'R1.1-02M': 'partial', 'A1-03D': 'not-measured' },
    ],
    ['Library/f4h-1', [79, 100, 96, 32], { 'F4-01M': 'pass', 'I3-03M': 'pass', 'R1.1-01M': 'partial' }],
    // Neither data nor a way to ask for them.
    ['Library/f4h-lib-1', [50, 48, 21, 31], { 'F3-01M': 'fail', 'A1-01M': 'fail', 'R1.3-01M': 'pass' }],
    // By its manifest to a patient and what they take.
    ['Library/f4h-lib-2', [86, 98, 68, 33], { 'A1-03D': 'pass', 'I2-01D': 'pass', 'I3-02D': 'pass', 'I2-01M': 'fail' }],
    // Its data are found by the manifest that refers to it.
    ['ResearchStudy/f4h-rs-2', [71, 98, 58, 27], { 'F1-01M': 'pass', 'F3-01M': 'fail', 'R1.1-01M': 'fail' }],
    // The one with a code of SPDX.
    ['DocumentManifest/example-f4f-manifest', [79, 98, 97, 79], { 'R1.1-03M': 'pass', 'I3-04M': 'partial' }],
    ['List/example-f4f-list', [71, 94, 97, 79], { 'R1.1-01M': 'pass', 'A1-02M': 'partial' }],
  ];
  test.each(recorded)('%s scores as recorded', async (path, scores, states) => {
    const assessment = await assessed(path);
    expect(assessment.letters.map(({ score }) => score)).toEqual(scores);
    const found = Object.keys(states).map((id) => [id, indicatorOf(assessment, id).state]);
    expect(Object.fromEntries(found)).toEqual(states);
  });
});
