/** Counts the patients of one data set who meet a question, in the best way that its server allows. https://hl7.org/fhir/R4B/search.html#summary */
import type { Granularity } from '../../../fhir/canonical.ts';
import type { JsonObject } from '../../../fhir/json.ts';
import type { CountAnswer, Dataset, Extent } from '../answer.ts';
import { type AllCriterion, type CodedCriterion, criterionOfQuestion, recordCriteria } from '../question/criterion.ts';
import type { CodedKind, Question } from '../question/question.ts';
import { reasonText } from '../reason/reason.ts';
import { linkOf, queryOf } from '../server/bundle.ts';
import { ServerError } from '../server/http.ts';
import type { Peer } from '../server/peer.ts';
import { countedAs, type Disclosure, type Total, totalOf } from '../server/total.ts';
import { levelForAnyone, whyNotPermitted } from '../walk/audience.ts';
import type { Walk } from '../walk/walk.ts';
import { findCarriers } from './carrier.ts';
import { type CountTerm, countTerms } from './count-term.ts';
import { askFeasibility, feasibilityRequest, offersFeasibility } from './feasibility.ts';
import { spellOut } from './hierarchy.ts';
import { listedReferences, patientIds } from './id-set.ts';
import { NotAskable } from './not-askable.ts';
import { type Carrier, extentParameters, mainExtent, type Parameter } from './patient-search.ts';
import type { CountWay } from './way.ts';

/** Never throws for what a server does; a server that gives nothing is `unavailable`, and the reason is a problem too. */
export async function countDataset(walk: Walk, dataset: Dataset, question: Question): Promise<CountAnswer> {
  const extent = mainExtent(dataset.extents);
  if (extent === undefined) return { state: 'not-askable', reason: reasonText('no-data-named') };
  if (dataset.granularity === 'none' && !walk.hasToken(extent.base)) {
    return { state: 'not-permitted', reason: reasonText('nothing-without-approval') };
  }
  try {
    const peer = await walk.peer(extent.base);
    return await new Count(walk, dataset, peer, extent, question).answer();
  } catch (error) {
    if (error instanceof NotAskable) return { state: 'not-askable', reason: error.message };
    if (!(error instanceof ServerError)) throw error;
    if (error.status === 401 || error.status === 403) return { state: 'not-permitted', reason: error.message };
    walk.problem({ server: extent.base, step: 'count', reason: error.message });
    return { state: 'unavailable', reason: error.message };
  }
}

/** A server said that it cannot do what a search asks. */
const cannot = (error: unknown): error is ServerError =>
  error instanceof ServerError && [200, 400, 404, 405, 422, 501].includes(error.status);

class Count {
  readonly #walk: Walk;
  readonly #dataset: Dataset;
  readonly #peer: Peer;
  readonly #extent: Extent;
  readonly #asOf: string;
  readonly #question: Question;
  readonly #carriers = new Map<CodedKind, readonly Carrier[]>();
  #criterion: AllCriterion;
  /** why it could not be asked in a better way */
  #refusal: string | undefined;

  constructor(walk: Walk, dataset: Dataset, peer: Peer, extent: Extent, question: Question) {
    this.#walk = walk;
    this.#dataset = dataset;
    this.#peer = peer;
    this.#extent = extent;
    this.#question = question;
    this.#criterion = criterionOfQuestion(question);
    this.#asOf = question.patients.asOf ?? new Date(walk.now()).toISOString().slice(0, 10);
  }

  async answer(): Promise<CountAnswer> {
    const whole = offersFeasibility(this.#peer) ? await this.#byFeasibility() : undefined;
    if (whole !== undefined) return whole;
    for (const of of new Set(this.#coded().map((criterion) => criterion.of))) {
      const carriers = await findCarriers(this.#walk, this.#peer, of, this.#dataset.types);
      if (carriers.length === 0) throw new NotAskable(this.#because(reasonText(`holds-no-${of}`)));
      this.#carriers.set(of, carriers);
    }
    try {
      return await this.#bySearch();
    } catch (error) {
      if (!cannot(error)) throw error;
      return this.#withoutHierarchy(error);
    }
  }

  /** The question as it is; undefined where the server says that it cannot be asked so. */
  async #byFeasibility(): Promise<CountAnswer | undefined> {
    try {
      const request = feasibilityRequest(this.#peer, this.#extent, this.#question, this.#asOf);
      const total = await askFeasibility(this.#walk, this.#peer, request);
      this.#tellWay({ kind: 'feasibility', base: this.#peer.base, ...request });
      return await this.#told(total, this.#criterion.of.length === 0);
    } catch (error) {
      if (!cannot(error)) throw error;
      this.#refusal = error.message;
      return undefined;
    }
  }

  #coded(): CodedCriterion[] {
    return recordCriteria(this.#criterion).filter((criterion) => criterion.kind === 'coded');
  }

  readonly #carriersFor = (criterion: CodedCriterion): readonly Carrier[] => this.#carriers.get(criterion.of)!;

  /** One search, or several whose counts can be reckoned with. */
  async #bySearch(): Promise<CountAnswer> {
    const extent = extentParameters(this.#extent);
    const terms = countTerms(this.#criterion, {
      peer: this.#peer,
      carriers: this.#carriersFor,
      asOf: this.#asOf,
    });
    if (extent === undefined || terms === undefined) return this.#byIds(reasonText('no-search-says-this'));
    if (terms.length === 0) return { state: 'counted', patients: 0 };
    const [only, ...more] = terms;
    if (more.length > 0 || only!.factor !== 1) return this.#bySum(extent, terms);
    const total = await this.#totalOf(extent, only!.parameters);
    if (total.disclosure === undefined && total.total === undefined) return this.#byIds(reasonText('no-total'));
    this.#tellSearches(extent, terms);
    return this.#told(total, only!.parameters.length === 0);
  }

  /** Counts of several searches: rounded or withheld ones would add up to anything. */
  async #bySum(extent: readonly Parameter[], terms: readonly CountTerm[]): Promise<CountAnswer> {
    const [first, ...others] = terms;
    // The first answer shows whether others are worth a request.
    const totals = [await this.#totalOf(extent, first!.parameters)];
    if (totals.every(isExact)) {
      totals.push(...(await Promise.all(others.map(({ parameters }) => this.#totalOf(extent, parameters)))));
    }
    if (!totals.every(isExact)) {
      return this.#byIds(reasonText('counts-not-exact'));
    }
    this.#tellSearches(extent, terms);
    const patients = terms.reduce((sum, { factor }, at) => sum + factor * totals[at]!.total!, 0);
    if (patients < 0) throw new ServerError(reasonText('counts-contradict'), 0);
    if (patients === 0) return this.#noneAs(undefined, false);
    return { state: 'counted', patients };
  }

  async #totalOf(extent: readonly Parameter[], asked: readonly Parameter[]): Promise<Total> {
    const parameters = [...extent, ...asked];
    const body = await this.#get(countQuery(extent, asked));
    const ignored = ignoredBy(body, parameters);
    if (ignored !== undefined) throw new ServerError(reasonText('passed-over', { parameter: ignored }), 200);
    return totalOf(body);
  }

  /** What a total says. `isWhole`: nothing was asked but who belongs to the data set. */
  async #told({ total, disclosure }: Total, isWhole: boolean): Promise<CountAnswer> {
    if (total !== undefined && total > 0) return countedAs(total, disclosure);
    if (disclosure?.exists === true) {
      return { state: 'exists', threshold: disclosure.threshold, granularity: 'exists' };
    }
    return this.#noneAs(disclosure, isWhole);
  }

  /** No number, or none: fewer than are told of, nobody at all, or nothing that this asker may be told of. */
  async #noneAs(disclosure: Disclosure | undefined, isWhole: boolean): Promise<CountAnswer> {
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
    if (forAnyone !== undefined && forAnyone !== 'record' && !(await this.#isAnythingTold(isWhole))) {
      return { state: 'not-permitted', reason: whyNotPermitted(this.#dataset, this.#walk.now()) };
    }
    if (!(await this.#canSeeMembers())) {
      return { state: 'not-permitted', reason: reasonText('members-not-readable') };
    }
    return isWithheld ? below('count') : { state: 'counted', patients: 0 };
  }

  /** Whether the server tells anything of the data set as a whole. */
  async #isAnythingTold(isWhole: boolean): Promise<boolean> {
    const extent = extentParameters(this.#extent);
    // That was the question, so there is no need to ask once more.
    if (extent === undefined || isWhole) return false;
    const { total = 0, disclosure } = totalOf(await this.#get(queryOf('Patient', [...extent, ['_summary', 'count']])));
    return total > 0 || disclosure?.exists === true;
  }

  /** The codes spelled out, by searches if the server can do that, else by ids. */
  async #withoutHierarchy(refusal: ServerError): Promise<CountAnswer> {
    const isBelow = this.#coded().some((criterion) => criterion.below);
    if (!isBelow) return this.#byIds(refusal.message);
    const bases = [this.#peer.base, ...(this.#dataset.registry === undefined ? [] : [this.#dataset.registry])];
    const spelled = await spellOut(this.#walk, [...new Set(bases)], this.#criterion);
    if (spelled === undefined) {
      throw new NotAskable(this.#because(reasonText('codes-below-unknown', { why: refusal.message })));
    }
    this.#criterion = spelled;
    try {
      return await this.#bySearch();
    } catch (error) {
      if (!cannot(error)) throw error;
      return this.#byIds(error.message);
    }
  }

  async #byIds(why: string): Promise<CountAnswer> {
    const { granularity } = this.#dataset;
    if (granularity !== undefined && granularity !== 'record' && granularity !== 'record-deidentified') {
      throw new NotAskable(this.#because(reasonText('records-not-readable', { why })));
    }
    const reading = {
      walk: this.#walk,
      peer: this.#peer,
      extent: this.#extent,
      carriers: this.#carriersFor,
      asOf: this.#asOf,
    };
    const { size: patients } = await patientIds(reading, this.#criterion);
    this.#tellWay({ kind: 'ids', base: this.#peer.base });
    return { state: 'counted', patients };
  }

  #tellWay(way: CountWay): void {
    this.#walk.counted(this.#dataset.identifier, way);
  }

  #tellSearches(extent: readonly Parameter[], terms: readonly CountTerm[]): void {
    const { base } = this.#peer;
    const of = terms.map(({ parameters, factor }) => ({ url: `${base}/${countQuery(extent, parameters)}`, factor }));
    this.#tellWay({ kind: 'searches', base, of });
  }

  #because(reason: string): string {
    return this.#refusal === undefined ? reason : `${this.#refusal}; ${reason}`;
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

const countQuery = (extent: readonly Parameter[], asked: readonly Parameter[]): string =>
  queryOf('Patient', [...extent, ...asked, ['_summary', 'count']]);

const isExact = ({ total, disclosure }: Total): boolean => total !== undefined && disclosure === undefined;

/** A self link names the parameters that were used; one that is missing was passed over. https://hl7.org/fhir/R4B/search.html#conformance */
function ignoredBy(body: JsonObject, parameters: readonly Parameter[]): string | undefined {
  const self = linkOf(body, 'self');
  if (self === undefined || !self.includes('?')) return undefined;
  const used = new Set([...new URLSearchParams(self.slice(self.indexOf('?') + 1))].map(([name]) => name));
  // Servers that only answer with their address say nothing about parameters.
  return used.size === 0 ? undefined : parameters.map(([name]) => name).find((name) => !used.has(name));
}
