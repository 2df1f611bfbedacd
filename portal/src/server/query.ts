/** Hooks that keep what servers answered. Who logs in or out sees it anew. https://tanstack.com/query/latest */
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { getJson, type Json } from './fhir.ts';
import { home } from './home.ts';
import { useStatement } from './statement.ts';
import { useSessions } from './tokens.ts';

/** What a request for `path` at `base` gives; not asked while `path` is undefined. */
export function useFhir(base: string, path: string | undefined): UseQueryResult<Json> {
  const who = useAsker(base);
  return useQuery({
    queryKey: ['fhir', base, path, who],
    queryFn: ({ signal }) => getJson(base, path!, { signal }),
    enabled: path !== undefined,
  });
}

/** A key that changes with who is logged in at a server, and with what they say they need data for. */
export function useAsker(base: string): string {
  const session = useSessions().find((one) => one.base === base);
  const { purposes, project } = useStatement();
  // A renewed token is the same person's: what was answered stays true.
  return session === undefined ? '' : [session.name ?? session.token.slice(-8), ...purposes, project].join(' ');
}

export type Role = 'repository' | 'registry' | 'discovery';

export interface HomeServer {
  /** empty while it is not known, and for servers that are not fairway's */
  readonly roles: readonly Role[];
  readonly name: string;
  readonly fhirVersion: string;
  readonly capabilities: Json;
}

/** What the server that serves the portal says of itself. */
export function useHome(): UseQueryResult<HomeServer> {
  return useServer(home);
}

export function useServer(base: string): UseQueryResult<HomeServer> {
  return useQuery({
    queryKey: ['capabilities', base],
    queryFn: async ({ signal }) => serverOf(await getJson(base, 'metadata', { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function serverOf(capabilities: Json): HomeServer {
  const { implementation, fhirVersion, instantiates } = capabilities as {
    implementation?: { description?: string };
    fhirVersion?: string;
    instantiates?: string[];
  };
  const known = ['repository', 'registry', 'discovery'] as const;
  const stated = new Set((instantiates ?? []).map((one) => one.slice(one.lastIndexOf('/') + 1)));
  return {
    roles: known.filter((role) => stated.has(role)),
    name: implementation?.description ?? '',
    fhirVersion: fhirVersion ?? '',
    capabilities,
  };
}
