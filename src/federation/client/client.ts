/** Walks from discovery servers, registries or repositories to the answer of a question. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import type { Answer, AnsweredDataset, Dataset, DiscoveryAnswer, StreamEvent, WalkEvent } from './answer.ts';
import { countDataset } from './count/count.ts';
import { type Download, downloadOf, type GetOptions } from './get/get.ts';
import type { Question } from './question/question.ts';
import { reasonText } from './reason/reason.ts';
import { discoverServers } from './walk/discover.ts';
import { withVersion } from './walk/find.ts';
import { createGathering } from './walk/gather.ts';
import { locate, type Start } from './walk/locate.ts';
import { type ClientSettings, createWalk, type Walk } from './walk/walk.ts';

export interface Client {
  /** Which servers the discovery servers name. */
  discover(start: Start, question: Question): Promise<DiscoveryAnswer>;
  /** Which data sets there are and how many patients in each meet the question. */
  find(start: Start, question: Question): Promise<Answer>;
  /** The same, with what happens as it happens: data sets as they are answered, and the whole answer at the end. */
  stream(start: Start, question: Question, options?: { list?: boolean }): AsyncIterable<StreamEvent>;
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
      return { question, askedAt, complete: isComplete(walk), servers, trace, problems };
    },
    find: (start, question) => walkTo(settings, start, question, true),
    list: (start, question) => walkTo(settings, start, question, false),
    stream: (start, question, options = {}) => streamOf(settings, start, question, options.list !== true),
    async count(dataset, question) {
      const walk = createWalk(settings);
      const askedAt = new Date(walk.now()).toISOString();
      const answered = await counted(walk, dataset, question);
      walk.emit({ kind: 'dataset', dataset: answered });
      return answerOf(walk, question, askedAt, [answered]);
    },
    get: (dataset, options) => downloadOf(settings, dataset, options),
  };
}

async function counted(walk: Walk, dataset: Dataset, question: Question): Promise<AnsweredDataset> {
  const [count, known] = await Promise.all([countDataset(walk, dataset, question), withVersion(walk, dataset, false)]);
  const answered = { ...known, answer: count };
  return answered;
}

async function notCounted(walk: Walk, dataset: Dataset): Promise<AnsweredDataset> {
  const known = await withVersion(walk, dataset, true);
  return { ...known, answer: { state: 'not-askable', reason: reasonText('names-no-patients') } };
}

async function walkTo(settings: ClientSettings, start: Start, question: Question, isCounted: boolean): Promise<Answer> {
  const walk = createWalk(settings);
  const askedAt = new Date(walk.now()).toISOString();
  const gathering = createGathering(walk, question, (dataset) =>
    isCounted ? counted(walk, dataset, question) : notCounted(walk, dataset),
  );
  await locate(walk, start, isCounted ? question : withoutPatients(question), gathering.add);
  const answered = await gathering.answered();
  return answerOf(walk, question, askedAt, answered, gathering.missing());
}

/** A list is of all data sets, whoever their patients are. */
const withoutPatients = (question: Question): Question => ({ ...question, patients: { all: [] } });

function answerOf(
  walk: Walk,
  question: Question,
  askedAt: string,
  datasets: readonly AnsweredDataset[],
  missing: readonly string[] = [],
): Answer {
  const { trace, problems, ruledOut } = walk;
  const untold = walk.untold();
  return {
    question,
    askedAt,
    endedAt: new Date(walk.now()).toISOString(),
    complete: isComplete(walk) && missing.length === 0,
    datasets,
    trace,
    ...(untold === 0 ? {} : { untold }),
    problems,
    ...(ruledOut.length === 0 ? {} : { ruledOut }),
    ...(missing.length === 0 ? {} : { missing }),
  };
}

const isComplete = ({ problems }: Walk): boolean => problems.every(({ minor }) => minor === true);

/** Events as they come, and the whole answer at last. Who stops listening ends the walk. */
async function* streamOf(
  settings: ClientSettings,
  start: Start,
  question: Question,
  isCounted: boolean,
): AsyncGenerator<StreamEvent> {
  const ending = new AbortController();
  const signal = settings.signal === undefined ? ending.signal : AbortSignal.any([settings.signal, ending.signal]);
  const waiting: StreamEvent[] = [];
  let wake = (): void => {};
  const push = (event: StreamEvent): void => {
    waiting.push(event);
    wake();
  };
  const onEvent = (event: WalkEvent): void => {
    settings.onEvent?.(event);
    push(event);
  };
  let isOver = false;
  const walking = walkTo({ ...settings, signal, onEvent }, start, question, isCounted)
    .then((answer) => push({ kind: 'answer', answer }))
    .finally(() => {
      isOver = true;
      wake();
    });
  // It is awaited below; until then a failure must not count as one that nobody handles.
  walking.catch(() => {});
  try {
    while (!isOver || waiting.length > 0) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else if (!isOver) await new Promise<void>((done) => (wake = done));
    }
    await walking;
  } finally {
    ending.abort();
  }
}
