/** One entry of the audit log: what was asked, by whom, and what came of it. https://hl7.org/fhir/R4B/auditevent.html */
import type { Int64 } from '../search/index-rows.ts';

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

/** An entry on its way, with the version of each of its keys as far as known. */
export interface RecordedEntry extends AuditEntry {
  versions: readonly (number | undefined)[];
}

/** As it is in the chain: each of `keys` has its patient in `owners`, or '0'; with two patients it stands twice. */
export interface ChainedEntry extends AuditEntry {
  sequence: number;
  owners: readonly Int64[];
}

/** Keys of one entry; more are split over several. */
const mostKeys = 1000;

/** The entry in parts of which none has too many keys. */
export function partsOf(entry: RecordedEntry): readonly RecordedEntry[] {
  if (entry.keys.length <= mostKeys) return [entry];
  return Array.from({ length: Math.ceil(entry.keys.length / mostKeys) }, (_, at) => {
    const range = [at * mostKeys, (at + 1) * mostKeys] as const;
    const keys = entry.keys.slice(...range);
    return { ...entry, keys, versions: entry.versions.slice(...range), resources: keys.length };
  });
}
