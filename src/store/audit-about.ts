/** What the entries of a block are about, as hashes by which the block is found. See docs/adr/0015 */
import type { Hash, Int64 } from '../search/index-rows.ts';
import type { AuditAgent, AuditEntry } from './audit-entry.ts';

/** The patients of resources: pairs, a resource standing as often as it has patients. And the resources that have none. */
export interface Attribution {
  keys: readonly Int64[];
  owners: readonly Int64[];
  unowned: ReadonlySet<Int64>;
}

type Kind = 'agent' | 'interaction' | 'purpose' | 'outcome';

/** Under which number a block can be found that has an entry of this agent, interaction, purpose or outcome. */
export const aboutKey = (hash: Hash, kind: Kind, text: string): Int64 => hash(`audit ${kind} ${text}`);

/** What an outcome is found by: the hundreds of its status. */
export const outcomeClass = (status: number): string => String(Math.floor(status / 100));

/** What the entries of one block mention. */
export class Mentions {
  /** resources that were disclosed or changed, as often as they were, with their versions as far as known */
  readonly keys: Int64[] = [];
  readonly versions: (number | undefined)[] = [];
  /** what was asked for and not given */
  readonly asked = new Set<Int64>();
  /** agents, with their numbers in the block */
  readonly agents = new Map<AuditAgent, number>();
  readonly interactions = new Set<string>();
  readonly statuses = new Set<number>();
  from = Number.POSITIVE_INFINITY;
  to = 0;

  /** Gives the number of the entry's agent. */
  add(entry: AuditEntry, versions: readonly (number | undefined)[]): number {
    const { agent, asked, keys, recorded } = entry;
    for (let at = 0; at < keys.length; at++) {
      this.keys.push(keys[at]!);
      this.versions.push(versions[at]);
    }
    if (asked !== '0' && asked !== keys[0]) this.asked.add(asked);
    this.interactions.add(entry.interaction);
    this.statuses.add(entry.status);
    if (recorded < this.from) this.from = recorded;
    if (recorded > this.to) this.to = recorded;
    let number = this.agents.get(agent);
    if (number === undefined) {
      number = this.agents.size;
      this.agents.set(agent, number);
    }
    return number;
  }

  /** Resources of patients are found by their patients: those are few, and an index is dear by the number of its keys. */
  about({ owners, unowned }: Attribution, hash: Hash): ReadonlySet<Int64> {
    const about = new Set(owners);
    for (const key of unowned) about.add(key);
    for (const asked of this.asked) about.add(asked);
    const kind = (name: Kind, text: string): void => {
      if (text !== '') about.add(aboutKey(hash, name, text));
    };
    for (const interaction of this.interactions) kind('interaction', interaction);
    for (const status of this.statuses) kind('outcome', outcomeClass(status));
    for (const { subject, name, client, purposes } of this.agents.keys()) {
      for (const text of [subject, name, client]) kind('agent', text);
      for (const purpose of purposes.split(' ')) {
        kind('purpose', purpose);
        kind('purpose', purpose.split('|').at(-1)!);
      }
    }
    return about;
  }
}
