/** `fairway demo`: a community of five servers in one process, filled with made-up data, and a question answered by walking them. See README.md */
import { once } from 'node:events';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { pino } from 'pino';
import { type App, type AppSettings, createApp } from '../app.ts';
import type { AccessSettings } from '../auth/access-file.ts';
import { type Addresses, type SiteName, siteNames, sites } from '../demo/index.ts';
import { createClient, type Question, readQuestion } from '../federation/client/index.ts';
import { loadDefinitions } from '../fhir/definitions/load.ts';
import { portalFolder } from '../rest/portal.ts';
import { ensureDatabase } from '../store/connect.ts';
import { type Engine, startEngine } from '../store/engine.ts';
import { answerText } from './answer-text.ts';
import { demoAccess, demoHashes, withAccounts } from './demo-access.ts';
import { bringTogether, type Loading, loadRecords } from './demo-community.ts';
import { guideText, portalText } from './demo-guide.ts';
import { type DemoPasswords, type DemoTokens, demoPasswords, demoTokens, newToken } from './demo-secrets.ts';
import { type Environment, exit, UsageError } from './environment.ts';
import { parsePort, stopUnlessUsed } from './serve.ts';
import { createStyle, tableOf } from './table.ts';

interface DemoOptions {
  port: number;
  data: string;
  patients?: number;
  once?: boolean;
}

/** What the data folder remembers of the community in it. */
interface Memory extends Loading {
  /** of the made-up data: another one has other data sets or conditions */
  edition: number;
}

const edition = 4;

const seed = 'fairway';
const defaultPatients = 600;

export const demoQuestion: Question = readQuestion({
  about: 'Are there data sets with patients aged 65+ who take beta-blockers together with verapamil?',
  patients: {
    all: [
      { age: { from: 65 } },
      { medication: { code: 'http://www.whocc.no/atc|C07', below: true } },
      { medication: { code: 'http://www.whocc.no/atc|C08DA01' } },
    ],
  },
});

export function demoCommand(environment: Environment, done: (code: number) => void): Command {
  return new Command('demo')
    .description('Serve a community of five servers with made-up data, and answer a question by walking them.')
    .addOption(
      new Option('--port <number>', 'port of the first server, the others follow; 0 picks free ones')
        .env('FAIRWAY_PORT')
        .default(8080)
        .argParser(parsePort),
    )
    .addOption(
      new Option('--data <folder>', 'folder for everything that is kept').env('FAIRWAY_DATA').default('.fairway'),
    )
    .addOption(
      new Option('--patients <number>', `patients in each repository (default ${defaultPatients})`)
        .env('FAIRWAY_PATIENTS')
        .argParser(parsePatients),
    )
    .option('--once', 'answer the question and end')
    .action(async (options: DemoOptions) => done(await demo(options, environment)));
}

function parsePatients(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--patients must be a whole number above 0, not ${text}`);
}

async function demo(options: DemoOptions, environment: Environment): Promise<number> {
  const say = (text: string): void => void environment.stderr.write(`${text}\n`);
  const memory = await recall(options);
  const tokens = await demoTokens(options.data);
  const passwords = await demoPasswords(options.data);
  const hashes = demoHashes(passwords);
  say('Getting the definitions of FHIR R4, R4B and R5 ready');
  await Promise.all([loadDefinitions('R4'), loadDefinitions('R4B'), loadDefinitions('R5')]);
  say(`Starting PostgreSQL in ${options.data}`);
  const engine = await startEngine({ folder: options.data });
  // Made anew at each start and told to nobody: only this process loads data.
  const loader = newToken();
  const access = demoAccess(tokens, loader);
  const apps = new Map<SiteName, App>();
  try {
    const ports = options.port === 0 ? await freePorts() : siteNames.map((_, at) => options.port + at);
    const portals = ports.map((port) => `http://127.0.0.1:${port}`);
    for (const [at, name] of siteNames.entries()) {
      const known = withAccounts(access, { site: name, patients: memory.patients }, await hashes, portals);
      apps.set(name, await openSite(engine, name, ports[at]!, known, environment));
    }
    const at = addressesOf(apps);
    const isNew = await loadRecords(memory, at, { token: loader, say, remember: () => remember(options, memory) });
    if (isNew) await bringTogether(apps, loader, environment, say);
    await showAnswer(apps, { tokens, passwords }, options, environment);
    if (options.once !== true) {
      say('Serving until it is ended with Ctrl+C');
      await environment.ended;
    }
  } finally {
    for (const app of apps.values()) await app.close();
    await stopUnlessUsed(engine, databaseOf('discovery'));
  }
  return exit.done;
}

/** Seconds between two rounds of what the servers do by themselves: short, so that one can watch it. */
const schedule = { summarySeconds: 60, checkSeconds: 60, harvestSeconds: 60 };

/** Each server must know the addresses of the others' portals before it is there; all are held at once, so that they differ. */
async function freePorts(): Promise<number[]> {
  const held = await Promise.all(
    siteNames.map(async () => {
      const listener = createServer().listen(0, '127.0.0.1');
      await once(listener, 'listening');
      return listener;
    }),
  );
  const ports = held.map((listener) => (listener.address() as AddressInfo).port); // they listen on ports
  await Promise.all(held.map((listener) => new Promise((done) => listener.close(done))));
  return ports;
}

const databaseOf = (name: SiteName): string => `demo_${name}`;

async function openSite(
  engine: Engine,
  name: SiteName,
  port: number,
  access: AccessSettings,
  environment: Environment,
): Promise<App> {
  const logger = pino({ base: null, level: 'warn' }, environment.stderr);
  const log: AppSettings['log'] = (level, message, details) => logger[level](details ?? {}, message);
  await ensureDatabase(engine, databaseOf(name));
  const { fhirVersion, roles } = sites[name];
  return createApp({
    database: { engine, database: databaseOf(name) },
    fhirVersion,
    roles,
    host: '127.0.0.1',
    port,
    openAccess: false,
    allowPrivateNetwork: true,
    portal: portalFolder,
    ...schedule,
    access,
    log,
  });
}

const memoryPath = ({ data }: DemoOptions): string => join(data, 'demo.json');

async function recall(options: DemoOptions): Promise<Memory> {
  let memory: Memory;
  try {
    memory = JSON.parse(await readFile(memoryPath(options), 'utf8')) as Memory; // written by remember
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { seed, patients: options.patients ?? defaultPatients, loaded: {}, edition };
  }
  if (memory.edition !== edition) {
    throw new UsageError(
      `${options.data} holds a community that another version of fairway made; delete it, or give another folder with --data`,
    );
  }
  if (options.patients !== undefined && options.patients !== memory.patients) {
    throw new UsageError(
      `${options.data} holds a community with ${memory.patients} patients in each repository; delete it, or give another folder with --data`,
    );
  }
  return memory;
}

async function remember(options: DemoOptions, memory: Memory): Promise<void> {
  await mkdir(options.data, { recursive: true });
  const path = memoryPath(options);
  await writeFile(`${path}.part`, `${JSON.stringify(memory, null, 2)}\n`);
  await rename(`${path}.part`, path);
}

const addressesOf = (apps: ReadonlyMap<SiteName, App>): Addresses =>
  Object.fromEntries([...apps].map(([name, app]) => [name, app.base])) as Addresses; // one of each name

async function showAnswer(
  apps: ReadonlyMap<SiteName, App>,
  { tokens, passwords }: { tokens: DemoTokens; passwords: DemoPasswords },
  options: DemoOptions,
  environment: Environment,
): Promise<void> {
  const style = createStyle(environment);
  const at = addressesOf(apps);
  const client = createClient({ fetch: environment.fetch, now: environment.now });
  const answer = await client.find({ discovery: [at.discovery] }, demoQuestion);
  const servers = siteNames.map((name) => {
    const { fhirVersion, roles, organisation } = sites[name];
    return [at[name], fhirVersion, roles.join(', '), organisation];
  });
  const columns = ['ADDRESS', 'FHIR', 'ROLES', 'ORGANISATION'].map((title) => ({ title }));
  environment.stdout.write(
    `\n${portalText(at, passwords, { folder: options.data, style })}\n${style.heading(demoQuestion.about!)}\nAsked of ${at.discovery}, which is all that the client was told.\n\n` +
      `${answerText(answer, style)}\n${style.heading('Servers')}\n${tableOf(columns, servers)}\n` +
      guideText(at, tokens, { folder: options.data, style, environment }),
  );
}
