/** Counts the patients of one data set who meet a question, in the best way that its server allows. https://hl7.org/fhir/R4B/search.html#summary */
import type { Granularity } from '../../fhir/canonical.ts';
import type { JsonObject } from '../../fhir/json.ts';
import type { CountAnswer, Dataset, Extent } from './answer.ts';
import { levelForAnyone, whyNotPermitted } from './audience.ts';
import { linkOf, queryOf } from './bundle.ts';
import type { CodedCriterion, Criterion } from './criterion.ts';
import { criteriaOf } from './criterion.ts';
import { spellOut } from './hierarchy.ts';
import { ServerError } from './http.ts';
import { listedReferences, patientIds } from './id-set.ts';
import {
  carriersOf,
  demographicParameters,
  extentParameters,
  hasParameter,
  mainExtent,
  type Parameter,
  patientParameter,
} from './patient-search.ts';
import type { Peer } from './peer.ts';
import type { Question } from './question.ts';
import { countedAs, type Disclosure, totalOf } from './total.ts';
import type { Walk } from './walk.ts';

/** Never throws for what a server does; a server that gives nothing is `unavailable`, and the reason is a problem too. */
export async function countDataset(walk: Walk, dataset: Dataset, question: Question): Promise<CountAnswer> {
  const extent = mainExtent(dataset.extents);
  if (extent === undefined) return { state: 'not-askable', reason: 'its record does not say where its data are' };
  if (dataset.granularity === 'none' && !walk.hasToken(extent.base)) {
    return { state: 'not-permitted', reason: 'its record grants nothing without approval' };
  }
  if (question.patients.together === 'overlapping') {
    return { state: 'not-askable', reason: 'plain FHIR search cannot ask for periods that overlap' };
  }
  try {
    const peer = await walk.peer(extent.base);
    return await new Count(walk, dataset, peer, extent, question).answer();
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    if (error.status === 401 || error.status === 403) return { state: 'not-permitted', reason: error.message };
    walk.problem({ server: extent.base, step: 'count', reason: error.message });
    return { state: 'unavailable', reason: error.message };
  }
}

/** A server said that it cannot do what a search asks. */
const cannot = (error: unknown): boolean =>
  error instanceof ServerError && [200, 400, 404, 405, 422, 501].includes(error.status);

class Count {
  readonly #walk: Walk;
  readonly #dataset: Dataset;
  readonly #peer: Peer;
  readonly #extent: Extent;
  readonly #asOf: string;
  readonly #carriers = new Map<CodedCriterion['of'], readonly string[]>();
  #criteria: readonly Criterion[];

  constructor(walk: Walk, dataset: Dataset, peer: Peer, extent: Extent, question: Question) {
    this.#walk = walk;
    this.#dataset = dataset;
    this.#peer = peer;
    this.#extent = extent;
    this.#criteria = criteriaOf(question);
    this.#asOf = question.patients.asOf ?? new Date(walk.now()).toISOString().slice(0, 10);
  }

  async answer(): Promise<CountAnswer> {
    for (const of of new Set(this.#coded().map((criterion) => criterion.of))) {
      const carriers = await this.#findCarriers(of);
      if (carriers.length === 0) return { state: 'not-askable', reason: `it holds nothing that carries a ${of}` };
      this.#carriers.set(of, carriers);
    }
    try {
      return await this.#bySearch();
    } catch (error) {
      if (!cannot(error)) throw error;
      return this.#withoutHierarchy(error as ServerError); // cannot() saw to it
    }
  }

  #coded(): CodedCriterion[] {
    return this.#criteria.filter((criterion) => criterion.kind === 'coded');
  }

  /** Types that may carry the criterion: by the record, else by what the server states and holds. */
  async #findCarriers(of: CodedCriterion['of']): Promise<readonly string[]> {
    const { types } = this.#peer;
    const { types: stated } = this.#dataset;
    const known = carriersOf[of].filter((type) => types.size === 0 || types.has(type));
    if (stated.length > 0) return known.filter((type) => stated.includes(type));
    if (known.length < 2) return known;
    const held = await Promise.all(
      known.map(async (type) => {
        const { total, disclosure } = totalOf(await this.#get(queryOf(type, [['_summary', 'count']])));
        return total === undefined || total > 0 || disclosure?.suppressed === true;
      }),
    );
    return known.filter((_, at) => held[at]);
  }

  /** One search, where every criterion has one carrier. */
  async #bySearch(): Promise<CountAnswer> {
    const parameters = this.#parameters();
    if (parameters === undefined) return this.#byIds();
    const asked: Parameter[] = [...parameters, ['_summary', 'count']];
    const body = await this.#get(queryOf('Patient', asked));
    const ignored = ignoredBy(body, parameters);
    if (ignored !== undefined) throw new ServerError(`it passed over the parameter ${ignored}`, 200);
    const { total, disclosure } = totalOf(body);
    if (total !== undefined && total > 0) return countedAs(total, disclosure);
    if (disclosure?.exists === true) {
      return { state: 'exists', threshold: disclosure.threshold, granularity: 'exists' };
    }
    if (disclosure === undefined && total === undefined) return this.#byIds();
    return this.#noneAs(disclosure, parameters.length);
  }

  /** No number, or none: fewer than are told of, nobody at all, or nothing that this asker may be told of. */
  async #noneAs(disclosure: Disclosure | undefined, asked: number): Promise<CountAnswer> {
    const forAnyone = levelForAnyone(this.#dataset, this.#walk.now());
    const isWithheld = disclosure?.suppressed === true || disclosure?.exists === false;
    const below = (granularity: Granularity): CountAnswer => ({
      state: 'below-threshold',
      ...(disclosure === undefined ? {} : { threshold: disclosure.threshold }),
      granularity,
    });
    // Its counts are told to everyone, so it can only be that there are too few.
    if (isWithheld && (forAnyone === 'exists' || forAnyone === 'count' || forAnyone === 'aggregate')) {
      return below(forAnyone === 'exists' ? 'exists' : 'count');
    }
    if (forAnyone !== undefined && forAnyone !== 'record' && !(await this.#isAnythingTold(asked))) {
      return { state: 'not-permitted', reason: whyNotPermitted(this.#dataset, this.#walk.now()) };
    }
    if (!(await this.#canSeeMembers())) {
      return { state: 'not-permitted', reason: 'the list of its members cannot be read' };
    }
    return isWithheld ? below('count') : { state: 'counted', patients: 0 };
  }

  /** Whether the server tells anything of the data set as a whole. */
  async #isAnythingTold(asked: number): Promise<boolean> {
    const extent = extentParameters(this.#extent);
    // That was the question, so there is no need to ask once more.
    if (extent === undefined || extent.length === asked) return false;
    const { total = 0, disclosure } = totalOf(await this.#get(queryOf('Patient', [...extent, ['_summary', 'count']])));
    return total > 0 || disclosure?.exists === true;
  }

  #parameters(): Parameter[] | undefined {
    const extent = extentParameters(this.#extent);
    if (extent === undefined) return undefined;
    const parameters = [...extent, ...demographicParameters(this.#criteria, this.#asOf)];
    for (const criterion of this.#coded()) {
      const [type, ...others] = this.#carriers.get(criterion.of)!;
      const reference = patientParameter(this.#peer, type!);
      if (others.length > 0 || reference === undefined) return undefined;
      parameters.push(hasParameter(criterion, type!, reference));
    }
    return parameters;
  }

  /** The codes spelled out, by one search if the server can do that, else by ids. */
  async #withoutHierarchy(refusal: ServerError): Promise<CountAnswer> {
    const bases = [this.#peer.base, ...(this.#dataset.registry === undefined ? [] : [this.#dataset.registry])];
    const isBelow = this.#coded().some((criterion) => criterion.below);
    const spelled = await Promise.all(
      this.#criteria.map((one) =>
        one.kind === 'coded' && one.below ? spellOut(this.#walk, [...new Set(bases)], one) : one,
      ),
    );
    const known = spelled.filter((one) => one !== undefined);
    if (known.length < spelled.length) {
      return { state: 'not-askable', reason: `${refusal.message}; and the codes below are not known` };
    }
    this.#criteria = known;
    if (!isBelow) return this.#byIds();
    try {
      return await this.#bySearch();
    } catch (error) {
      if (!cannot(error)) throw error;
      return this.#byIds();
    }
  }

  async #byIds(): Promise<CountAnswer> {
    const { granularity } = this.#dataset;
    if (granularity !== undefined && granularity !== 'record' && granularity !== 'record-deidentified') {
      return { state: 'not-askable', reason: 'its server cannot count this, and its records may not be read' };
    }
    const carriers = (criterion: CodedCriterion): readonly string[] => this.#carriers.get(criterion.of)!;
    const ids = await patientIds(this.#walk, this.#peer, this.#extent, this.#criteria, carriers, this.#asOf);
    return { state: 'counted', patients: ids.size };
  }

  /** Nobody found in a list that this asker cannot read says nothing about the list. */
  async #canSeeMembers(): Promise<boolean> {
    const { kind } = this.#extent;
    if (kind === 'whole' || kind === 'search') return true;
    try {
      await listedReferences(this.#walk, this.#peer.base, this.#extent as Parameters<typeof listedReferences>[2]); // the kinds left
      return true;
    } catch (error) {
      if (error instanceof ServerError && [401, 403, 404, 410].includes(error.status)) return false;
      throw error;
    }
  }

  #get(query: string): Promise<JsonObject> {
    return this.#walk.http.get(
      'count',
      this.#peer.base,
      `${this.#peer.base}/${query}`,
      (body) => totalOf(body).total ?? 0,
    );
  }
}

/** A self link names the parameters that were used; one that is missing was passed over. https://hl7.org/fhir/R4B/search.html#conformance */
function ignoredBy(body: JsonObject, parameters: readonly Parameter[]): string | undefined {
  const self = linkOf(body, 'self');
  if (self === undefined || !self.includes('?')) return undefined;
  const used = new Set([...new URLSearchParams(self.slice(self.indexOf('?') + 1))].map(([name]) => name));
  // Servers that only answer with their address say nothing about parameters.
  return used.size === 0 ? undefined : parameters.map(([name]) => name).find((name) => !used.has(name));
}
