/** What the steps of one walk share: HTTP, limits, and where traces and problems go. */
import type { Problem, TraceStep, WalkEvent } from './answer.ts';
import { createHttp, type Http } from './http.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { type Peer, readPeer } from './peer.ts';

export interface ClientSettings {
  fetch?: typeof fetch;
  /** milliseconds since 1970 */
  now?: () => number;
  limits?: Partial<Limits>;
  /** bearer token by the base address of the server that it was issued for; it is sent nowhere else */
  tokens?: Readonly<Record<string, string>>;
  /** what happens while the walk goes on */
  onEvent?: (event: WalkEvent) => void;
  signal?: AbortSignal;
}

export interface Walk {
  http: Http;
  limits: Limits;
  now(): number;
  trace: TraceStep[];
  problems: Problem[];
  emit(event: WalkEvent): void;
  problem(problem: Problem): void;
  hasToken(base: string): boolean;
  /** what a server can do, asked once in a walk */
  peer(base: string): Promise<Peer>;
}

/** A base address without a slash at its end. */
export const baseOf = (address: string): string => address.replace(/\/+$/, '');

export function createWalk(settings: ClientSettings): Walk {
  const limits = { ...defaultLimits, ...settings.limits };
  const tokens = new Map(Object.entries(settings.tokens ?? {}).map(([base, token]) => [baseOf(base), token]));
  const emit = settings.onEvent ?? (() => {});
  const trace: TraceStep[] = [];
  const problems: Problem[] = [];
  const now = settings.now ?? Date.now;
  const http = createHttp({
    fetch: settings.fetch ?? globalThis.fetch,
    now,
    limits,
    tokens,
    onTrace(step) {
      trace.push(step);
      emit({ kind: 'trace', step });
    },
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
