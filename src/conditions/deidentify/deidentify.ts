/** Makes of a stored version the text that may leave by a profile. https://hl7.org/fhir/R5/secpriv-module.html#deId */
import { resourceText } from '../../fhir/format/json.ts';
import { parseLosslessObject } from '../../fhir/format/lossless.ts';
import { type Json, type JsonObject, objectOf, type Resource } from '../../fhir/json.ts';
import type { Int64 } from '../../search/index-rows.ts';
import type { DeidentificationProfile } from './profile.ts';
import { type DeidentifierMeans, releases } from './release.ts';
import { walkResource } from './walk.ts';

/** A version that is no tombstone, as it is stored. */
export interface StoredVersion {
  type: string;
  id: string;
  key: Int64;
  version: number;
  /** milliseconds since 1970 */
  updated: number;
  tail: string;
}

/** What takes the place of `id`, `tail` and `updated` of a stored version. */
interface LeavingVersion {
  id: string;
  tail: string;
  updated: number;
}

/** `persons` are the keys of the patients that the resource is about. */
export type Deidentifier = (stored: StoredVersion, persons: readonly Int64[]) => LeavingVersion;

/**
 * The function that applies `profile` for one project. Keep it: it remembers pseudonyms and shifts.
 * When a resource was last updated leaves by the rules for `meta.lastUpdated`; without one that keeps or changes it,
 * as the beginning of its year, since the day on which something was recorded would undo a shift.
 * A resource that cannot be evaluated leaves as its type, its id and its labels.
 */
export function createDeidentifier(profile: DeidentificationProfile, means: DeidentifierMeans): Deidentifier {
  const release = releases(profile, means);
  return (stored, persons) => {
    const { type, id, key, version, updated, tail } = stored;
    const about = type === 'Patient' ? [key] : persons;
    const newRelease = (contained: Json | undefined) => release(about, contained);
    let left: JsonObject;
    try {
      const resource = parseKeepingDigits(resourceText(type, id, version, updated, tail)) as Resource; // by resourceText
      left = walkResource(resource, profile, newRelease);
    } catch {
      const bare: Resource = { resourceType: type, id };
      left = walkResource(
        bare,
        { ...profile, rules: profile.rules.filter(({ path }) => path.kind === 'steps') },
        newRelease,
      );
    }
    const { resourceType: _, id: leavingId, meta, ...members } = left;
    const { versionId: __, lastUpdated, ...metaMembers } = objectOf(meta) ?? {};
    return {
      id: leavingId as string, // stored resources have one
      tail: `${continued(metaMembers)}${continued(members)}`,
      updated: leavingInstant(lastUpdated, updated),
    };
  };
}

/** The members and the end of an object that has begun. */
function continued(members: JsonObject): string {
  const text = JSON.stringify(members);
  return text === '{}' ? '}' : `,${text.slice(1)}`;
}

function leavingInstant(left: Json | undefined, updated: number): number {
  const stated = typeof left === 'string' ? Date.parse(left) : Number.NaN;
  return Number.isNaN(stated) ? Date.UTC(new Date(updated).getUTCFullYear(), 0, 1) : stated;
}

/** A number stands behind a name, or in a list; the colons of a time stand behind digits. */
const numbers = /(?:"\s*:|[,[])\s*(-?\d[\d.eE+-]*)/g;

/** Most texts hold only numbers that JavaScript writes as they were written; those are parsed ten times as fast. */
export function parseKeepingDigits(text: string): JsonObject {
  numbers.lastIndex = 0;
  for (let match = numbers.exec(text); match !== null; match = numbers.exec(text)) {
    // Within a string it may look like one, too; then the slow way does no harm.
    if (String(Number(match[1])) !== match[1]) return parseLosslessObject(text);
  }
  return JSON.parse(text) as JsonObject; // a resource
}
