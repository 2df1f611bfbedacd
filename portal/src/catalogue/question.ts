/** What the catalogue's address asks for, and the FHIR search that it means. See docs/reference/facets.md */

/** What stands in the address beside the path, as the router reads it. */
interface PageSearch {
  readonly [name: string]: string | string[] | undefined;
}

export const sorts = ['relevance', 'title', 'newest', 'size'] as const;
export type Sort = (typeof sorts)[number];

export type Pair = readonly [name: string, value: string];

/** Facets in the order in which they are shown; those of the record itself are asked for first, since they are quick to count. */
export const recordFacets = ['licence', 'data-use', 'granularity', 'publisher', 'jurisdiction', 'topic'] as const;
export const contentFacets = [
  'patients',
  'year',
  'resource-type',
  'sex',
  'age',
  'server',
  'fhir-version',
  'visa',
  'language',
  'status',
] as const;
/** Asked for only when it is opened: there are many of them. */
export const lazyFacets = ['code'] as const;
export type FacetName = (typeof recordFacets | typeof contentFacets | typeof lazyFacets)[number];
export const facetNames: readonly FacetName[] = [
  'patients',
  'resource-type',
  'code',
  'year',
  'licence',
  'data-use',
  'granularity',
  'visa',
  'topic',
  'jurisdiction',
  'publisher',
  'server',
  'sex',
  'age',
  'language',
  'fhir-version',
  'status',
];

const held = '_has:MeasureReport:data-set:';
/** The criterion that a choice is written with, as docs/reference/facets.md states it. */
const criteria: Readonly<Record<FacetName, string>> = {
  licence: 'licence',
  'data-use': 'data-use',
  granularity: 'granularity',
  visa: 'visa',
  publisher: 'publisher:exact',
  jurisdiction: 'jurisdiction',
  topic: 'topic',
  language: '_language',
  status: 'status',
  patients: `${held}content-count`,
  year: `${held}content-period`,
  'resource-type': `${held}content-type`,
  code: `${held}content-code`,
  sex: `${held}content-code`,
  age: `${held}content-code`,
  server: `${held}endpoint`,
  'fhir-version': `${held}endpoint._has:CapabilityStatement:endpoint:fhir-version`,
};

export interface CatalogueQuestion {
  readonly text: string;
  readonly sort: Sort;
  /** what was chosen in each facet, as it stands in a search */
  readonly chosen: Readonly<Partial<Record<FacetName, readonly string[]>>>;
  /** base of the server whose catalogue it is, where it is not the home server's */
  readonly at: string | undefined;
  /** the page: as the server's link names it, and how many stand before it */
  readonly page: string | undefined;
  readonly before: number;
  /** ids of the data sets to compare */
  readonly compared: readonly string[];
  readonly isComparing: boolean;
}

export const mostCompared = 4;
export const pageSize = 20;

const listOf = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
const textOf = (value: string | string[] | undefined): string | undefined => listOf(value)[0];

export function questionOf(search: PageSearch): CatalogueQuestion {
  const chosen = facetNames.flatMap((name) => {
    const values = listOf(search[name]).filter((one) => one !== '');
    return values.length === 0 ? [] : [[name, values] as const];
  });
  const text = (textOf(search['q']) ?? '').trim();
  const sort = sorts.find((one) => one === textOf(search['sort'])) ?? (text === '' ? 'title' : 'relevance');
  const before = Number(textOf(search['before']) ?? 0);
  const page = textOf(search['page']);
  return {
    text,
    sort: sort === 'relevance' && text === '' ? 'title' : sort,
    chosen: Object.fromEntries(chosen),
    at: textOf(search['at']),
    page,
    before: page !== undefined && Number.isSafeInteger(before) && before > 0 ? before : 0,
    compared: listOf(search['compare']).slice(0, mostCompared),
    isComparing: textOf(search['view']) === 'compare',
  };
}

export function addressSearch(question: CatalogueQuestion): PageSearch {
  const { text, sort, chosen, at, page, before, compared, isComparing } = question;
  const usual = text === '' ? 'title' : 'relevance';
  return {
    ...(at === undefined ? {} : { at }),
    ...(text === '' ? {} : { q: text }),
    ...(sort === usual ? {} : { sort }),
    ...Object.fromEntries(Object.entries(chosen).map(([name, values]) => [name, [...values]])),
    ...(page === undefined ? {} : { page, before: String(before) }),
    ...(compared.length === 0 ? {} : { compare: [...compared] }),
    ...(isComparing ? { view: 'compare' } : {}),
  };
}

/** With other criteria one begins at the first page again. */
export const changed = (question: CatalogueQuestion, change: Partial<CatalogueQuestion>): CatalogueQuestion => ({
  ...question,
  page: undefined,
  before: 0,
  ...change,
});

export function withChosen(question: CatalogueQuestion, name: FacetName, values: readonly string[]): CatalogueQuestion {
  const { [name]: _, ...others } = question.chosen;
  return changed(question, { chosen: values.length === 0 ? others : { ...others, [name]: values } });
}

/** Words can be looked for only where there is a letter or digit. */
const hasWords = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

/** What narrows the search, without what shapes pages. */
export function criteriaOf({ text, chosen }: CatalogueQuestion): Pair[] {
  const pairs: Pair[] = [['type', 'asset-collection']];
  if (hasWords(text)) pairs.push(['_content', text]);
  for (const name of facetNames) {
    const values = chosen[name];
    if (values !== undefined) pairs.push(...choiceOf(name, values));
  }
  return pairs;
}

/** A span of years is two criteria, `2010-2014`; the values of others are alternatives. */
function choiceOf(name: FacetName, values: readonly string[]): Pair[] {
  const criterion = criteria[name];
  if (name !== 'year') return [[criterion, values.join(',')]];
  const span = yearsOf(values);
  if (span === undefined) return [];
  return [
    [criterion, `gt${span.first - 1}`],
    [criterion, `lt${span.last + 1}`],
  ];
}

export function yearsOf(values: readonly string[]): { first: number; last: number } | undefined {
  const [, first, last] = /^(\d{4})-(\d{4})$/.exec(values[0] ?? '') ?? [];
  if (first === undefined || last === undefined) return undefined;
  const [one, other] = [Number(first), Number(last)];
  return { first: Math.min(one, other), last: Math.max(one, other) };
}

export const queryText = (pairs: readonly Pair[]): string =>
  new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString();

/** What cards show of a record and of the summary of its content. */
const shown =
  'title,name,publisher,description,status,date,extension,identifier,url,effectivePeriod,copyright,jurisdiction,meta,period,measure,address';

/** The search of one page. By size, the summaries are searched, and bring their data sets along. */
export function pagePath(question: CatalogueQuestion): string {
  const { sort, page } = question;
  if (page?.includes('?')) return page;
  const isBySize = sort === 'size';
  const pairs = isBySize ? bySize(criteriaOf(question)) : criteriaOf(question);
  const order: Readonly<Record<Sort, string>> = {
    relevance: '_score',
    title: 'title',
    newest: '-date',
    size: '-content-count',
  };
  const all: Pair[] = [
    ...pairs,
    ['_sort', order[sort]],
    ['_count', String(pageSize)],
    // The total comes with the facets, and the summaries when the page is there, so that it shows at once.
    ...(isBySize
      ? ([
          ['_total', 'accurate'],
          ['_include', 'MeasureReport:data-set'],
          ['_include', 'MeasureReport:endpoint'],
        ] as const)
      : []),
    ['_elements', shown],
    ...(page === undefined ? [] : ([['_page', page]] as const)),
  ];
  return `${isBySize ? 'MeasureReport' : 'Library'}?${queryText(all)}`;
}

/** Criteria of data sets as criteria of their summaries. */
function bySize(pairs: readonly Pair[]): Pair[] {
  return [
    ['_profile', 'https://fairway.health/fhir/StructureDefinition/content-summary'],
    ...pairs.map(
      ([name, value]): Pair => (name.startsWith(held) ? [name.slice(held.length), value] : [`data-set.${name}`, value]),
    ),
  ];
}

/** The summaries of data sets, with the servers that hold them. */
export const summariesPath = (ids: readonly string[]): string =>
  `MeasureReport?${queryText([
    ['data-set', ids.map((id) => `Library/${id}`).join(',')],
    ['measure', 'https://fairway.health/fhir/Measure/content-summary'],
    ['_include', 'MeasureReport:endpoint'],
    ['_count', '100'],
    ['_elements', shown],
  ])}`;

/** For servers that know FHIR's own parameters only: words, and pages. */
export function plainPath({ text, page }: CatalogueQuestion, hasContent: boolean): string {
  if (page?.includes('?')) return page;
  const pairs: Pair[] = hasWords(text) ? [[hasContent ? '_content' : 'title:contains', text]] : [];
  return `Library?${queryText([...pairs, ['_count', String(pageSize)], ...(page === undefined ? [] : ([['_page', page]] as const))])}`;
}

/** How the address keeps a page: by the token of our links, else by the link itself. */
export function pageOf(link: string, base: string): string | undefined {
  const token = new URL(link, base).searchParams.get('_page');
  if (token !== null) return token;
  return link.startsWith(`${base}/`) || link.startsWith(`${base}?`) ? link : undefined;
}
