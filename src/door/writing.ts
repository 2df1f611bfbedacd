/** Writes what the asker may write, and matches conditions by what the asker may read. https://hl7.org/fhir/R4B/http.html#create */
import { type AccessContext, isSteward, subjectKey } from '../conditions/access-context.ts';
import { isAccessRequest } from '../conditions/access-request.ts';
import { isDataSet } from '../conditions/data-set-statement.ts';
import { isExtentType } from '../conditions/extent.ts';
import type { ScopeLetter } from '../conditions/scope.ts';
import { deidentificationType } from '../fhir/canonical.ts';
import { objectsOf, type Resource } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { compile, type Extractor } from '../search/index.ts';
import { type Int64, resourceKey } from '../search/index-rows.ts';
import { holds, keepRows } from '../search/match.ts';
import type { Expression, Search } from '../search/tree.ts';
import { lockExtents } from '../store/access-class.ts';
import { erase } from '../store/erase.ts';
import { type StoredResource, storedOf } from '../store/read.ts';
import { diseasesOf, splitCode } from '../store/statement.ts';
import type { StoreTransaction } from '../store/store.ts';
import type { WriteResult } from '../store/write.ts';
import type { DecisionMemory, StandingDecision } from './decision-memory.ts';
import { holdStill } from './holding.ts';
import type { Prepare, PreparedWrite } from './prepare.ts';
import type { ReadingMeans } from './reading.ts';
import { fillIn } from './searching.ts';
import { resourceOf } from './stored.ts';
import type { Views } from './view.ts';
import { passing } from './visible.ts';

export interface NewWrite {
  how: 'create' | 'put' | 'delete';
  type: string;
  id: string;
  content?: { resource: Resource; tail: string };
  /** If-Match */
  expected?: number;
}

export interface Writing {
  /** Refuses an asker who may not write; call it before anything else is looked at. */
  mayWrite(): Promise<void>;
  write(write: NewWrite): Promise<WriteResult>;
  /** Many in one commit, each alone; no `Type/id` twice. */
  writeMany(writes: readonly NewWrite[]): Promise<WriteResult[]>;
  /** Gets the database ready to be searched after much was written. */
  settle(): Promise<void>;
  /** Erases a resource and its history for good; gives the number of versions that are gone. */
  erase(type: string, id: string, how: { onlySuperseded: boolean; reason: string }): Promise<number>;
  /** All or nothing, under named locks; what is thrown undoes it. */
  transaction<T>(locks: readonly string[], body: (inside: DoorTransaction) => Promise<T>): Promise<T>;
}

export interface DoorTransaction {
  /** At most `limit` (two unless stated) matches, of what the asker may read as it is. */
  match(search: Search, limit?: number): Promise<StoredResource[]>;
  /** The current version, locked until the end; undefined when it is missing, deleted or withheld. */
  read(type: string, id: string): Promise<StoredResource | undefined>;
  write(writes: readonly NewWrite[]): Promise<WriteResult[]>;
}

export interface WritingMeans extends ReadingMeans {
  context: AccessContext;
  prepare: Prepare;
  extract: Extractor;
}

export function writingOf(means: WritingMeans): Writing {
  const { store, prepare } = means;
  const mayWrite = writeGuard(means);
  const guarded = async (writes: readonly NewWrite[], current: Current = outside(means)): Promise<PreparedWrite[]> => {
    await mayWrite();
    const checked: NewWrite[] = [];
    for (const write of writes) checked.push(await allowed(write, current, means));
    return checked.map((write) => prepareWrite(prepare, write));
  };
  return {
    mayWrite,
    async write(write) {
      const [prepared] = await guarded([write]);
      if (prepared!.change === undefined) return withWarnings(await store.write(prepared!), prepared!);
      return store.transaction([], async (inside) => (await writeInside(inside, [prepared!]))[0]!);
    },
    async writeMany(writes) {
      const prepared = await guarded(writes);
      return store.transaction([], (inside) => writeInside(inside, prepared));
    },
    async settle() {
      await mayWrite();
      await store.settle();
    },
    erase: eraserOf(means, mayWrite),
    async transaction(locks, body) {
      await mayWrite();
      return store.transaction(locks, async (inside) => body(doorInside(inside, means, guarded)));
    },
  };
}

/** What is stored now. A transaction must ask its own connection: it would wait for others, which may wait for it. */
interface Current {
  read(key: Int64): Promise<StoredResource | undefined>;
  query(text: string, values: readonly unknown[]): Promise<readonly unknown[]>;
}

const outside = ({ store }: WritingMeans): Current => ({
  read: async (key) => (await store.readMany([key])).found.get(key),
  query: (text, values) => store.sql.unsafe(text, values as Int64[]), // keys only, see refuseStating
});
const within = (inside: StoreTransaction): Current => ({
  read: async (key) => (await inside.readMany([key])).get(key),
  query: (text, values) => inside.query(text, values),
});

/** Matches and reads of a transaction see only what leaves as it is: what was changed on its way out must not be written back. */
function doorInside(
  inside: StoreTransaction,
  means: WritingMeans,
  guarded: (writes: readonly NewWrite[], current: Current) => Promise<PreparedWrite[]>,
): DoorTransaction {
  const { store, decision } = means;
  const current = within(inside);
  /** Statements may have changed while the transaction waited for its locks, in other processes too. */
  const onStandingStatements = async <T>(query: (at: StandingDecision) => Promise<T>): Promise<T> => {
    const [found] = await holdStill(decision, async (at) => ({ found: await query(at), epoch: await store.epoch() }));
    return found;
  };
  return {
    match: (search, limit = 2) =>
      onStandingStatements(async (at) => {
        const { plain } = at.views('s');
        const filled = await fillIn(search, [plain], means);
        const compiled = compile(filled, { permitted: plain.classes, page: { limit: limit - 1 } });
        return (await inside.query(compiled.text, compiled.values)).map(storedOf);
      }),
    read: async (type, id) => {
      const key = resourceKey(store.hash, type, id);
      await inside.query('select 1 from resource where key = $1::bigint for update', [key]);
      return onStandingStatements(async (at) => {
        const stored = await current.read(key);
        if (stored === undefined || stored.tail === null) return undefined;
        return (await isSeenAsItIs(stored, at.views('r'), means)) ? stored : undefined;
      });
    },
    write: async (writes) => writeInside(inside, await guarded(writes, current)),
  };
}

async function isSeenAsItIs(stored: StoredResource, views: Views, means: WritingMeans): Promise<boolean> {
  // A class that leaves changed is no class of the plain view; what is the asker's own is seen there all the same.
  return views.permits(stored.class) && (await passing([stored], views.plain, means)).size > 0;
}

function writeGuard({ decision, context }: { decision: DecisionMemory; context: AccessContext }): () => Promise<void> {
  return async () => {
    const { decision: current } = await decision.now();
    if (current.write) return;
    if (context.subject.kind === 'anonymous')
      throw new FhirError('login', 'writing needs a bearer token of this server');
    throw new FhirError('forbidden', 'this token may not write');
  };
}

const letters: Record<NewWrite['how'], ScopeLetter> = { create: 'c', put: 'u', delete: 'd' };

/** The write as the asker may do it; throws `forbidden`. */
async function allowed(write: NewWrite, current: Current, means: WritingMeans): Promise<NewWrite> {
  const { context, decision } = means;
  if (!isSteward(context)) await refuseStating(write, current, means);
  if (context.scopes === undefined) return write;
  const views = (await decision.latest()).views(letters[write.how]);
  const must = views.scopes?.(write.type);
  if (must === undefined) return write;
  const refusal = new FhirError('forbidden', `the token's scopes do not allow to ${write.how} this ${write.type}`);
  if (must.kind === 'none') throw refusal;
  if (write.content !== undefined && !holdsOf(must, write, write.content.resource, means)) throw refusal;
  if (write.how === 'create') return write;
  // Whether the id is taken must not be told: what cannot be seen is neither created nor replaced under a stated id.
  const stored = await current.read(resourceKey(means.store.hash, write.type, write.id));
  if (stored === undefined || stored.tail === null) throw refusal;
  if (!holdsOf(must, write, resourceOf(stored), means)) throw refusal;
  if (!(await isSeenAsItIs(stored, views, means))) throw refusal;
  return write.expected === undefined ? { ...write, expected: stored.version } : write;
}

/** What holds of the rows of a resource that is not stored (yet). */
function holdsOf(
  must: Expression,
  { type, id }: NewWrite,
  resource: Resource,
  { extract, store }: WritingMeans,
): boolean {
  const { sink, rows } = keepRows(store.hash);
  extract(resource, sink);
  return holds(must, rows, resourceKey(store.hash, type, id));
}

/** Conditions are stated by stewards: whoever may merely write data must not open or close them. */
async function refuseStating(write: NewWrite, current: Current, means: WritingMeans): Promise<void> {
  const { store } = means;
  const { type, id, content } = write;
  const forbidden = new FhirError('forbidden', `stating conditions (this ${type}) needs the right of a steward`);
  if (type === 'Consent' || type === 'Permission') throw forbidden;
  if (type === 'CodeSystem') {
    if (await ranksDiseases(write, current, means)) throw forbidden;
    return;
  }
  if (type !== 'Library' && type !== 'Task' && !isExtentType(type)) return;
  if (content !== undefined && statesSomething(content.resource)) throw forbidden;
  const key = resourceKey(store.hash, type, id);
  if (type === 'Task') {
    // Who asks whom for what is changed by operations only, each of which knows who may.
    const stored = await current.read(key);
    if (stored !== undefined && stored.tail !== null && isAccessRequest(resourceOf(stored))) throw forbidden;
    return;
  }
  if ((await current.query(statingText, [key])).length > 0) throw forbidden;
}

const statingText = `
  select 1 from data_set where key = $1::bigint union all select 1 from data_set_extent where extent = $1::bigint
  union all select 1 from deidentification_profile where key = $1::bigint limit 1`;

/** Whether the CodeSystem says, or said, what lies below a disease that a data set is open for the research of. */
async function ranksDiseases(
  { type, id, content }: NewWrite,
  current: Current,
  { store, decision }: WritingMeans,
): Promise<boolean> {
  const { statements } = await decision.latest();
  const systems = new Set(diseasesOf(statements.dataSets.values()).map((one) => splitCode(one)[0]));
  if (systems.size === 0) return false;
  const stored = await current.read(resourceKey(store.hash, type, id));
  const before = stored === undefined || stored.tail === null ? undefined : resourceOf(stored);
  return [content?.resource, before].some((one) => typeof one?.['url'] === 'string' && systems.has(one['url']));
}

function statesSomething(resource: Resource): boolean {
  return (
    isDataSet(resource) ||
    isAccessRequest(resource) ||
    objectsOf(resource['content']).some((one) => one['contentType'] === deidentificationType)
  );
}

function eraserOf({ store, prepare, context }: WritingMeans, mayWrite: () => Promise<void>): Writing['erase'] {
  return async (type, id, { onlySuperseded, reason }) => {
    await mayWrite();
    // The number of versions that are gone would tell one who may not read what was there.
    if (!context.rights.readAll || context.scopes !== undefined)
      throw new FhirError('forbidden', 'erasing needs the right to read everything too');
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

function prepareWrite(prepare: Prepare, write: NewWrite): PreparedWrite {
  const prepared = prepare(write.how, write.type, write.id, write.content);
  return write.expected === undefined ? prepared : { ...prepared, expected: write.expected };
}

async function writeInside(inside: StoreTransaction, prepared: readonly PreparedWrite[]): Promise<WriteResult[]> {
  const stating = await statingOf(inside, prepared);
  const results = await inside.write(
    prepared.map(({ change, statesNothing, ...entry }) =>
      change === undefined || (statesNothing === true && !stating.has(entry.key))
        ? entry
        : { ...entry, effect: () => change(inside) },
    ),
  );
  return results.map((result, at) => withWarnings(result, prepared[at]!));
}

/** Of those that state nothing now, those that do until they are written: told under a lock that nobody who states something passes. */
async function statingOf(inside: StoreTransaction, prepared: readonly PreparedWrite[]): Promise<ReadonlySet<unknown>> {
  const keys = prepared.filter(({ statesNothing }) => statesNothing === true).map(({ key }) => key);
  if (keys.length === 0) return new Set();
  await lockExtents(inside.sql, 'shared');
  const text = `
    select key::text as key from data_set where key = any($1::bigint[])
    union all select key::text from deidentification_profile where key = any($1::bigint[])`;
  return new Set((await inside.query(text, [keys])).map((row) => row['key']));
}

/** What was written may say things that nobody can apply: whoever wrote it is told. */
function withWarnings(result: WriteResult, { warnings }: PreparedWrite): WriteResult {
  return warnings !== undefined && 'updated' in result && result.done !== 'nothing' ? { ...result, warnings } : result;
}
