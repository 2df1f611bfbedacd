/** What the data sets that a question names are called, as the server that serves the portal knows it, or else the server that a name leads to. https://hl7.org/fhir/R4B/references.html#logical */
import { type QueryClient, useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { datasetOf, searchesByName } from '../../../src/federation/client/index.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../src/fhir/json.ts';
import { parseReference } from '../../../src/fhir/reference.ts';
import { FhirProblem, getJson } from '../server/fhir.ts';
import { home } from '../server/home.ts';
import { useSessions } from '../server/tokens.ts';

/** `reason` is of a server that failed; without it there is no record, or none for this reader. */
export type DataSetTitle =
  | { readonly state: 'looking' }
  | { readonly state: 'read'; readonly title: string }
  | { readonly state: 'unread'; readonly reason?: string };

const keyOf = (name: string, who: string): readonly string[] => ['data-set-title', name, who];

/** Whoever logs in may be told of more. */
export const useTitleReader = (): string =>
  useSessions()
    .map(({ base, name = '' }) => `${base} ${name}`)
    .join(' ');

export function useDataSetTitles(names: readonly string[]): (name: string) => DataSetTitle {
  const who = useTitleReader();
  const found = useQueries({
    queries: names.map((name) => ({
      queryKey: keyOf(name, who),
      queryFn: ({ signal }: { signal: AbortSignal }) => titleOf(name, signal),
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
    })),
    combine: (results) => results.map(({ data }): DataSetTitle => data ?? { state: 'looking' }),
  });
  const known = JSON.stringify(found);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was found is the text in `known`
  return useMemo(() => {
    const byName = new Map(names.map((name, at) => [name, found[at]]));
    return (name: string) => byName.get(name) ?? { state: 'looking' };
  }, [names, known]);
}

async function titleOf(name: string, signal: AbortSignal): Promise<DataSetTitle> {
  const address = parseReference(name);
  let reason: string | undefined;
  const attempts = [
    () => foundAtHome(name, signal),
    ...(address?.base === undefined ? [] : [() => readRecord(address.base!, address.id, signal)]),
  ];
  for (const attempt of address?.base === home ? attempts.reverse() : attempts) {
    try {
      const record = await attempt();
      if (record !== undefined) return { state: 'read', title: record.title };
    } catch (error) {
      if (signal.aborted) throw error;
      if (!isClosed(error)) reason = error instanceof Error ? error.message : String(error);
    }
  }
  return { state: 'unread', ...(reason === undefined ? {} : { reason }) };
}

/** Not there, withdrawn, or not for this reader: that is one and the same to them. */
const isClosed = (error: unknown): boolean =>
  error instanceof FhirProblem && [401, 403, 404, 410].includes(error.status);

interface ReadRecord {
  readonly title: string;
  /** by which questions name it: as other servers have it, too, where it has an identifier */
  readonly name: string;
}

export async function readRecord(base: string, id: string, signal: AbortSignal): Promise<ReadRecord> {
  return recordOf((await getJson(base, `Library/${encodeURIComponent(id)}`, { signal })) as JsonObject, base); // JSON, as every answer
}

function recordOf(library: JsonObject, base: string): ReadRecord {
  const { title, identifier } = datasetOf(library, base);
  return { title, name: identifier };
}

async function foundAtHome(name: string, signal: AbortSignal): Promise<ReadRecord | undefined> {
  for (const search of searchesByName(name)) {
    const bundle = (await getJson(home, `Library?${new URLSearchParams([[...search], ['_count', '1']])}`, {
      signal,
    })) as JsonObject; // JSON, as every answer
    const library = objectsOf(bundle['entry'])
      .map((entry) => objectOf(entry['resource']))
      .find((one) => one?.['resourceType'] === 'Library');
    if (library !== undefined) return recordOf(library, home);
  }
  return undefined;
}

/** Keeps a title that was just read. */
export function rememberTitle(queries: QueryClient, who: string, { name, title }: ReadRecord): void {
  const told: DataSetTitle = { state: 'read', title };
  queries.setQueryData(keyOf(name, who), () => told);
}
