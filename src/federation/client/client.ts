/** Walks from discovery servers, registries or repositories to the answer of a question. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import type { Answer, AnsweredDataset, Dataset, DiscoveryAnswer, FoundServer } from './answer.ts';
import { countDataset } from './count.ts';
import { discoverServers } from './discover.ts';
import { findDatasets, wholeServer, withVersion } from './find.ts';
import { type Download, downloadOf, type GetOptions } from './get.ts';
import type { Question } from './question.ts';
import { baseOf, type ClientSettings, createWalk, type Walk } from './walk.ts';

/** Where a walk begins: FHIR base addresses. At least one must be given. */
export interface Start {
  repository?: readonly string[];
  registry?: readonly string[];
  discovery?: readonly string[];
}

export interface Client {
  /** Which servers the discovery servers name. */
  discover(start: Start, question: Question): Promise<DiscoveryAnswer>;
  /** Which data sets there are and how many patients in each meet the question. */
  find(start: Start, question: Question): Promise<Answer>;
  /** The data sets without counting. */
  list(start: Start, question: Question): Promise<Answer>;
  /** How many patients in one data set meet the question. */
  count(dataset: Dataset, question: Question): Promise<Answer>;
  /** The records of a data set, and their terms. Going through it throws ServerError when its server fails or refuses. */
  get(dataset: Dataset, options?: GetOptions): Download;
}

export function createClient(settings: ClientSettings = {}): Client {
  return {
    async discover(start, question) {
      const walk = createWalk(settings);
      const askedAt = new Date(walk.now()).toISOString();
      const servers = await discoverServers(walk, start.discovery ?? [], question);
      const { trace, problems } = walk;
      return { question, askedAt, complete: problems.length === 0, servers, trace, problems };
    },
    async find(start, question) {
      const walk = createWalk(settings);
      return answer(
        walk,
        question,
        (await located(walk, start, question)).map((one) => counted(walk, one, question)),
      );
    },
    async list(start, question) {
      const walk = createWalk(settings);
      const datasets = await located(walk, start, question);
      return answer(
        walk,
        question,
        datasets.map((one) => notCounted(walk, one)),
      );
    },
    count(dataset, question) {
      const walk = createWalk(settings);
      return answer(walk, question, [counted(walk, dataset, question)]);
    },
    get: (dataset, options) => downloadOf(settings, dataset, options),
  };
}

async function located(walk: Walk, start: Start, question: Question): Promise<Dataset[]> {
  const named = start.discovery === undefined ? [] : await discoverServers(walk, start.discovery, question);
  const given = (bases: readonly string[] | undefined): FoundServer[] =>
    (bases ?? []).map((base) => ({ base: baseOf(base), roles: ['repository'], namedBy: '' }));
  const repositories = [...given(start.repository), ...named.filter(({ roles }) => roles.includes('repository'))];
  const registries = [...(start.registry ?? []).map(baseOf), ...named.map(({ base }) => base)];
  const all = [...new Set([...repositories.map(({ base }) => base), ...registries])];
  const bases = all.slice(0, walk.limits.servers);
  for (const server of all.slice(bases.length)) {
    walk.problem({
      server,
      step: 'find',
      reason: `it was left out: a walk goes to ${walk.limits.servers} servers at most`,
    });
  }
  const described = await findDatasets(walk, bases, question);
  const failed = new Set(walk.problems.map(({ server }) => server));
  const whole = repositories
    .filter(
      ({ base }) => !described.some((one) => one.repository === base) && !isDescribed(walk, base) && !failed.has(base),
    )
    .map(({ base, name }) => wholeServer(base, name));
  return [...described, ...new Map(whole.map((one) => [one.identifier, one])).values()];
}

/** Whether the server told of data sets, even if the question wants none of them. */
const isDescribed = (walk: Walk, base: string): boolean =>
  walk.trace.some((step) => step.server === base && step.step === 'find' && step.found > 0);

async function counted(walk: Walk, dataset: Dataset, question: Question): Promise<AnsweredDataset> {
  const [count, known] = await Promise.all([countDataset(walk, dataset, question), withVersion(walk, dataset, false)]);
  const answered = { ...known, answer: count };
  walk.emit({ kind: 'dataset', dataset: answered });
  return answered;
}

async function notCounted(walk: Walk, dataset: Dataset): Promise<AnsweredDataset> {
  const known = await withVersion(walk, dataset, true);
  return { ...known, answer: { state: 'not-askable', reason: 'the question names no patients' } };
}

async function answer(walk: Walk, question: Question, datasets: readonly Promise<AnsweredDataset>[]): Promise<Answer> {
  const askedAt = new Date(walk.now()).toISOString();
  const answered = await Promise.all(datasets);
  const { trace, problems } = walk;
  return { question, askedAt, complete: problems.length === 0, datasets: answered, trace, problems };
}
