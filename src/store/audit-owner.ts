/** Whose compartment disclosed resources lie in. https://hl7.org/fhir/R4B/compartmentdefinition-patient.html */
import type { Int64 } from '../search/index-rows.ts';
import type { Owners } from './audit-about.ts';
import type { Sql } from './connect.ts';
import { arrayText } from './row-buffer.ts';

/** Resources by key, each with its version where that is known. */
type Versions = ReadonlyMap<Int64, number | undefined>;

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

/** Finds the patients of resources. `compartment` are the keys of the search parameters that tie resources to a patient's compartment. */
export function ownersIn(sql: Sql, compartment: readonly Int64[]): (resources: Versions) => Promise<Owners> {
  const parameters = arrayText(compartment);
  let memory = new Map<Int64, { version: number; owners: readonly Int64[] }>();
  return async (resources) => {
    const found = new Map<Int64, readonly Int64[]>();
    const sought: Int64[] = [];
    for (const [key, version] of resources) {
      const known = memory.get(key);
      if (known === undefined || version === undefined || known.version !== version) sought.push(key);
      else if (known.owners.length > 0) found.set(key, known.owners);
    }
    if (sought.length === 0) return found;
    // Not prepared: the plan must know the parameters.
    const [row] = await sql.unsafe(text, [arrayText(sought), parameters]);
    if (memory.size >= remembered) memory = new Map();
    for (const [key, all] of pairsOf(row?.['keys'], row?.['owners'])) {
      const owners = all.length > mostOwners ? [] : all;
      if (owners.length > 0) found.set(key, owners);
      // Only what has a patient is remembered: the Patient of another may still come.
      const version = resources.get(key);
      if (version !== undefined) memory.set(key, { version, owners });
    }
    return found;
  };
}

function pairsOf(keys: unknown, owners: unknown): Map<Int64, Int64[]> {
  const pairs = new Map<Int64, Int64[]>();
  if (typeof keys !== 'string' || typeof owners !== 'string') return pairs;
  const of = owners.split(',');
  for (const [at, key] of keys.split(',').entries()) {
    const known = pairs.get(key);
    if (known === undefined) pairs.set(key, [of[at]!]);
    else known.push(of[at]!);
  }
  return pairs;
}
