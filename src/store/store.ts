/** The store: everything that touches the database, as one value. Only the door and start-up may hold it. */
import type { Statement } from '../search/index.ts';
import type { Hash, Int64 } from '../search/index-rows.ts';
import type { ClassMemory } from './access-class.ts';
import { connect, type DatabaseAddress, migrate, type Sql, type TransactionSql } from './connect.ts';
import { revokeToken } from './directive.ts';
import { createHash, secretOf } from './hash.ts';
import { type Plan, planOf } from './plan.ts';
import {
  type AtEpoch,
  coalescedReader,
  countVersions,
  readMany,
  readVersion,
  type StoredResource,
  wholeOf,
} from './read.ts';
import { loadStatements, type Statements } from './statement.ts';
import { type WriteEntry, type WriteResult, writeBatch } from './write.ts';
import { createWriteQueue } from './write-queue.ts';

export type Row = Record<string, unknown>;

export interface Store {
  hash: Hash;
  /** A secret of this database, in hexadecimal. */
  secret(name: string): Promise<string>;
  /** Long content stays where it is until `whole` asks for it. */
  read(key: Int64): Promise<AtEpoch<StoredResource | undefined>>;
  whole(stored: StoredResource): Promise<StoredResource | undefined>;
  readMany(keys: readonly Int64[]): Promise<AtEpoch<Map<Int64, StoredResource>>>;
  readVersion(key: Int64, version: number): Promise<AtEpoch<StoredResource | undefined>>;
  countVersions(key: Int64): Promise<number>;
  /** Runs the SQL text of a compiled search; the epoch belongs to the same snapshot. */
  query(statement: Statement): Promise<AtEpoch<Row[]>>;
  /** How many rows PostgreSQL expects of each plan that an estimate's statement has beside its own; nothing is read. */
  estimate(statement: Statement): Promise<number[]>;
  /** How PostgreSQL would run a statement, or ran it, when it is to be measured. */
  plan(statement: Statement, isMeasured: boolean): Promise<Plan>;
  /** The statements in force; `atLeast` asks for those of that epoch or a newer one. */
  statements(atLeast?: number): Promise<Statements>;
  /** Writes one resource; shares its commit with others. */
  write(entry: WriteEntry): Promise<WriteResult>;
  /** Writes many in one commit, each succeeding or failing alone. No key twice. */
  writeMany(entries: readonly WriteEntry[]): Promise<WriteResult[]>;
  /**
   * Runs `body` in one transaction that holds the named locks (in a fixed order). `body` writes through `writeIn`.
   * Is run again from the start when PostgreSQL breaks a deadlock.
   */
  transaction<T>(locks: readonly string[], body: (inside: StoreTransaction) => Promise<T>): Promise<T>;
  /** From now on no process takes the token; `until` is when it would have ended by itself. */
  revoke(token: string, until: number): Promise<void>;
  /** For health checks: throws when the database does not answer. */
  ping(): Promise<void>;
  /** Brings the planner's knowledge and the visibility map up to date after a large import; those who ask at once share it. */
  settle(): Promise<void>;
  /** The pool itself, for the tables of the door. Never to be asked inside of a transaction, which holds a connection of it. */
  sql: Sql;
  /** The pool of searches, for what is looked up inside of transactions too: nobody holds a connection of it and waits. */
  searching: Sql;
  /** The epoch of the statements that hold now, whichever process changed them. */
  epoch(): Promise<number>;
  close(): Promise<void>;
}

export interface StoreTransaction {
  sql: TransactionSql;
  memory: ClassMemory;
  query(text: string, values: readonly unknown[]): Promise<Row[]>;
  readMany(keys: readonly Int64[]): Promise<Map<Int64, StoredResource>>;
  write(entries: readonly WriteEntry[]): Promise<WriteResult[]>;
}

export interface StoreSettings {
  database: DatabaseAddress;
  /** Milliseconds since 1970. */
  now(): number;
  connections?: number;
  /** for searches: as many for those that are planned by their values, and for the others */
  searchConnections?: number;
  /** after which a search is given up */
  searchMilliseconds?: number;
}

/** Opens the store, bringing its schema up to date first. */
export async function openStore(settings: StoreSettings): Promise<Store> {
  const sql = connect(
    settings.database,
    settings.connections === undefined ? {} : { connections: settings.connections },
  );
  // Here a plan is made for every query: one that is made without the values mistakes rare ones for common ones.
  const limit = { statement_timeout: String(settings.searchMilliseconds ?? 30_000) };
  const planning = connect(settings.database, {
    connections: settings.searchConnections ?? 8,
    settings: { plan_cache_mode: 'force_custom_plan', ...limit },
  });
  const searching = connect(settings.database, { connections: settings.searchConnections ?? 8, settings: limit });
  await migrate(sql);
  const hash = createHash(await secretOf(sql, 'hash'));
  const shapes = new Shapes();
  const transaction = createTransaction(sql, settings.now, hash);
  const writeMany = (entries: readonly WriteEntry[]): Promise<WriteResult[]> =>
    transaction([], (inside) => inside.write(entries));

  return {
    hash,
    secret: (name) => secretOf(sql, name),
    read: coalescedReader(sql),
    whole: (stored) => wholeOf(searching, stored),
    readMany: (keys) => readMany(searching, keys),
    readVersion: (key, version) => readVersion(sql, key, version),
    countVersions: (key) => countVersions(sql, key),
    query: ({ text, values, isPlannedOnce }) =>
      queryAtEpoch(isPlannedOnce ? searching : planning, shapes, text, values),
    estimate: ({ text, values }) => estimateRows(planning, shapes, text, values),
    plan: ({ text, values, isPlannedOnce }, isMeasured) =>
      planOf(isPlannedOnce ? searching : planning, text, parametersOf(values), isMeasured),
    statements: statementMemory(searching, hash),
    write: createWriteQueue(writeMany),
    writeMany,
    transaction,
    revoke: (token, until) => revokeToken(sql, token, until, settings.now()),
    ping: async () => void (await sql`select 1`),
    settle: settler(sql),
    sql,
    searching,
    epoch: sharedEpoch(searching),
    close: async () => void (await Promise.all([sql, planning, searching].map((pool) => pool.end({ timeout: 5 })))),
  };
}

function settler(sql: Sql): Store['settle'] {
  let running: Promise<void> | undefined;
  const settle = async (): Promise<void> => {
    try {
      await sql.unsafe('vacuum (analyze)');
    } finally {
      running = undefined;
    }
  };
  return () => (running ??= settle());
}

/** Statements of the newest epoch seen. Those who ask at once share a load. */
function statementMemory(sql: Sql, hash: Hash): Store['statements'] {
  let current: Statements | undefined;
  let loading: Promise<Statements> | undefined;
  const load = async (): Promise<Statements> => {
    try {
      const loaded = await loadStatements(sql, hash);
      if (current === undefined || loaded.epoch > current.epoch) current = loaded;
      return current;
    } finally {
      loading = undefined;
    }
  };
  return async (atLeast = 0) => {
    while (current === undefined || current.epoch < atLeast) await (loading ??= load());
    return current;
  };
}

/** Those who ask in one turn of the event loop share a query. */
function sharedEpoch(sql: Sql): Store['epoch'] {
  let asking: Promise<number> | undefined;
  const ask = async (): Promise<number> => {
    await new Promise(setImmediate);
    asking = undefined;
    const [row] = await sql.unsafe('select value from statement_epoch', [], { prepare: true });
    return Number(row!['value']);
  };
  return () => (asking ??= ask());
}

/** Statements that connections keep prepared: the shapes of searches are many, and each costs memory in every connection. */
const mostPrepared = 1000;

class Shapes {
  readonly #kept = new Set<string>();

  isKept(text: string): boolean {
    if (this.#kept.has(text)) return true;
    if (this.#kept.size >= mostPrepared) return false;
    this.#kept.add(text);
    return true;
  }
}

/** The row of the epoch is joined in, so that an empty answer has one too. */
async function queryAtEpoch(
  sql: Sql,
  shapes: Shapes,
  text: string,
  values: readonly unknown[],
): Promise<AtEpoch<Row[]>> {
  const wrapped = `select e.value as epoch, q.* from statement_epoch e left join (${text}) q on true`;
  const rows = await sql.unsafe(wrapped, parametersOf(values), { prepare: shapes.isKept(text) });
  const epoch = Number(rows[0]!['epoch']);
  const [first] = rows;
  const isEmpty =
    rows.length === 1 && Object.entries(first!).every(([name, value]) => name === 'epoch' || value === null);
  return { epoch, found: isEmpty ? [] : (rows as unknown as Row[]) };
}

/** The plans stand in the order of the parts that they are for. https://www.postgresql.org/docs/current/sql-explain.html */
async function estimateRows(sql: Sql, shapes: Shapes, text: string, values: readonly unknown[]): Promise<number[]> {
  const [row] = await sql.unsafe(`explain (format json) ${text}`, parametersOf(values), {
    prepare: shapes.isKept(`estimate ${text}`),
  });
  const [{ Plan: plan }] = row!['QUERY PLAN'] as [{ Plan: { Plans: { 'Plan Rows': number }[] } }];
  return plan.Plans.map((one) => one['Plan Rows']);
}

type Parameter = string | number | boolean | null;
function parametersOf(values: readonly unknown[]): Parameter[] {
  // Arrays are written as PostgreSQL reads them: the statement names their types.
  return values.map((value) => (Array.isArray(value) ? arrayLiteral(value) : (value as Parameter)));
}

function arrayLiteral(values: readonly unknown[]): string {
  const quote = (value: unknown): string =>
    typeof value === 'string' ? `"${value.replace(/[\\"]/g, '\\$&')}"` : String(value);
  return `{${values.map(quote).join(',')}}`;
}

function createTransaction(sql: Sql, now: () => number, hash: Hash): Store['transaction'] {
  const known = new Map<string, number>();
  const effects = new Map<string, number>();
  const units = new Set<string>();
  const attempt = async <T>(locks: readonly string[], body: (inside: StoreTransaction) => Promise<T>): Promise<T> => {
    const memory: ClassMemory = {
      hash,
      known,
      fresh: new Map(),
      effects,
      freshEffects: new Map(),
      units,
      freshUnits: new Set(),
    };
    const result = await sql.begin(async (inside) => {
      const keys = [...new Set(locks.map((name) => BigInt(hash(`lock ${name}`))))].sort((x, y) => (x < y ? -1 : 1));
      for (const key of keys) await inside`select pg_advisory_xact_lock(${key.toString()}::bigint)`;
      return body({
        sql: inside,
        memory,
        query: async (text, values) => (await inside.unsafe(text, parametersOf(values))) as unknown as Row[],
        readMany: async (wanted) => (await readMany(inside as unknown as Sql, wanted)).found,
        write: (entries) => writeBatch(inside, entries, now(), memory),
      });
    });
    for (const [signature, number] of memory.fresh) known.set(signature, number);
    for (const [text, number] of memory.freshEffects) effects.set(text, number);
    for (const unit of memory.freshUnits) units.add(unit);
    return result as T; // postgres.js unwraps promises of arrays in its type; body returns none
  };
  return async (locks, body) => {
    for (let attempts = 1; ; attempts++) {
      try {
        return await attempt(locks, body);
      } catch (error) {
        const code = (error as { code?: string }).code;
        if ((code !== '40P01' && code !== '40001') || attempts >= 10) throw error;
      }
    }
  };
}
