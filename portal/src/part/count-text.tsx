/** How many patients, as the server told it: exactly, rounded, fewer than, some, or why it does not tell. See docs/guarantees/counts.md */
import type { TFunction } from 'i18next';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { type CountAnswer, reasonIn } from '../../../src/federation/client/index.ts';
import classes from './count-text.module.css';
import { formatNumber } from './format.ts';
import { useWords } from './words.ts';

export function CountText({ answer, withReason = true }: { answer: CountAnswer; withReason?: boolean }): ReactElement {
  const { t } = useTranslation('part');
  const words = useWords();
  const { state, reason } = answer;
  return (
    <span className={classes['count']} data-state={state}>
      <span>{countText(answer, t)}</span>
      {withReason && reason !== undefined && state !== 'counted' ? (
        <small dir="auto">{reasonIn(words.language, reason)}</small>
      ) : null}
    </span>
  );
}

export function countText(
  { state, patients = 0, exactly, rounding = 1, threshold }: CountAnswer,
  t: TFunction<'part'>,
): string {
  switch (state) {
    case 'counted':
      return t(rounding <= 1 ? 'count-exact' : exactly === patients ? 'count-at-least' : 'count-about', {
        count: patients,
        shown: formatNumber(patients),
      });
    case 'exists':
      return threshold === undefined ? t('count-some') : t('count-some-from', { shown: formatNumber(threshold) });
    case 'below-threshold':
      return threshold === undefined ? t('count-few') : t('count-below', { shown: formatNumber(threshold) });
    case 'not-permitted':
      return t('count-not-permitted');
    case 'not-askable':
      return t('count-not-askable');
    case 'unavailable':
      return t('count-unavailable');
  }
}
