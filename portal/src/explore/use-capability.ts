/** What the server that is explored says it can do. https://hl7.org/fhir/R4B/http.html#capabilities */
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { type Capability, readCapability } from './capability.ts';
import { askText, readResource } from './fetch-text.ts';

export function useCapability(base: string): UseQueryResult<Capability> {
  return useQuery({
    queryKey: ['explore-capability', base],
    queryFn: async ({ signal }) => readCapability(readResource(await askText(base, 'metadata', { signal }), base)),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
