/** The data sets of the demo, assessed over three servers in R4, R4B and R5: open, de-identified, restricted, described elsewhere. See README.md */
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoAccess } from '../../src/cli/demo-access.ts';
import { sendLines } from '../../src/cli/import.ts';
import { type Addresses, metadataLines, recordLines, type SiteName, siteNames, sites } from '../../src/demo/index.ts';
import type { Assessment } from '../../src/fair/assessment/assessment.ts';
import { assessDataset } from '../../src/federation/client/index.ts';
import { startServer, type TestServer } from '../server.ts';
import { indicatorOf } from './assess-world.ts';

const plan = { seed: 'fairway', patients: 60 };
const tokens = { researcher: 'the-researcher', committee: 'the-committee', steward: 'the-steward' };
const servers = new Map<SiteName, TestServer>();
let at: Addresses;

beforeAll(async () => {
  for (const name of siteNames.filter((one) => one !== 'discovery')) {
    const { fhirVersion, roles } = sites[name];
    servers.set(name, await startServer({ fhirVersion, roles, access: demoAccess(tokens, 'loader') }));
  }
  at = { discovery: 'http://127.0.0.1:1/fhir' } as Addresses;
  for (const [name, { base }] of servers) at = { ...at, [name]: base };
  for (const name of servers.keys()) {
    for (const lines of [metadataLines(name, plan, at), recordLines(name, plan)]) {
      expect((await sendLines(at[name], 'loader', Readable.from(lines, { objectMode: false }))).faults).toEqual([]);
    }
  }
});
afterAll(async () => {
  for (const server of servers.values()) await server.close();
});

const assessed = (site: SiteName, id: string, token?: string): Promise<Assessment> =>
  assessDataset(`${at[site]}/Library/${id}`, {
    tokens: token === undefined ? {} : Object.fromEntries([...servers.values()].map(({ base }) => [base, token])),
    refuse: (address) => (address.startsWith('http://127.0.0.1') ? undefined : 'the test asks nobody else'),
  });
/** Not of I: which patients come first, and so what is coded in the sample, is chance. */
const scoresOf = ({ letters }: Assessment) => letters.flatMap(({ letter, score }) => (letter === 'I' ? [] : [score]));

/** Recorded: scores of F, A and R. */
test.each([
  ['hospital', 'northshore-routine-care', [100, 98, 94]],
  ['hospital', 'northshore-biosamples', [100, 98, 94]],
  ['cancer', 'southern-cancer-registry', [100, 95, 90]],
  ['registry', 'southern-cancer-registry', [100, 95, 90]],
  ['registry', 'southern-audited', [100, 100, 100]],
  ['registry', 'lowlands-main', [100, 95, 85]],
  ['registry', 'lowlands-pilot', [100, 95, 85]],
] as const)('%s %s scores as recorded', async (site, id, scores) => {
  expect(scoresOf(await assessed(site, id))).toEqual(scores);
});

test('what is restricted is told from what is bad, and with a token it is looked at', async () => {
  const closed = await assessed('registry', 'lowlands-pilot');
  expect(indicatorOf(closed, 'A1-02D')).toMatchObject({
    state: 'pass',
    reason: expect.stringMatching(
      /gives no records to this asker; the record names .*the committee Data Access Committee/,
    ),
  });
  expect(indicatorOf(closed, 'I2-01D').state).toBe('not-measured');
  const open = await assessed('registry', 'lowlands-pilot', 'loader');
  expect(indicatorOf(open, 'I2-01D')).toMatchObject({ state: 'pass', reason: expect.stringMatching(/LOINC/) });
});

test('de-identified records are judged by what is given of them', async () => {
  const assessment = await assessed('hospital', 'northshore-biosamples');
  expect(indicatorOf(assessment, 'A1-05D').state).toBe('pass');
  expect(indicatorOf(assessment, 'I1-01D').state).toBe('pass');
  expect(['I1-02D', 'I3-01D'].map((id) => indicatorOf(assessment, id).state)).not.toContain('fail');
});

test('what a server hides is not said to be gone', async () => {
  const assessment = await assessed('registry', 'southern-audited');
  expect(indicatorOf(assessment, 'A1-03D')).toMatchObject({
    state: 'not-measured',
    reason: expect.stringMatching(/404.*gone, or withheld from this asker/),
    remedy: expect.stringMatching(/--token/),
  });
  expect(indicatorOf(assessment, 'I3-02M').state).toBe('pass');
});
