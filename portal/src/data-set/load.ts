/** Fetches what the page of a data set shows: its record, the summary of its content, versions of the record. See docs/reference/landing-pages.md */
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type DataSetDescription, describeDataSet, summaryIdentifiers } from '../../../src/fair/landing/index.ts';
import { canonical } from '../../../src/fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../src/fhir/json.ts';
import { getJson } from '../server/fhir.ts';
import { home } from '../server/home.ts';
import { useAsker, useFhir } from '../server/query.ts';

/** Where the record of the page is. */
export interface Place {
  base: string;
  id: string;
}

export interface LoadedDataSet {
  record: UseQueryResult<JsonObject>;
  summary: UseQueryResult<JsonObject | null>;
  /** as far as it is loaded */
  description: DataSetDescription | undefined;
}

export function useDataSet({ base, id }: Place): LoadedDataSet {
  // What a server answers as JSON is JSON.
  const record = useFhir(base, `Library/${encodeURIComponent(id)}`) as UseQueryResult<JsonObject>;
  const summary = useSummary({ base, id }, record.data);
  const description = useMemo(
    () =>
      record.data === undefined
        ? undefined
        : describeDataSet(record.data, { base, page: pageOf({ base, id }) }, summary.data ?? undefined),
    [record.data, summary.data, base, id],
  );
  return { record, summary, description };
}

/** The page of a data set of another server is that server's to have: its record stands for it. */
const pageOf = ({ base, id }: Place): string =>
  base === home ? new URL(`/data-set/${encodeURIComponent(id)}`, location.origin).href : `${base}/Library/${id}`;

/** None where the server has none, or may tell none. */
function useSummary({ base, id }: Place, library: JsonObject | undefined): UseQueryResult<JsonObject | null> {
  const asker = useAsker(base);
  return useQuery({
    queryKey: ['content-summary', base, id, asker],
    enabled: library !== undefined,
    queryFn: async ({ signal }): Promise<JsonObject | null> => {
      const identifiers = [...summaryIdentifiers(library ?? {}), `${base}/Library/${id}/content-summary`];
      const query = new URLSearchParams({
        _profile: canonical.contentSummary,
        identifier: identifiers.map((one) => `${canonical.uri}|${one.replace(/[\\,$|]/g, '\\$&')}`).join(','),
        _count: '5',
      });
      const bundle = (await getJson(base, `MeasureReport?${query}`, { signal })) as JsonObject; // JSON, as every answer
      const found = objectsOf(bundle['entry']).map((entry) => objectOf(entry['resource']));
      return found.find((one) => one?.['resourceType'] === 'MeasureReport') ?? null;
    },
  });
}

export interface Version {
  version: string;
  date: string;
}

/** The last versions of the record, newest first; `hasMore` where there are others. */
export function useVersions({ base, id }: Place): UseQueryResult<{ versions: Version[]; hasMore: boolean }> {
  const asker = useAsker(base);
  return useQuery({
    queryKey: ['versions', base, id, asker],
    queryFn: async ({ signal }) => {
      const path = `Library/${encodeURIComponent(id)}/_history?_count=20`;
      const bundle = (await getJson(base, path, { signal })) as JsonObject; // JSON, as every answer
      const metas = objectsOf(bundle['entry']).map((entry) => objectOf(objectOf(entry['resource'])?.['meta']));
      const versions = metas.flatMap((meta): Version[] => {
        const [version, date] = [meta?.['versionId'], meta?.['lastUpdated']];
        return typeof version === 'string' && typeof date === 'string' ? [{ version, date }] : [];
      });
      return { versions, hasMore: objectsOf(bundle['link']).some(({ relation }) => relation === 'next') };
    },
  });
}
