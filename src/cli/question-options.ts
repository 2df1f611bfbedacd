/** The flags that say where to begin and what to ask; the same for find and get. See docs/reference/command-line.md */
import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import {
  type Asked,
  ageFromText,
  type ClientSettings,
  codedFromText,
  type PatientCriterion,
  type Question,
  readQuestion,
  type Start,
  sexFromText,
} from '../federation/client/index.ts';
import { canonical } from '../fhir/canonical.ts';
import type { Json } from '../fhir/json.ts';
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

export interface QuestionOptions {
  question?: string;
  age?: string;
  sex?: string;
  medication?: string[];
  condition?: string[];
  observation?: string[];
  procedure?: string[];
  asOf?: string;
  text?: string;
  licence?: string[];
  granularity?: string;
  country?: string[];
}

const gather = (value: string, previous: string[] | undefined): string[] => [...(previous ?? []), value];
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

export function addQuestionOptions(command: Command): Command {
  return command
    .option('--question <file>', 'the question as a JSON file, instead of the flags below')
    .option('--age <range>', 'age in completed years: 65.. or 18..64 or ..17')
    .option('--sex <sex>', 'male, female, other or unknown')
    .option('--medication <code>', 'system|code with all below it; commas mean or; repeat for and', gather)
    .option('--condition <code>', 'system|code; a * at the end takes all below it; repeat for and', gather)
    .option('--observation <code>', 'system|code, with a value if wanted: http://loinc.org|4548-4>=6.5 %', gather)
    .option('--procedure <code>', 'system|code; repeat for and', gather)
    .option('--as-of <day>', 'day at which ages are reckoned (YYYY-MM-DD); default today')
    .option('--text <words>', 'words in title, publisher or description of the data set')
    .option('--licence <code>', 'SPDX code of the licence; may be repeated', gather)
    .option('--granularity <level>', 'what must be granted at least: exists, count, aggregate, record')
    .option('--country <code>', 'ISO 3166 country of the server; may be repeated', gather);
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

/** The question that file or flags ask. Throws FhirError or UsageError. */
export async function questionOf(options: QuestionOptions): Promise<Question> {
  const all: PatientCriterion[] = [];
  if (options.age !== undefined) all.push(ageFromText(options.age));
  if (options.sex !== undefined) all.push(sexFromText(options.sex));
  for (const kind of ['medication', 'condition', 'observation', 'procedure'] as const) {
    for (const text of options[kind] ?? []) all.push(codedFromText(kind, text));
  }
  const { asOf, text, licence, granularity, country } = options;
  const present = (object: Record<string, unknown>): Json =>
    Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Json; // JSON values only
  if (options.question === undefined) {
    return readQuestion({
      patients: present({ all, asOf }),
      datasets: present({ text, licence, granularity }),
      servers: present({ country }),
    });
  }
  if (all.length > 0 || [asOf, text, licence, granularity, country].some((one) => one !== undefined)) {
    throw new UsageError('ask either by --question or by the other flags, not by both');
  }
  try {
    return readQuestion(JSON.parse(await readFile(options.question, 'utf8')) as Json);
  } catch (cause) {
    throw new UsageError(`cannot use the question in ${options.question}: ${(cause as Error).message}`);
  }
}
