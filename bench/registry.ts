/** A registry of a million data sets: one page of a search by words, licence, code, and sorted by date. See docs/reference/harvest.md */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendLines } from '../src/cli/import.ts';
import { canonical } from '../src/fhir/canonical.ts';
import { newFolder, remove, startMeasured } from './harness.ts';
import { printTable, saveResult } from './report.ts';

const size = Number(process.argv[2] ?? 1_000_000);
const licences = ['CC0-1.0', 'CC-BY-4.0', 'CC-BY-NC-4.0', 'MIT', 'ODbL-1.0'];
const themes = ['heart failure', 'diabetes', 'asthma', 'stroke', 'depression', 'dementia', 'sepsis', 'melanoma'];
const places = ['Uppsala', 'Lyon', 'Graz', 'Leiden', 'Porto', 'Gdansk', 'Tartu', 'Bergen'];
const topic = 'urn:bench:topic';

function library(at: number): string {
  const day = new Date(Date.UTC(2015, 0, 1) + (at % 4000) * 86_400_000).toISOString().slice(0, 10);
  const theme = themes[at % themes.length]!;
  return JSON.stringify({
    resourceType: 'Library',
    id: `d${at}`,
    meta: { source: `https://repo-${at % 5000}.example/fhir/Library/d${at}` },
    extension: [
      { url: canonical.hop, valueUrl: `https://repo-${at % 5000}.example/fhir` },
      {
        url: canonical.licenceCodeable,
        valueCodeableConcept: { coding: [{ system: canonical.spdx, code: licences[at % licences.length] }] },
      },
    ],
    identifier: [{ system: canonical.uri, value: `https://repo-${at % 5000}.example/data-set/${at}` }],
    title: `${theme} cohort ${at} of ${places[(at >> 3) % places.length]}`,
    status: 'active',
    type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
    date: day,
    publisher: `Hospital ${at % 5000}`,
    description: `Records of patients with ${theme}, seen in ${places[(at >> 3) % places.length]}, batch b${at % 1000}.`,
    topic: [{ coding: [{ system: topic, code: `t${at % 997}` }] }],
    content: [
      { contentType: 'application/fhir+json', url: `https://repo-${at % 5000}.example/fhir/Patient?_tag=x|${at}` },
    ],
  });
}

function* lines(): Generator<string> {
  for (let at = 0; at < size; at += 200) {
    let chunk = '';
    for (let next = at; next < Math.min(at + 200, size); next++) chunk += `${library(next)}\n`;
    yield chunk;
  }
}

const searches: readonly (readonly [name: string, query: string])[] = [
  ['words', '_content=melanoma Tartu b7'],
  ['title begins with', 'title=stroke cohort 77'],
  ['licence', `licence=${canonical.spdx}|MIT`],
  ['code', `topic=${topic}|t500`],
  ['licence and code', `licence=MIT&topic=${topic}|t500`],
  ['sorted by date', `type=${canonical.libraryType}|asset-collection&_sort=-date`],
  ['code, sorted by date', `topic=${topic}|t500&_sort=-date`],
  ['licence, sorted by date', `licence=MIT&_sort=-date`],
  ['identifier', 'identifier=https://repo-77.example/data-set/5077'],
];

/** Milliseconds of each of `times` requests, sorted. */
async function timesOf(address: string, times: number): Promise<{ ms: number[]; found: number }> {
  const ms: number[] = [];
  let found = 0;
  for (let at = 0; at < times; at++) {
    const started = performance.now();
    const response = await fetch(address);
    const body = (await response.json()) as { entry?: unknown[] };
    ms.push(performance.now() - started);
    if (response.status !== 200) throw new Error(`${address} answered ${response.status}`);
    found = body.entry?.length ?? 0;
  }
  return { ms: ms.sort((one, two) => one - two), found };
}

const folder = newFolder();
const server = await startMeasured(folder, ['--role', 'registry', '--harvest-seconds', '0']);
try {
  const started = performance.now();
  const { refused } = await sendLines(server.base, undefined, Readable.from(lines(), { objectMode: false }));
  if (refused > 0) throw new Error(`${refused} records were refused`);
  const loadSeconds = (performance.now() - started) / 1000;
  console.error(`  ${size} data sets in ${loadSeconds.toFixed(0)} s; server ${server.megabytes().toFixed(0)} MB`);
  // The database gets itself ready to be searched after a large import.
  await sleep(30_000);
  const rows: string[][] = [];
  const figures: Record<string, { medianMs: number; slowestOf20Ms: number; found: number }> = {};
  for (const [name, query] of searches) {
    const address = `${server.base}/Library?${encodeURI(query).replaceAll('|', '%7C')}&_count=20`;
    await timesOf(address, 3);
    const { ms, found } = await timesOf(address, 20);
    figures[name] = { medianMs: Number(ms[10]!.toFixed(1)), slowestOf20Ms: Number(ms[19]!.toFixed(1)), found };
    rows.push([name, ms[10]!.toFixed(1), ms[19]!.toFixed(1), String(found)]);
  }
  printTable(['one page of 20', 'median ms', 'slowest ms', 'found'], rows);
  saveResult('registry', { dataSets: size, loadSeconds: Math.round(loadSeconds), searches: figures });
} finally {
  await server.stop();
  await remove(folder);
}
