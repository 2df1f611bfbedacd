/** Requests that were sent from the console, in this tab and only until it is closed or loaded anew. No tokens are in them. */
import { useSyncExternalStore } from 'react';
import type { ConsoleRequest } from './console-request.ts';

export interface Remembered {
  /** counts up */
  number: number;
  base: string;
  request: ConsoleRequest;
  /** 0 where there was no answer */
  status: number;
  milliseconds: number;
}

const most = 50;
let all: readonly Remembered[] = [];
let last = 0;
const listeners = new Set<() => void>();

export function remember(one: Omit<Remembered, 'number'>): void {
  all = [{ ...one, number: ++last }, ...all].slice(0, most);
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The newest first. */
export const useRemembered = (): readonly Remembered[] => useSyncExternalStore(subscribe, () => all);
