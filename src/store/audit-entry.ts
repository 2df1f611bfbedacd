/** One entry of the audit log and the hash that ties it to the one before. https://hl7.org/fhir/R4B/auditevent.html */
import { hash } from 'node:crypto';
import type { Int64 } from '../search/index-rows.ts';

/** What was asked, by whom, and what came of it. Texts are '' where there is nothing to say. */
export interface AuditEntry {
  /** milliseconds since 1970 */
  recorded: number;
  /** the same for all entries of one request */
  request: string;
  /** FHIR's code of the interaction, or `$operation` */
  interaction: string;
  /** of HTTP */
  status: number;
  subject: string;
  name: string;
  client: string;
  /** address that the request came from */
  network: string;
  /** below the base, without the query */
  path: string;
  query: string;
  /** `system|code`, separated by spaces */
  purposes: string;
  /** why the glass was broken */
  reason: string;
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
  /** hexadecimal SHA-256 */
  hash: string;
}

/** Columns with texts, in the order in which they are hashed and written. */
export const textColumns = [
  'request',
  'interaction',
  'subject',
  'name',
  'client',
  'network',
  'path',
  'query',
  'purposes',
  'reason',
] as const;

/** What the first entry follows. */
export const genesis = { sequence: 0, hash: '0'.repeat(64) };

/** The hash of an entry that follows `previous`. JSON keeps the fields apart, whatever they hold. */
export function entryHash(previous: string, entry: Omit<ChainedEntry, 'hash'>): string {
  const text = JSON.stringify([
    previous,
    entry.sequence,
    entry.recorded,
    entry.request,
    entry.interaction,
    entry.status,
    entry.subject,
    entry.name,
    entry.client,
    entry.network,
    entry.path,
    entry.query,
    entry.purposes,
    entry.reason,
    entry.resources,
    entry.asked,
    entry.keys,
    entry.owners,
  ]);
  return hash('sha256', text, 'hex');
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

// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL has no place in PostgreSQL, the others separate texts
const controls = /[\u0000\u001e\u001f]/;
const allControls = new RegExp(controls, 'g');

/** `text` as PostgreSQL gives it back: what it would change on the way would break the chain. */
export function storable(text: string): string {
  return controls.test(text) || !text.isWellFormed() ? text.replace(allControls, '\ufffd').toWellFormed() : text;
}
