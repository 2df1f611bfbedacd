/** Tells numbers and keeps what was told, so that every process and every asker is held to it. See docs/adr/0012-counts.md */
import type { DisclosureSettings, PersonSet } from '../conditions/disclosure/model.ts';
import { release } from '../conditions/disclosure/release.ts';
import type { Chance } from '../conditions/disclosure/rounding.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Int64 } from '../search/index-rows.ts';
import {
  type AskedOf,
  addAnswer,
  addSet,
  countAnswers,
  type SetMemory,
  setsGiven,
  standingAnswer,
} from '../store/disclosure.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
import type { Group, Part } from './count-part.ts';

/** Who asks, when. */
export interface Asking {
  asker: Int64;
  /** whoever is anonymous may be anyone */
  anonymous: Int64;
  /** number of the window */
  period: number;
}

export interface ReleaseMeans {
  store: Store;
  memory: SetMemory;
  settings: DisclosureSettings;
  chance: Chance;
}

/** Earlier sets that a new one is held against two by two. */
const mostCompared = 400;

const askedOf = ({ question }: Part, { pool }: Group, period: number): AskedOf => ({ pool, period, question });

/** Tells what this asker was told in this window; false when some of it was not asked yet. */
export async function recall(
  part: Part,
  groups: readonly Group[],
  { asker, period }: Asking,
  { store }: ReleaseMeans,
): Promise<boolean> {
  const known = await Promise.all(
    groups.map((group) => standingAnswer(store.sql, askedOf(part, group, period), asker)),
  );
  if (!known.every((one) => one?.isKnown === true)) return false;
  for (const [at, group] of groups.entries()) tell(group, known[at]?.told);
  return true;
}

/** Tells what may be told of each of the groups. Throws FhirError when too much was asked; then nothing is kept. */
export async function settle(
  part: Part,
  sets: ReadonlyMap<Group, PersonSet>,
  asking: Asking,
  means: ReleaseMeans,
): Promise<void> {
  const locks = [...sets.keys()].map(({ pool }) => `disclosure ${pool}`);
  await means.store.transaction(locks, async (inside) => {
    for (const [group, set] of sets) await settleOne(part, group, set, asking, inside, means);
  });
}

async function settleOne(
  part: Part,
  group: Group,
  set: PersonSet,
  asking: Asking,
  { sql }: StoreTransaction,
  { memory, settings, chance }: ReleaseMeans,
): Promise<void> {
  const { pool, rules } = group;
  const { asker, anonymous, period } = asking;
  const asked = askedOf(part, group, period);
  const standing = await standingAnswer(sql, asked, asker);
  if (standing?.isKnown === true) return tell(group, standing.told);
  refuseIfUsedUp(await countAnswers(sql, pool, period, asker), standing === undefined, settings);
  if (standing !== undefined) {
    await addAnswer(sql, asked, asker, standing.set);
    return tell(group, standing.told);
  }
  const since = period - settings.remembered + 1;
  const all = await memory.of(sql, pool, since);
  // Anyone may have been anonymous before.
  const askers = asker === anonymous ? undefined : [asker, anonymous];
  const given = new Set(await setsGiven(sql, pool, askers, since, mostCompared));
  const own = all.filter(({ id, told }) => given.has(id) && told !== undefined);
  const { redundant, alike } = settings;
  const released = release(set, rules, { period, all, own, redundant, alike }, chance);
  const { size, sketch } = set;
  const id = await addSet(sql, pool, { ...released, period, threshold: rules.threshold, size, sketch });
  await addAnswer(sql, asked, asker, id);
  tell(group, released.told);
}

function tell(group: Group, told: number | undefined): void {
  if (told === undefined) delete group.told;
  else group.told = told;
}

const day = 86_400_000;

function refuseIfUsedUp(
  { own, all }: { own: number; all: number },
  isNew: boolean,
  { perAsker, perGroup, window }: DisclosureSettings,
): void {
  const period = window === day ? 'a day' : `in ${Math.ceil(window / 60_000)} minutes`;
  const help =
    'What was answered is answered again, and _total=accurate counts what may be read. Ask those who govern the data for more';
  if (own >= perAsker) {
    const limit = `${perAsker} different questions ${period} may be asked of data that may be counted but not read`;
    throw new FhirError('throttled', `${limit}, and they are used up. ${help}`);
  }
  if (isNew && all >= perGroup) {
    const limit = `${perGroup} different questions ${period} may be asked by all together of data that may be counted but not read`;
    throw new FhirError('throttled', `${limit}, and they are used up. ${help}`);
  }
}
