/** The data sets that this server describes: all that are of the type by FHIR for FAIR. https://hl7.org/fhir/uv/fhir-for-fair/ */
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { canonical } from '../../../../src/fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../../src/fhir/json.ts';
import { home } from '../../server/home.ts';
import { readPages } from '../../server/pages.ts';
import { useAsker, useFhir, useHome } from '../../server/query.ts';

export interface DataSets {
  sets: readonly JsonObject[];
  /** whether the server has more than were read */
  isCut: boolean;
}

/** Of a hundred data sets each. */
const mostPages = 10;

export function useDataSets(): UseQueryResult<DataSets> {
  const who = useAsker(home);
  return useQuery({
    queryKey: ['desk', 'data-sets', who],
    queryFn: async ({ signal }): Promise<DataSets> => {
      const type = `${canonical.libraryType}|asset-collection`;
      const search = `Library?type=${encodeURIComponent(type)}&_sort=-_lastUpdated&_count=100`;
      const { resources, isCut } = await readPages(home, search, mostPages, signal);
      return { sets: resources, isCut };
    },
  });
}

/** Ids of the data sets of which a content summary is published; undefined while that is not known. */
export function useSummarised(): ReadonlySet<string> | undefined {
  const isRepository = useHome().data?.roles.includes('repository') === true;
  const profile = encodeURIComponent(canonical.contentSummary);
  const { data } = useFhir(home, isRepository ? `MeasureReport?_profile=${profile}&_count=1000` : undefined);
  if (data === undefined) return undefined;
  const reports = objectsOf((data as JsonObject)['entry']).map(({ resource }) => objectOf(resource));
  const references = reports.flatMap((one) =>
    objectsOf(one?.['extension'])
      .filter(({ url }) => url === canonical.summaryDataSet)
      .map((each) => String(objectOf(each['valueReference'])?.['reference'])),
  );
  return new Set(references.map((one) => one.slice(one.lastIndexOf('/') + 1)));
}

/** Whether the record came from another server, which alone may change it. */
export const isTakenOver = (record: JsonObject): boolean =>
  objectsOf(record['extension']).some(({ url }) => url === canonical.hop);
