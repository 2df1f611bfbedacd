/** What is known of a question that is being asked, from what happens on the way. See docs/adr/0020-the-walk.md */
import type {
  Answer,
  AnsweredDataset,
  CountWay,
  FoundServer,
  Problem,
  Question,
  Role,
  RuledOut,
  StreamEvent,
  TraceStep,
} from '../../../src/federation/client/index.ts';

export interface RunServer {
  readonly base: string;
  readonly name?: string;
  readonly country?: string;
  readonly organization?: string;
  readonly roles: readonly Role[];
  /** bases of the servers that named it */
  readonly namedBy: readonly string[];
  readonly requests: number;
  /** requests that came to nothing */
  readonly failed: number;
  /** milliseconds of its slowest answer */
  readonly slowest: number;
  /** why it gave less than it was asked for */
  readonly problems: readonly Problem[];
}

export type ServerState = 'named' | 'answered' | 'partial' | 'failed';

/** `named`: nothing was heard of it yet, or it was not asked. */
export function serverState({ requests, failed, problems }: RunServer): ServerState {
  const isTroubled = problems.some(({ minor }) => minor !== true);
  if (requests === failed) return isTroubled || requests > 0 ? 'failed' : 'named';
  return isTroubled ? 'partial' : 'answered';
}

type RunState = 'running' | 'done' | 'cancelled' | 'broken';

export interface Run {
  readonly state: RunState;
  readonly question: Question;
  /** instants */
  readonly askedAt: string;
  readonly endedAt?: string;
  readonly complete: boolean;
  readonly servers: ReadonlyMap<string, RunServer>;
  /** by identifier */
  readonly datasets: ReadonlyMap<string, AnsweredDataset>;
  readonly trace: readonly TraceStep[];
  /** requests that `trace` has no place for */
  readonly untold: number;
  readonly problems: readonly Problem[];
  readonly ruledOut: readonly RuledOut[];
  /** names of data sets that the question is of, and of which no server told */
  readonly missing: readonly string[];
  /** how each data set was counted, by identifier */
  readonly ways: ReadonlyMap<string, CountWay>;
  /** what broke it, if it was no server */
  readonly fault?: string;
}

export type RunEvent = StreamEvent | { readonly kind: 'way'; readonly identifier: string; readonly way: CountWay };

export const startedRun = (question: Question, askedAt: string): Run => ({
  state: 'running',
  question,
  askedAt,
  complete: false,
  servers: new Map(),
  datasets: new Map(),
  trace: [],
  untold: 0,
  problems: [],
  ruledOut: [],
  missing: [],
  ways: new Map(),
});

/** As many requests as a page can still hold; of more it is told how many there were. */
export const mostTrace = 20_000;

/** Many events at once: each of them alone would copy everything. */
export function advanced(run: Run, events: readonly RunEvent[]): Run {
  const servers = new Map(run.servers);
  const datasets = new Map(run.datasets);
  const ways = new Map(run.ways);
  const trace = [...run.trace];
  const problems = [...run.problems];
  let next: Run = run;
  let { untold } = run;
  const of = (base: string): RunServer => servers.get(base) ?? unknown(base);
  for (const event of events) {
    switch (event.kind) {
      case 'server':
        servers.set(event.server.base, withNamed(of(event.server.base), event.server));
        break;
      case 'trace':
        servers.set(event.step.server, withStep(of(event.step.server), event.step));
        if (trace.length < mostTrace) trace.push(event.step);
        else untold++;
        break;
      case 'problem':
        servers.set(event.problem.server, withProblem(of(event.problem.server), event.problem));
        problems.push(event.problem);
        break;
      case 'dataset':
        datasets.set(event.dataset.identifier, event.dataset);
        break;
      case 'way':
        ways.set(event.identifier, event.way);
        break;
      case 'answer':
        next = withAnswer(next, event.answer);
        break;
    }
  }
  if (next !== run) return { ...next, servers, ways };
  return { ...run, servers, datasets, trace, untold, problems, ways };
}

const unknown = (base: string): RunServer => ({
  base,
  roles: [],
  namedBy: [],
  requests: 0,
  failed: 0,
  slowest: 0,
  problems: [],
});

const withNamed = (known: RunServer, { name, country, organization, roles, namedBy }: FoundServer): RunServer => ({
  ...known,
  ...(name === undefined ? {} : { name }),
  ...(country === undefined ? {} : { country }),
  ...(organization === undefined ? {} : { organization }),
  roles: [...new Set([...known.roles, ...roles])],
  namedBy: [...new Set([...known.namedBy, ...(namedBy === '' ? [] : [namedBy])])],
});

/** What a server was asked for says what it is, where nobody named it. */
const roleOfStep: Partial<Record<TraceStep['step'], Role>> = { discover: 'discovery', count: 'repository' };

function withStep(known: RunServer, { step, status, ms }: TraceStep): RunServer {
  const role = roleOfStep[step];
  return {
    ...known,
    roles: role === undefined || known.roles.includes(role) ? known.roles : [...known.roles, role],
    requests: known.requests + 1,
    failed: known.failed + (status >= 200 && status < 300 ? 0 : 1),
    slowest: Math.max(known.slowest, ms),
  };
}

const withProblem = (known: RunServer, problem: Problem): RunServer => ({
  ...known,
  problems: [...known.problems, problem],
});

/** The answer has what was merged, and only what was wanted. */
function withAnswer(run: Run, answer: Answer): Run {
  return {
    ...run,
    state: 'done',
    endedAt: answer.endedAt,
    complete: answer.complete,
    datasets: new Map(answer.datasets.map((one) => [one.identifier, one])),
    trace: answer.trace,
    untold: answer.untold ?? 0,
    problems: answer.problems,
    ruledOut: answer.ruledOut ?? [],
    missing: answer.missing ?? [],
  };
}

export interface Progress {
  /** servers that were named or asked */
  readonly servers: number;
  readonly answered: number;
  /** all or part of what they were asked for */
  readonly failed: number;
  readonly datasets: number;
  /** data sets that summaries ruled out */
  readonly ruledOut: number;
  readonly requests: number;
}

export function progressOf(run: Run): Progress {
  const states = [...run.servers.values()].map(serverState);
  return {
    servers: states.length,
    answered: states.filter((state) => state === 'answered' || state === 'partial').length,
    failed: states.filter((state) => state === 'failed' || state === 'partial').length,
    datasets: run.datasets.size,
    ruledOut: run.ruledOut.reduce((sum, { datasets }) => sum + datasets, 0),
    requests: run.trace.length + run.untold,
  };
}
