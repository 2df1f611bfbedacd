/** A small world in memory for tests of conditions: records, what is stated about them, and askers. */
import type { Resource } from '../../src/fhir/json.ts';

/** A record of a person, and where it belongs. */
export interface WorldRecord {
  resource: Resource;
  /** `Library/id` of the data sets that contain it */
  dataSets: readonly string[];
  /** `Patient/id` of the persons in whose compartment it is */
  patients: readonly string[];
}

export interface World {
  /** Library, Consent and Permission resources, as their sources wrote them */
  statements: readonly Resource[];
  records: readonly WorldRecord[];
  revoked: readonly string[];
}

/** 2026-06-15T12:00:00Z; the dates of the generated statements lie around it. */
export const now = Date.UTC(2026, 5, 15, 12);
