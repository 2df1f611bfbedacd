/** Brings the counts of what data sets hold up to date with resources, statements, hierarchies and time. See docs/adr/0017-content-summaries.md */
import { type TellableContent, tellableContent } from '../conditions/content-rules.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import { registryOf } from '../search/index.ts';
import { type Int64, parameterKey } from '../search/index-rows.ts';
import type { TransactionSql } from '../store/connect.ts';
import {
  analyzeContent,
  type ChangedResource,
  type ContentRow,
  changeMembers,
  contentTransaction,
  countChanges,
  countedMembers,
  forgetDataSets,
  type Membership,
  noteClasses,
  readChanged,
  replaceRows,
  takeChanges,
} from '../store/content.ts';
import {
  ageBandAt,
  type ContentFact,
  type FactMemory,
  fileFacts,
  numberFacts,
  numberShapes,
} from '../store/content-fact.ts';
import {
  contentState,
  countedCodes,
  hierarchyStamp,
  keepContentState,
  recountAges,
  recountFacts,
} from '../store/content-telling.ts';
import { readMany } from '../store/read.ts';
import type { Statements } from '../store/statement.ts';
import type { Store } from '../store/store.ts';
import { type ContentReader, createContentReader } from './content-facts.ts';
import { ancestorsOfCodes } from './content-hierarchy.ts';
import { resourceOf } from './stored.ts';

export interface CountingMeans {
  store: Store;
  definitions: Definitions;
  baseUrls: readonly string[];
  /** milliseconds since 1970 */
  now(): number;
}

/** Resources of one transaction. */
const batchSize = 5000;

/** Data sets by class, as they are counted. */
type Members = ReadonlyMap<number, ReadonlySet<Int64>>;

interface Counting extends CountingMeans {
  reader: ContentReader;
  facts: FactMemory;
  shapes: Map<string, number>;
  compartment: readonly Int64[];
  medication: readonly Int64[];
}

/** Counts what changed until nothing is left of what there was at the beginning; gives the data sets that tell anything. */
export async function countChanged(
  means: CountingMeans,
  signal?: AbortSignal,
): Promise<ReadonlyMap<Int64, TellableContent>> {
  const { store } = means;
  const counting = countingOf(means);
  let standing = await bringInStep(counting);
  let left = await countChanges(store.sql);
  for (let batches = 1; left > 0; batches++) {
    signal?.throwIfAborted();
    const done = await countBatch(counting, standing);
    // Statements changed meanwhile: nothing was counted, and the batch comes again.
    if (done === undefined) standing = await bringInStep(counting);
    else if (done === 0) break;
    else left -= done;
    if (Number.isInteger(Math.log2(batches)) && batches > 1) await analyzeContent(store.sql);
  }
  return standing.tellable;
}

function countingOf(means: CountingMeans): Counting {
  const { definitions, baseUrls, store, now } = means;
  const { hash } = store;
  const patient = definitions.compartments.find((one) => one.code === 'Patient');
  const registry = registryOf(definitions);
  return {
    ...means,
    reader: createContentReader(definitions, baseUrls, () => monthOf(now())),
    facts: new Map(),
    shapes: new Map(),
    compartment: Object.entries(patient?.resources ?? {}).flatMap(([type, codes]) =>
      type === 'Patient' ? [] : codes.map((code) => parameterKey(hash, type, code)),
    ),
    medication: definitions.resourceTypes
      .filter((type) => registry.find(type, 'medication')?.type === 'reference')
      .map((type) => parameterKey(hash, type, 'medication')),
  };
}

const monthOf = (time: number): string => new Date(time).toISOString().slice(0, 7);

interface Standing {
  epoch: number;
  members: Members;
  tellable: ReadonlyMap<Int64, TellableContent>;
}

/** Takes over what changed beside resources: what counts for which data set, hierarchies, the month. */
function bringInStep(counting: Counting): Promise<Standing> {
  const { store, now } = counting;
  return contentTransaction(store.sql, async (sql) => {
    const statements = await store.statements(await store.epoch());
    const tellable = tellableContent(statements, now(), statements);
    const members = membersOf(statements, tellable);
    await changeClasses(sql, members, tellable);
    await changeHierarchies(sql, counting);
    await changeMonth(sql, monthOf(now()));
    return { epoch: statements.epoch, members, tellable };
  });
}

function membersOf(statements: Statements, tellable: ReadonlyMap<Int64, TellableContent>): Map<number, Set<Int64>> {
  const members = new Map<number, Set<Int64>>();
  for (const one of statements.classes) if (!one.isMetadata) members.set(one.class, new Set());
  for (const [key, { classes }] of tellable) for (const one of classes) members.get(one)!.add(key);
  return members;
}

async function changeClasses(
  sql: TransactionSql,
  members: Members,
  tellable: ReadonlyMap<Int64, TellableContent>,
): Promise<void> {
  const before = await countedMembers(sql);
  const gone = [...new Set([...before.values()].flatMap((sets) => [...sets]))].filter((key) => !tellable.has(key));
  await forgetDataSets(sql, gone);
  for (const sets of before.values()) for (const key of gone) sets.delete(key);
  const between = (from: Members, to: Members): Membership[] =>
    [...from].flatMap(([one, sets]) =>
      [...sets].filter((key) => to.get(one)?.has(key) !== true).map((dataSet) => ({ class: one, dataSet })),
    );
  const added = between(members, before);
  const removed = between(before, members);
  const changed = [...new Set([...added, ...removed].map((one) => one.class))];
  // Of a class that counted for nothing nothing was kept. What is in one that is new is on the list already.
  const recount = changed.filter((one) => before.get(one)?.size === 0);
  const fresh = [...members.keys()].filter((one) => !before.has(one));
  await changeMembers(sql, added, removed);
  await noteClasses(sql, fresh, recount, changed);
}

async function changeHierarchies(sql: TransactionSql, counting: Counting): Promise<void> {
  const stamp = await hierarchyStamp(sql);
  const before = await contentState(sql, 'hierarchies');
  if (stamp === before) return;
  await keepContentState(sql, 'hierarchies', stamp);
  if (before === undefined) return;
  const codes = await countedCodes(sql);
  const ancestors = await ancestorsOfCodes(sql, means(counting), codes);
  const codeOf = new Map(codes.map(({ fact, code }) => [fact, code]));
  const stale = codes.filter((one) => {
    const now = new Set(ancestors(one.system, one.code).map(({ code }) => code));
    return now.size !== one.above.length || one.above.some((fact) => !now.has(codeOf.get(fact) ?? ''));
  });
  counting.facts.clear();
  if (stale.length === 0) return;
  await fileFacts(sql, counting.store.hash, stale, counting.facts, ancestors);
  await recountFacts(
    sql,
    stale.map(({ fact }) => fact),
  );
}

const means = ({ store, definitions }: Counting) => ({ hash: store.hash, definitions });

async function changeMonth(sql: TransactionSql, month: string): Promise<void> {
  const before = await contentState(sql, 'month');
  if (before === month) return;
  await keepContentState(sql, 'month', month);
  if (before === undefined) return;
  await recountAges(sql, (born) => ageBandAt(born, before) !== ageBandAt(born, month));
}

/** How many changed resources were counted; undefined when statements changed meanwhile. */
async function countBatch(counting: Counting, { epoch, members }: Standing): Promise<number | undefined> {
  const { store, compartment, medication } = counting;
  const counts = [...members].filter(([, sets]) => sets.size > 0).map(([one]) => one);
  const outdated = new Error('statements changed');
  try {
    return await contentTransaction(store.sql, async (sql) => {
      const keys = await takeChanges(sql, batchSize, medication);
      if (keys.length === 0) return 0;
      const read = await readChanged(sql, keys, compartment, counts);
      if (read.epoch !== epoch) throw outdated;
      await replaceRows(sql, keys, await rowsOf(sql, read.changed, members, counting));
      return keys.length;
    });
  } catch (error) {
    // What was numbered in what was undone has no number.
    counting.facts.clear();
    counting.shapes.clear();
    if (error === outdated) return undefined;
    throw error;
  }
}

async function rowsOf(
  sql: TransactionSql,
  changed: readonly ChangedResource[],
  members: Members,
  counting: Counting,
): Promise<ContentRow[]> {
  const { store, reader, facts: memory } = counting;
  const found = changed.flatMap(({ stored, persons }) => {
    if (stored === undefined || persons.length === 0) return [];
    return [{ stored, persons, ...reader.read(resourceOf(stored)) }];
  });
  const referred = await medicationsOf(
    sql,
    found.flatMap(({ medications }) => medications),
    counting,
  );
  const codes = found.map(({ stored, medications }) =>
    medications.flatMap((target): readonly ContentFact[] => {
      const one = referred.get(target);
      // Whoever may not be told of the medication is not told what is taken.
      const isTold = [...members.get(stored.class)!].every((key) => members.get(one?.class ?? -1)?.has(key));
      return one === undefined || !isTold ? [] : reader.codesOf(one.resource, stored.type);
    }),
  );
  const facts = found.map((one, at) => [...one.facts, ...codes[at]!]);
  const numberOf = await numberFacts(sql, store.hash, facts.flat(), memory, (list) =>
    ancestorsOfCodes(sql, means(counting), list),
  );
  const shapes = found.map(({ stored, elements }) => ({ type: stored.type, elements: elements.join(',') }));
  const shapeOf = await numberShapes(sql, store.hash, shapes, counting.shapes);
  return found.flatMap(({ stored, persons }, at) => {
    const numbers = [...new Set(facts[at]!.flatMap((one) => numberOf(one).above))].sort((x, y) => x - y);
    return persons.map((patient, index) => ({
      ...{ key: stored.key, patient, class: stored.class, shape: shapeOf(shapes[at]!) },
      ...{ counted: index === 0, facts: numbers },
    }));
  });
}

async function medicationsOf(
  sql: TransactionSql,
  targets: readonly string[],
  { store }: Counting,
): Promise<Map<string, { class: number; resource: ReturnType<typeof resourceOf> }>> {
  const byKey = new Map([...new Set(targets)].map((target) => [store.hash(target), target]));
  if (byKey.size === 0) return new Map();
  const { found } = await readMany(sql, [...byKey.keys()]);
  return new Map(
    [...found].flatMap(([key, stored]) =>
      stored.tail === null ? [] : [[byKey.get(key)!, { class: stored.class, resource: resourceOf(stored) }] as const],
    ),
  );
}
