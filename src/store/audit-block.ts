/** A block of the audit log: how entries become its text, and are read from it again. See docs/adr/0015 */
import { hash } from 'node:crypto';
import type { Int64 } from '../search/index-rows.ts';
import { type Attribution, Mentions } from './audit-about.ts';
import type { AuditAgent, ChainedEntry, RecordedEntry } from './audit-entry.ts';

/** Entries that are written together. */
export interface Block {
  /** one a line */
  entries: string;
  count: number;
  mentions: Mentions;
}

/** What the first block follows. */
export const genesis = { sequence: 0, hash: '0'.repeat(64) };

/** The hash (hexadecimal) of a block that follows the one with the hash `previous`. Neither text has an empty line. */
export const blockHash = (previous: string, entries: string, shared: string): string =>
  hash('sha256', `${previous}${entries}\n\n${shared}`, 'hex');

const quoted = (text: string): string => (text === '' ? '""' : JSON.stringify(text));

/** Gathers entries. What is made for each of them is gone at once: it lives as bytes until the block is taken. */
export class BlockWriter {
  count = 0;
  bytes = 0;
  #mentions = new Mentions();
  #chunks: string[] = [];
  readonly #buffer = Buffer.allocUnsafe(2 ** 17);
  #used = 0;

  add(entry: RecordedEntry): void {
    const line = lineOf(entry, this.#mentions.add(entry, entry.versions));
    // Of UTF-16 no unit becomes more than three bytes.
    const most = line.length * 3;
    if (most > this.#buffer.length - this.#used) this.#chunk();
    if (most > this.#buffer.length) this.#chunks.push(line);
    else this.#used += this.#buffer.write(line, this.#used);
    this.bytes += line.length;
    this.count++;
  }

  #chunk(): void {
    if (this.#used > 0) this.#chunks.push(this.#buffer.toString('utf8', 0, this.#used));
    this.#used = 0;
  }

  /** The block so far; a new one begins. Must not be empty. */
  take(): Block {
    this.#chunk();
    const entries = this.#chunks.join('').slice(0, -1);
    const block = { entries, count: this.count, mentions: this.#mentions };
    this.#mentions = new Mentions();
    this.#chunks = [];
    this.count = 0;
    this.bytes = 0;
    return block;
  }
}

/** Written by hand, for it is written for every request. Where just what was asked for was disclosed, it is not told twice. */
function lineOf(entry: RecordedEntry, agent: number): string {
  const { keys, asked } = entry;
  const disclosed =
    keys.length === 1 && keys[0] === asked ? '' : keys.length === 0 ? ',[]' : `,["${keys.join('","')}"]`;
  return `[${entry.recorded},${quoted(entry.request)},"${entry.interaction}",${entry.status},${agent},${quoted(entry.network)},${quoted(entry.path)},${quoted(entry.query)},${entry.resources},"${asked}"${disclosed}]\n`;
}

type Line = [
  recorded: number,
  request: string,
  interaction: string,
  status: number,
  agent: number,
  network: string,
  path: string,
  query: string,
  resources: number,
  asked: Int64,
  keys?: Int64[],
];

interface Shared {
  agents: AuditAgent[];
  /** resources that have a patient, one as often as it has one, joined by commas; and the patients */
  keys: string;
  owners: string;
}

/** What the entries of a block share, as text. */
export function sharedText({ agents }: Mentions, { keys, owners }: Attribution): string {
  return JSON.stringify({ agents: [...agents.keys()], keys: keys.join(), owners: owners.join() } satisfies Shared);
}

/** The patients of the resources, as sharedText put them. */
function ownersOf({ keys, owners }: Shared): Map<Int64, Int64[]> {
  const found = new Map<Int64, Int64[]>();
  if (keys === '') return found;
  const of = owners.split(',');
  for (const [at, key] of keys.split(',').entries()) {
    const owner = of[at] ?? '0';
    const known = found.get(key);
    if (known === undefined) found.set(key, [owner]);
    else known.push(owner);
  }
  return found;
}

/** Reads the entries of a block one by one. */
export interface BlockReader {
  lines: readonly string[];
  entry(at: number): ChainedEntry;
}

/** `first` is the number of the first entry. Throws where the texts are not as they were written. */
export function blockReader(first: number, entries: string, shared: string): BlockReader {
  const lines = entries.split('\n');
  const parsed = JSON.parse(shared) as Shared; // as sharedText writes it, or the chain is broken, which its hash says
  const { agents } = parsed;
  const owners = ownersOf(parsed);
  return {
    lines,
    entry(at) {
      const { agent, keys: all, ...said } = entryOf(lines[at]!);
      const pairs = all.flatMap((key) => (owners.get(key) ?? ['0']).map((owner) => [key, owner] as const));
      return {
        sequence: first + at,
        ...said,
        agent: agents[agent]!,
        keys: pairs.map(([key]) => key),
        owners: pairs.map(([, owner]) => owner),
      };
    },
  };
}

function entryOf(line: string) {
  const parsed = JSON.parse(line) as Line; // as lineOf writes it, or its hash says otherwise
  const [recorded, request, interaction, status, agent, network, path, query, resources, asked, keys = [asked]] =
    parsed;
  return { recorded, request, interaction, status, agent, network, path, query, resources, asked, keys };
}

/** What the entries of a block mention, and whose it is, as the block says. Throws where the texts are not as they were written. */
export function mentionsOf(entries: string, shared: string): [Mentions, Attribution] {
  const parsed = JSON.parse(shared) as Shared; // as sharedText writes it
  const owned = ownersOf(parsed);
  const mentions = new Mentions();
  const unowned = new Set<Int64>();
  for (const line of entries.split('\n')) {
    const { agent, ...said } = entryOf(line);
    mentions.add({ ...said, agent: parsed.agents[agent]! }, []);
    for (const key of said.keys) if (!owned.has(key)) unowned.add(key);
  }
  return [mentions, { keys: [...owned.keys()], owners: [...owned.values()].flat(), unowned }];
}
