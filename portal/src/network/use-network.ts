/** Asks the home server for all servers that it knows, page by page. https://hl7.org/fhir/R4B/http.html#paging */
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { JsonObject } from '../../../src/fhir/json.ts';
import { home } from '../server/home.ts';
import { type Pages, readPages } from '../server/pages.ts';
import { type HomeServer, useAsker, useHome } from '../server/query.ts';
import { type NetworkServer, serversOf, softwareOf } from './server.ts';

const perPage = 500;
/** So many pages are asked for; what is cut is said. */
const mostPages = 4;

export interface Network {
  readonly servers: readonly NetworkServer[];
  readonly home: NetworkServer;
  /** how many servers the home server has beyond those here; 0 when these are all */
  readonly cut: number;
  /** why versions and software are missing, where they are */
  readonly withoutStatements?: Error;
}

export function useNetwork(): UseQueryResult<Network> {
  const who = useAsker(home);
  const here = useHome();
  return useQuery({
    queryKey: ['network', home, who],
    queryFn: ({ signal }) => networkOf(here.data, signal),
    enabled: !here.isPending,
  });
}

async function networkOf(here: HomeServer | undefined, signal: AbortSignal): Promise<Network> {
  const read = (search: string): Promise<Pages> => readPages(home, `${search}&_count=${perPage}`, mostPages, signal);
  const [endpoints, statements] = await Promise.all([
    read('Endpoint?connection-type=hl7-fhir-rest&_include=Endpoint:organization&_total=accurate'),
    // Without them the servers are shown all the same.
    read('CapabilityStatement?kind=instance&_elements=extension,fhirVersion,software,implementation').catch(
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    ),
  ]);
  const of = (type: string): JsonObject[] => endpoints.resources.filter((one) => one['resourceType'] === type);
  const capabilities = (here?.capabilities ?? {}) as JsonObject;
  const servers = serversOf(
    {
      endpoints: of('Endpoint'),
      organisations: of('Organization'),
      statements: statements instanceof Error ? [] : statements.resources,
    },
    {
      base: home,
      name: here?.name ?? home,
      roles: here?.roles ?? [],
      fhirVersion: here?.fhirVersion ?? '',
      software: softwareOf(capabilities),
    },
  );
  return {
    servers,
    home: servers.find(({ isHome }) => isHome)!, // serversOf sees to it
    cut: Math.max(0, (endpoints.total ?? 0) - of('Endpoint').length),
    ...(statements instanceof Error ? { withoutStatements: statements } : {}),
  };
}
