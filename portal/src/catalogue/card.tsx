/** One data set among the results: what one needs to know to look at it or pass it by. */
import { Skeleton } from '@mantine/core';
import { memo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ConditionBadges } from '../part/condition-badges.tsx';
import { CountText } from '../part/count-text.tsx';
import { formatDate, formatNumber } from '../part/format.ts';
import { LinkText } from '../part/link.tsx';
import { home } from '../server/home.ts';
import classes from './catalogue.module.css';
import type { Entry } from './entry.ts';

/** Longer titles are cut in lists; the page of the data set has all of it. */
const longestTitle = 240;
const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most)} …`);

export interface CardProps {
  base: string;
  entry: Entry;
  /** whether its summary is still to come */
  isWaiting: boolean;
  fair: ReadonlyMap<string, number> | undefined;
  isCompared: boolean;
  /** whether one more may be compared */
  canCompare: boolean;
  /** stays the same function */
  onCompare(id: string, isOn: boolean): void;
}

/** Drawn anew only when something that it shows is another. */
export const Card = memo(function Card(props: CardProps) {
  const { base, entry, isWaiting, fair, isCompared, canCompare, onCompare } = props;
  const { t } = useTranslation('catalogue');
  const { title, publisher, description, licences, conditions, patients, server } = entry;
  const period = periodText(entry.period);
  return (
    <article className={classes['card']}>
      <div className={classes['title']}>
        <h2>
          <DataSetLink base={base} entry={entry} />
        </h2>
        <label className={classes['pick']}>
          <input
            type="checkbox"
            aria-label={t('compare-what', { title: cut(title, 100) })}
            checked={isCompared}
            disabled={!isCompared && !canCompare}
            onChange={(event) => onCompare(entry.id, event.currentTarget.checked)}
          />
          <span>{t('compare')}</span>
        </label>
      </div>
      {publisher === undefined ? null : (
        <p className={classes['dimmed']} dir="auto">
          {cut(publisher, 200)}
        </p>
      )}
      {description === undefined ? null : (
        <p className={classes['two-lines']} dir="auto">
          {cut(description, 500)}
        </p>
      )}
      <div className={classes['facts']}>
        {patients !== undefined ? (
          <CountText answer={patients} withReason={false} />
        ) : isWaiting ? (
          <Skeleton height={16} width={110} />
        ) : (
          <span className={classes['dimmed']}>{t('patients-not-told')}</span>
        )}
        {period === undefined ? null : <span>{period}</span>}
        {server === undefined ? null : <span dir="auto">{t('at-server', { server: cut(server, 100) })}</span>}
        {fair === undefined || fair.size === 0 ? null : <FairText scores={fair} />}
      </div>
      <ConditionBadges
        conditions={[
          ...(licences.length === 0 ? [t('no-licence')] : licences).map((text) => ({ code: 'licence', text })),
          ...conditions,
        ]}
      />
    </article>
  );
});

export function DataSetLink({ base, entry }: { base: string; entry: Entry }): ReactElement {
  return (
    <LinkText
      to="/data-set/$id"
      params={{ id: entry.id }}
      search={base === home ? {} : { at: base }}
      dir="auto"
      inherit
    >
      {cut(entry.title, longestTitle)}
    </LinkText>
  );
}

/** From when to when, as precise as it is stated. */
export function periodText(period: Entry['period']): string | undefined {
  if (period === undefined) return undefined;
  const { start, end } = period;
  return `${start === undefined ? '…' : formatDate(start)} – ${end === undefined ? '…' : formatDate(end)}`;
}

export function FairText({ scores }: { scores: ReadonlyMap<string, number> }): ReactElement {
  const { t } = useTranslation('catalogue');
  const text = [...scores].map(([letter, score]) => `${letter} ${formatNumber(Math.round(score))}`).join(' · ');
  return (
    <span role="img" aria-label={t('fair-label', { scores: text })}>
      {t('fair', { scores: text })}
    </span>
  );
}
