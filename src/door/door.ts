/** The only view of the data that a request gets: the store seen through a decision. See docs/adr/0003 and 0011. */
import { type AccessContext, isSteward } from '../conditions/access-context.ts';
import type { DisclosedCount } from '../conditions/disclosure/model.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import type { Resource } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { classesOfViews, type Extractor, type FacetSearch, type PageKey } from '../search/index.ts';
import { type Int64, resourceKey } from '../search/index-rows.ts';
import type { Search } from '../search/tree.ts';
import type { Audit } from '../store/audit.ts';
import { indexingOf } from '../store/custom-parameter.ts';
import { type HarvestMemory, harvestMemory } from '../store/harvest.ts';
import type { StoredResource } from '../store/read.ts';
import type { Store } from '../store/store.ts';
import { type AuditDoor, auditDoor } from './audit.ts';
import { isOfOpenData } from './confined.ts';
import { type ContainedMatch, searchContained } from './contained.ts';
import { type ContentDoor, contentDoor } from './content.ts';
import type { Counter } from './count.ts';
import type { DecisionMemory } from './decision-memory.ts';
import {
  type Assessment,
  assessOne,
  type Explanation,
  explainOne,
  type Previewed,
  previewDraft,
  termsOf,
} from './explain.ts';
import { mayPlan, type Narrowing, narrowingOf, plansOf, type StatementPlan } from './explain-search.ts';
import { countFacets, type FacetCounts } from './facets.ts';
import { type AskedCodes, type FoundCodes, heldCodes } from './held-codes.ts';
import { holdStill } from './holding.ts';
import type { Prepare } from './prepare.ts';
import { type Reading, readingOf } from './reading.ts';
import { countRecords, fillIn, type Page, searchPage } from './searching.ts';
import type { Terms } from './terms.ts';
import { type Writing, type WritingMeans, writingOf } from './writing.ts';

export interface Door extends Reading, Writing {
  context: AccessContext;
  audit: AuditDoor;
  /** what data sets hold */
  content: ContentDoor;
  /** what members of the community said; opens for the server's own services only, which answer stewards */
  readonly harvest: HarvestMemory;
  search(search: Search, after?: PageKey): Promise<Page>;
  /** What is inside other resources: containers after `after`, one more than `search.count` when there are more. */
  searchContained(search: Search, after?: Int64): Promise<ContainedMatch[]>;
  /** How many match: what may be read exactly, what may only be counted as its data sets allow. */
  count(search: Search): Promise<DisclosedCount>;
  /** How many records that may be read match. */
  countRecords(search: Search): Promise<number>;
  /** How many records that may be read have each value of some facets; at most so many values of each. */
  countFacets(asked: FacetSearch, most: number): Promise<FacetCounts>;
  /** Codes that content summaries name which may be read, found by words. */
  heldCodes(asked: AskedCodes): Promise<FoundCodes>;
  /** How far the indexing of an added search parameter is; how many resources that is of, for those who read everything. */
  indexing(id: string): Promise<{ ready: boolean; done?: number; total?: number } | undefined>;
  /** What goes with resources on their way out. */
  termsOf(stored: readonly StoredResource[]): Promise<Terms>;
  /** What a data set (`Library/id`) would give to an asker; undefined when there is none. */
  assess(asker: AccessContext, dataSet: string): Promise<Assessment | undefined>;
  /** What a data set that is not stored would give to askers: for those who write; anyone may ask for themselves. */
  preview(draft: Resource, askers: readonly Previewed[]): ReturnType<typeof previewDraft>;
  /** Why someone may or may not have what is of one resource: for stewards. */
  explain(asker: AccessContext, type: string, id: string): Promise<Explanation | undefined>;
  /** What the asker's conditions do to a search that touches these types; the same whatever there is. */
  narrowing(types: readonly string[], isCount: boolean): Narrowing[];
  /** How PostgreSQL answers a search, for those who may read everything; undefined for others. */
  plans(search: Search, isMeasured: boolean): Promise<StatementPlan[] | undefined>;
}

/** What all doors of a server share. */
export interface DoorMeans {
  store: Store;
  audit: Audit;
  definitions: Definitions;
  prepare: Prepare;
  extract: Extractor;
  counter: Counter;
  /** addresses of this server */
  baseUrls: readonly string[];
  /** keys of the patients whose data a resource is */
  personsOf(stored: StoredResource): readonly Int64[];
  /** the key that `Type/id` stands for; marked when the id is a pseudonym made for the asker */
  resolve(target: string): Int64;
  /** milliseconds since 1970 */
  now(): number;
}

/** Nobody's request sees it by itself: what a member sent is shown as resources, or by an operation to stewards. */
function harvestOf(context: AccessContext, store: Store): HarvestMemory {
  if (context.subject.kind !== 'service' || !isSteward(context))
    throw new FhirError('forbidden', 'what members sent is kept for the services of this server');
  return harvestMemory(store.sql);
}

/** Opens the door for an asker. `decision` is how this asker's decisions are remembered between requests. */
export function openDoor(shared: DoorMeans, decision: DecisionMemory, context: AccessContext): Door {
  const { store } = shared;
  const means: WritingMeans = { ...shared, decision, context };
  return {
    context,
    audit: auditDoor(shared, context),
    content: contentDoor(shared, context),
    get harvest() {
      return harvestOf(context, store);
    },
    ...readingOf(means),
    ...writingOf(means),
    search: (search, after) => searchPage(search, after, means),
    searchContained: (search, after) => containedOf(search, after, means),
    count: (search) => countDisclosed(search, shared.counter, means),
    countRecords: (search) => countRecords(search, means),
    countFacets: (asked, most) => countFacets(asked, most, { ...shared, decision }),
    heldCodes: (asked) => heldCodes(asked, means),
    async indexing(id) {
      const status = await indexingOf(store.sql, resourceKey(store.hash, 'SearchParameter', id));
      const { rights, scopes } = context;
      return status === undefined || (rights.readAll && scopes === undefined) ? status : { ready: status.ready };
    },
    termsOf: (stored) => termsOf(stored, decision),
    assess: (asker, dataSet) => assessOne(asker, dataSet, store, shared.now()),
    async preview(draft, askers) {
      const { decision: current } = await decision.now();
      const isForOthers = askers.some(({ kind }) => kind !== 'self');
      if (isForOthers && !current.write && !current.steward)
        throw new FhirError(
          context.subject.kind === 'anonymous' ? 'login' : 'forbidden',
          'what others would see is shown to those who may write or are stewards',
        );
      return previewDraft(draft, askers, store, shared.now());
    },
    async explain(asker, type, id) {
      if (!isSteward(context)) throw new FhirError('forbidden', 'explanations are for stewards');
      return explainOne(asker, resourceKey(store.hash, type, id), store, shared.now());
    },
    narrowing: (types, isCount) => narrowingOf(context, types, isCount),
    plans: async (search, isMeasured) =>
      mayPlan(context, shared.definitions) ? plansOf(search, isMeasured, means) : undefined,
  };
}

/** What may be read is counted as it is searched; what may only be counted, as if one could read it too. */
async function countDisclosed(search: Search, counter: Counter, means: WritingMeans): Promise<DisclosedCount> {
  const [count] = await holdStill(means.decision, (at) => {
    const { decision, epoch, groupOf, views } = at;
    const { all, scopes } = views('s');
    const decided = { records: classesOfViews(all), counts: decision.counts, exists: decision.exists };
    return counter.count(search, decided, means.context, {
      fillIn: (asked, classes, world) =>
        fillIn(
          asked,
          world === 'records' ? all : [{ classes, ...(scopes === undefined ? {} : { rowsOf: scopes }) }],
          means,
        ),
      groupOf,
      isOfOpenData: (asked) => isOfOpenData(asked, at, means),
      epoch,
    });
  });
  return count;
}

/** Contained resources are parts of others: what leaves changed is not searched inside. */
async function containedOf(search: Search, after: Int64 | undefined, means: WritingMeans): Promise<ContainedMatch[]> {
  const [found] = await holdStill(means.decision, async (at) => {
    const { plain } = at.views('s');
    if (plain.rowsOf !== undefined) {
      throw new FhirError('not-supported', '_contained goes with no token that is restricted to some rows');
    }
    return searchContained(means, search, after, plain.classes);
  });
  return found;
}
