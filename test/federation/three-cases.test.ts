/** The three cases of the guide, over servers that are processes of their own, each once with a server that is not ours. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Addresses,
  type CommunityPlan,
  metadataLines,
  recordLines,
  type SiteName,
  sites,
  truthOf,
} from '../../src/demo/index.ts';
import { type Answer, createClient, readQuestion, type Start } from '../../src/federation/client/index.ts';
import { newFolder, removeFolder, type ServerProcess, startProcess } from '../process.ts';

const plan: CommunityPlan = { seed: 'three cases', patients: 240 };
const today = '2026-11-25';
const question = readQuestion({
  patients: {
    all: [
      { age: { from: 65 } },
      { medication: { code: 'http://www.whocc.no/atc|C07', below: true } },
      { medication: { code: 'http://www.whocc.no/atc|C08DA01' } },
    ],
    asOf: today,
  },
});

const folders: string[] = [];
const ours = new Map<string, ServerProcess>();
let foreign: ChildProcess;
let foreignBase: string;
let at: Addresses;

async function startOurs(name: string, more: readonly string[]): Promise<string> {
  const folder = newFolder();
  folders.push(folder);
  const started = await startProcess(folder, more);
  ours.set(name, started);
  return started.base;
}

async function send(base: string, lines: Iterable<string>): Promise<void> {
  const response = await fetch(`${base}/$import`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+ndjson' },
    body: [...lines].join(''),
  });
  const text = await response.text();
  expect(text, text).toContain('"name":"refused","valueInteger":0');
}

beforeAll(async () => {
  const [discovery, registry, hospital] = await Promise.all([
    startOurs('discovery', ['--role', 'discovery']),
    startOurs('registry', ['--role', 'registry']),
    startOurs('hospital', ['--role', 'repository,registry']),
  ]);
  const folder = newFolder();
  folders.push(folder);
  const file = join(folder, 'cohort.ndjson');
  // Its address is known once it runs, so its metadata name it relatively.
  const unnamed: Addresses = { discovery, registry, hospital, cohort: '.', cancer: 'http://127.0.0.1:9/fhir' };
  const relative = [...metadataLines('cohort', plan, unnamed)].map((line) => line.replaceAll('"./', '"'));
  writeFileSync(file, [...relative, ...recordLines('cohort', plan)].join(''));
  foreign = spawn(process.execPath, [join(import.meta.dirname, 'foreign-server.ts'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  foreignBase = await new Promise<string>((done) =>
    foreign.stdout!.once('data', (chunk) => done(String(chunk).trim())),
  );
  at = { ...unnamed, cohort: foreignBase };
  await send(hospital, [...metadataLines('hospital', plan, at), ...recordLines('hospital', plan)]);
  const described = (name: SiteName): string[] =>
    [...metadataLines(name, plan, at)].filter((line) => !line.includes('cancer') && !line.includes('southern'));
  await send(registry, described('registry'));
  await send(discovery, described('discovery'));
}, 120_000);

afterAll(async () => {
  foreign?.kill();
  await Promise.all([...ours.values()].map((one) => one.end('SIGTERM')));
  for (const folder of folders) await removeFolder(folder);
});

const ask = (start: Start): Promise<Answer> => createClient({}).find(start, question);
/** How many meet the question, by data set: an open server counts those who refused, too. */
const truth = (site: SiteName): [string, number][] =>
  sites[site].dataSets.map((one) => [
    one.title,
    truthOf(sites[site], one, plan, 'all', 'beta-blocker-with-verapamil', today).length,
  ]);
const told = ({ datasets }: Answer): [string, number | undefined][] =>
  datasets.map(({ title, answer }) => [title, answer.state === 'counted' ? answer.patients : undefined]);
const sorted = <T>(rows: [string, T][]): [string, T][] => rows.toSorted(([one], [two]) => one.localeCompare(two));

describe('case 1: the repository is known', () => {
  test('ours answers', async () => {
    const answer = await ask({ repository: [at.hospital] });
    expect(sorted(told(answer))).toEqual(sorted(truth('hospital')));
    expect(answer.complete).toBe(true);
  });
  test('one that is not ours answers', async () => {
    const answer = await ask({ repository: [foreignBase] });
    expect(sorted(told(answer)), JSON.stringify([answer.problems, answer.datasets.map((one) => one.answer)])).toEqual(
      sorted(truth('cohort')),
    );
  });
});

test('case 2: the registry leads to a repository that is not ours and was not known', async () => {
  const answer = await ask({ registry: [at.registry] });
  expect(sorted(told(answer)), JSON.stringify([answer.problems, answer.datasets.map((one) => one.answer)])).toEqual(
    sorted(truth('cohort')),
  );
  expect(answer.datasets.every(({ repository }) => repository === foreignBase)).toBe(true);
});

test('case 3: the discovery server leads to a registry and a repository, and from there on', async () => {
  const answer = await ask({ discovery: [at.discovery] });
  expect(sorted(told(answer)), JSON.stringify([answer.problems, answer.datasets.map((one) => one.answer)])).toEqual(
    sorted([...truth('hospital'), ...truth('cohort')]),
  );
  expect(new Set(answer.datasets.map(({ repository }) => repository))).toEqual(new Set([at.hospital, foreignBase]));
});
