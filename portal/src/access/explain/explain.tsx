/** Explain. */
import type { ReactElement } from 'react';

export function Explain(): ReactElement {
  return <div />;
}
