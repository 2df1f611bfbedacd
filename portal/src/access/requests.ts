/** The requests that those who are logged in made or decide on, from all their servers; one that fails does not hide the others. */
import { useQueries } from '@tanstack/react-query';
import { getJson, type Json } from '../server/fhir.ts';
import { type Session, useSessions } from '../server/tokens.ts';
import { type AccessTask, tasksIn } from './task.ts';

/** As whom one looks: for one's own requests, or for those that one decides on. */
export type Party = 'requester' | 'decider';

export interface FoundRequests {
  readonly tasks: readonly AccessTask[];
  readonly failures: readonly { readonly base: string; readonly error: Error; retry(): void }[];
  /** servers where one is logged in that take no requests over FHIR */
  readonly without: readonly string[];
  readonly isPending: boolean;
  readonly sessions: readonly Session[];
}

export function useRequests(party: Party): FoundRequests {
  const sessions = useSessions();
  return useQueries({
    queries: sessions.map(({ base, token }) => ({
      queryKey: ['access requests', base, party, token.slice(-8)],
      queryFn: ({ signal }: { signal: AbortSignal }) => requestsAt(base, party, signal),
      staleTime: 5_000,
    })),
    combine: (results) => ({
      tasks: results
        .flatMap(({ data }) => data ?? [])
        .toSorted((one, other) => other.authored.localeCompare(one.authored)),
      failures: results.flatMap(({ error, refetch }, at) =>
        error === null ? [] : [{ base: sessions[at]!.base, error, retry: () => void refetch() }],
      ),
      without: results.flatMap(({ data }, at) => (data === null ? [sessions[at]!.base] : [])),
      isPending: results.some((one) => one.isPending),
      sessions,
    }),
  });
}

/** Null where the server says that it takes no requests. */
async function requestsAt(base: string, party: Party, signal: AbortSignal): Promise<AccessTask[] | null> {
  const capabilities = await getJson(base, 'metadata', { signal });
  if (!JSON.stringify(capabilities['rest'] ?? []).includes('"access-requests"')) return null;
  return tasksIn(await getJson(base, `$access-requests?party=${party}`, { signal }), base);
}

/** Does something with a request, such as `$withdraw-access`, unless it has changed since it was read. */
export async function actOn(task: AccessTask, operation: string, parameters: readonly Json[]): Promise<void> {
  await getJson(task.base, `Task/${task.id}/$${operation}`, {
    method: 'POST',
    body: { resourceType: 'Parameters', ...(parameters.length === 0 ? {} : { parameter: parameters }) },
    ...(task.version === undefined ? {} : { headers: { 'if-match': `W/"${task.version}"` } }),
  });
}
