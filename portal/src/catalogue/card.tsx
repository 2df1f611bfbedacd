/** One data set among the results: what one needs to know to look at it or pass it by. */
import { Checkbox, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { conditionTexts } from '../../../src/fair/condition.ts';
import { ConditionBadges } from '../part/condition-badges.tsx';
import { CountText } from '../part/count-text.tsx';
import { formatDate, formatNumber } from '../part/format.ts';
import { LinkText } from '../part/link.tsx';
import { useWords } from '../part/words.ts';
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
  onCompare(isOn: boolean): void;
}

export function Card({ base, entry, isWaiting, fair, isCompared, canCompare, onCompare }: CardProps): ReactElement {
  const { t } = useTranslation('catalogue');
  const { title, publisher, description, stated, patients, server } = entry;
  const conditions = conditionTexts(stated, useWords());
  const period = periodText(entry.period);
  return (
    <Paper withBorder p="md" component="article">
      <Stack gap={8}>
        <Group justify="space-between" align="flex-start" wrap="nowrap" gap="md">
          <Title order={2} size="h4">
            <DataSetLink base={base} entry={entry} />
          </Title>
          <Checkbox
            size="xs"
            className={classes['pick'] ?? ''}
            label={t('compare')}
            aria-label={t('compare-what', { title: cut(title, 100) })}
            checked={isCompared}
            disabled={!isCompared && !canCompare}
            onChange={(event) => onCompare(event.currentTarget.checked)}
          />
        </Group>
        {publisher === undefined ? null : (
          <Text size="sm" c="dimmed" dir="auto">
            {cut(publisher, 200)}
          </Text>
        )}
        {description === undefined ? null : (
          <Text size="sm" lineClamp={2} dir="auto">
            {cut(description, 500)}
          </Text>
        )}
        <Group gap="md" className={classes['facts'] ?? ''}>
          {patients !== undefined ? (
            <CountText answer={patients} withReason={false} />
          ) : isWaiting ? (
            <Skeleton height={16} width={110} />
          ) : (
            <Text size="sm" c="dimmed">
              {t('patients-not-told')}
            </Text>
          )}
          {period === undefined ? null : <Text size="sm">{period}</Text>}
          {server === undefined ? null : (
            <Text size="sm" dir="auto">
              {t('at-server', { server: cut(server, 100) })}
            </Text>
          )}
          {fair === undefined || fair.size === 0 ? null : <FairText scores={fair} />}
        </Group>
        <ConditionBadges
          conditions={[
            ...(stated.licences.length === 0 ? [{ code: 'licence', text: t('no-licence') }] : []),
            ...conditions,
          ]}
        />
      </Stack>
    </Paper>
  );
}

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
    <Text size="sm" component="span" aria-label={t('fair-label', { scores: text })}>
      {t('fair', { scores: text })}
    </Text>
  );
}
