/** Servers that refused something in this tab, so that one is offered to log in there. */
import { useSyncExternalStore } from 'react';
import { baseOf } from './address.ts';

const key = 'fairway-refused';
const most = 30;
const listeners = new Set<() => void>();
let bases: readonly string[] = stored();

function stored(): readonly string[] {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '[]') as string[]; // written below
  } catch {
    return [];
  }
}

/** A server answered 401 or 403. The last ones are remembered. */
export function noteRefusal(base: string): void {
  const one = baseOf(base);
  if (bases.includes(one)) return;
  bases = [...bases, one].slice(-most);
  sessionStorage.setItem(key, JSON.stringify(bases));
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useRefusals = (): readonly string[] => useSyncExternalStore(subscribe, () => bases);
