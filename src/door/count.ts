/** Counts what the asker may read exactly, and tells of what may only be counted as its data sets allow. See docs/adr/0012-counts.md */
import { createHmac } from 'node:crypto';
import { type AccessContext, subjectKey } from '../conditions/access-context.ts';
import { strictest } from '../conditions/disclosure/group.ts';
import {
  type DisclosedCount,
  type DisclosureSettings,
  defaultSettings,
  type Rules,
} from '../conditions/disclosure/model.ts';
import { leadsOf } from '../conditions/disclosure/person.ts';
import { chanceOf, numberFor } from '../conditions/disclosure/rounding.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import { compileCount, type World } from '../search/index.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { Search } from '../search/tree.ts';
import { rememberSets } from '../store/disclosure.ts';
import type { AtEpoch } from '../store/read.ts';
import type { Store } from '../store/store.ts';
import { type CountDecision, type CountRun, type Group, measure, type Part, partsOf } from './count-part.ts';
import { type Asking, type ReleaseMeans, recall, settle } from './count-release.ts';

export interface Counter {
  /** Throws FhirError `throttled` when the asker, or all askers together, asked too much. */
  count(
    search: Search,
    decision: CountDecision,
    context: AccessContext,
    run: CountRun,
  ): Promise<AtEpoch<DisclosedCount>>;
}

export interface CounterMeans {
  store: Store;
  definitions: Definitions;
  /** of the database: `store.secret('disclosure')` */
  secret: string;
  /** milliseconds since 1970 */
  now(): number;
  settings?: Partial<DisclosureSettings>;
}

export function createCounter(means: CounterMeans): Counter {
  const { store, secret, now } = means;
  const settings = { ...defaultSettings, ...means.settings };
  const chance = chanceOf(secret);
  const releasing: ReleaseMeans = { store, settings, chance, memory: rememberSets() };
  const seeds = [seedOf(secret, 'first'), seedOf(secret, 'second')] as const;
  const anonymous = store.hash('asker anonymous');

  /** Tells what may be told; the epoch of newer statements when it found that they changed, and then tells nothing. */
  const disclose = async (part: Part, asking: Asking, run: CountRun): Promise<number | undefined> => {
    const guarded = part.groups.filter(({ rules }) => isGuarded(rules));
    const isRecalled = await recall(part, guarded, asking, releasing);
    if (isRecalled && guarded.length === part.groups.length) return undefined;
    const leads = leadsOf(part.world.search.types, means.definitions, store.hash);
    const { epoch, found: sets } = await measure(part, store, { leads, seeds });
    if (epoch > run.epoch) return epoch;
    for (const [group, set] of sets) {
      if (!isGuarded(group.rules)) group.told = set.size === 0 ? 0 : numberFor(set, group.rules, chance);
    }
    if (isRecalled) return undefined;
    await settle(part, new Map(guarded.map((group) => [group, sets.get(group)!])), asking, releasing); // all were measured
    return undefined;
  };

  return {
    async count(search, decision, { subject, rights }, run) {
      const { records } = decision;
      const world: World = { search: await run.fillIn(search, records, 'records'), permitted: records };
      const [open, parts] = await Promise.all([
        countOf(store, world),
        partsOf(search, world, decision, run, store.hash),
      ]);
      if (parts.length === 0 || open.epoch > run.epoch) return { epoch: open.epoch, found: { total: open.found } };
      // The same person by another client is the same person.
      const asker = store.hash(`asker ${subjectKey({ subject, rights })}`);
      const asking: Asking = { asker, anonymous, period: Math.floor(now() / settings.window) };
      for (const part of parts) {
        const newer = await disclose(part, asking, run);
        if (newer !== undefined) return { epoch: newer, found: { total: open.found } };
      }
      return { epoch: open.epoch, found: joined(open.found, parts) };
    },
  };
}

/** Where one person may be counted there is nothing to hide. */
const isGuarded = ({ threshold, epsilon }: Rules): boolean => threshold > 1 || epsilon !== undefined;

function seedOf(secret: string, name: string): Int64 {
  return createHmac('sha256', secret).update(`fingerprint ${name}`).digest().readBigInt64BE(0).toString();
}

async function countOf(store: Store, { search, permitted }: World): Promise<AtEpoch<number>> {
  const { epoch, found } = await store.query(compileCount(search, { permitted }));
  return { epoch, found: Number(found[0]!['total']) };
}

function joined(open: number, parts: readonly Part[]): DisclosedCount {
  const of = (kind: Part['kind']): Group[] =>
    parts.filter((part) => part.kind === kind).flatMap(({ groups }) => groups);
  const [counted, existing] = [of('count'), of('exists')];
  const { threshold, rounding } = strictest([...counted, ...existing].map(({ rules }) => rules));
  return {
    total: counted.reduce((sum, { told }) => sum + (told ?? 0), open),
    disclosure: {
      granularity: counted.length === 0 ? 'exists' : 'count',
      threshold,
      rounding,
      read: open,
      suppressed: counted.length === 0 || counted.some(({ told }) => told === undefined),
      // Where one person would do, none is stated as none.
      ...(existing.length === 0 ? {} : { exists: existing.some(({ told = 0 }) => told > 0) }),
    },
  };
}
