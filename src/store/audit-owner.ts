/** Whose compartment disclosed resources lie in. https://hl7.org/fhir/R4B/compartmentdefinition-patient.html */
import type { Int64 } from '../search/index-rows.ts';
import type { Sql } from './connect.ts';
import { arrayText } from './row-buffer.ts';

/** A version of a resource that was disclosed. */
export interface Disclosed {
  key: Int64;
  /** absent where only the address is known */
  version?: number | undefined;
}

/** Resources by their keys; of each its version, where it is known. */
interface Versions {
  keys: readonly Int64[];
  versions: readonly (number | undefined)[];
}

/** Gives the patients of resources, each by the key of its Patient; those of resources that have none are absent. */
export type Owners = (entries: readonly Versions[]) => Promise<ReadonlyMap<Int64, readonly Int64[]>>;

// A patient belongs to itself; what else belongs to one says so in a reference that ties it to the compartment.
// What is added to the columns keeps the planner from walking through all patients, or through the parameters of each key.
const text = `
  select string_agg(key::text, ',') as keys, string_agg(owner::text, ',') as owners from (
    select key, key as owner from resource where key = any($1::bigint[]) and type || '' = 'Patient'
    union
    select t.key, t.target from reference t join resource r on r.key = t.target and r.type || '' = 'Patient'
    where t.key = any($1::bigint[]) and t.parameter # 0::bigint = any($2::bigint[])
  ) q`;

/** A resource that names more patients (a large Group) is told without them: each look at it would be an entry for all. */
const mostOwners = 1000;

/** Versions of which the patients are remembered; the memory is dropped whole when this many are held. */
const remembered = 50_000;

/** `compartment` are the keys of the search parameters that tie resources to a patient's compartment. */
export function ownersIn(sql: Sql, compartment: readonly Int64[]): Owners {
  const parameters = arrayText(compartment);
  let memory = new Map<Int64, { version: number; owners: Int64[] }>();
  return async (entries) => {
    const found = new Map<Int64, readonly Int64[]>();
    const sought = new Map<Int64, number | undefined>();
    for (const { keys, versions } of entries) {
      for (const [at, key] of keys.entries()) {
        const version = versions[at];
        const known = memory.get(key);
        if (known === undefined || version === undefined || known.version !== version) sought.set(key, version);
        else if (known.owners.length > 0) found.set(key, known.owners);
      }
    }
    if (sought.size === 0) return found;
    // Not prepared: the plan must know the parameters.
    const [row] = await sql.unsafe(text, [arrayText([...sought.keys()]), parameters]);
    const keys = row?.['keys'] as string | null;
    if (keys === null) return found;
    if (memory.size >= remembered) memory = new Map();
    const of = (row!['owners'] as string).split(',');
    const fresh = new Map<Int64, Int64[]>();
    for (const [at, key] of keys.split(',').entries()) {
      const known = fresh.get(key);
      if (known === undefined) fresh.set(key, [of[at]!]);
      else known.push(of[at]!);
    }
    for (const [key, all] of fresh) {
      const owners = all.length > mostOwners ? [] : all;
      if (owners.length > 0) found.set(key, owners);
      // Only what has a patient is remembered: the Patient of another may still come.
      const version = sought.get(key);
      if (version !== undefined) memory.set(key, { version, owners });
    }
    return found;
  };
}
