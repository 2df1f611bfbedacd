/** A function that stays the same while what it does changes: what is given it is not drawn anew each time. https://react.dev/reference/react/memo#minimizing-props-changes */
import { useCallback, useLayoutEffect, useRef } from 'react';

export function useStable<Given extends unknown[]>(run: (...given: Given) => void): (...given: Given) => void {
  const latest = useRef(run);
  useLayoutEffect(() => {
    latest.current = run;
  });
  return useCallback((...given) => latest.current(...given), []);
}
