/** Whose compartment disclosed resources lie in. https://hl7.org/fhir/R4B/compartmentdefinition-patient.html */
import type { Int64 } from '../search/index-rows.ts';
import type { Attribution, Mentions } from './audit-about.ts';
import type { Sql } from './connect.ts';
import { arrayText } from './row-buffer.ts';

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

interface Remembered {
  version: number;
  owners: readonly Int64[];
  /** the last block that it was told in */
  block: number;
}

/** Finds the patients of what a block mentions. `compartment` are the keys of the search parameters that tie resources to a patient's compartment. */
export function ownersIn(sql: Sql, compartment: readonly Int64[]): (mentions: Mentions) => Promise<Attribution> {
  const parameters = arrayText(compartment);
  let memory = new Map<Int64, Remembered>();
  let block = 0;
  return async ({ keys: mentioned, versions }) => {
    block++;
    const keys: Int64[] = [];
    const owners: Int64[] = [];
    const unowned = new Set<Int64>();
    const sought = new Map<Int64, number | undefined>();
    const tell = (key: Int64, all: readonly Int64[]): void => {
      if (all.length === 0) unowned.add(key);
      for (const owner of all) {
        keys.push(key);
        owners.push(owner);
      }
    };
    for (let at = 0; at < mentioned.length; at++) {
      const key = mentioned[at]!;
      const known = memory.get(key);
      if (known === undefined || known.version !== versions[at]) sought.set(key, versions[at]);
      else if (known.block !== block) {
        known.block = block;
        tell(key, known.owners);
      }
    }
    if (sought.size === 0) return { keys, owners, unowned };
    // Another version of it is in the block, too.
    for (const key of [...keys, ...unowned]) sought.delete(key);
    const found = await patientsOf(sql, [...sought.keys()], parameters);
    if (memory.size >= remembered) memory = new Map();
    for (const [key, version] of sought) {
      const all = found.get(key) ?? [];
      const few = all.length > mostOwners ? [] : all;
      tell(key, few);
      // Only what has a patient is remembered: the Patient of another may still come.
      if (version !== undefined && all.length > 0) memory.set(key, { version, owners: few, block });
    }
    return { keys, owners, unowned };
  };
}

async function patientsOf(sql: Sql, keys: readonly Int64[], parameters: string): Promise<Map<Int64, Int64[]>> {
  // Not prepared: the plan must know the parameters.
  const [row] = await sql.unsafe(text, [arrayText(keys), parameters]);
  return pairsOf(row?.['keys'], row?.['owners']);
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
