/** Writes a download into a folder: records, terms and, as a crate, how it was made. See docs/reference/terms.md */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { conditionTexts } from '../fair/condition.ts';
import { policyOf } from '../fair/odrl.ts';
import { provenanceOf } from '../fair/provenance.ts';
import { type CrateFile, crateMetadata } from '../fair/ro-crate.ts';
import { licencesOf, type Terms } from '../fair/terms.ts';
import { termsText } from '../fair/terms-text.ts';
import type { Dataset, Download } from '../federation/client/index.ts';
import type { Json } from '../fhir/json.ts';
import { createOutputFile, type OutputFile, type Written } from './output-file.ts';

export const downloadFormats = ['ndjson', 'crate'] as const;
export type DownloadFormat = (typeof downloadFormats)[number];

export interface WrittenDownload {
  records: { file: string; records: number }[];
  terms: Terms;
  /** the terms for people, and for machines */
  termsFiles: string[];
}

interface Target {
  folder: string;
  format: DownloadFormat;
  now(): number;
  /** texts that must be in no file but the server's own records: tokens, in case a server says them again */
  secrets: readonly string[];
}

/** Throws what going through the download throws; the terms of what came until then lie beside it even so. */
export async function writeDownload(download: Download, dataset: Dataset, target: Target): Promise<WrittenDownload> {
  const started = target.now();
  const below = target.format === 'crate' ? 'data/' : '';
  await mkdir(join(target.folder, below), { recursive: true });
  const outputs = new Map<string, { file: OutputFile; records: number }>();
  try {
    for await (const { type, resource } of download) {
      let output = outputs.get(type);
      if (output === undefined) {
        output = { file: await createOutputFile(join(target.folder, below, nameOf(type))), records: 0 };
        outputs.set(type, output);
      }
      output.records++;
      await output.file.write(`${JSON.stringify(resource)}\n`);
    }
  } catch (error) {
    await Promise.all([...outputs.values()].map(({ file }) => file.abandon()));
    if (outputs.size > 0) await writeTerms(await download.terms(), target, `urn:uuid:${randomUUID()}`);
    throw error;
  }
  const data: (CrateFile & { records: number })[] = [];
  for (const [type, { file, records }] of outputs) {
    const path = `${below}${nameOf(type)}`;
    data.push({ ...dataFile(type, records, dataset), path, ...(await file.finish()), records });
  }
  const terms = await download.terms();
  const policy = `urn:uuid:${randomUUID()}`;
  const termsFiles = await writeTerms(terms, target, policy);
  if (target.format === 'crate') {
    const times = { started, ended: target.now() };
    await writeCrate({ download, dataset, terms, policy, data, termsFiles, ...times }, target);
  }
  return {
    records: data.map(({ path, records }) => ({ file: join(target.folder, path), records })),
    terms,
    termsFiles: termsFiles.map(({ path }) => join(target.folder, path)),
  };
}

/** Types come from strangers; they are checked to be names before they become file names. */
function nameOf(type: string): string {
  if (!/^[A-Za-z]{1,64}$/.test(type)) throw new Error(`the server sent a resource of the type ${type.slice(0, 100)}`);
  return `${type}.ndjson`;
}

const releases = new Set(['R4', 'R4B', 'R5']);

function dataFile(
  type: string,
  records: number,
  { fhirVersion }: Dataset,
): Omit<CrateFile, 'path' | 'bytes' | 'sha256'> {
  return {
    name: `${type} resources`,
    description: `${records} resource${records === 1 ? '' : 's'} of the type ${type}, one a line.`,
    encodingFormat: 'application/fhir+ndjson',
    ...(fhirVersion !== undefined && releases.has(fhirVersion)
      ? { conformsTo: `http://hl7.org/fhir/${fhirVersion}/` }
      : {}),
  };
}

/** The file for people comes first. */
async function writeTerms(terms: Terms, target: Target, policy: string): Promise<CrateFile[]> {
  const text = await writeText(target, 'terms.txt', termsText(terms));
  const machine = await writeText(target, 'terms.jsonld', jsonText(policyOf(terms, policy)));
  return [
    {
      path: 'terms.txt',
      name: 'Terms of use',
      description: 'What must be kept to when the data are used, in words.',
      encodingFormat: 'text/plain',
      ...text,
    },
    {
      path: 'terms.jsonld',
      name: 'Terms of use for machines',
      description: 'The same as an ODRL policy.',
      encodingFormat: 'application/ld+json',
      conformsTo: 'https://www.w3.org/TR/odrl-model/',
      ...machine,
    },
  ];
}

/** What a server said is written again here; should it have said a token, that stays out. */
async function writeText({ folder, secrets }: Target, path: string, text: string): Promise<Written> {
  const clean = secrets.reduce((all, secret) => (secret === '' ? all : all.replaceAll(secret, '***')), text);
  const file = await createOutputFile(join(folder, path));
  await file.write(clean);
  return file.finish();
}

const jsonText = (value: Json): string => `${JSON.stringify(value, null, 2)}\n`;

interface Made {
  download: Download;
  dataset: Dataset;
  terms: Terms;
  policy: string;
  data: readonly CrateFile[];
  termsFiles: readonly CrateFile[];
  started: number;
  ended: number;
}

async function writeCrate(made: Made, target: Target): Promise<void> {
  const { dataset, terms, data, termsFiles, started, ended, policy } = made;
  const run = `urn:uuid:${randomUUID()}`;
  const version = programVersion();
  const servers = [...new Set(made.download.requests.map(({ server }) => server))].map((base) => ({
    base,
    ...(dataset.fhirVersion === undefined ? {} : { fhirVersion: dataset.fhirVersion }),
  }));
  const question = await writeQuestion(made, target);
  const provenance: CrateFile = {
    path: 'provenance.json',
    name: 'Provenance of the data',
    description: 'How the data were fetched, as a FHIR Provenance.',
    encodingFormat: 'application/fhir+json',
    ...(await writeText(
      target,
      'provenance.json',
      jsonText(provenanceOf(terms, { run, policy, version, servers, started, ended })),
    )),
  };
  const crate = crateMetadata({
    run,
    title: terms.title,
    ...(dataset.description === undefined ? {} : { description: dataset.description }),
    identifiers: terms.identifiers,
    ...(terms.publisher === undefined ? {} : { publisher: terms.publisher }),
    licences: licencesOf(terms),
    ...(dataset.stated?.copyright === undefined ? {} : { copyright: dataset.stated.copyright }),
    conditions: terms.stated.flatMap(conditionTexts).map(({ text }) => text),
    metadata: terms.stated.map(({ source }) => source),
    terms: termsFiles.map(({ path }) => path),
    question: question.path,
    files: [...data, ...termsFiles, question, provenance],
    results: data.map(({ path }) => path),
    servers,
    ...(terms.project === undefined ? {} : { project: terms.project }),
    version,
    started,
    ended,
  });
  await writeText(target, 'ro-crate-metadata.json', jsonText(crate));
}

/** What was asked, so that it can be asked again. What servers linked to is not: it may hold what is theirs. */
async function writeQuestion({ dataset, download, terms }: Made, target: Target): Promise<CrateFile> {
  const { identifier, title, metadata } = dataset;
  const question = {
    dataset: { identifier, title, ...(metadata === undefined ? {} : { metadata }) },
    purposes: [...terms.purposes],
    ...(terms.project === undefined ? {} : { project: terms.project }),
    requests: download.requests.map(({ server, request, pages }) => ({ server, request, pages })),
  };
  return {
    path: 'question.json',
    name: 'Question',
    description: 'The data set that was asked for and the requests that were sent to its server.',
    encodingFormat: 'application/json',
    ...(await writeText(target, 'question.json', jsonText(question))),
  };
}

function programVersion(): string {
  const description = createRequire(import.meta.url)('../../package.json') as { version: string }; // our own package.json
  return description.version;
}
