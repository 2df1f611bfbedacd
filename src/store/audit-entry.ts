/** One entry of the audit log, its line in a block, and the hash that ties a block to the one before. https://hl7.org/fhir/R4B/auditevent.html */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Hash, Int64 } from '../search/index-rows.ts';

/** Who asked, as told by their access context. Texts are '' where there is nothing to say. */
export interface AuditAgent {
  subject: string;
  name: string;
  client: string;
  /** `system|code`, separated by spaces */
  purposes: string;
  /** why the glass was broken */
  reason: string;
}

/** What was asked, by whom, and what came of it. */
export interface AuditEntry {
  /** milliseconds since 1970 */
  recorded: number;
  /** the same for all entries of one request */
  request: string;
  /** FHIR's code of the interaction, or `$operation` */
  interaction: string;
  /** of HTTP */
  status: number;
  agent: AuditAgent;
  /** address that the request came from */
  network: string;
  /** below the base, without the query */
  path: string;
  query: string;
  /** how many resources were disclosed, changed or counted */
  resources: number;
  /** the resource that the address names, '0' for none */
  asked: Int64;
  /** what was disclosed or changed */
  keys: readonly Int64[];
}

/** As it is in the chain: each of `keys` has its patient in `owners`, or '0'; with two patients it stands twice. */
export interface ChainedEntry extends AuditEntry {
  sequence: number;
  owners: readonly Int64[];
}

/** What the first block follows. */
export const genesis = { sequence: 0, hash: '0'.repeat(64) };

/** The hash (hexadecimal) of a block of `entries` that follows the one with the hash `previous`. */
export const blockHash = (previous: string, entries: string): string => hash('sha256', previous + entries, 'hex');

const agentTexts = new WeakMap<AuditAgent, string>();

/** Many entries have the same agent. */
function agentText(agent: AuditAgent): string {
  const known = agentTexts.get(agent);
  if (known !== undefined) return known;
  const { subject, name, client, purposes, reason } = agent;
  const text = [subject, name, client, purposes, reason].map(quoted).join();
  agentTexts.set(agent, text);
  return text;
}

/** JSON without what PostgreSQL would change or refuse: control characters and half characters are escaped by JSON. */
const quoted = (text: string): string => JSON.stringify(text);
/** Most texts have nothing that JSON escapes, and looking for that is quicker than JSON. */
const plain = /^[\w.:/$*-]*$/;
const safelyQuoted = (text: string): string => (plain.test(text) ? `"${text}"` : quoted(text));
const listed = (keys: readonly Int64[]): string => (keys.length === 0 ? '[]' : `["${keys.join('","')}"]`);

/** The entry as a line; `readLine` reads it. Written by hand, for it is written for every request. */
export function lineOf(entry: AuditEntry, sequence: number, keys: readonly Int64[], owners: readonly Int64[]): string {
  const { query } = entry;
  const text = `[${sequence},${entry.recorded},${safelyQuoted(entry.request)},"${entry.interaction}",${entry.status},${agentText(entry.agent)},${safelyQuoted(entry.network)},${safelyQuoted(entry.path)},${query === '' ? '""' : quoted(query)},${entry.resources},"${entry.asked}",${listed(keys)},${listed(owners)}]`;
  return `${checkSum(text)} ${text}`;
}

/** The hash of a block tells that one of its entries was changed, this in most cases which. */
const checkSum = (text: string): string => crc32(text).toString(16).padStart(8, '0');

type Line = [
  sequence: number,
  recorded: number,
  request: string,
  interaction: string,
  status: number,
  subject: string,
  name: string,
  client: string,
  purposes: string,
  reason: string,
  network: string,
  path: string,
  query: string,
  resources: number,
  asked: Int64,
  keys: Int64[],
  owners: Int64[],
];

/** Throws an Error for what is no line of a block, or is not as it was written. */
export function readLine(line: string): ChainedEntry {
  const text = line.slice(9);
  if (!line.startsWith(`${checkSum(text)} `)) throw new Error('this entry of the audit log was changed');
  const parsed = JSON.parse(text) as Line; // as lineOf writes it: the check sum agrees
  if (!Array.isArray(parsed) || parsed.length !== 17) throw new Error('this is no entry of the audit log');
  const [sequence, recorded, request, interaction, status, subject, name, client, purposes, reason, ...rest] = parsed;
  const [network, path, query, resources, asked, keys, owners] = rest;
  const agent = { subject, name, client, purposes, reason };
  return {
    sequence,
    recorded,
    request,
    interaction,
    status,
    agent,
    network,
    path,
    query,
    resources,
    asked,
    keys,
    owners,
  };
}

/** Keys of one entry; more are split over several. */
const mostKeys = 1000;

/** The entry in parts of which none has too many keys. */
export function partsOf(entry: AuditEntry): readonly AuditEntry[] {
  if (entry.keys.length <= mostKeys) return [entry];
  return Array.from({ length: Math.ceil(entry.keys.length / mostKeys) }, (_, at) => {
    const keys = entry.keys.slice(at * mostKeys, (at + 1) * mostKeys);
    return { ...entry, keys, resources: keys.length };
  });
}

/** Under which number a block can be found that has an entry of this agent, interaction, purpose or outcome. */
export const aboutKey = (hash: Hash, kind: 'agent' | 'interaction' | 'purpose' | 'outcome', text: string): Int64 =>
  hash(`audit ${kind} ${text}`);

/** What an outcome is found by: the hundreds of its status. */
export const outcomeClass = (status: number): string => String(Math.floor(status / 100));

/** Everything that entries are about, each once. */
export class About {
  readonly keys = new Set<Int64>();
  readonly #hash: Hash;
  readonly #agents = new Set<AuditAgent>();
  readonly #interactions = new Set<string>();
  readonly #statuses = new Set<number>();

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  add(entry: AuditEntry, keys: readonly Int64[], owners: readonly Int64[]): void {
    const { keys: all } = this;
    const { agent, interaction, status, asked } = entry;
    if (asked !== '0') all.add(asked);
    for (const key of keys) if (key !== asked) all.add(key);
    for (const owner of owners) if (owner !== '0') all.add(owner);
    if (!this.#interactions.has(interaction)) {
      this.#interactions.add(interaction);
      this.#kind('interaction', interaction);
    }
    if (!this.#statuses.has(status)) {
      this.#statuses.add(status);
      this.#kind('outcome', outcomeClass(status));
    }
    if (!this.#agents.has(agent)) {
      this.#agents.add(agent);
      this.#agent(agent);
    }
  }

  #agent({ subject, name, client, purposes }: AuditAgent): void {
    for (const text of [subject, name, client]) if (text !== '') this.#kind('agent', text);
    for (const purpose of purposes.split(' ')) {
      if (purpose === '') continue;
      this.#kind('purpose', purpose);
      this.#kind('purpose', purpose.split('|').at(-1)!);
    }
  }

  #kind(kind: Parameters<typeof aboutKey>[1], text: string): void {
    this.keys.add(aboutKey(this.#hash, kind, text));
  }
}
