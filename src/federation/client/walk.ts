/** What the steps of one walk share: HTTP, limits, and where traces and problems go. */
import type { Problem, TraceStep, WalkEvent } from './answer.ts';
import { createHttp, type Http, type HttpAnswer } from './http.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { type Peer, readPeer } from './peer.ts';

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
  signal?: AbortSignal;
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
  problem(problem: Problem): void;
  /** keeps a request that was sent by other means than `http` */
  traced(step: TraceStep): void;
  hasToken(base: string): boolean;
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
  const traced = (step: TraceStep): void => {
    trace.push(step);
    emit({ kind: 'trace', step });
  };
  const http = createHttp({
    fetch: settings.fetch ?? globalThis.fetch,
    now,
    limits,
    tokens,
    stated: statedHeaders(settings),
    ...(onAnswer === undefined ? {} : { onAnswer }),
    onTrace: traced,
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
    traced,
    problem(problem) {
      problems.push(problem);
      emit({ kind: 'problem', problem });
    },
    hasToken: (base) => tokens.has(base),
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
