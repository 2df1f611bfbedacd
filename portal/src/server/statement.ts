/** For what the reader uses data: stated once, and sent with each request to a server where one is logged in. https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html */
import { useSyncExternalStore } from 'react';

export interface Statement {
  /** `system|code`, of v3-ActReason */
  readonly purposes: readonly string[];
  /** identifier of a project, or empty */
  readonly project: string;
}

const key = 'fairway-statement';
const listeners = new Set<() => void>();
let statement: Statement = stored();

function stored(): Statement {
  const nothing = { purposes: [], project: '' };
  try {
    return { ...nothing, ...(JSON.parse(sessionStorage.getItem(key) ?? '{}') as Partial<Statement>) }; // written by state
  } catch {
    return nothing;
  }
}

export function state(next: Statement): void {
  statement = next;
  sessionStorage.setItem(key, JSON.stringify(next));
  for (const listener of listeners) listener();
}

/** Headers of requests that carry a token: a purpose binds the one who states it, so it takes someone who can be named. */
export function statementHeaders(): Readonly<Record<string, string>> {
  const { purposes, project } = statement;
  return {
    ...(purposes.length === 0 ? {} : { 'Purpose-Of-Use': purposes.join(', ') }),
    ...(project === '' ? {} : { Project: project }),
  };
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useStatement = (): Statement => useSyncExternalStore(subscribe, () => statement);
