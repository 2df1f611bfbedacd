/** `fairway serve`: one server in any mix of roles. See docs/reference/command-line.md */
import { Command, Option } from 'commander';
import { pino } from 'pino';
import { type App, createApp } from '../app.ts';
import { noAccess, readAccessFile } from '../auth/access-file.ts';
import { type FhirVersion, fhirVersions } from '../fhir/definitions/model.ts';
import { type Admission, admissions, type Role } from '../interaction/index.ts';
import { portalFolder } from '../rest/portal.ts';
import { type AuditMode, auditModes } from '../store/audit.ts';
import { connect, type DatabaseAddress, ensureDatabase, hasOtherUsers } from '../store/connect.ts';
import { type Engine, startEngine } from '../store/engine.ts';
import { type Environment, exit, UsageError } from './environment.ts';

const roles: readonly Role[] = ['repository', 'registry', 'discovery'];

interface ServeOptions {
  port: number;
  host: string;
  data: string;
  database?: string;
  fhir: FhirVersion;
  role: Role[];
  baseUrl?: string;
  access?: string;
  searchSeconds: number;
  audit: AuditMode;
  summarySeconds: number;
  harvestSeconds: number;
  checkSeconds: number;
  admit: Admission;
  allowPrivateNetwork?: boolean;
  portal: 'on' | 'off';
  insecureOpenAccess?: boolean;
}

export function serveCommand(environment: Environment, done: (code: number) => void): Command {
  const command = new Command('serve')
    .description('Serve FHIR: as repository, registry, discovery server, or any mix of them.')
    .addOption(
      new Option('--port <number>', 'port to listen on; 0 picks a free one')
        .env('FAIRWAY_PORT')
        .default(8080)
        .argParser(parsePort),
    )
    .addOption(new Option('--host <address>', 'address to listen on').env('FAIRWAY_HOST').default('127.0.0.1'))
    .addOption(
      new Option('--data <folder>', 'folder for everything that is kept').env('FAIRWAY_DATA').default('.fairway'),
    )
    .addOption(
      new Option('--database <url>', 'an external PostgreSQL (15 or later) instead of the embedded one').env(
        'FAIRWAY_DATABASE_URL',
      ),
    )
    .addOption(
      new Option('--fhir <version>', 'FHIR version')
        .env('FAIRWAY_FHIR')
        .choices([...fhirVersions])
        .default('R4B'),
    )
    .addOption(
      new Option('--role <roles>', 'repository, registry, discovery; joined by commas')
        .env('FAIRWAY_ROLE')
        .default(['repository'])
        .argParser(parseRoles),
    )
    .addOption(
      new Option('--base-url <url>', 'base address that clients use').env('FAIRWAY_BASE_URL').argParser(parseBase),
    )
    .addOption(
      new Option('--access <file>', 'JSON file of the tokens and issuers that are trusted').env('FAIRWAY_ACCESS'),
    )
    .addOption(
      new Option('--search-seconds <number>', 'time after which a search is given up')
        .env('FAIRWAY_SEARCH_SECONDS')
        .default(30)
        .argParser(secondsOf('--search-seconds')),
    )
    .addOption(
      new Option('--audit <mode>', 'whether answers wait for the audit log, which follows at once, or is off')
        .env('FAIRWAY_AUDIT')
        .choices([...auditModes])
        .default('batched'),
    )
    .addOption(
      new Option('--portal <on|off>', 'the web portal at /').env('FAIRWAY_PORTAL').choices(['on', 'off']).default('on'),
    )
    .addOption(
      new Option(
        '--insecure-open-access',
        'let everyone read and write everything: for trials on this machine only',
      ).env('FAIRWAY_INSECURE_OPEN_ACCESS'),
    )
    .action(async (options: ServeOptions) => done(await serve(options, environment)));
  return withFederation(command);
}

/** What a server does by itself, and whom it asks. */
function withFederation(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--summary-seconds <number>',
        'how often a repository publishes anew what its data sets hold; 0 for never',
      )
        .env('FAIRWAY_SUMMARY_SECONDS')
        .default(300)
        .argParser(parseSummarySeconds),
    )
    .addOption(
      new Option('--harvest-seconds <number>', 'a registry takes the metadata of its members so often; 0: never')
        .env('FAIRWAY_HARVEST_SECONDS')
        .default(3600)
        .argParser(parseHarvest),
    )
    .addOption(
      new Option(
        '--check-seconds <number>',
        'how often a registry or discovery server asks its members for a sign of life',
      )
        .env('FAIRWAY_CHECK_SECONDS')
        .default(600)
        .argParser(secondsOf('--check-seconds')),
    )
    .addOption(
      new Option('--admit <way>', 'whether servers that ask to join wait for a steward or are admitted at once')
        .env('FAIRWAY_ADMIT')
        .choices([...admissions])
        .default('steward'),
    )
    .addOption(
      new Option('--allow-private-network', 'ask other servers also on this machine and in private networks').env(
        'FAIRWAY_ALLOW_PRIVATE_NETWORK',
      ),
    );
}

export function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new UsageError(`--port must be a number from 0 to 65535, not ${text}`);
}

const secondsOf =
  (flag: string) =>
  (text: string): number => {
    if (/^\d{1,6}(\.\d{1,3})?$/.test(text) && Number(text) > 0) return Number(text);
    throw new UsageError(`${flag} must be a number above 0, not ${text}`);
  };

function parseSummarySeconds(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new UsageError(`--summary-seconds must be a whole number of seconds, 0 for never, not ${text}`);
}

function parseHarvest(text: string): number {
  if (/^\d{1,7}(\.\d{1,3})?$/.test(text)) return Number(text);
  throw new UsageError(`--harvest-seconds must be a number, not ${text}`);
}

function parseRoles(text: string): Role[] {
  return text.split(',').map((name) => {
    const role = roles.find((one) => one === name.trim());
    if (role === undefined) throw new UsageError(`--role must be made of ${roles.join(', ')}, not ${name}`);
    return role;
  });
}

function parseBase(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new UsageError(`--base-url must be an http or https address, not ${text}`);
}

const loopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

async function serve(options: ServeOptions, environment: Environment): Promise<number> {
  const logger = pino({ base: null }, environment.stderr);
  const log: Parameters<typeof createApp>[0]['log'] = (level, message, details) =>
    logger[level](details ?? {}, message);
  if (options.insecureOpenAccess === true) {
    if (!loopback.test(options.host))
      throw new UsageError('--insecure-open-access only works on a loopback address, such as --host 127.0.0.1');
    log('warn', 'open access: everyone who can reach this address may read and write everything');
  }
  const access = options.access === undefined ? noAccess : await readAccessFile(options.access, environment.variables);
  const database = await openDatabase(options);
  let app: App;
  try {
    app = await createApp({
      database: database.address,
      fhirVersion: options.fhir,
      roles: options.role,
      host: options.host,
      port: options.port,
      ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl }),
      openAccess: options.insecureOpenAccess === true,
      searchMilliseconds: Math.round(options.searchSeconds * 1000),
      servesSpecification: true,
      audit: options.audit,
      summarySeconds: options.summarySeconds,
      harvestSeconds: options.harvestSeconds,
      checkSeconds: options.checkSeconds,
      admission: options.admit,
      allowPrivateNetwork: options.allowPrivateNetwork === true,
      ...(options.portal === 'on' ? { portal: portalFolder } : {}),
      access,
      fetch: environment.fetch,
      log,
    });
  } catch (error) {
    await database.close();
    throw error;
  }
  environment.stdout.write(`fairway ready ${app.base}\n`);
  log('info', 'ready', { base: app.base, fhir: options.fhir, roles: options.role });
  await environment.ended;
  log('info', 'ending');
  await app.close();
  await database.close();
  return exit.done;
}

/** The database of one server, and how to let go of it. */
export async function openDatabase(options: {
  data: string;
  database?: string;
  /** name of the database in the embedded engine */
  name?: string;
}): Promise<{ address: DatabaseAddress; close(): Promise<void> }> {
  if (options.database !== undefined) return { address: { url: options.database }, close: async () => {} };
  const engine = await startEngine({ folder: options.data });
  const database = options.name ?? 'fairway';
  await ensureDatabase(engine, database);
  return { address: { engine, database }, close: () => stopUnlessUsed(engine, database) };
}

/** The engine may serve a second fairway on the same folder; the last one stops it. */
export async function stopUnlessUsed(engine: Engine, database: string): Promise<void> {
  const sql = connect({ engine, database }, { connections: 1, name: 'fairway-stop' });
  const used = await hasOtherUsers(sql).finally(() => sql.end());
  if (!used) await engine.stop();
}
