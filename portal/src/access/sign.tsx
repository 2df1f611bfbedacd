/** Small drawings before words: what they mean stands in the words. */
import type { ReactElement } from 'react';
import classes from './sign.module.css';

const paths = {
  yes: 'M5 12.5l4.500 4.500L19 7.500',
  no: 'M6 6l12 12M18 6L6 18',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.500 20.500c1-4 4-6 7.500-6s6.500 2 7.500 6',
  question: 'M9 9a3 3 0 1 1 4.500 2.600c-1.100.7-1.500 1.300-1.500 2.400M12 18v.01',
  waiting: 'M12 6v6l4 2.500M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18',
  back: 'M9 6L4 11l5 5M4 11h10a6 6 0 0 1 6 6v2',
} as const;

export type SignName = keyof typeof paths;

export function Sign({ name }: { name: SignName }): ReactElement {
  return (
    <svg className={classes['sign']} viewBox="0 0 24 24" width="14" height="14" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
