/**
 * Finding codes in plain words on a discovery server that knows the summaries of many data sets: the requests that a form
 * sends while someone types. `node bench/held-codes.ts [data sets, 10000]`. See docs/adr/0028-held-codes.md
 */
import { loadavg } from 'node:os';
import { Readable } from 'node:stream';
import { sendLines } from '../src/cli/import.ts';
import { createRandom } from '../src/demo/random.ts';
import { canonical } from '../src/fhir/canonical.ts';
import { connect } from '../src/store/connect.ts';
import { startEngine } from '../src/store/engine.ts';
import { newFolder, remove, startMeasured } from './harness.ts';
import { printTable, saveResult } from './report.ts';

const dataSets = Number(process.argv[2] ?? 10_000);
const servers = 300;
const { next: random } = createRandom('held-codes');
const draw = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
/** Words as medicine makes them: 24 beginnings times 20 stems times 12 endings. */
const beginnings =
  'hyper hypo peri endo epi intra inter extra pan poly mono micro macro neo pseudo para dys an bi tri sub supra trans retro'.split(
    ' ',
  );
const stems =
  'cardi nephr hepat gastr neur derm oste arthr my pneum bronch col cyst enter hem vas lymph aden thyr ophthalm'.split(
    ' ',
  );
const endings = 'itis osis oma emia uria pathy algia ectomy otomy plasia trophy penia'.split(' ');
const word = (): string => `${draw(beginnings)}${draw(stems)}${draw(endings)}`;
const types = {
  Condition: 12_000,
  Observation: 8000,
  MedicationRequest: 4000,
  Procedure: 6000,
};
const codesEach = 100;

interface Named {
  code: string;
  display: string;
}
const systemOf = (type: string): string => `urn:bench:${type.toLowerCase()}`;
/** Groups of twenty codes, under a code of ten groups. */
const namedBy = new Map(
  Object.entries(types).map(([type, count]): [string, Named[]] => [
    type,
    Array.from({ length: count }, (_, at) => {
      const [chapter, group] = [Math.floor(at / 200), Math.floor(at / 20)];
      const code =
        at % 200 === 0 ? `C${chapter}` : at % 20 === 0 ? `C${chapter}.${group}` : `C${chapter}.${group}.${at}`;
      return {
        code,
        display: `${word()} ${word()} of ${word()}, ${draw(['acute', 'chronic', 'unspecified', 'other'])}`,
      };
    }),
  ]),
);

const coding = (system: string, code: string, display?: string) => ({
  coding: [{ system, code, ...(display === undefined ? {} : { display }) }],
});
const extension = (url: string, value: object) => ({ url, ...value });

function* codeSystems(): Generator<object> {
  for (const [type, all] of namedBy) {
    yield {
      resourceType: 'CodeSystem',
      id: type.toLowerCase(),
      url: systemOf(type),
      status: 'active',
      content: 'complete',
      property: [{ code: 'parent', type: 'code' }],
      concept: all.map(({ code }) => {
        const parent = code.slice(0, Math.max(code.lastIndexOf('.'), 0));
        return { code, ...(parent === '' ? {} : { property: [{ code: 'parent', valueCode: parent }] }) };
      }),
    };
  }
}

function summaryOf(at: number): object {
  return {
    resourceType: 'MeasureReport',
    id: `s${at}`,
    meta: { profile: [canonical.contentSummary] },
    status: 'complete',
    type: 'summary',
    measure: canonical.contentSummaryMeasure,
    date: '2026-11-24T00:00:00Z',
    period: { start: '2010', end: '2025' },
    extension: [
      extension(canonical.summaryDataSet, {
        valueReference: { reference: `https://s${at % servers}.example/fhir/Library/d${at}` },
      }),
      extension(canonical.endpoint, {
        valueReference: { identifier: { system: canonical.uri, value: `https://s${at % servers}.example/fhir` } },
      }),
      extension(canonical.countDisclosure, {
        extension: [
          { url: 'granularity', valueCode: 'count' },
          { url: 'threshold', valueInteger: 10 },
          { url: 'rounding', valueInteger: 10 },
        ],
      }),
    ],
    group: [...namedBy].map(([type, all]) => ({
      code: coding('http://hl7.org/fhir/resource-types', type),
      stratifier: [{ code: [coding(canonical.contentSummaryCode, 'code')], stratum: strataOf(type, all) }],
    })),
  };
}

/** Some codes are held by many, most by few. */
function strataOf(type: string, all: readonly Named[]): object[] {
  const share = Math.round((codesEach * all.length) / 30_000);
  const chosen = new Set(Array.from({ length: share }, () => all[Math.floor(random() ** 2 * all.length)]!));
  return [...chosen].map(({ code, display }) => ({
    value: coding(systemOf(type), code, display),
    population: [{ count: 10 * Math.ceil(random() ** 3 * 500) }],
  }));
}

function* lines(): Generator<string> {
  for (const one of codeSystems()) yield `${JSON.stringify(one)}\n`;
  for (let at = 0; at < dataSets; at++) yield `${JSON.stringify(summaryOf(at))}\n`;
}

const folder = newFolder();
const discovery = await startMeasured(folder, ['--role', 'discovery', '--check-seconds', '86400', '--audit', 'off']);
const begun = performance.now();
const { created, refused } = await sendLines(discovery.base, undefined, Readable.from(lines(), { objectMode: false }));
const importSeconds = (performance.now() - begun) / 1000;
console.error(`${created} resources in ${importSeconds.toFixed(0)} s, ${refused} refused`);
// What the server does after an import is done when this is.
await new Promise((done) => setTimeout(done, 20_000));

const asked: [work: string, restriction: string, filter: () => string][] = [
  ['one letter', '?type=Condition', () => draw('abdehimnprst'.split(''))],
  ['three letters', '?type=Condition', () => word().slice(0, 3)],
  ['five letters', '?type=Condition', () => word().slice(0, 5)],
  ['five letters of any type', '', () => word().slice(0, 5)],
  ['a word and the beginning of another', '?type=Condition', () => `${word()} ${word().slice(0, 4)}`],
  ['the common word and the beginning of another', '?type=Condition', () => `chronic ${word().slice(0, 4)}`],
  ['the beginning of a code', '?type=Condition', () => `c${Math.floor(random() * 60)}.`],
  ['nothing: the codes of a type that most patients have', '?type=Condition', () => ''],
  ['codes below one', `?type=Condition&below=${encodeURIComponent('urn:bench:condition|C3')}`, () => ''],
];
const figures = [];
for (const [work, restriction, filter] of asked) {
  const times: number[] = [];
  let total = 0;
  for (let at = 0; at < 120; at++) {
    const query = new URLSearchParams({ url: `${canonical.heldCodes}${restriction}`, filter: filter(), count: '20' });
    const started = performance.now();
    const response = await fetch(`${discovery.base}/ValueSet/$expand?${query}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${work}: ${response.status} ${text.slice(0, 300)}`);
    // The first ones open connections and make plans.
    if (at < 20) continue;
    times.push(performance.now() - started);
    total += (JSON.parse(text) as { expansion: { total: number } }).expansion.total;
  }
  times.sort((x, y) => x - y);
  figures.push({
    work,
    medianMs: Number(times[50]!.toFixed(1)),
    p95Ms: Number(times[94]!.toFixed(1)),
    codesOnAverage: Math.round(total / times.length),
  });
}

const sql = connect({ engine: await startEngine({ folder }), database: 'fairway' }, { connections: 1 });
const tables = await sql.unsafe(
  `select relname as name, n_live_tup::bigint as rows, pg_total_relation_size(relid) as bytes
   from pg_stat_user_tables where relname like 'held%' order by 3 desc`,
);
await sql.end();
printTable(
  ['typed', 'median ms', 'p95 ms', 'codes found'],
  figures.map((one) => [one.work, String(one.medianMs), String(one.p95Ms), String(one.codesOnAverage)]),
);
saveResult('held-codes', {
  dataSets,
  codes: Object.values(types).reduce((sum, one) => sum + one, 0),
  codesOfEachDataSet: codesEach,
  importSeconds: Math.round(importSeconds),
  // More than there are cores: others used the machine, too.
  loadAverage: Number(loadavg()[0]!.toFixed(1)),
  figures,
  tables: tables.map((one) => ({ table: String(one['name']), rows: Number(one['rows']), bytes: Number(one['bytes']) })),
});
await discovery.stop();
await remove(folder);
