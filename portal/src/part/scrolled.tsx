/** What is wider than the window, in a frame of its own that the keyboard can move. https://www.w3.org/WAI/standards-guidelines/act/rules/0ssw9k/ */
import type { ReactElement, ReactNode } from 'react';
import classes from './scrolled.module.css';

export function Scrolled({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it the keyboard could not scroll
    <section className={classes['scroll']} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
