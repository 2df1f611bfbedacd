/** The only view of the data that a request gets: the store seen through a decision. See docs/adr/0003. */
import type { AccessContext } from '../conditions/access-context.ts';
import { type DisclosedCount, disclose } from '../conditions/decide.ts';
import type { Resource } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import {
  collectHierarchies,
  compile,
  compileCount,
  compileFew,
  compileIncludes,
  fillHierarchies,
  type PageKey,
  pageKeyOf,
  type Statement,
} from '../search/index.ts';
import { resourceKey } from '../search/index-rows.ts';
import type { PermittedClasses, Search } from '../search/tree.ts';
import { type AtEpoch, type StoredResource, storedOf } from '../store/read.ts';
import type { Row, Store, StoreTransaction } from '../store/store.ts';
import type { WriteResult } from '../store/write.ts';
import { descendantsOf } from '../terminology/closure.ts';
import type { DecisionMemory, StandingDecision } from './decision-memory.ts';
import type { Prepare, PreparedWrite } from './prepare.ts';

interface Page {
  matches: StoredResource[];
  included: StoredResource[];
  /** where the next page begins; absent on the last one */
  next?: PageKey;
}

export interface Door {
  context: AccessContext;
  /** The current version. Missing and withheld look the same. */
  read(type: string, id: string): Promise<StoredResource>;
  vread(type: string, id: string, version: number): Promise<StoredResource>;
  history(
    type: string,
    id: string,
    before: number,
    limit: number,
  ): Promise<{ versions: StoredResource[]; total: number }>;
  search(search: Search, after?: PageKey): Promise<Page>;
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
  /** All or nothing, under named locks; what is thrown undoes it. */
  transaction<T>(locks: readonly string[], body: (inside: DoorTransaction) => Promise<T>): Promise<T>;
}

export interface DoorTransaction {
  /** At most two matches, of what the asker may read. */
  match(search: Search): Promise<StoredResource[]>;
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

/** Opens the door for an asker. `decision` is how this asker's decisions are remembered between requests. */
export function openDoor(store: Store, decision: DecisionMemory, context: AccessContext, prepare: Prepare): Door {
  const standing = <T>(query: (at: StandingDecision) => Promise<AtEpoch<T>>): Promise<[T, StandingDecision]> =>
    holdStill(decision, query);
  const mayWrite = async (): Promise<void> => {
    const { decision: current } = await decision.latest();
    if (current.write) return;
    if (context.subject.kind === 'anonymous')
      throw new FhirError('login', 'writing needs a bearer token of this server');
    throw new FhirError('forbidden', 'this token may not write');
  };
  const reading = readingOf(store, decision);
  return {
    context,
    ...reading,
    mayWrite,
    async search(search, after) {
      const filled = await fillIn(store, search);
      const [rows, at] = await standing(({ decision: { records } }) => {
        const page = after === undefined ? { limit: search.count } : { limit: search.count, after };
        return runPage(store, filled, { permitted: records, page });
      });
      const more = rows.length > search.count;
      const shown = more ? rows.slice(0, search.count) : rows;
      const matches = shown.map(storedOf);
      const included = await include(store, filled, matches, at.decision.records);
      return more ? { matches, included, next: pageKeyOf(filled, shown.at(-1)!) } : { matches, included };
    },
    async count(search) {
      const filled = await fillIn(store, search);
      const [count] = await standing(async ({ decision: current }) => {
        const { records, counts } = current;
        const open = await countOf(store, filled, records);
        if (records === 'all' || counts.length === 0) return { epoch: open.epoch, found: { total: open.found } };
        const all = await countOf(store, filled, [...records, ...counts]);
        return { epoch: Math.max(open.epoch, all.epoch), found: disclose(open.found, all.found, current) };
      });
      return count;
    },
    async countRecords(search) {
      const filled = await fillIn(store, search);
      const [total] = await standing(({ decision: { records } }) => countOf(store, filled, records));
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
          match: async (search) => {
            const filled = await fillIn(store, search);
            const compiled = compile(filled, { permitted: current.records, page: { limit: 1 } });
            return (await inside.query(compiled.text, compiled.values)).map(storedOf);
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

function readingOf(store: Store, decision: DecisionMemory): Pick<Door, 'read' | 'vread' | 'history'> {
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
    async history(type, id, before, limit) {
      // A resource is seen with all its versions or with none: what holds for the current one holds for all.
      if ((await visible(await store.read(keyOf(type, id)))) === undefined) throw notFound(type, id);
      const { epoch, found } = await store.readHistory(keyOf(type, id), before, limit);
      const at = await decision.at(epoch);
      if (!found.versions.every((one) => at.permits(one.class))) throw notFound(type, id);
      return found;
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

/** Puts the codes below those that `:below` names into the tree. */
async function fillIn(store: Store, search: Search): Promise<Search> {
  const wanted = collectHierarchies(search);
  if (wanted.length === 0) return search;
  const closures = new Map<string, readonly string[] | undefined>();
  await Promise.all(
    wanted.map(async ({ system, code }) => {
      closures.set(`${system}|${code}`, await descendantsOf(store.sql, system, code));
    }),
  );
  return fillHierarchies(search, (system, code) => closures.get(`${system}|${code}`), store.hash);
}

async function include(
  store: Store,
  search: Search,
  matches: readonly StoredResource[],
  permitted: PermittedClasses,
): Promise<StoredResource[]> {
  if (search.includes.length === 0 || matches.length === 0) return [];
  const keys = matches.map((one) => one.key);
  const { found } = await run(store, compileIncludes(search, keys, { permitted, limit: mostIncluded + 1 }));
  if (found.length > mostIncluded) {
    throw new FhirError(
      'too-costly',
      `the page includes more than ${mostIncluded} resources; ask for fewer with _count`,
    );
  }
  return found.map(storedOf);
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
