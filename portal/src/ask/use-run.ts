/** Asks a question from the browser and keeps what comes, as it comes. See docs/adr/0020-the-walk.md */
import { useCallback, useEffect, useRef, useState } from 'react';
import {
  type Asked,
  type CountWay,
  createClient,
  type Journal,
  type Question,
  type Start,
} from '../../../src/federation/client/index.ts';
import type { JsonObject } from '../../../src/fhir/json.ts';
import { advanced, type Run, type RunEvent, startedRun } from './run.ts';

export interface RunSettings {
  readonly start: Start;
  readonly tokens: Readonly<Record<string, string>>;
  readonly asked: Asked;
  /** `all`: also data sets that summaries rule out */
  readonly ask: 'likely' | 'all';
}

/** What was asked, and as whom. */
export interface Asking {
  readonly run: Run;
  readonly settings: RunSettings;
}

export interface Runner {
  readonly asking: Asking | undefined;
  start(question: Question, settings: RunSettings): void;
  /** The same question once more: what was answered is not asked again. */
  again(settings: RunSettings): void;
  cancel(): void;
}

/** Events are shown together so often: a walk may have thousands of them in a second. */
const showEvery = 120;

export function useRunner(): Runner {
  const [asking, setAsking] = useState<Asking>();
  const ending = useRef<AbortController>(undefined);
  const journal = useRef<Journal>(undefined);
  const last = useRef<Asking>(undefined);
  last.current = asking;

  const begin = useCallback((question: Question, settings: RunSettings) => {
    ending.current?.abort();
    const end = new AbortController();
    ending.current = end;
    setAsking({ run: startedRun(question, new Date().toISOString()), settings });
    const show = (change: (run: Run) => Run): void =>
      setAsking((now) => (end !== ending.current || now === undefined ? now : { ...now, run: change(now.run) }));
    void goThrough(question, { ...settings, journal: journal.current }, end.signal, show);
  }, []);

  const start = useCallback(
    (question: Question, settings: RunSettings) => {
      journal.current = createJournal();
      begin(question, settings);
    },
    [begin],
  );
  const again = useCallback(
    (settings: RunSettings) => {
      if (last.current !== undefined) begin(last.current.run.question, settings);
    },
    [begin],
  );
  const cancel = useCallback(() => {
    ending.current?.abort();
    setAsking((now) =>
      now?.run.state !== 'running'
        ? now
        : { ...now, run: { ...now.run, state: 'cancelled', endedAt: new Date().toISOString() } },
    );
  }, []);
  useEffect(() => () => ending.current?.abort(), []);
  return { asking, start, again, cancel };
}

async function goThrough(
  question: Question,
  { start, journal, ...settings }: RunSettings & { journal: Journal | undefined },
  signal: AbortSignal,
  show: (change: (run: Run) => Run) => void,
): Promise<void> {
  let waiting: RunEvent[] = [];
  const tell = (): void => {
    const events = waiting;
    waiting = [];
    if (events.length > 0 && !signal.aborted) show((run) => advanced(run, events));
  };
  const timer = setInterval(tell, showEvery);
  const onCounted = (identifier: string, way: CountWay): void => void waiting.push({ kind: 'way', identifier, way });
  const client = createClient({
    ...settings,
    ...(journal === undefined ? {} : { journal }),
    signal,
    onCounted,
    fetch: withoutCookies,
  });
  try {
    const list = question.patients.all.length === 0;
    for await (const event of client.stream(start, question, { list })) {
      if (signal.aborted) return;
      waiting.push(event);
    }
    tell();
  } catch (error) {
    if (signal.aborted) return;
    tell();
    const fault = error instanceof Error ? error.message : String(error);
    show((run) => ({ ...run, state: 'broken', fault, endedAt: new Date().toISOString() }));
  } finally {
    clearInterval(timer);
  }
}

/** Who one is goes by tokens alone, and what is asked is no secret that a page before should be told of. */
const withoutCookies: typeof fetch = (address, init) =>
  fetch(address, { ...init, credentials: 'omit', referrerPolicy: 'no-referrer' });

/** Answers of this question, for as long as the page is open. */
function createJournal(): Journal {
  const kept = new Map<string, JsonObject>();
  return {
    read: (key) => Promise.resolve(kept.get(key)),
    write: (key, answer) => {
      kept.set(key, answer);
      return Promise.resolve();
    },
  };
}
