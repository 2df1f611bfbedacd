/** The flags that say what to ask; the same for find, get and question. See docs/reference/question.md */
import { type Command, InvalidArgumentError } from 'commander';
import {
  ageFromText,
  codedFromText,
  expressionFromText,
  type PatientCriterion,
  type Question,
  readQuestion,
  sexFromText,
} from '../federation/client/index.ts';
import type { Json } from '../fhir/json.ts';
import { UsageError } from './environment.ts';
import { questionOfFile } from './question-file.ts';

export { addStartOptions, clientSettingsOf, type StartOptions, startOf } from './start-options.ts';

/** What is asked of a patient, one flag for each kind. */
interface PatientOptions {
  age?: string;
  sex?: string;
  medication?: string[];
  condition?: string[];
  observation?: string[];
  procedure?: string[];
  immunization?: string[];
  where?: string[];
  any?: string[];
  not?: string[];
  together?: string;
  asOf?: string;
}

interface DatasetOptions {
  dataSet?: string[];
  text?: string;
  licence?: string[];
  dataUse?: string[];
  granularity?: string;
  visa?: string[];
  jurisdiction?: string[];
  minimumPatients?: number;
}

interface ServerOptions {
  country?: string[];
  language?: string[];
  role?: string[];
  fhirVersion?: string[];
  holds?: string[];
  searchParameter?: string[];
  operation?: string[];
  profile?: string[];
  security?: string[];
  serverName?: string;
  seenWithin?: string;
}

export interface QuestionOptions extends PatientOptions, DatasetOptions, ServerOptions {
  question?: string;
}

const gather = (value: string, previous: string[] | undefined): string[] => [...(previous ?? []), value];

/** Flags beside the file. */
export function addQuestionFlags(command: Command): Command {
  return addServerFlags(addDatasetFlags(addPatientFlags(command)));
}

export function addQuestionOptions(command: Command): Command {
  return addQuestionFlags(
    command.option('--question <file>', 'the question as a YAML, JSON, FHIR Group or CCDL file, instead of flags'),
  );
}

function addPatientFlags(command: Command): Command {
  return command
    .option('--age <range>', 'age in completed years: 65.. or 18..64 or ..17')
    .option('--sex <sex>', 'male, female, other or unknown')
    .option('--medication <code>', 'system|code with all below it; commas mean or; repeat for and', gather)
    .option('--condition <code>', 'system|code; a * at the end takes all below it; repeat for and', gather)
    .option('--observation <code>', 'system|code, with a value if wanted: http://loinc.org|4548-4>=6.5 %', gather)
    .option('--procedure <code>', 'system|code; "from DAY" and "to DAY" behind a code say when; repeat for and', gather)
    .option('--immunization <code>', 'system|code of the vaccine; repeat for and', gather)
    .option('--where <search>', 'FHIR search: Patient?..., or Condition?... that refers to the patient', gather)
    .option('--any <criteria>', 'one of these suffices: "condition CODE or procedure CODE"; repeat for and', gather)
    .option('--not <criteria>', 'not these: "condition CODE", "sex female and age 65.."; repeat for and not', gather)
    .option('--together <when>', 'overlapping: the records asked for are about the same moment; any-time otherwise')
    .option('--as-of <day>', 'day at which ages are reckoned (YYYY-MM-DD); default today');
}

function addDatasetFlags(command: Command): Command {
  return command
    .option(
      '--data-set <name>',
      'this data set and those also named so: system|value, URI, canonical URL, or address of its record',
      gather,
    )
    .option('--text <words>', 'words in title, publisher or description of the data set')
    .option('--licence <code>', 'SPDX code of the licence; may be repeated', gather)
    .option('--data-use <code>', 'Data Use Ontology term of the data set; may be repeated', gather)
    .option('--granularity <level>', 'what must be granted at least: exists, count, aggregate, record')
    .option('--visa <type>', 'type of GA4GH visa that the data set asks for; may be repeated', gather)
    .option('--jurisdiction <code>', 'ISO 3166 country whose law the data set is under; may be repeated', gather)
    .option('--minimum-patients <number>', 'patients that the data set has at least', parseNumber);
}

function addServerFlags(command: Command): Command {
  return command
    .option('--country <code>', 'ISO 3166 country of the server; may be repeated', gather)
    .option('--language <code>', 'language of the server, such as de; may be repeated', gather)
    .option('--role <role>', 'repository, metadata-registry or discovery; may be repeated', gather)
    .option('--fhir-version <version>', 'R4, R4B, R5 or as 4.0.1; may be repeated', gather)
    .option('--holds <type>', 'resource type that the server holds; repeat for and', gather)
    .option(
      '--search-parameter <name>',
      'search parameter that it knows, such as Condition.code; repeat for and',
      gather,
    )
    .option('--operation <name>', 'operation that it has, such as feasibility; repeat for and', gather)
    .option('--profile <url>', 'profile that it supports; repeat for and', gather)
    .option('--security <code>', 'how it is secured, such as SMART-on-FHIR; may be repeated', gather)
    .option('--server-name <words>', 'words in the name of the server')
    .option('--seen-within <time>', 'it answered within this time, such as 24h or 7d');
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('It must be a whole number from 1.');
}

/** The question that file or flags ask. Throws FhirError or UsageError. */
export async function questionOf(options: QuestionOptions): Promise<Question> {
  if (options.question === undefined) return questionOfFlags(options);
  if (hasFlags(options)) throw new UsageError('ask either by --question or by the other flags, not by both');
  return questionOfFile(options.question);
}

function questionOfFlags(options: QuestionOptions): Question {
  return readQuestion({
    patients: present({ all: criteriaOf(options), together: options.together, asOf: options.asOf }),
    datasets: datasetsOf(options),
    servers: serversOf(options),
  });
}

/** Whether anything is asked by flags. */
export function hasFlags(options: QuestionOptions): boolean {
  const { together, asOf } = options;
  return (
    criteriaOf(options).length > 0 ||
    together !== undefined ||
    asOf !== undefined ||
    [datasetsOf(options), serversOf(options)].some((one) => Object.keys(one as object).length > 0)
  );
}

const present = (object: Record<string, unknown>): Json =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Json; // JSON values only

function criteriaOf(options: PatientOptions): PatientCriterion[] {
  const all: PatientCriterion[] = [];
  if (options.age !== undefined) all.push(ageFromText(options.age));
  if (options.sex !== undefined) all.push(sexFromText(options.sex));
  for (const kind of ['medication', 'condition', 'observation', 'procedure', 'immunization'] as const) {
    for (const text of options[kind] ?? []) all.push(codedFromText(kind, text));
  }
  for (const where of options.where ?? []) all.push({ where });
  for (const text of options.any ?? []) {
    const any = expressionFromText(text);
    if (!('any' in any)) throw new UsageError(`--any needs alternatives with "or" between them, not "${text}"`);
    all.push(any);
  }
  for (const text of options.not ?? []) all.push({ not: expressionFromText(text) });
  return all;
}

function datasetsOf(options: DatasetOptions): Json {
  const { dataSet, text, licence, dataUse, granularity, visa, jurisdiction, minimumPatients } = options;
  return present({ only: dataSet, text, licence, dataUse, granularity, visa, country: jurisdiction, minimumPatients });
}

function serversOf(options: ServerOptions): Json {
  const { country, language, role, fhirVersion, searchParameter, operation, profile, security, seenWithin } = options;
  return present({
    country,
    language,
    role,
    fhirVersion,
    type: options.holds,
    searchParameter,
    operation,
    profile,
    security,
    name: options.serverName,
    seenWithin,
  });
}
