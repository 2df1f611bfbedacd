/** A community that keeps itself, over processes: a hospital joins, is checked and harvested, says what it holds, and questions reach it only where it may have an answer. See docs/guides/federation.md */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Addresses,
  type CommunityPlan,
  metadataLines,
  recordLines,
  sites,
  truthOf,
} from '../../src/demo/index.ts';
import { type Answer, createClient, readQuestion } from '../../src/federation/client/index.ts';
import { newFolder, removeFolder, type ServerProcess, startProcess } from '../process.ts';

const plan: CommunityPlan = { seed: 'community', patients: 300 };
const today = '2026-11-25';
const folders = [newFolder(), newFolder()] as const;
let discovery: ServerProcess;
let hospital: ServerProcess;

const json = { 'content-type': 'application/fhir+json' };
const get = async (url: string): Promise<Record<string, any>> =>
  (await (await fetch(url)).json()) as Record<string, any>;

async function call(operation: string, inputs: Record<string, string>): Promise<void> {
  const parameter = Object.entries(inputs).map(([name, valueString]) => ({ name, valueString }));
  const body = JSON.stringify({ resourceType: 'Parameters', parameter });
  const answer = await fetch(`${discovery.base}/${operation}`, { method: 'POST', headers: json, body });
  expect(answer.status, await answer.clone().text()).toBe(200);
}

/** Asks again until it is so; the test's own limit ends it. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((done) => setTimeout(done, 200));
}

beforeAll(async () => {
  const often = ['--check-seconds', '1', '--harvest-seconds', '1'];
  [discovery, hospital] = await Promise.all([
    startProcess(folders[0], ['--role', 'discovery', '--allow-private-network', ...often]),
    startProcess(folders[1], ['--role', 'repository', '--allow-private-network', '--summary-seconds', '1']),
  ]);
  const nowhere = 'http://127.0.0.1:9/fhir';
  const at: Addresses = {
    discovery: discovery.base,
    registry: nowhere,
    cohort: nowhere,
    cancer: nowhere,
    hospital: hospital.base,
  };
  const lines = [...metadataLines('hospital', plan, at), ...recordLines('hospital', plan)];
  const loaded = await fetch(`${hospital.base}/$import`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+ndjson' },
    body: lines.join(''),
  });
  expect(await loaded.text()).toContain('"name":"refused","valueInteger":0');
  await call('$join', { address: hospital.base });
  // Its data sets have identifiers of the community, for which it may not speak by itself.
  await call('$admit', { address: hospital.base, 'speaks-for': 'https://fairway.health/demo/data-set/' });
  // Summaries of both data sets were made there and fetched here, and the check has seen them.
  await until(async () => (await get(`${discovery.base}/MeasureReport?_summary=count`))['total'] === 2);
  await until(async () => {
    const { entry = [] } = await get(`${discovery.base}/Endpoint?address=${hospital.base}&problem:missing=true`);
    return entry.length === 1;
  });
}, 200_000);

afterAll(async () => {
  await Promise.all([discovery?.end('SIGTERM'), hospital?.end('SIGTERM')]);
  for (const folder of folders) await removeFolder(folder);
});

const ask = (question: unknown): Promise<Answer> =>
  createClient({}).find({ discovery: [discovery.base] }, readQuestion(question as Parameters<typeof readQuestion>[0]));
const atHospital = ({ trace }: Answer): string[] =>
  trace.filter(({ server }) => server === hospital.base).map(({ request }) => request);

test('what the hospital holds is found by one search of the discovery server', async () => {
  const holds = '_has:MeasureReport:endpoint:content-code=http://www.whocc.no/atc|C07';
  const can = '_has:CapabilityStatement:endpoint:fhir-version=4.3.0';
  const { entry } = await get(`${discovery.base}/Endpoint?status=active&${holds}&${can}`);
  expect(entry.map(({ resource }: any) => resource.address)).toEqual([hospital.base]);
  const { total } = await get(
    `${discovery.base}/Endpoint?_has:MeasureReport:endpoint:content-code=http://www.whocc.no/atc|L01`,
  );
  expect(total).toBe(0);
});

test('a question that its summaries admit is put to it whole, and answered truly', async () => {
  const answer = await ask({
    patients: {
      all: [
        { age: { from: 65 } },
        { medication: { code: 'http://www.whocc.no/atc|C07', below: true } },
        { medication: { code: 'http://www.whocc.no/atc|C08DA01' } },
      ],
      asOf: today,
    },
  });
  const truth = sites.hospital.dataSets.map((one) => [
    one.title,
    truthOf(sites.hospital, one, plan, 'all', 'beta-blocker-with-verapamil', today).length,
  ]);
  expect(answer.datasets.map(({ title, answer: one }) => [title, one.patients]).sort(), JSON.stringify(answer)).toEqual(
    truth.sort(),
  );
  expect(atHospital(answer).some((one) => one.includes('$feasibility'))).toBe(true);
  expect(answer.complete).toBe(true);
});

test('a data set that its summary rules out is not asked, and the answer says why; one that tells no codes is', async () => {
  const answer = await ask({
    patients: { all: [{ medication: { code: 'http://www.whocc.no/atc|L01', below: true } }] },
  });
  const [biosamples, routine] = answer.datasets.toSorted((one, two) => one.title.localeCompare(two.title));
  expect(biosamples).toMatchObject({ title: 'Northshore patients with biosamples', answer: { state: 'counted' } });
  expect(routine).toMatchObject({
    title: 'Northshore routine care',
    answer: { state: 'counted', patients: 0, reason: expect.stringContaining('summary') },
  });
  expect(answer.complete).toBe(true);
  expect(atHospital(answer).filter((one) => one.includes('northshore-routine-care'))).toEqual([]);
});
