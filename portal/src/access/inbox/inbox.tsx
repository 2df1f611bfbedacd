/** Inbox. */
import type { ReactElement } from 'react';

export function Inbox(): ReactElement {
  return <div />;
}
