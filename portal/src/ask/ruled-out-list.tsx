/** Data sets that were not asked, since content summaries say that they hold too little. See docs/adr/0020-the-walk.md */
import { Button, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { readReason } from '../../../src/federation/client/index.ts';
import { formatNumber } from '../part/format.ts';
import classes from './ask.module.css';
import { progressOf, type Run } from './run.ts';

export function RuledOutList({
  run,
  isAllAsked,
  onAskAll,
}: {
  run: Run;
  isAllAsked: boolean;
  onAskAll: () => void;
}): ReactElement | null {
  const { t } = useTranslation('ask');
  const { ruledOut } = progressOf(run);
  // Few of them are listed with the others, each with what its summary says.
  const bySummary = [...run.datasets.values()].filter(
    ({ identifier, answer }) => isFromSummary(answer.reason) && !run.ways.has(identifier),
  );
  if (isAllAsked || run.state !== 'done' || ruledOut + bySummary.length === 0) return null;
  return (
    <Stack gap="xs" component="section" aria-labelledby="answer-ruled-out" align="flex-start">
      <Title order={3} id="answer-ruled-out">
        {t('ruled-out.title', { count: ruledOut + bySummary.length, shown: formatNumber(ruledOut + bySummary.length) })}
      </Title>
      <Text maw="75ch">{t('ruled-out.text')}</Text>
      <ul className={classes['plain']}>
        {bySummary.slice(0, 20).map(({ identifier, title }) => (
          <li key={identifier}>
            <Text size="sm" dir="auto" lineClamp={2}>
              {title}
            </Text>
          </li>
        ))}
        {bySummary.length <= 20 ? null : (
          <li>{t('ruled-out.more', { count: bySummary.length - 20, shown: formatNumber(bySummary.length - 20) })}</li>
        )}
        {run.ruledOut.map(({ server, datasets }) => (
          <li key={server}>
            <Text size="sm" className={classes['break'] ?? ''}>
              {t('ruled-out.at', {
                count: datasets,
                shown: formatNumber(datasets),
                server: run.servers.get(server)?.name ?? server,
              })}
            </Text>
          </li>
        ))}
      </ul>
      <Button variant="default" size="compact-sm" onClick={onAskAll}>
        {t('ruled-out.ask-all')}
      </Button>
    </Stack>
  );
}

const isFromSummary = (reason: string | undefined): boolean =>
  reason !== undefined && readReason(reason)?.code === 'by-summary';
