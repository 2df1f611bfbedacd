/** The flags that say where to begin, as whom and what for; the same for find and get. See docs/reference/command-line.md */
import { type Command, Option } from 'commander';
import type { Asked, ClientSettings, Start } from '../federation/client/index.ts';
import { canonical } from '../fhir/canonical.ts';
import { type Environment, UsageError } from './environment.ts';

export interface StartOptions {
  repository?: string[];
  registry?: string[];
  discovery?: string[];
  token?: string[];
  timeout: number;
  purpose?: string[];
  project?: string;
  purposeHeader?: string;
  projectHeader?: string;
}

/** On a command line lists come by repeating the flag, in the environment by spaces. */
const gatherWords = (value: string, previous: string[] | undefined): string[] => [
  ...(previous ?? []),
  ...value.split(/\s+/).filter((word) => word !== ''),
];

export function addStartOptions(command: Command): Command {
  const base = (flag: string, text: string, variable: string): Option =>
    new Option(`--${flag} <base>`, `${text}; may be repeated`).env(variable).argParser(gatherWords);
  return command
    .addOption(base('repository', 'FHIR base address of a repository', 'FAIRWAY_REPOSITORY'))
    .addOption(base('registry', 'FHIR base address of a metadata registry', 'FAIRWAY_REGISTRY'))
    .addOption(base('discovery', 'FHIR base address of a discovery server', 'FAIRWAY_DISCOVERY'))
    .addOption(
      new Option('--token <base=token>', 'bearer token for the server at that base; may be repeated')
        .env('FAIRWAY_TOKEN')
        .argParser(gatherWords),
    )
    .addOption(
      new Option('--purpose <code>', 'purpose of use, system|code or a code of v3-ActReason; may be repeated')
        .env('FAIRWAY_PURPOSE')
        .argParser(gatherWords),
    )
    .addOption(new Option('--project <id>', 'identifier of the project that the data are for').env('FAIRWAY_PROJECT'))
    .addOption(new Option('--purpose-header <name>', 'header that carries the purpose').default('Purpose-Of-Use'))
    .addOption(new Option('--project-header <name>', 'header that carries the project').default('Project'))
    .addOption(
      new Option('--timeout <seconds>', 'time that each server gets in all')
        .env('FAIRWAY_TIMEOUT')
        .default(60)
        .argParser(parseSeconds),
    );
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new UsageError(`--timeout must be a number of seconds above 0, not ${text}`);
}

/** Throws UsageError when there is no place to begin at or one is no address. */
export function startOf(options: StartOptions): Start {
  const start: Start = {};
  for (const role of ['repository', 'registry', 'discovery'] as const) {
    const bases = options[role];
    if (bases === undefined) continue;
    for (const base of bases) {
      if (!URL.canParse(base) || !/^https?:/.test(base)) {
        throw new UsageError(`--${role} must be a FHIR base address such as https://example.org/fhir, not ${base}`);
      }
    }
    start[role] = bases;
  }
  if (Object.keys(start).length === 0) {
    throw new UsageError('say where to begin: --repository BASE, --registry BASE or --discovery BASE');
  }
  return start;
}

export function clientSettingsOf(options: StartOptions, environment: Environment): ClientSettings {
  const tokens = (options.token ?? []).map((text): [string, string] => {
    const at = text.lastIndexOf('=', text.replace(/=+$/, '').length - 1);
    if (at < 1 || !/^https?:/.test(text))
      throw new UsageError('--token must be BASE=TOKEN, for example https://example.org/fhir=abc');
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return {
    fetch: environment.fetch,
    now: environment.now,
    tokens: Object.fromEntries(tokens),
    limits: { serverMs: options.timeout * 1000 },
    asked: askedOf(options, tokens.length > 0),
  };
}

/** Headers whose meaning is taken. */
const takenHeaders = new Set(['accept', 'authorization', 'content-type', 'cookie', 'host', 'prefer']);

/** What is stated with the question. It goes to servers with a token only, so without any it would go nowhere. */
function askedOf({ purpose = [], project, purposeHeader, projectHeader }: StartOptions, hasToken: boolean): Asked {
  if (!hasToken && (purpose.length > 0 || project !== undefined)) {
    throw new UsageError('--purpose and --project are told only to servers that you have a token for: add --token');
  }
  for (const name of [purposeHeader, projectHeader]) {
    if (name !== undefined && (!/^[A-Za-z][A-Za-z0-9-]{0,99}$/.test(name) || takenHeaders.has(name.toLowerCase()))) {
      throw new UsageError(`--purpose-header and --project-header must name headers of their own, not ${name}`);
    }
  }
  if (purposeHeader !== undefined && purposeHeader.toLowerCase() === projectHeader?.toLowerCase()) {
    throw new UsageError('--purpose-header and --project-header must differ');
  }
  if (project !== undefined && !/^[\x21-\x7e]{1,200}$/.test(project)) {
    throw new UsageError('--project must be an identifier without spaces');
  }
  return {
    purposes: purpose.map(purposeFromText),
    ...(project === undefined ? {} : { project }),
    ...(purposeHeader === undefined ? {} : { purposeHeader }),
    ...(projectHeader === undefined ? {} : { projectHeader }),
  };
}

/** `system|code`; a code alone is one of v3-ActReason. */
function purposeFromText(text: string): string {
  if (/^[A-Z][A-Z0-9-]{0,49}$/.test(text)) return `${canonical.actReason}|${text}`;
  if (/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+\|[\x21-\x7e]+$/i.test(text) && !text.includes(',')) return text;
  throw new UsageError(`--purpose must be a code such as HRESCH, or system|code, not ${text}`);
}
