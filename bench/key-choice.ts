/** Sequential 64-bit keys against keys hashed from type and id, at ten million index rows and more. See docs/adr/0002-hashed-keys.md */
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Sql } from '../src/store/connect.ts';
import { startEngine } from '../src/store/engine.ts';
import { printTable, saveResult } from './report.ts';

const resources = Number(process.env['RESOURCES'] ?? 1_000_000);
const rowsEach = 10;
const batch = 1000;

type Choice = 'sequential' | 'hashed';
const hash = (text: string): string => createHash('sha256').update(text).digest().readBigInt64BE(0).toString();
const list = (values: readonly (string | number)[]): string => `{${values.join(',')}}`;
const patientOf = (at: number): number => Math.floor(at / 20) * 20;

async function fill(sql: Sql, choice: Choice): Promise<{ perSecond: number; lastPerSecond: number }> {
  const key = choice === 'sequential' ? 'bigint generated always as identity primary key' : 'bigint primary key';
  const identity = choice === 'sequential' ? 'create unique index on resource (type, id)' : 'select 1';
  await sql.unsafe(`create table resource (key ${key}, type text not null, id text not null, class int not null, content text);
    ${identity};
    create table token (parameter bigint not null, code bigint not null, system int not null, class int not null, key bigint not null);
    create index token_value on token (parameter, code, system, key) include (class);
    create index token_key on token (key, parameter);
    create table reference (parameter bigint not null, target bigint not null, key bigint not null, class int not null);
    create index reference_value on reference (parameter, target, key) include (class);
    create index reference_key on reference (key, parameter) include (target, class)`);
  const started = performance.now();
  let nearEnd = started;
  for (let from = 0; from < resources; from += batch) {
    if (from === resources * 0.9) nearEnd = performance.now();
    await insertBatch(sql, choice, from);
  }
  const ended = performance.now();
  return {
    perSecond: (resources / (ended - started)) * 1000,
    lastPerSecond: (resources * 0.1 * 1000) / (ended - nearEnd),
  };
}

async function insertBatch(sql: Sql, choice: Choice, from: number): Promise<void> {
  const all = Array.from({ length: batch }, (_, at) => from + at);
  const ids = all.map((at) => `r-${at}`);
  const content = 'x'.repeat(800);
  await sql.begin(async (inside) => {
    let keys: string[];
    let targets: string[];
    if (choice === 'hashed') {
      keys = ids.map((id) => hash(`Observation/${id}`));
      targets = all.map((at) => hash(`Observation/r-${patientOf(at)}`));
      await inside.unsafe(
        `insert into resource select k, 'Observation', i, 2, $3 from unnest($1::bigint[], $2::text[]) as u (k, i) on conflict do nothing`,
        [list(keys), list(ids), content],
        { prepare: true },
      );
    } else {
      const rows = await inside.unsafe(
        `insert into resource (type, id, class, content) select 'Observation', i, 2, $2 from unnest($1::text[]) as u (i)
         on conflict (type, id) do nothing returning key, id`,
        [list(ids), content],
        { prepare: true },
      );
      const byId = new Map(rows.map((row) => [row['id'] as string, row['key'] as string]));
      keys = ids.map((id) => byId.get(id)!);
      // A reference names its target by type and id: its key has to be looked up.
      const wanted = [...new Set(all.map((at) => `r-${patientOf(at)}`))];
      const known = await inside.unsafe(
        `select key, id from resource where type = 'Observation' and id = any($1::text[])`,
        [list(wanted)],
        { prepare: true },
      );
      const targetOf = new Map(known.map((row) => [row['id'] as string, row['key'] as string]));
      targets = all.map((at) => targetOf.get(`r-${patientOf(at)}`)!);
    }
    const columns: (string | number)[][] = [[], [], []];
    for (const [index, at] of all.entries()) {
      for (let row = 0; row < rowsEach; row++) {
        columns[0]!.push(row);
        columns[1]!.push((at * 7919 + row * 31) % 50);
        columns[2]!.push(keys[index]!);
      }
    }
    await Promise.all([
      inside.unsafe(
        'insert into token (parameter, code, system, class, key) select p, c, 1, 2, k from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as u (p, c, k)',
        columns.map(list),
        { prepare: true },
      ),
      inside.unsafe(
        'insert into reference (parameter, target, key, class) select 1, t, k, 2 from unnest($1::bigint[], $2::bigint[]) as u (t, k)',
        [list(targets), list(keys)],
        { prepare: true },
      ),
    ]);
  });
}

async function median(times: number, work: (at: number) => Promise<unknown>): Promise<number> {
  const all: number[] = [];
  for (let at = 0; at < times; at++) {
    const started = performance.now();
    await work(at);
    all.push(performance.now() - started);
  }
  return all.sort((one, two) => one - two)[Math.floor(times / 2)]!;
}

async function measure(choice: Choice): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'fairway-keys-'));
  chmodSync(folder, 0o755);
  const engine = await startEngine({ folder });
  const sql = connect({ engine, database: 'postgres' });
  try {
    const speed = await fill(sql, choice);
    await sql.unsafe('vacuum (analyze)');
    const [size] = await sql.unsafe(
      `select pg_total_relation_size('resource') + pg_total_relation_size('token') + pg_total_relation_size('reference') as bytes`,
    );
    const read = (at: number): Promise<unknown> => {
      const ids = Array.from({ length: 32 }, (_, one) => `r-${(at * 104_729 + one * 31_337) % resources}`);
      return choice === 'hashed'
        ? sql.unsafe(
            'select content from resource where key = any($1::bigint[])',
            [list(ids.map((id) => hash(`Observation/${id}`)))],
            { prepare: true },
          )
        : sql.unsafe(`select content from resource where type = 'Observation' and id = any($1::text[])`, [list(ids)], {
            prepare: true,
          });
    };
    const page = `select r.key, r.content from (select key from token where parameter = 3 and code = $1 and class = any('{1,2}') order by key limit 20) t join resource r using (key)`;
    const chain = `select count(*) from token t where parameter = 3 and code = $1 and key in (select key from reference where parameter = 1 and target in (select key from token where parameter = 5 and code = 7))`;
    return {
      'resources/s': speed.perSecond,
      'resources/s, last tenth': speed.lastPerSecond,
      'size in MB': Number(size!['bytes']) / 2 ** 20,
      'read 32, ms': await median(400, read),
      'page of 20, ms': await median(200, (at) => sql.unsafe(page, [at % 50], { prepare: true })),
      [`count ${resources / 50} hits, ms`]: await median(20, (at) =>
        sql.unsafe('select count(*) from token where parameter = 3 and code = $1', [at % 50], { prepare: true }),
      ),
      'chain, ms': await median(5, (at) => sql.unsafe(chain, [at % 50], { prepare: true })),
    };
  } finally {
    await sql.end();
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const sequential = await measure('sequential');
const hashed = await measure('hashed');
const rows = Object.keys(hashed).map((name) => [
  name,
  sequential[name]!.toFixed(2),
  hashed[name]!.toFixed(2),
  (hashed[name]! / sequential[name]!).toFixed(2),
]);
const head = [
  `${(resources * (rowsEach + 1)).toLocaleString('en')} index rows`,
  'sequential',
  'hashed',
  'hashed / sequential',
];
printTable(head, rows);
saveResult('key-choice', { resources, indexRows: resources * (rowsEach + 1), sequential, hashed });
