/** The requests that those who are logged in made or decide on, from all their servers; one that fails does not hide the others. */
import { useQueries } from '@tanstack/react-query';
import { getJson, type Json } from '../server/fhir.ts';
import { type Session, useSessions } from '../server/tokens.ts';
import { type AccessTask, tasksIn } from './task.ts';

export interface FoundRequests {
  readonly tasks: readonly AccessTask[];
  readonly failures: readonly { readonly base: string; readonly error: Error; retry(): void }[];
  readonly isPending: boolean;
  readonly sessions: readonly Session[];
}

export function useRequests(): FoundRequests {
  const sessions = useSessions();
  return useQueries({
    queries: sessions.map(({ base, token }) => ({
      queryKey: ['access requests', base, token.slice(-8)],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        tasksIn(await getJson(base, '$access-requests', { signal }), base),
      staleTime: 5_000,
    })),
    combine: (results) => ({
      tasks: results
        .flatMap(({ data }) => data ?? [])
        .toSorted((one, other) => other.authored.localeCompare(one.authored)),
      failures: results.flatMap(({ error, refetch }, at) =>
        error === null ? [] : [{ base: sessions[at]!.base, error, retry: () => void refetch() }],
      ),
      isPending: results.some((one) => one.isPending),
      sessions,
    }),
  });
}

/** Does something with a request, such as `$withdraw-access`; gives it as it is then. */
export async function actOn(task: AccessTask, operation: string, parameters: readonly Json[]): Promise<void> {
  await getJson(task.base, `Task/${task.id}/$${operation}`, {
    method: 'POST',
    body: { resourceType: 'Parameters', ...(parameters.length === 0 ? {} : { parameter: parameters }) },
  });
}
