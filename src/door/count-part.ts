/** Takes apart what a question rests on: records, data that may be counted, data of which only existence may be told. See docs/adr/0012-counts.md */
import { strictest } from '../conditions/disclosure/group.ts';
import type { PersonSet, Rules } from '../conditions/disclosure/model.ts';
import { isCrossing, questionText } from '../conditions/disclosure/question.ts';
import { sketchOf } from '../conditions/disclosure/sketch.ts';
import type { Decision } from '../conditions/model.ts';
import { compilePersonSets, type PersonLeads, type World } from '../search/index.ts';
import type { Hash, Int64 } from '../search/index-rows.ts';
import type { PermittedClasses, Search } from '../search/tree.ts';
import type { AtEpoch } from '../store/read.ts';
import type { Row, Store } from '../store/store.ts';

export type CountDecision = Pick<Decision, 'records' | 'counts' | 'exists'>;

/** How one request counts. */
export interface CountRun {
  /** The search as it is asked where only classes of `permitted` exist: those of the records, with those that may be counted, or with all of which existence may be told. */
  fillIn(search: Search, permitted: PermittedClasses, world: 'records' | 'counts' | 'exists'): Promise<Search>;
  /** group of data sets of a class, see groupClasses; the same for every asker */
  groupOf(accessClass: number): string;
  /** whether the question is about data sets alone whose records may be read: then nothing else bears on its count */
  isOfOpenData(search: Search): Promise<boolean>;
  /** epoch of the statements that the decision rests on: what was counted on newer ones is not told */
  epoch: number;
}

/** One group of data sets and what is told of it. */
export interface Group {
  pool: string;
  /** its number in the database's answer */
  number: number;
  rules: Rules;
  /** absent: withheld */
  told?: number;
}

/** The part of a question that rests on classes of one kind. */
export interface Part {
  kind: 'count' | 'exists';
  world: World;
  /** what matches here is no part of it */
  without: World | undefined;
  groups: readonly Group[];
  /** class -> number of its group */
  numbers: ReadonlyMap<number, number>;
  /** hash of the question */
  question: Int64;
}

/** What matches with open data alone is of no data set that may be counted, but rests on them. */
const elsewhere = 'elsewhere';

/** At most two parts: of what may be counted, and what matches beyond that of what may only be said to exist. */
export async function partsOf(
  search: Search,
  records: World,
  { counts, exists }: CountDecision,
  run: CountRun,
  hash: Hash,
): Promise<Part[]> {
  if (records.permitted === 'all' || (await run.isOfOpenData(search))) return [];
  const parts: Part[] = [];
  let lower = records;
  let classes: readonly number[] = records.permitted;
  for (const [kind, rules] of [['count', counts] as const, ['exists', exists] as const]) {
    if (rules.size === 0) continue;
    classes = [...classes, ...rules.keys()];
    const filled = await run.fillIn(search, classes, kind === 'count' ? 'counts' : 'exists');
    const whole: World = { search: filled, permitted: classes };
    const crosses = isCrossing(filled.where) || isCrossing(lower.search.where);
    // What rests on nothing but the counted resource is looked for among those that may not be read.
    const world = crosses ? whole : { search: filled, permitted: [...rules.keys()] };
    const without = crosses ? lower : undefined;
    const everything = crosses ? [...counts.values(), ...exists.values()] : [];
    const grouping = groupsOf(rules, everything, run);
    parts.push({ kind, world, without, ...grouping, question: questionOf(kind, world, without, rules, hash) });
    lower = whole;
  }
  return parts;
}

/** Groups in the order of their names. `everything`: the rules of all data that may decide who is counted, where other resources do. */
function groupsOf(
  rules: ReadonlyMap<number, Rules>,
  everything: readonly Rules[],
  run: CountRun,
): Pick<Part, 'groups' | 'numbers'> {
  const byName = new Map<string, Rules[]>();
  for (const [accessClass, one] of rules) {
    const name = run.groupOf(accessClass);
    byName.set(name, [...(byName.get(name) ?? everything), one]);
  }
  const names = [...byName.keys()].sort();
  const groups = names.map((pool, at): Group => ({ pool, number: at + 1, rules: strictest(byName.get(pool)!) }));
  if (everything.length > 0 && groups.length > 1) {
    groups.unshift({ pool: elsewhere, number: 0, rules: strictest(everything) });
  }
  const numbers = [...rules.keys()].map((one) => [one, names.indexOf(run.groupOf(one)) + 1] as const);
  return { groups, numbers: new Map(numbers) };
}

/** Two questions are one when they ask the same of the same classes. */
function questionOf(
  kind: Part['kind'],
  { search, permitted }: World,
  without: World | undefined,
  rules: ReadonlyMap<number, Rules>,
  hash: Hash,
): Int64 {
  const lower = without === undefined ? '' : questionText(without.search);
  return hash(`question ${JSON.stringify([kind, questionText(search), permitted, lower, [...rules]])}`);
}

/** The set of persons of each group. */
export async function measure(
  part: Part,
  store: Store,
  options: { leads: PersonLeads; seeds: readonly [Int64, Int64] },
): Promise<AtEpoch<ReadonlyMap<Group, PersonSet>>> {
  const several = part.groups.length === 1 ? {} : { groups: part.numbers };
  const { epoch, found } = await store.query(compilePersonSets(part.world, part.without, { ...options, ...several }));
  const rows = new Map(found.map((row) => [Number(row['grp']), row]));
  return { epoch, found: new Map(part.groups.map((group) => [group, setOf(rows.get(group.number), group.rules)])) };
}

function setOf(row: Row | undefined, { threshold }: Rules): PersonSet {
  if (row === undefined) return { persons: 0, size: 0, largest: 0, fingerprint: '', sketch: sketchOf(null) };
  const [persons, matches] = [Number(row['persons']), Number(row['matches'])];
  // Where nearly each person has one match, persons are counted: so questions about different types are held against each other.
  const of = matches - persons < threshold ? 'person' : 'match';
  return {
    persons,
    size: of === 'person' ? persons : matches,
    largest: of === 'person' ? 1 : Number(row['largest']),
    fingerprint: `${row[`${of}_a`]} ${row[`${of}_b`]}`,
    sketch: sketchOf(row[`${of}_cells`] as string | null),
  };
}
