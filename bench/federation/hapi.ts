/** The three cases with HAPI FHIR in them: as repository and registry, as registry, and as discovery server. `node bench/federation/hapi.ts BASE` where BASE is an empty HAPI FHIR (R4) that allows external references. */
import {
  type Addresses,
  type CommunityPlan,
  metadataLines,
  recordLines,
  sites,
  truthOf,
} from '../../src/demo/index.ts';
import { type Answer, createClient, readQuestion, type Start } from '../../src/federation/client/index.ts';
import { newFolder, remove, startMeasured } from '../harness.ts';
import { printTable, saveResult } from '../report.ts';

const [hapi] = process.argv.slice(2);
if (hapi === undefined)
  throw new Error('say where HAPI FHIR is: node bench/federation/hapi.ts http://127.0.0.1:8090/fhir');

const plan: CommunityPlan = { seed: 'fairway', patients: 200 };
const today = new Date().toISOString().slice(0, 10);
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

type Line = Record<string, any>;
const cohortLines = (at: Addresses): Line[] =>
  [...metadataLines('cohort', plan, at), ...recordLines('cohort', plan)].map((line) => JSON.parse(line) as Line);

/** By transactions of 200, each resource under its own id. */
async function load(base: string, lines: readonly Line[]): Promise<void> {
  for (let at = 0; at < lines.length; at += 200) {
    const entry = lines.slice(at, at + 200).map((resource) => ({
      resource,
      request: { method: 'PUT', url: `${resource['resourceType']}/${resource['id']}` },
    }));
    const response = await fetch(base, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
    });
    if (!response.ok) throw new Error(`${base}: ${response.status} ${(await response.text()).slice(0, 600)}`);
    await response.arrayBuffer();
  }
}

/** Who meets the question in each data set of the cohort, by its title; HAPI and an open fairway know no refusals. */
const truth = new Map(
  sites.cohort.dataSets.map((one) => [
    one.title,
    truthOf(sites.cohort, one, plan, 'all', 'beta-blocker-with-verapamil', today).length,
  ]),
);

const folder = newFolder();
const servers = {
  registry: await startMeasured(folder, ['--role', 'registry']),
  discovery: undefined as Awaited<ReturnType<typeof startMeasured>> | undefined,
  repository: undefined as Awaited<ReturnType<typeof startMeasured>> | undefined,
};
const more = [newFolder(), newFolder()];
try {
  servers.discovery = await startMeasured(more[0]!, ['--role', 'discovery']);
  servers.repository = await startMeasured(more[1]!, ['--fhir', 'R4']);
  const ours = {
    registry: servers.registry.base,
    discovery: servers.discovery.base,
    repository: servers.repository.base,
  };
  const at = (cohort: string, registry: string, discovery: string): Addresses => ({
    cohort,
    registry,
    discovery,
    hospital: 'http://127.0.0.1:9/fhir',
    cancer: 'http://127.0.0.1:9/fhir',
  });
  const only = (lines: Iterable<string>, wanted: RegExp): Line[] =>
    [...lines]
      .map((line) => JSON.parse(line) as Line)
      .filter((one) => wanted.test(`${one['resourceType']}/${one['id']}`));
  const described =
    /^(Organization|Endpoint|ResearchStudy)\/(registry|cohort|lowlands-committee)$|^Library\/lowlands-(main|pilot)$/;
  const named = /^(Organization|Endpoint)\/(discovery|registry)$/;
  const rows: string[][] = [];
  const figures: Record<string, unknown>[] = [];
  const ask = async (name: string, start: Start): Promise<void> => {
    const started = performance.now();
    const answer: Answer = await createClient({}).find(start, question);
    const ms = performance.now() - started;
    const got = answer.datasets
      .filter(({ title }) => truth.has(title))
      .map(({ title, answer: one }) => ({ title, ...one, truth: truth.get(title) }));
    figures.push({ case: name, ms: Math.round(ms), requests: answer.trace.length, complete: answer.complete, got });
    for (const one of got) {
      rows.push([
        name,
        one.title,
        one.state,
        String(one.patients ?? ''),
        String(one.truth),
        String(Math.round(ms)),
        String(answer.trace.length),
      ]);
    }
    for (const { server, step, reason } of answer.problems) console.log(`  ${name}: ${step} ${server}: ${reason}`);
    if (got.length === 0)
      rows.push([name, 'no data set was found', '', '', '', String(Math.round(ms)), String(answer.trace.length)]);
  };

  await load(hapi, cohortLines(at(hapi, hapi, hapi)));
  await ask('1: HAPI as repository and registry', { repository: [hapi] });

  await load(ours.registry, only(metadataLines('registry', plan, at(hapi, ours.registry, ours.discovery)), described));
  await ask('2: our registry, HAPI as repository', { registry: [ours.registry] });

  await load(ours.discovery, only(metadataLines('discovery', plan, at(hapi, ours.registry, ours.discovery)), named));
  await ask('3: our discovery and registry, HAPI as repository', { discovery: [ours.discovery] });

  await load(ours.repository, cohortLines(at(ours.repository, hapi, hapi)));
  await load(hapi, only(metadataLines('registry', plan, at(ours.repository, hapi, hapi)), described));
  await ask('2: HAPI as registry, our repository', { registry: [hapi] });

  await load(hapi, only(metadataLines('discovery', plan, at(ours.repository, ours.registry, hapi)), named));
  await load(ours.registry, only(metadataLines('registry', plan, at(ours.repository, ours.registry, hapi)), described));
  await ask('3: HAPI as discovery, our registry and repository', { discovery: [hapi] });

  printTable(['case', 'data set', 'answer', 'patients', 'truth', 'ms', 'requests'], rows);
  saveResult('hapi', { hapi: await versionOf(hapi), cases: figures });
} finally {
  for (const one of Object.values(servers)) await one?.stop();
  for (const one of [folder, ...more]) await remove(one);
}

async function versionOf(base: string): Promise<unknown> {
  const statement = (await (await fetch(`${base}/metadata`)).json()) as { software?: { version?: string } };
  return statement.software?.version;
}
