/** What a registry or discovery server knows of the servers of its community, as operations ask for it. See docs/adr/0025-discovery.md */
import type { JsonObject } from '../fhir/json.ts';

/** What came of asking a server what it is. */
export interface Look {
  /** when it was asked, in milliseconds since 1970 */
  at: number;
  /** until the whole answer was there, or there was none */
  milliseconds: number;
  /** of HTTP; 0 where there was no answer */
  status: number;
  /** its CapabilityStatement, as it sent it; absent where it did not answer as a FHIR server does */
  statement?: JsonObject;
  /** why there is no statement: the same words for the same cause */
  reason?: string;
}

/** Equal answers in a row. Times in milliseconds since 1970. */
interface Streak {
  since: number;
  until: number;
  times: number;
  status: number;
  reason?: string;
  /** of the last answer */
  milliseconds: number;
}

export interface Community {
  /** whether servers that ask to join wait for a steward */
  admission: Admission;
  /** Asks the server at a base address what it is; throws `throttled` when that was asked for too often of late. */
  look(address: string, asker: { isTrusted: boolean }): Promise<Look>;
  /** How the members with these Endpoints answered when they were checked: the newest streaks first. */
  answers(endpoints: readonly string[], most: number): Promise<ReadonlyMap<string, readonly Streak[]>>;
}

export const admissions = ['steward', 'automatic'] as const;
export type Admission = (typeof admissions)[number];

/** The job that checks all members. */
export const checkJob = 'check members';
