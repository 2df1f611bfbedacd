/** What the steps of one walk share: HTTP, limits, and where traces and problems go. */
import type { Problem, RuledOut, TraceStep, WalkEvent } from '../answer.ts';
import type { CountWay } from '../count/way.ts';
import { createHttp, type Http, type HttpAnswer, type Journal } from '../server/http.ts';
import { defaultLimits, type Limits } from '../server/limits.ts';
import { type Peer, readPeer } from '../server/peer.ts';

export interface ClientSettings {
  fetch?: typeof fetch;
  /** milliseconds since 1970 */
  now?: () => number;
  limits?: Partial<Limits>;
  /** bearer token by the base address of the server that it was issued for; it is sent nowhere else */
  tokens?: Readonly<Record<string, string>>;
  /** what the data are for; only servers with a token are told */
  asked?: Asked;
  /** what happens while the walk goes on */
  onEvent?: (event: WalkEvent) => void;
  /** how the patients of a data set were counted; the last way of each counts */
  onCounted?: (identifier: string, way: CountWay) => void;
  signal?: AbortSignal;
  /** answers of an earlier run of the same walk, and where to keep those of this one */
  journal?: Journal;
  /** `all` also asks data sets whose summaries say that they cannot hold an answer */
  ask?: 'likely' | 'all';
}

/** What the asker states: purposes of use (`system|code`) and the project, and the headers that carry them. */
export interface Asked {
  purposes?: readonly string[];
  project?: string;
  /** `Purpose-Of-Use` unless stated */
  purposeHeader?: string;
  /** `Project` unless stated */
  projectHeader?: string;
}

export interface Walk {
  http: Http;
  limits: Limits;
  now(): number;
  trace: TraceStep[];
  problems: Problem[];
  emit(event: WalkEvent): void;
  /** tells of a problem, once */
  problem(problem: Problem): void;
  /** data sets that were not asked and are not listed */
  readonly ruledOut: RuledOut[];
  ruleOut(one: RuledOut): void;
  /** requests that `trace` had no place for */
  untold(): number;
  /** keeps a request that was sent by other means than `http` */
  traced(step: TraceStep): void;
  counted(identifier: string, way: CountWay): void;
  hasToken(base: string): boolean;
  /** bases of the servers that tokens are for */
  tokenBases: readonly string[];
  ask: 'likely' | 'all';
  /** what a server can do, asked once in a walk */
  peer(base: string): Promise<Peer>;
}

/** A base address without a slash at its end. */
export const baseOf = (address: string): string => address.replace(/\/+$/, '');

/** Headers that say what is asked for, by name; none where nothing is stated. */
export function statedHeaders({ asked = {} }: ClientSettings): Readonly<Record<string, string>> {
  const { purposes = [], project, purposeHeader = 'Purpose-Of-Use', projectHeader = 'Project' } = asked;
  return {
    ...(purposes.length === 0 ? {} : { [purposeHeader]: purposes.join(', ') }),
    ...(project === undefined ? {} : { [projectHeader]: project }),
  };
}

export function createWalk(settings: ClientSettings, onAnswer?: (answer: HttpAnswer) => void): Walk {
  const limits = { ...defaultLimits, ...settings.limits };
  const tokens = new Map(Object.entries(settings.tokens ?? {}).map(([base, token]) => [baseOf(base), token]));
  const emit = settings.onEvent ?? (() => {});
  const trace: TraceStep[] = [];
  const problems: Problem[] = [];
  const now = settings.now ?? Date.now;
  let untold = 0;
  const traced = (step: TraceStep): void => {
    if (trace.length < limits.trace) trace.push(step);
    else untold++;
    emit({ kind: 'trace', step });
  };
  const known = new Set<string>();
  const ruledOut: RuledOut[] = [];
  const problem = (one: Problem): void => {
    const key = `${one.step} ${one.server} ${one.reason}`;
    if (known.has(key)) return;
    known.add(key);
    problems.push(one);
    emit({ kind: 'problem', problem: one });
  };
  const http = createHttp({
    fetch: settings.fetch ?? globalThis.fetch,
    now,
    limits,
    tokens,
    stated: statedHeaders(settings),
    ...(onAnswer === undefined ? {} : { onAnswer }),
    onTrace: traced,
    onDoubt: problem,
    ...(settings.journal === undefined ? {} : { journal: settings.journal }),
    ...(settings.signal === undefined ? {} : { signal: settings.signal }),
  });
  const peers = new Map<string, Promise<Peer>>();
  return {
    http,
    limits,
    now,
    trace,
    problems,
    emit,
    problem,
    ruledOut,
    ruleOut: (one) => void ruledOut.push(one),
    untold: () => untold,
    traced,
    counted: settings.onCounted ?? (() => {}),
    hasToken: (base) => tokens.has(base),
    tokenBases: [...tokens.keys()],
    ask: settings.ask ?? 'likely',
    peer(base) {
      let peer = peers.get(base);
      if (peer === undefined) {
        peer = readPeer(http, base);
        peers.set(base, peer);
      }
      return peer;
    },
  };
}
