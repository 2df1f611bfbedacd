/** Leads from the servers that a walk begins at to the data sets that may have an answer. See docs/adr/0020-the-walk.md */
import type { FoundServer } from '../answer.ts';
import type { Parameter } from '../count/patient-search.ts';
import type { Question } from '../question/question.ts';
import { reasonText } from '../reason/reason.ts';
import { pagesOf, queryOf, textOf } from '../server/bundle.ts';
import { problemOf, ServerError } from '../server/fault.ts';
import { discoverServers, notesSummaries, unseen } from './discover.ts';
import { describedBy, type Found, wholeServer } from './find.ts';
import { type Clause, clausesOf } from './prune.ts';
import { endpointParameters, knowsServers } from './server-criteria.ts';
import { addUnsummarised, freshFrom, knowsSummaries, type Survey, summaryCount, surveyData } from './survey.ts';
import { baseOf, type Walk } from './walk.ts';

/** Where a walk begins: FHIR base addresses. At least one must be given. Registries that come first are trusted most. */
export interface Start {
  repository?: readonly string[];
  registry?: readonly string[];
  discovery?: readonly string[];
}

/** Servers that the walk names itself come after those that a person named. */
const discoveredRank = 1000;

/** Gives every data set as soon as some server tells of it. */
export async function locate(walk: Walk, start: Start, question: Question, add: (found: Found) => void): Promise<void> {
  // Whoever names data sets wants to be told of each of them, whatever its summary says.
  const isPruned = walk.ask !== 'all' && question.datasets?.only === undefined;
  const clauses = !isPruned ? [] : clausesOf(question, walk.now(), walk.limits.summaryMs);
  await new Location(walk, question, clauses, add).from(start);
}

class Location {
  readonly #walk: Walk;
  readonly #question: Question;
  readonly #clauses: readonly Clause[];
  readonly #add: (found: Found) => void;
  readonly #visits = new Map<string, Promise<void>>();
  /** repositories that are data sets as a whole unless someone describes data sets in them */
  readonly #whole = new Map<string, string | undefined>();

  constructor(walk: Walk, question: Question, clauses: readonly Clause[], add: (found: Found) => void) {
    this.#walk = walk;
    this.#question = question;
    this.#clauses = clauses;
    this.#add = (found) => {
      if (found.dataset.repository !== undefined) this.#whole.delete(found.dataset.repository);
      this.#described.add(found.dataset.repository ?? '');
      add(found);
    };
  }
  readonly #described = new Set<string>();

  async from({ repository = [], registry = [], discovery = [] }: Start): Promise<void> {
    for (const base of repository.map(baseOf)) this.#visit({ base, roles: ['repository'], namedBy: '' }, 0);
    for (const [at, base] of registry.map(baseOf).entries()) {
      this.#visit({ base, roles: ['metadata-registry'], namedBy: '' }, 1 + at);
    }
    const surveys: Promise<void>[] = [];
    await discoverServers(this.#walk, discovery, this.#question, {
      withoutSummarised: this.#clauses.length > 0,
      // Without summaries everyone is asked, and so at once.
      ...(this.#clauses.length > 0 ? {} : { onServer: (server: FoundServer) => this.#visit(server, discoveredRank) }),
      onListed: (base, named) => {
        if (this.#clauses.length > 0) surveys.push(this.#throughMembers(base, named));
      },
    });
    await Promise.all(surveys);
    await this.#settled();
    for (const [base, name] of this.#whole) {
      if (!this.#described.has(base)) this.#add({ dataset: wholeServer(base, name), date: '', rank: discoveredRank });
    }
  }

  /** Waits for visits, and for those that they led to. */
  async #settled(): Promise<void> {
    for (let size = -1; size !== this.#visits.size; ) {
      size = this.#visits.size;
      await Promise.all(this.#visits.values());
    }
  }

  /** Each server once, and so many in all. */
  #visit(server: FoundServer, rank: number): void {
    const { base } = server;
    if (this.#visits.has(base)) return;
    if (this.#visits.size >= this.#walk.limits.servers) {
      const most = this.#walk.limits.servers;
      this.#walk.problem({
        server: base,
        step: 'find',
        reason: reasonText('too-many-servers', { most }),
      });
      return;
    }
    this.#visits.set(base, this.#describe(server, rank));
  }

  async #describe({ base, roles, name }: FoundServer, rank: number): Promise<void> {
    const survey = roles.includes('metadata-registry') ? await this.#surveyOf(base, rank, false) : undefined;
    if (survey !== undefined) {
      await Promise.all([surveyData(survey.survey, survey.total), addUnsummarised(survey.survey)]);
      return;
    }
    const { records, failed } = await describedBy(this.#walk, base, this.#question, (found) =>
      this.#add({ ...found, rank }),
    );
    // Who told of data sets is none as a whole, even if the question wants none of them.
    const isAskedFor = this.#question.datasets?.only?.includes(base) ?? true;
    if (roles.includes('repository') && records === 0 && !failed && isAskedFor) this.#whole.set(base, name);
  }

  /** What the summaries of a server can say; undefined where it has none. */
  async #surveyOf(
    base: string,
    rank: number,
    ofMembers: boolean,
  ): Promise<{ survey: Survey; total: number } | undefined> {
    if (this.#clauses.length === 0) return undefined;
    try {
      const peer = await this.#walk.peer(base);
      if (!knowsSummaries(peer)) return undefined;
      const [walk, question, clauses] = [this.#walk, this.#question, this.#clauses];
      const add = (found: Omit<Found, 'rank'>): void => this.#add({ ...found, rank });
      const survey: Survey = { walk, base, peer, question, clauses, ofMembers, add };
      const total = await summaryCount(survey);
      return total === 0 ? undefined : { survey, total };
    } catch (error) {
      // Whoever does not say what it can do is asked without that, and told of if that fails.
      if (error instanceof ServerError) return undefined;
      throw error;
    }
  }

  /** Members with summaries are visited only where those name what is asked for; all others must be asked. */
  async #throughMembers(base: string, named: readonly FoundServer[]): Promise<void> {
    const survey = await this.#surveyOf(base, discoveredRank, true);
    if (survey === undefined || !knowsServers(survey.survey.peer)) {
      for (const server of named) this.#visit(server, discoveredRank);
      return;
    }
    const surveying = surveyData(survey.survey, survey.total);
    const summarised = await this.#summarised(base, notesSummaries(survey.survey.peer) ? [unseen] : []);
    for (const server of named) {
      // What it names is followed anyway, and it may name itself: what it holds of others is surveyed, not listed.
      if (server.roles.every((role) => role === 'discovery')) continue;
      const isRegistry = server.roles.includes('metadata-registry');
      if (isRegistry || !summarised.has(server.base)) this.#visit(server, discoveredRank);
    }
    await surveying;
  }

  /** Bases of the members, of those that `among` describes, of which there is a summary that is young enough. */
  async #summarised(base: string, among: readonly Parameter[]): Promise<Set<string>> {
    const bases = new Set<string>();
    const query = queryOf('Endpoint', [
      ['status', 'active'],
      ...among,
      ...endpointParameters(this.#question, this.#walk.now()),
      ['_has:MeasureReport:endpoint:date', `ge${freshFrom(this.#walk)}`],
      ['_elements', 'address'],
      ['_count', '500'],
    ]);
    try {
      for await (const page of pagesOf(this.#walk.http, 'discover', base, query, this.#walk.limits.pages)) {
        for (const { resource } of page) bases.add(baseOf(textOf(resource['address']) ?? ''));
      }
    } catch (error) {
      // Then more are asked than need be.
      this.#walk.problem({ ...problemOf(base, 'discover', error), minor: true });
    }
    return bases;
  }
}
