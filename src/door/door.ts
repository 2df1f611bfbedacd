/** The only view of the data that a request gets: the store seen through a decision. See docs/adr/0003. */
import { type AccessContext, subjectKey } from '../conditions/access-context.ts';
import { type DisclosedCount, disclose } from '../conditions/decide.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import type { Resource } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import {
  compile,
  compileCount,
  compileFew,
  compileIncludes,
  type Extractor,
  lookUp,
  type PageKey,
  pageKeyOf,
  pairUp,
  type Statement,
} from '../search/index.ts';
import { type Int64, resourceKey } from '../search/index-rows.ts';
import type { Include, PermittedClasses, Search } from '../search/tree.ts';
import type { Audit } from '../store/audit.ts';
import { indexingOf } from '../store/custom-parameter.ts';
import { erase } from '../store/erase.ts';
import { type HistoryRange, historyStatement } from '../store/history.ts';
import { type AtEpoch, type StoredResource, storedOf } from '../store/read.ts';
import type { Row, Store, StoreTransaction } from '../store/store.ts';
import type { WriteResult } from '../store/write.ts';
import { type AuditDoor, auditDoor } from './audit.ts';
import { type ContainedMatch, searchContained } from './contained.ts';
import type { DecisionMemory, StandingDecision } from './decision-memory.ts';
import { createLookUp } from './look-up.ts';
import type { Prepare, PreparedWrite } from './prepare.ts';

interface Page {
  matches: StoredResource[];
  /** how well each match fits the words that were asked for, 0 to 1; absent where none were */
  scores?: number[];
  included: StoredResource[];
  /** where the next page begins; absent on the last one */
  next?: PageKey;
}

export interface Door {
  context: AccessContext;
  audit: AuditDoor;
  /** The current version. Missing and withheld look the same. */
  read(type: string, id: string): Promise<StoredResource>;
  vread(type: string, id: string, version: number): Promise<StoredResource>;
  /** Versions of what the asker may read, in the order of time. */
  history(range: Omit<HistoryRange, 'of'> & { of: HistoryPlace }): Promise<StoredResource[]>;
  /** How many versions there are of one resource. */
  countVersions(type: string, id: string): Promise<number>;
  search(search: Search, after?: PageKey): Promise<Page>;
  /** What is inside other resources: containers after `after`, one more than `search.count` when there are more. */
  searchContained(search: Search, after?: Int64): Promise<ContainedMatch[]>;
  /** How many match: what may be read exactly, what may only be counted as its data sets allow. */
  count(search: Search): Promise<DisclosedCount>;
  /** How many records that may be read match. */
  countRecords(search: Search): Promise<number>;
  /** Refuses an asker who may not write; call it before anything else is looked at. */
  mayWrite(): Promise<void>;
  write(write: NewWrite): Promise<WriteResult>;
  /** Many in one commit, each alone; no `Type/id` twice. */
  writeMany(writes: readonly NewWrite[]): Promise<WriteResult[]>;
  /** Gets the database ready to be searched after much was written. */
  settle(): Promise<void>;
  /** How far the indexing of an added search parameter is. */
  indexing(id: string): Promise<{ ready: boolean; done: number; total: number } | undefined>;
  /** Erases a resource and its history for good; gives the number of versions that are gone. */
  erase(type: string, id: string, how: { onlySuperseded: boolean; reason: string }): Promise<number>;
  /** All or nothing, under named locks; what is thrown undoes it. */
  transaction<T>(locks: readonly string[], body: (inside: DoorTransaction) => Promise<T>): Promise<T>;
}

/** One resource, some types, or everything. */
export type HistoryPlace = { type: string; id: string } | { types: readonly string[] } | 'system';

export interface DoorTransaction {
  /** At most `limit` (two unless stated) matches, of what the asker may read. */
  match(search: Search, limit?: number): Promise<StoredResource[]>;
  /** The current version, locked until the end; undefined when it is missing, deleted or withheld. */
  read(type: string, id: string): Promise<StoredResource | undefined>;
  write(writes: readonly NewWrite[]): Promise<WriteResult[]>;
}

export interface NewWrite {
  how: 'create' | 'put' | 'delete';
  type: string;
  id: string;
  content?: { resource: Resource; tail: string };
  /** If-Match */
  expected?: number;
}

/** Included resources that one page may bring along. */
const mostIncluded = 10_000;

/** Statements change rarely; a request that meets a change this often in a row is told to come again. */
const attempts = 8;

/** What all doors of a server share. */
export interface DoorMeans {
  store: Store;
  audit: Audit;
  definitions: Definitions;
  prepare: Prepare;
  extract: Extractor;
}

/** Opens the door for an asker. `decision` is how this asker's decisions are remembered between requests. */
export function openDoor(
  { store, audit, definitions, prepare, extract }: DoorMeans,
  decision: DecisionMemory,
  context: AccessContext,
): Door {
  const fillIn = (search: Search, permitted: PermittedClasses): Promise<Search> =>
    lookUp(pairUp(search, definitions, store.hash), createLookUp(store, definitions, permitted));
  const standing = <T>(query: (at: StandingDecision) => Promise<AtEpoch<T>>): Promise<[T, StandingDecision]> =>
    holdStill(decision, query);
  const mayWrite = writeGuard(decision, context);
  const reading = readingOf(store, decision);
  return {
    context,
    audit: auditDoor({ audit, store, definitions, extract }, context),
    ...reading,
    async searchContained(search, after) {
      const [found] = await standing(({ decision: { records } }) =>
        searchContained({ store, definitions, extract }, search, after, records),
      );
      return found;
    },
    indexing: (id) => indexingOf(store.sql, resourceKey(store.hash, 'SearchParameter', id)),
    erase: eraserOf(store, prepare, context, mayWrite),
    mayWrite,
    async search(search, after) {
      const [{ rows, filled }, at] = await standing(async ({ decision: { records } }) => {
        const filled = await fillIn(search, records);
        const page = after === undefined ? { limit: search.count } : { limit: search.count, after };
        const { epoch, found } = await runPage(store, filled, { permitted: records, page });
        return { epoch, found: { rows: found, filled } };
      });
      const more = rows.length > search.count;
      const shown = more ? rows.slice(0, search.count) : rows;
      const matches = shown.map(storedOf);
      const included = await include(store, filled, matches, at.decision.records);
      const page: Page = { matches, included };
      if (search.score !== undefined) page.scores = shown.map((row) => Number(row['score']));
      return more ? { ...page, next: pageKeyOf(filled, shown.at(-1)!) } : page;
    },
    async count(search) {
      const [count] = await standing(async ({ decision: current }) => {
        const { records, counts } = current;
        const open = await countOf(store, await fillIn(search, records), records);
        if (records === 'all' || counts.length === 0) return { epoch: open.epoch, found: { total: open.found } };
        const both = [...records, ...counts];
        const all = await countOf(store, await fillIn(search, both), both);
        return { epoch: Math.max(open.epoch, all.epoch), found: disclose(open.found, all.found, current) };
      });
      return count;
    },
    async countRecords(search) {
      const [total] = await standing(async ({ decision: { records } }) =>
        countOf(store, await fillIn(search, records), records),
      );
      return total;
    },
    async write(write) {
      await mayWrite();
      const prepared = prepareWrite(prepare, write);
      if (prepared.change === undefined) return store.write(prepared);
      return store.transaction([], async (inside) => (await writeInside(inside, [prepared]))[0]!);
    },
    async writeMany(writes) {
      await mayWrite();
      const prepared = writes.map((write) => prepareWrite(prepare, write));
      return store.transaction([], (inside) => writeInside(inside, prepared));
    },
    async settle() {
      await mayWrite();
      await store.settle();
    },
    async transaction(locks, body) {
      await mayWrite();
      return store.transaction(locks, async (inside) => {
        const { decision: current } = await decision.latest();
        return body({
          match: async (search, limit = 2) => {
            const filled = await fillIn(search, current.records);
            const compiled = compile(filled, { permitted: current.records, page: { limit: limit - 1 } });
            return (await inside.query(compiled.text, compiled.values)).map(storedOf);
          },
          read: async (type, id) => {
            const key = resourceKey(store.hash, type, id);
            await inside.query('select 1 from resource where key = $1::bigint for update', [key]);
            const stored = (await inside.readMany([key])).get(key);
            if (stored === undefined || stored.tail === null) return undefined;
            const { permits } = await decision.latest();
            return permits(stored.class) ? stored : undefined;
          },
          write: (writes) =>
            writeInside(
              inside,
              writes.map((write) => prepareWrite(prepare, write)),
            ),
        });
      });
    },
  };
}

function writeGuard(decision: DecisionMemory, context: AccessContext): () => Promise<void> {
  return async () => {
    const { decision: current } = await decision.latest();
    if (current.write) return;
    if (context.subject.kind === 'anonymous')
      throw new FhirError('login', 'writing needs a bearer token of this server');
    throw new FhirError('forbidden', 'this token may not write');
  };
}

function eraserOf(
  store: Store,
  prepare: Prepare,
  context: AccessContext,
  mayWrite: () => Promise<void>,
): Door['erase'] {
  return async (type, id, { onlySuperseded, reason }) => {
    await mayWrite();
    // The number of versions that are gone would tell one who may not read what was there.
    if (!context.rights.readAll) throw new FhirError('forbidden', 'erasing needs the right to read everything too');
    const key = resourceKey(store.hash, type, id);
    const asker = subjectKey(context);
    const prepared = prepareWrite(prepare, { how: 'delete', type, id });
    return store.transaction([], async (inside) => {
      // What is erased must leave data sets and hierarchies as what is deleted does.
      if (!onlySuperseded) await writeInside(inside, [prepared]);
      return erase(inside.sql, { key, type, id, onlySuperseded, asker, reason });
    });
  };
}

function readingOf(store: Store, decision: DecisionMemory): Pick<Door, 'read' | 'vread' | 'history' | 'countVersions'> {
  const keyOf = (type: string, id: string): string => resourceKey(store.hash, type, id);
  const visible = async (found: AtEpoch<StoredResource | undefined>): Promise<StoredResource | undefined> => {
    const at = await decision.at(found.epoch);
    return found.found !== undefined && at.permits(found.found.class) ? found.found : undefined;
  };
  return {
    async read(type, id) {
      const stored = await visible(await store.read(keyOf(type, id)));
      if (stored === undefined) throw notFound(type, id);
      if (stored.tail === null) throw deleted(stored);
      return stored;
    },
    async vread(type, id, version) {
      const stored = await visible(await store.readVersion(keyOf(type, id), version));
      if (stored === undefined) throw new FhirError('not-found', `${type}/${id} has no version ${version} here`);
      if (stored.tail === null) throw deleted(stored);
      return stored;
    },
    async history({ of, ...range }) {
      const place = typeof of === 'object' && 'id' in of ? { key: keyOf(of.type, of.id) } : of;
      // A resource is seen with all its versions or with none: what holds for the current one holds for all.
      if (
        typeof of === 'object' &&
        'id' in of &&
        (await visible(await store.read(keyOf(of.type, of.id)))) === undefined
      ) {
        throw notFound(of.type, of.id);
      }
      const [rows] = await holdStill(decision, ({ decision: { records } }) =>
        run(store, historyStatement({ ...range, of: place }, records)),
      );
      return rows.map(storedOf);
    },
    async countVersions(type, id) {
      const found = await visible(await store.read(keyOf(type, id)));
      return found?.version === undefined ? 0 : store.countVersions(keyOf(type, id));
    },
  };
}

const notFound = (type: string, id: string): FhirError => new FhirError('not-found', `there is no ${type}/${id} here`);
const deleted = (stored: StoredResource): FhirError =>
  new FhirError('deleted', `${stored.type}/${stored.id} was deleted in version ${stored.version}`);

/** Runs `query` until the statements it was decided on are those that held while it ran. */
async function holdStill<T>(
  decision: DecisionMemory,
  query: (at: StandingDecision) => Promise<AtEpoch<T>>,
): Promise<[T, StandingDecision]> {
  let at = await decision.latest();
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { epoch, found } = await query(at);
    if (epoch <= at.epoch) return [found, at];
    at = await decision.at(epoch);
  }
  throw new FhirError('transient', 'the access conditions are changing right now; ask again');
}

const run = (store: Store, statement: Statement): Promise<AtEpoch<Row[]>> => store.query(statement);

/** Few matches are sorted; many are met in the order of the sort's index. */
async function runPage(store: Store, search: Search, options: Parameters<typeof compile>[1]): Promise<AtEpoch<Row[]>> {
  const few = compileFew(search, options);
  if (few === undefined) return run(store, compile(search, options));
  const { epoch, found } = await run(store, few);
  if (found[0]?.['many'] === true) return run(store, compile(search, options));
  return { epoch, found: found.filter((row) => row['key'] !== null) };
}

async function countOf(store: Store, search: Search, permitted: PermittedClasses): Promise<AtEpoch<number>> {
  const { epoch, found } = await run(store, compileCount(search, { permitted }));
  return { epoch, found: Number(found[0]!['total']) };
}

/** What the page brings along; what is iterated also from what was brought, until nothing new comes. */
async function include(
  store: Store,
  search: Search,
  matches: readonly StoredResource[],
  permitted: PermittedClasses,
): Promise<StoredResource[]> {
  if (search.includes.length === 0 || matches.length === 0) return [];
  const included: StoredResource[] = [];
  const known = new Set(matches.map((one) => one.key));
  let from = [...known];
  let includes: readonly Include[] = search.includes;
  while (includes.length > 0 && from.length > 0) {
    const limit = mostIncluded - included.length + 1;
    const { found } = await run(store, compileIncludes(includes, from, [...known], { permitted, limit }));
    if (found.length === limit) {
      throw new FhirError(
        'too-costly',
        `the page includes more than ${mostIncluded} resources; ask for fewer with _count`,
      );
    }
    const brought = found.map(storedOf);
    included.push(...brought);
    from = brought.map((one) => one.key);
    for (const key of from) known.add(key);
    includes = search.includes.filter((one) => one.isIterated);
  }
  return included;
}

function prepareWrite(prepare: Prepare, write: NewWrite): PreparedWrite {
  const prepared = prepare(write.how, write.type, write.id, write.content);
  return write.expected === undefined ? prepared : { ...prepared, expected: write.expected };
}

function writeInside(inside: StoreTransaction, prepared: readonly PreparedWrite[]): Promise<WriteResult[]> {
  return inside.write(
    prepared.map(({ change, ...entry }) => (change === undefined ? entry : { ...entry, effect: () => change(inside) })),
  );
}
