/**
 * The question of the demo (aged 65 and more, beta-blockers together with verapamil) over a million resources: as a plain
 * search with `_has`, as `$feasibility` of the same, with overlapping times, and where the data may only be counted.
 * `node bench/feasibility.ts [resources, 1000000]`. See docs/adr/0019-feasibility.md
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { tokenDigest } from '../src/auth/static-token.ts';
import { sendLines } from '../src/cli/import.ts';
import { canonical } from '../src/fhir/canonical.ts';
import { questionGroup as names } from '../src/fhir/specification/question-group.ts';
import { newFolder, remove } from './harness.ts';
import { printTable, saveResult } from './report.ts';

const total = Number(process.argv[2] ?? 1_000_000);
/** A patient and nine medications each. */
const people = Math.round(total / 10);
const atc = 'http://www.whocc.no/atc';
const day = 86_400_000;
const dayOf = (at: number): string => new Date(Date.UTC(2015, 0, 1) + at * day).toISOString().slice(0, 10);

/** The same numbers in every run. https://en.wikipedia.org/wiki/Linear_congruential_generator */
let state = 1;
const drawn = (below: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

/** One in ten medications is a beta-blocker, one in fifty verapamil. */
const betaBlockers = Array.from({ length: 10 }, (_, at) => `C07AB${String(at + 1).padStart(2, '0')}`);
const others = Array.from({ length: 200 }, (_, at) => `X${String(at).padStart(4, '0')}`);
const codeOf = (): string => {
  const at = drawn(100);
  return at < 10 ? betaBlockers[at]! : at < 12 ? 'C08DA01' : others[drawn(others.length)]!;
};
const tag = { meta: { tag: [{ system: 'urn:ds', code: 'd' }] } };

function* everything(): Generator<string> {
  const concept = [
    { code: 'C07', concept: betaBlockers.map((code) => ({ code })) },
    { code: 'C08DA01' },
    ...others.map((code) => ({ code })),
  ];
  yield `${JSON.stringify({ resourceType: 'CodeSystem', id: 'atc', url: atc, status: 'active', content: 'fragment', concept })}\n`;
  yield `${JSON.stringify({
    resourceType: 'Library',
    id: 'd',
    status: 'active',
    type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
    extension: [
      {
        url: canonical.licenceCodeable,
        valueCodeableConcept: { coding: [{ system: canonical.spdx, code: 'CC-BY-4.0' }] },
      },
      { url: canonical.granularity, extension: [{ url: 'level', valueCode: 'count' }] },
    ],
    content: [{ url: 'Patient?_tag=urn:ds|d' }],
  })}\n`;
  for (let at = 0; at < people; at++) {
    const birthDate = `${1930 + drawn(80)}-0${1 + drawn(9)}-1${drawn(10)}`;
    const lines: object[] = [{ resourceType: 'Patient', id: `p${at}`, ...tag, gender: 'female', birthDate }];
    for (let one = 0; one < 9; one++) {
      const start = drawn(3650);
      const period = { start: dayOf(start), end: dayOf(start + 30 + drawn(700)) };
      const shared = { ...tag, status: 'active', subject: { reference: `Patient/p${at}` } };
      const medicationCodeableConcept = { coding: [{ system: atc, code: codeOf() }] };
      const id = `m${at}-${one}`;
      lines.push(
        one % 2 === 0
          ? { resourceType: 'MedicationStatement', id, ...shared, medicationCodeableConcept, effectivePeriod: period }
          : {
              resourceType: 'MedicationRequest',
              id,
              ...shared,
              intent: 'order',
              medicationCodeableConcept,
              authoredOn: period.start,
              dispenseRequest: { validityPeriod: period },
            },
      );
    }
    yield lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  }
}

const folder = newFolder();
const access = join(folder, 'access.json');
writeFileSync(
  access,
  JSON.stringify({ tokens: [{ name: 'all', sha256: tokenDigest('all'), may: ['read', 'write'] }] }),
);
const main = join(import.meta.dirname, '../src/main.ts');
const child = spawn(process.execPath, [main, 'serve', '--data', folder, '--port', '0', '--access', access], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const base = await new Promise<string>((done) =>
  child.stdout!.once('data', (chunk) => done(/ready (\S+)/.exec(String(chunk))![1]!)),
);
const begun = performance.now();
const imported = await sendLines(base, 'all', Readable.from(everything(), { objectMode: false }));
const importSeconds = (performance.now() - begun) / 1000;
console.log(`${imported.created} resources in ${importSeconds.toFixed(0)} s, ${imported.refused} refused`);
// What the database does after an import is done when this is.
await new Promise((done) => setTimeout(done, total / 50));

const characteristic = (code: string, value: object, more: object = {}) => ({
  code: { coding: [{ system: names.system, code }] },
  ...value,
  exclude: false,
  ...more,
});
const drug = (code: string, more: object = {}) =>
  characteristic('medication', { valueCodeableConcept: { coding: [{ system: atc, code }] } }, more);
const groupOf = (isTogether: boolean, from: number): object => ({
  resourceType: 'Group',
  type: 'person',
  actual: false,
  extension: [
    { url: names.asOf, valueDate: '2026-01-01' },
    ...(isTogether ? [{ url: names.together, valueCode: 'overlapping' }] : []),
  ],
  characteristic: [
    characteristic('age', { valueRange: { low: { value: from } } }),
    drug('C07', { extension: [{ url: names.below, valueBoolean: true }] }),
    drug('C08DA01'),
  ],
});

const headersOf = (token: boolean): Record<string, string> => (token ? { authorization: 'Bearer all' } : {});
async function search(token: boolean, from: number): Promise<number> {
  const query = [
    `birthdate=le${2026 - from}-01-01`,
    ...['MedicationStatement', 'MedicationRequest']
      .slice(0, 1)
      .flatMap((type) => [
        `_has:${type}:patient:code:below=${atc}%7CC07`,
        `_has:${type}:patient:code=${atc}%7CC08DA01`,
      ]),
  ];
  const response = await fetch(`${base}/Patient?${query.join('&')}&_summary=count`, { headers: headersOf(token) });
  return ((await response.json()) as { total: number }).total;
}
async function ask(token: boolean, isTogether: boolean, from: number): Promise<number> {
  const body = { resourceType: 'Parameters', parameter: [{ name: 'question', resource: groupOf(isTogether, from) }] };
  const response = await fetch(`${base}/Patient/$feasibility`, {
    method: 'POST',
    headers: { ...headersOf(token), 'content-type': 'application/fhir+json' },
    body: JSON.stringify(body),
  });
  const report = (await response.json()) as { group: { population: { count: number }[] }[] };
  return report.group[0]!.population[0]!.count;
}

const rows: { work: string; patients: number; ms: number }[] = [];
/** The median of some rounds; each asks for another age where answers are kept. */
async function measure(work: string, of: (from: number) => Promise<number>, ages: readonly number[]): Promise<void> {
  const times: number[] = [];
  let patients = 0;
  for (const from of ages) {
    const started = performance.now();
    patients = await of(from);
    times.push(performance.now() - started);
  }
  times.sort((one, other) => one - other);
  rows.push({ work, patients, ms: Math.round(times[Math.floor(times.length / 2)]! * 10) / 10 });
}
const same = [65, 65, 65, 65, 65, 65, 65];
const different = [65, 60, 70, 55, 75];
await measure('plain _has, statements only', (from) => search(true, from), same);
await measure('$feasibility, all medication types', (from) => ask(true, false, from), same);
await measure('$feasibility, overlapping', (from) => ask(true, true, from), same);
await measure('plain _has, may only be counted, first time', (from) => search(false, from), different);
await measure('$feasibility overlapping, may only be counted, first time', (from) => ask(false, true, from), different);
await measure('$feasibility overlapping, may only be counted, again', (from) => ask(false, true, from), same);

printTable(
  ['question', 'patients', 'ms'],
  rows.map(({ work, patients, ms }) => [work, String(patients), ms.toFixed(1)]),
);
saveResult('feasibility', {
  resources: imported.created,
  importPerSecond: Math.round(imported.created / importSeconds),
  figures: rows,
});
child.kill('SIGTERM');
await new Promise((done) => child.once('exit', done));
await remove(folder);
