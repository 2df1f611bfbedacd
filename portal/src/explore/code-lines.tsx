/** Many lines of code of which only those in sight are drawn. */
import { type ReactElement, type ReactNode, useState } from 'react';
import classes from './explore.module.css';

const height = 20;
/** Lines above and below what is in sight. */
const beyond = 40;
const firstWindow = 120;

export function CodeLines({
  count,
  label,
  line,
}: {
  count: number;
  label: string;
  line(at: number): ReactNode;
}): ReactElement {
  const [top, setTop] = useState(0);
  const [shown, setShown] = useState(firstWindow);
  const from = Math.max(0, Math.floor(top / height) - beyond);
  const until = Math.min(count, from + shown + 2 * beyond);
  return (
    // A region that scrolls is reached by keyboard. https://www.w3.org/WAI/WCAG22/Understanding/keyboard
    <section
      className={classes['code']}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
      tabIndex={0}
      onScroll={({ currentTarget }) => {
        setTop(currentTarget.scrollTop);
        setShown(Math.ceil(currentTarget.clientHeight / height));
      }}
    >
      <div className={classes['lines']} style={{ height: count * height }}>
        {Array.from({ length: Math.max(0, until - from) }, (_, at) => from + at).map((at) => (
          <div key={at} className={classes['line']} style={{ top: at * height }} data-line={at + 1}>
            {line(at)}
          </div>
        ))}
      </div>
    </section>
  );
}
