/** Asks the server for a page of the catalogue and for its facets, and keeps what is shown until the answer is there. */
import { keepPreviousData, queryOptions, type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { canonical } from '../../../src/fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../src/fhir/json.ts';
import { getJson, type Json } from '../server/fhir.ts';
import { home } from '../server/home.ts';
import { readPages } from '../server/pages.ts';
import { type HomeServer, useAsker, useHome, useServer } from '../server/query.ts';
import { type Page, readPage, readSummaries, type Summaries } from './entry.ts';
import {
  type CatalogueQuestion,
  contentFacets,
  criteriaOf,
  type FacetName,
  lazyFacets,
  pagePath,
  plainPath,
  queryText,
  recordFacets,
  summariesPath,
} from './question.ts';
import { readFacets, type ToldFacet, type ToldFacets } from './told-facets.ts';

/** A server whose catalogue can be looked through. */
interface Source {
  readonly base: string;
  readonly name: string;
}

export interface Sources {
  readonly sources: readonly Source[];
  /** whether there are more */
  readonly isCut: boolean;
  readonly isLoading: boolean;
  readonly error: unknown;
  retry(): void;
}

/** Of a hundred registries each. */
const mostPages = 10;

/** Catalogues to choose from, by name: the home server's own, or those of the registries that it knows. */
export function useSources(): Sources {
  const server = useHome();
  const isOwn = server.data !== undefined && hasRecords(server.data);
  const others = useQuery({
    queryKey: ['catalogue sources', home],
    queryFn: async ({ signal }) => {
      const search = 'Endpoint?payload-type=metadata-registry&status=active&_sort=name&_count=100';
      const { resources, isCut } = await readPages(home, search, mostPages, signal);
      return { sources: sourcesOf(resources), isCut };
    },
    enabled: server.data !== undefined && !isOwn,
  });
  const own: Source[] = server.data === undefined ? [] : [{ base: home, name: server.data.name }];
  return {
    sources: isOwn ? own : (others.data?.sources ?? []),
    isCut: others.data?.isCut === true,
    isLoading: server.isPending || (!isOwn && others.isPending),
    error: server.error ?? others.error,
    retry: () => void (server.error === null ? others.refetch() : server.refetch()),
  };
}

/** A discovery server alone holds no records of data sets; of others than fairway's it is not known. */
const hasRecords = ({ roles }: HomeServer): boolean =>
  roles.length === 0 || roles.includes('registry') || roles.includes('repository');

function sourcesOf(endpoints: readonly JsonObject[]): Source[] {
  return endpoints.flatMap((endpoint) => {
    const address = endpoint['address'];
    if (typeof address !== 'string') return [];
    const name = endpoint['name'];
    return [{ base: address.replace(/\/+$/, ''), name: typeof name === 'string' ? name : address }];
  });
}

/** What a server can do for a catalogue. */
export interface Abilities {
  readonly hasFacets: boolean;
  /** whether it looks for words in all texts */
  readonly hasContent: boolean;
}

export function useAbilities(base: string): UseQueryResult<HomeServer> & { abilities: Abilities | undefined } {
  const server = useServer(base);
  const { data } = server;
  const abilities = useMemo(() => (data === undefined ? undefined : abilitiesOf(data.capabilities)), [data]);
  return { ...server, abilities };
}

function abilitiesOf(capabilities: Json): Abilities {
  const rest = objectsOf((capabilities as JsonObject)['rest']);
  const libraries = rest.flatMap((one) => objectsOf(one['resource'])).filter((one) => one['type'] === 'Library');
  const operations = [...rest, ...libraries].flatMap((one) => objectsOf(one['operation']));
  const parameters = [...rest, ...libraries].flatMap((one) => objectsOf(one['searchParam']));
  return {
    hasFacets: operations.some(({ definition }) => definition === `${canonical.ours}/OperationDefinition/facets`),
    hasContent: parameters.some(({ name }) => name === '_content'),
  };
}

export function usePage(
  base: string,
  question: CatalogueQuestion,
  abilities: Abilities | undefined,
): UseQueryResult<Page> {
  const who = useAsker(base);
  return useQuery({
    ...pageQuery({ base, who }, question, abilities),
    enabled: abilities !== undefined,
    placeholderData: keepPreviousData,
  });
}

/** Whose catalogue, and who asks. */
interface Asked {
  base: string;
  who: string;
}

function pageQuery({ base, who }: Asked, question: CatalogueQuestion, abilities: Abilities | undefined) {
  const path =
    abilities === undefined ? '' : abilities.hasFacets ? pagePath(question) : plainPath(question, abilities.hasContent);
  return queryOptions({
    queryKey: ['catalogue page', base, path, question.before, who],
    queryFn: async ({ signal }) => readPage(await getJson(base, path, { signal }), base, question.before),
    structuralSharing: false,
  });
}

/** What the summaries of data sets tell; asked for when the data sets are known. */
export function useSummaries(base: string, ids: readonly string[]): UseQueryResult<Summaries> {
  const who = useAsker(base);
  const path = summariesPath(ids);
  return useQuery({
    queryKey: ['summaries', base, path, who],
    queryFn: async ({ signal }) => readSummaries(await getJson(base, path, { signal }), base),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
  });
}

/** `most` is how many values of each are wanted. */
export function useFacets(
  base: string,
  question: CatalogueQuestion,
  names: readonly FacetName[],
  { isAsked, most }: { isAsked: boolean; most?: number },
): UseQueryResult<ToldFacets> {
  const who = useAsker(base);
  return useQuery({
    ...facetsQuery({ base, who }, question, names, most),
    enabled: isAsked,
    placeholderData: keepPreviousData,
  });
}

function facetsQuery({ base, who }: Asked, question: CatalogueQuestion, names: readonly FacetName[], most?: number) {
  const count = most === undefined ? '' : `&facet-count=${most}`;
  const path = `Library/$facets?facet=${names.join(',')}${count}&${queryText(criteriaOf(question))}`;
  return queryOptions({
    queryKey: ['facets', base, path, who],
    queryFn: async ({ signal }) => readFacets(await getJson(base, path, { signal })),
    structuralSharing: false,
  });
}

/** Asks for what a question will show while the page still turns to it. */
export function useAskAhead(base: string, abilities: Abilities | undefined): (question: CatalogueQuestion) => void {
  const who = useAsker(base);
  const queries = useQueryClient();
  return useCallback(
    (question) => {
      if (abilities === undefined || question.isComparing) return;
      void queries.prefetchQuery(pageQuery({ base, who }, question, abilities));
      if (abilities.hasFacets) void queries.prefetchQuery(facetsQuery({ base, who }, question, recordFacets));
    },
    [queries, base, who, abilities],
  );
}

export interface AskedFacets {
  readonly facets: ReadonlyMap<string, ToldFacet>;
  readonly record: UseQueryResult<ToldFacets>;
  readonly content: UseQueryResult<ToldFacets>;
  readonly codes: UseQueryResult<ToldFacets>;
}

/** All facets, in up to three requests, one after the other: what is counted quickly does not wait for the rest. Whoever asks the same shares them. */
export function useAllFacets(base: string, question: CatalogueQuestion, withCodes: boolean): AskedFacets {
  const record = useFacets(base, question, recordFacets, { isAsked: true });
  const isAsked = record.isFetched && !record.isFetching;
  const content = useFacets(base, question, contentFacets, { isAsked });
  const codes = useFacets(base, question, lazyFacets, { isAsked: withCodes });
  const facets = new Map([
    ...(record.data?.facets ?? []),
    ...(content.data?.facets ?? []),
    ...(withCodes ? (codes.data?.facets ?? []) : []),
  ]);
  return { facets, record, content, codes };
}

/** The data sets with these ids, with all that their summaries tell. */
export function useCompared(base: string, ids: readonly string[], hasSummaries: boolean): UseQueryResult<Page> {
  const who = useAsker(base);
  const more = hasSummaries ? '&_revinclude=MeasureReport:data-set&_include:iterate=MeasureReport:endpoint' : '';
  const path = `Library?_id=${ids.join(',')}${more}`;
  return useQuery({
    queryKey: ['compared', base, path, who],
    queryFn: async ({ signal }) => readPage(await getJson(base, path, { signal }), base),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
  });
}

/** Scores of the letters of FAIR by data set, where an assessment was kept on the server. */
export function useFairScores(
  base: string,
  ids: readonly string[],
): UseQueryResult<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const who = useAsker(base);
  const sets = ids.map((id) => `Library/${id}`).join(',');
  const path = `MeasureReport?measure=${encodeURIComponent(canonical.fairAssessmentMeasure)}&data-set=${sets}&_sort=date&_count=100&_elements=group,extension,measure`;
  return useQuery({
    queryKey: ['fair scores', base, path, who],
    queryFn: async ({ signal }) => scoresOf(await getJson(base, path, { signal })),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
  });
}

function scoresOf(bundle: Json): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const reports = objectsOf(objectsOf((bundle as JsonObject)['entry']).map((one) => one['resource'] ?? null));
  return new Map(
    reports.flatMap((report) => {
      const extension = objectsOf(report['extension']).find(({ url }) => url === canonical.summaryDataSet);
      const reference = objectOf(extension?.['valueReference'])?.['reference'];
      if (typeof reference !== 'string') return [];
      const letters = objectsOf(report['group']).flatMap((group): [string, number][] => {
        const code = objectsOf(objectOf(group['code'])?.['coding'])[0]?.['code'];
        const score = objectOf(group['measureScore'] ?? group['measureScoreQuantity'])?.['value'];
        return typeof code === 'string' && typeof score === 'number' ? [[code, score]] : [];
      });
      return [[reference.slice(reference.lastIndexOf('/') + 1), new Map(letters)] as const];
    }),
  );
}
