/** Conditions of a data set as plain badges: each says in words what is asked, and a sign before it says of which kind it is. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Condition } from '../../../src/federation/client/index.ts';
import classes from './condition-badges.module.css';
import { Hint } from './hint.tsx';

/** Kinds by what they mean for the reader: open, something to fulfil, something to do afterwards, not understood. */
const signs: Readonly<Record<string, string>> = {
  licence: '§',
  copyright: '§',
  obligation: '↺',
  unknown: '?',
  granularity: '#',
};

/** At most `most` are shown, the others are counted. */
export function ConditionBadges({
  conditions,
  most = 6,
}: {
  conditions: readonly Condition[];
  most?: number;
}): ReactElement {
  const { t } = useTranslation('part');
  if (conditions.length === 0) return <Plain text={t('no-conditions')} />;
  return (
    <ul className={classes['badges']} aria-label={t('conditions')}>
      {conditions.slice(0, most).map(({ code, text }) => (
        <li key={`${code} ${text}`}>
          <Hint text={text}>
            <span className={classes['badge']}>
              <span aria-hidden="true">{signs[code] ?? '!'}</span>
              <span dir="auto">{text}</span>
            </span>
          </Hint>
        </li>
      ))}
      {conditions.length > most ? (
        <li>
          <Plain text={t('more', { count: conditions.length - most })} />
        </li>
      ) : null}
    </ul>
  );
}

const Plain = ({ text }: { text: string }): ReactElement => (
  <span className={classes['badge']}>
    <span>{text}</span>
  </span>
);
