/** Writes a download into a folder, or goes on with one that was ended: records, files, terms and how it was made. See docs/reference/terms.md */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CrateFile } from '../fair/ro-crate.ts';
import type { Terms } from '../fair/terms.ts';
import type { Client, Dataset, Problem, Question, Tally } from '../federation/client/index.ts';
import { createDownloadFiles, type RecordFile } from './download-files.ts';
import { type Papers, plainJson, writePapers, writeTerms } from './download-papers.ts';
import { type DownloadState, type KnownAttachment, openState } from './download-state.ts';

export const downloadFormats = ['ndjson', 'crate'] as const;
export type DownloadFormat = (typeof downloadFormats)[number];

interface WrittenFile {
  file: string;
  bytes: number;
  /** hexadecimal */
  sha256: string;
  /** absent where it is no file of records */
  records?: number;
  server?: string;
}

export interface WrittenDownload {
  files: WrittenFile[];
  terms: Terms;
  /** the terms for people, and for machines */
  termsFiles: string[];
  tallies: readonly Tally[];
  problems: readonly Problem[];
  notes: readonly string[];
  /** whether an earlier try was gone on with */
  isContinued: boolean;
  /** whether there is more to come for another try */
  isUnfinished: boolean;
}

interface Target {
  folder: string;
  format: DownloadFormat;
  question: Question;
  now(): number;
  /** texts that must be in no file but the server's own records: tokens, in case a server says them again */
  secrets: readonly string[];
  /** is told how many records each page brought */
  progress(records: number): void;
}

/** Throws what the download throws when nothing came whole; the terms of what came until then lie beside it even so. */
export async function writeDownload(client: Client, dataset: Dataset, target: Target): Promise<WrittenDownload> {
  const { folder, format } = target;
  const clean = (text: string): string =>
    target.secrets.reduce((all, secret) => (secret === '' ? all : all.replaceAll(secret, '***')), text);
  const papers: Papers = { folder, clean };
  const below = format === 'crate' ? 'data/' : '';
  await mkdir(join(folder, below), { recursive: true });
  const { question } = target;
  const purpose = { dataset: dataset.identifier, format, question: plainJson(question) };
  const state = await openState(folder, purpose, target.now(), dataset.recordVersion);
  const files = await createDownloadFiles({
    folder,
    below,
    home: dataset.repository,
    state,
    clean,
    progress: target.progress,
  });
  const said = state.said === undefined ? {} : { said: state.said };
  const download = client.get(dataset, { question, ...said });
  const policy = `urn:uuid:${randomUUID()}`;
  try {
    await download.run(files);
  } catch (error) {
    await files.abandon();
    if (state.files.size > 0) await writeTerms(await download.terms(), papers, policy);
    else await state.remove();
    throw error;
  }
  const written = await files.finish(download.unfinished);
  const terms = await download.terms();
  const termsFiles = await writeTerms(terms, papers, policy);
  const data = crateFilesOf(written, files.attachments, dataset);
  const times = { started: state.started, ended: target.now() };
  await writePapers({ download, dataset, question, terms, policy, data, termsFiles, ...times }, format, papers);
  if (download.unfinished.length === 0) await state.remove();
  return {
    files: writtenFiles(folder, written, files.attachments),
    terms,
    termsFiles: termsFiles.map(({ path }) => join(folder, path)),
    tallies: download.tallies,
    problems: [...changedRecord(state, dataset), ...download.problems],
    notes: download.notes,
    isContinued: state.isContinued,
    isUnfinished: download.unfinished.length > 0,
  };
}

function changedRecord({ recordVersion }: DownloadState, dataset: Dataset): Problem[] {
  if (recordVersion === undefined || dataset.recordVersion === undefined || recordVersion === dataset.recordVersion)
    return [];
  const reason = `the record of the data set changed since the download began, from version ${recordVersion} to ${dataset.recordVersion}`;
  return [{ server: dataset.registry ?? '', step: 'get', reason }];
}

const nameOnDisk = ({ path, isWhole }: RecordFile): string => (isWhole ? path : `${path}.part`);

function writtenFiles(
  folder: string,
  records: readonly RecordFile[],
  attachments: readonly KnownAttachment[],
): WrittenFile[] {
  return [
    ...records.map((one) => ({
      file: join(folder, nameOnDisk(one)),
      bytes: one.bytes,
      sha256: one.sha256,
      records: one.records,
      server: one.base,
    })),
    ...attachments.map(({ path, bytes, sha256 }) => ({ file: join(folder, path), bytes, sha256 })),
  ];
}

const releases = new Set(['R4', 'R4B', 'R5']);

function crateFilesOf(
  records: readonly RecordFile[],
  attachments: readonly KnownAttachment[],
  { fhirVersion, repository }: Dataset,
): CrateFile[] {
  return [
    ...records.map((one) => ({
      path: nameOnDisk(one),
      name: `${one.type} resources`,
      description: `${one.records} resource${one.records === 1 ? '' : 's'} of the type ${one.type}, one a line${one.isWhole ? '' : '; not all that there are'}.`,
      encodingFormat: 'application/fhir+ndjson',
      bytes: one.bytes,
      sha256: one.sha256,
      ...(fhirVersion !== undefined && releases.has(fhirVersion) && one.base === repository
        ? { conformsTo: `http://hl7.org/fhir/${fhirVersion}/` }
        : {}),
    })),
    ...attachments.map(({ path, bytes, sha256, url, contentType, fault }) => ({
      path,
      name: path.split('/').at(-1)!,
      description: fault === undefined ? `The file ${url}.` : `Not what its record states: ${fault}.`,
      encodingFormat: contentType ?? 'application/octet-stream',
      bytes,
      sha256,
    })),
  ];
}
