/** Writes what goes with the data of a download: terms, question, provenance, hashes, the crate's description. See docs/reference/terms.md */
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { conditionTexts } from '../fair/condition.ts';
import { policyOf } from '../fair/odrl.ts';
import { provenanceOf } from '../fair/provenance.ts';
import { type CrateFile, crateMetadata } from '../fair/ro-crate.ts';
import { licencesOf, type Terms } from '../fair/terms.ts';
import { termsText } from '../fair/terms-text.ts';
import { english } from '../fair/words/index.ts';
import { type Dataset, type Download, groupOf, type Question, questionText } from '../federation/client/index.ts';
import type { Json } from '../fhir/json.ts';
import { createOutputFile, type Written } from './output-file.ts';

export interface Papers {
  folder: string;
  /** takes out tokens, in case a server says them again */
  clean(text: string): string;
}

/** The file for people comes first. */
export async function writeTerms(terms: Terms, papers: Papers, policy: string): Promise<CrateFile[]> {
  const text = await writeText(papers, 'terms.txt', termsText(terms));
  const machine = await writeText(papers, 'terms.jsonld', jsonText(policyOf(terms, policy)));
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

async function writeText({ folder, clean }: Papers, path: string, text: string): Promise<Written> {
  const file = await createOutputFile(join(folder, path));
  await file.write(clean(text));
  return file.finish();
}

/** A question is plain data. */
export const plainJson = (question: Question): Json => JSON.parse(JSON.stringify(question)) as Json;

const jsonText = (value: Json): string => `${JSON.stringify(value, null, 2)}\n`;

export interface Made {
  download: Download;
  dataset: Dataset;
  /** the question that restricted it to some patients, as data */
  question: Question;
  terms: Terms;
  policy: string;
  data: readonly CrateFile[];
  termsFiles: readonly CrateFile[];
  started: number;
  ended: number;
}

/** Question, provenance and, for a crate, its description; else a list of hashes that `sha256sum -c` takes. */
export async function writePapers(made: Made, format: 'ndjson' | 'crate', papers: Papers): Promise<void> {
  const { dataset, terms, data, termsFiles, started, ended, policy, download } = made;
  const run = `urn:uuid:${randomUUID()}`;
  const version = programVersion();
  const servers = [...new Set(download.requests.map(({ server }) => server))].map((base) => ({
    base,
    ...(dataset.fhirVersion === undefined || base !== dataset.repository ? {} : { fhirVersion: dataset.fhirVersion }),
  }));
  const question = await writeQuestion(made, papers);
  const told = provenanceOf(terms, { run, policy, version, servers, started, ended });
  const provenance: CrateFile = {
    path: 'provenance.json',
    name: 'Provenance of the data',
    description: 'How the data were fetched, as a FHIR Provenance.',
    encodingFormat: 'application/fhir+json',
    ...(await writeText(papers, 'provenance.json', jsonText(told))),
  };
  const files = [...data, ...termsFiles, question, provenance];
  if (format === 'ndjson') {
    await writeText(papers, 'SHA256SUMS', files.map(({ sha256, path }) => `${sha256}  ${path}\n`).join(''));
    return;
  }
  const crate = crateMetadata({
    run,
    title: terms.title,
    ...(dataset.description === undefined ? {} : { description: dataset.description }),
    identifiers: terms.identifiers,
    ...(terms.publisher === undefined ? {} : { publisher: terms.publisher }),
    licences: licencesOf(terms),
    ...(dataset.stated?.copyright === undefined ? {} : { copyright: dataset.stated.copyright }),
    conditions: terms.stated.flatMap((one) => conditionTexts(one, english)).map(({ text }) => text),
    metadata: [...new Set(terms.stated.map(({ source }) => source))],
    terms: termsFiles.map(({ path }) => path),
    question: question.path,
    files,
    results: data.map(({ path }) => path),
    servers,
    ...(terms.project === undefined ? {} : { project: terms.project }),
    problems: download.problems.map(({ server, reason }) => `${server}: ${reason}`),
    version,
    started,
    ended,
  });
  await writeText(papers, 'ro-crate-metadata.json', jsonText(crate));
}

/** What was asked, so that it can be asked again, and how that led to the data. What servers linked to is not: it may hold what is theirs. */
async function writeQuestion({ dataset, download, terms, question }: Made, papers: Papers): Promise<CrateFile> {
  const { identifier, title, metadata } = dataset;
  // As data, in words, and as a definitional Group that other programs read.
  const asked =
    question.patients.all.length === 0
      ? { question: plainJson(question), inWords: `All of "${title}".` }
      : {
          question: plainJson(question),
          inWords: questionText(question),
          group: groupOf(question, dataset.fhirVersion),
        };
  const written = {
    dataset: { identifier, title, ...(metadata === undefined ? {} : { metadata }) },
    ...asked,
    purposes: [...terms.purposes],
    ...(terms.project === undefined ? {} : { project: terms.project }),
    references: download.hops.map((hop) => ({ ...hop })),
    requests: download.requests.map(({ server, request, pages }) => ({ server, request, pages })),
    counts: download.tallies.map((tally) => ({ ...tally })),
    problems: download.problems.map(({ server, reason }) => ({ server, reason })),
    notes: [...download.notes],
  };
  return {
    path: 'question.json',
    name: 'Question',
    description:
      'The data set and the patients that were asked for, the references that led to the data, and the requests that were sent.',
    encodingFormat: 'application/json',
    ...(await writeText(papers, 'question.json', jsonText(written))),
  };
}

function programVersion(): string {
  const description = createRequire(import.meta.url)('../../package.json') as { version: string }; // our own package.json
  return description.version;
}
