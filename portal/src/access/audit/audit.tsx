/** Audit. */
import type { ReactElement } from 'react';

export function Audit(): ReactElement {
  return <div />;
}
