/** The demo's question over thousands of simulated repositories that a discovery server of ours knows: which are asked, how fast answers come, compared with asking every server. `node bench/federation/run.ts [SERVERS ...]` */
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient, readQuestion } from '../../src/federation/client/index.ts';
import { newFolder, remove, startMeasured } from '../harness.ts';
import { printTable, saveResult } from '../report.ts';
import {
  type Community,
  dataSetsOf,
  endpointOf,
  organizationOf,
  patientsMeeting,
  type SimulatedServer,
  serverAt,
  statementOf,
  summaryOf,
  threshold,
} from './community.ts';

const isMeasuring = process.argv[2] === 'measure';
const sizes = isMeasuring ? [] : process.argv.slice(2).map(Number);
const dataSetsEach = 20;
const question = readQuestion({
  patients: {
    all: [
      { age: { from: 65 } },
      { medication: { code: 'http://www.whocc.no/atc|C07', below: true } },
      { medication: { code: 'http://www.whocc.no/atc|C08DA01' } },
    ],
  },
});
const asked = { medications: [['C07'], ['C08DA01']], elderly: true };

async function startSimulator(servers: number): Promise<{ community: Community; stop(): void }> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'simulator.ts'), String(servers), String(dataSetsEach)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const port = await new Promise<number>((done) => child.stdout!.once('data', (chunk) => done(Number(chunk))));
  return {
    community: { servers, dataSetsEach, port },
    stop: () => child.kill(),
  };
}

function* metadata(community: Community): Generator<object> {
  for (let index = 0; index < community.servers; index++) {
    const server = serverAt(index, community);
    yield organizationOf(server);
    yield endpointOf(server);
    yield statementOf(server);
    if (server.hasSummary) yield* dataSetsOf(server, community).map(summaryOf);
  }
}

async function load(base: string, resources: Iterable<object>): Promise<number> {
  let count = 0;
  const iterator = resources[Symbol.iterator]();
  for (;;) {
    const lines: string[] = [];
    for (let one = iterator.next(); !one.done; one = iterator.next()) {
      lines.push(JSON.stringify(one.value));
      if (lines.length === 20_000) break;
    }
    if (lines.length === 0) return count;
    const response = await fetch(`${base}/$import`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+ndjson' },
      body: lines.join('\n'),
    });
    const text = await response.text();
    if (!text.includes('"name":"refused","valueInteger":0')) throw new Error(text.slice(0, 1000));
    count += lines.length;
  }
}

/** Data sets that would tell a number, of servers that answer truly. */
function rightOf(community: Community): Map<string, SimulatedServer> {
  const right = new Map<string, SimulatedServer>();
  for (let index = 0; index < community.servers; index++) {
    const server = serverAt(index, community);
    if (server.isDown || server.lie !== undefined) continue;
    for (const one of dataSetsOf(server, community)) {
      if (patientsMeeting(one, asked) >= threshold) right.set(one.title, server);
    }
  }
  return right;
}

type Mode = 'pruned' | 'all';
type Figures = Awaited<ReturnType<typeof measure>>;

/** In a process of its own, so that its memory is the client's. */
async function measureApart(base: string, { servers, port }: Community, mode: Mode): Promise<Figures> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [import.meta.filename, 'measure', base, String(port), String(servers), mode],
    { maxBuffer: 2 ** 24 },
  );
  return JSON.parse(stdout) as Figures;
}

const requestsAt = async (port: number): Promise<number> =>
  Number(await (await fetch(`http://127.0.0.1:${port}/requests`)).text());

async function measure(base: string, community: Community, mode: Mode) {
  const requests = (): Promise<number> => requestsAt(community.port);
  const right = rightOf(community);
  const rightServers = new Set([...right.values()].map((one) => one.base));
  const before = await requests();
  let firstMs: number | undefined;
  let memory = 0;
  const sampling = setInterval(() => (memory = Math.max(memory, process.memoryUsage().rss)), 50);
  const started = performance.now();
  const counted = new Set<string>();
  const askedServers = new Set<string>();
  let slowest = 0;
  const client = createClient({
    ask: mode === 'all' ? 'all' : 'likely',
    onEvent(event) {
      if (event.kind === 'dataset' && event.dataset.answer.state === 'counted') {
        counted.add(event.dataset.title);
        firstMs ??= performance.now() - started;
      }
      if (event.kind === 'trace' && event.step.step === 'count') {
        askedServers.add(event.step.server);
        slowest = Math.max(slowest, event.step.ms);
      }
    },
  });
  const answer = await client.find({ discovery: [base] }, question);
  const ms = performance.now() - started;
  clearInterval(sampling);
  const found = [...right.keys()].filter((title) => counted.has(title)).length;
  const hit = [...askedServers].filter((one) => rightServers.has(one)).length;
  return {
    servers: community.servers,
    mode,
    requests: (await requests()) - before,
    askedServers: askedServers.size,
    rightServers: rightServers.size,
    precision: askedServers.size === 0 ? 1 : Number((hit / askedServers.size).toFixed(3)),
    recall: right.size === 0 ? 1 : Number((found / right.size).toFixed(4)),
    firstMs: Math.round(firstMs ?? Number.NaN),
    allMs: Math.round(ms),
    slowestRequestMs: slowest,
    problems: answer.problems.length,
    megabytes: Math.round(memory / 2 ** 20),
  };
}

if (isMeasuring) {
  const [base, port, servers, mode] = process.argv.slice(3);
  const community = { servers: Number(servers), dataSetsEach, port: Number(port) };
  console.log(JSON.stringify(await measure(base!, community, mode === 'all' ? 'all' : 'pruned')));
} else {
  const figures: Figures[] = [];
  for (const servers of sizes.length > 0 ? sizes : [3, 30, 300, 5000]) {
    const simulator = await startSimulator(servers);
    const folder = newFolder();
    const discovery = await startMeasured(folder, ['--role', 'discovery']);
    try {
      const loaded = await load(discovery.base, metadata(simulator.community));
      console.log(
        `${servers} servers with ${servers * dataSetsEach} data sets, ${loaded} resources at the discovery server`,
      );
      for (const mode of ['pruned', 'all'] as const) {
        figures.push(await measureApart(discovery.base, simulator.community, mode));
      }
    } finally {
      await discovery.stop();
      await remove(folder);
      simulator.stop();
    }
  }
  const columns = Object.keys(figures[0]!) as (keyof (typeof figures)[number])[];
  printTable(
    columns,
    figures.map((one) => columns.map((column) => String(one[column]))),
  );
  saveResult('federation', { dataSetsEach, figures });
}
