/** How many data sets of some servers tell what they hold, and when last: one request for all of them. https://hl7.org/fhir/R4B/http.html#transaction */
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { canonical } from '../../../src/fhir/canonical.ts';
import { objectOf, objectsOf } from '../../../src/fhir/json.ts';
import { ask } from '../server/fhir.ts';
import { home } from '../server/home.ts';
import { useAsker } from '../server/query.ts';

export interface Freshness {
  readonly dataSets: number;
  /** of the newest content summary */
  readonly newest?: string;
}

/** By id of the Endpoint; who is missing was not answered for. */
export function useFreshness(ids: readonly string[]): UseQueryResult<ReadonlyMap<string, Freshness>> {
  const who = useAsker(home);
  return useQuery({
    queryKey: ['network-freshness', home, who, ...ids],
    queryFn: ({ signal }) => freshnessOf(ids, signal),
    enabled: ids.length > 0,
    placeholderData: (before) => before,
  });
}

async function freshnessOf(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Freshness>> {
  const query = `_profile=${encodeURIComponent(canonical.contentSummary)}&_sort=-date&_count=1&_elements=date&_total=accurate`;
  const body = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: ids.map((id) => ({ request: { method: 'GET', url: `MeasureReport?endpoint=Endpoint/${id}&${query}` } })),
  };
  const answer = await ask(home, '', { method: 'POST', body, signal });
  const found = new Map<string, Freshness>();
  for (const [at, entry] of objectsOf((answer.body as { entry?: never }).entry).entries()) {
    const bundle = objectOf(entry['resource']);
    const id = ids[at];
    if (id === undefined || bundle?.['resourceType'] !== 'Bundle' || typeof bundle['total'] !== 'number') continue;
    const date = objectOf(objectsOf(bundle['entry'])[0]?.['resource'])?.['date'];
    found.set(id, { dataSets: bundle['total'], ...(typeof date === 'string' ? { newest: date } : {}) });
  }
  return found;
}
