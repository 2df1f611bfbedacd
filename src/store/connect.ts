/** Opens the connections to PostgreSQL and brings its schema up to date. https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import type { Engine } from './engine.ts';

export type Sql = postgres.Sql;
export type TransactionSql = postgres.TransactionSql;

/** Where a database is: one of an embedded engine, or any PostgreSQL by address. */
export type DatabaseAddress = { engine: Engine; database: string } | { url: string };

/** Opens a pool. `name` is what pg_stat_activity shows. */
export function connect(
  address: DatabaseAddress,
  options: { connections?: number; name?: string; settings?: Readonly<Record<string, string>> } = {},
): Sql {
  const common = {
    max: options.connections ?? 8,
    onnotice: () => {},
    connection: {
      application_name: options.name ?? 'fairway',
      // The parts of a sorted page are written in their order; PostgreSQL must not run them side by side.
      enable_parallel_append: 'off',
      ...options.settings,
    },
    // A failed look-up of array types would be a silent change of behaviour, and we name every type in the SQL.
    fetch_types: false,
  };
  if ('url' in address) return postgres(address.url, common);
  const { engine, database } = address;
  return postgres({ ...common, host: engine.socketFolder, port: engine.port, username: engine.user, database });
}

/** Creates the database of an embedded engine when it is not there. Names are ours: letters, digits, underscores. */
export async function ensureDatabase(engine: Engine, database: string): Promise<void> {
  const sql = connect({ engine, database: 'postgres' }, { connections: 1 });
  try {
    const found = await sql`select 1 from pg_database where datname = ${database}`;
    if (found.length === 0) {
      await sql.unsafe(`create database ${database} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`);
    }
  } catch (error) {
    if ((error as { code?: string }).code !== '42P04') throw error; // another process was faster
  } finally {
    await sql.end();
  }
}

const migrationLock = 7_203_411;

/** Applies the migrations that the database has not seen, each in a transaction, under a lock that other processes wait for. */
export async function migrate(sql: Sql): Promise<void> {
  const folder = join(import.meta.dirname, 'migration');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  await sql.begin(async (transaction) => {
    await transaction`select pg_advisory_xact_lock(${migrationLock})`;
    await transaction`create table if not exists schema_migration (name text primary key, applied timestamptz not null default now())`;
    const applied = new Set((await transaction`select name from schema_migration`).map((row) => row['name'] as string));
    const unknown = [...applied].find((name) => !files.includes(name));
    if (unknown !== undefined) {
      throw new Error(`the database was made by a newer fairway (migration ${unknown}); start that version`);
    }
    for (const file of files) {
      if (applied.has(file)) continue;
      await transaction.unsafe(await readFile(join(folder, file), 'utf8'));
      await transaction`insert into schema_migration (name) values (${file})`;
    }
  });
}

/** Whether another fairway process uses the databases of this engine, so that the engine must not be stopped. */
export async function hasOtherUsers(sql: Sql): Promise<boolean> {
  const rows = await sql`
    select count(*)::int as others from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name = 'fairway'`;
  return (rows[0]!['others'] as number) > 0;
}
