/** Whether a question is about open data sets alone, so that its count is exact whatever else this server holds. See docs/adr/0035-exact-counts-of-open-data-sets.md */
import { extentsNamed, isConfined, openDataSets } from '../conditions/disclosure/confined.ts';
import { metadataTypes } from '../conditions/metadata-type.ts';
import type { Decision } from '../conditions/model.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { Search } from '../search/tree.ts';
import { extentsOf } from '../store/data-set.ts';
import type { Store } from '../store/store.ts';
import type { StandingDecision } from './decision-memory.ts';

const metadata: ReadonlySet<string> = new Set(metadataTypes);
const known = new WeakMap<Decision, readonly Int64[]>();

export async function isOfOpenData(
  search: Search,
  { decision, statements }: Pick<StandingDecision, 'decision' | 'statements'>,
  { store, definitions }: { store: Store; definitions: Definitions },
): Promise<boolean> {
  if (decision.counts.size + decision.exists.size === 0) return false;
  const means = { definitions, hash: store.hash, metadataTypes: metadata };
  const named = extentsNamed(search, means);
  if (named.tags.length + named.lists.length === 0) return false;
  let dataSets = known.get(decision);
  if (dataSets === undefined) known.set(decision, (dataSets = openDataSets(statements.classes, decision)));
  if (dataSets.length === 0) return false;
  return isConfined(search, await extentsOf(store.sql, { ...named, dataSets, records: decision.records }), means);
}
