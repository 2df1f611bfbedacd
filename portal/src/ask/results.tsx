/** The answer as it comes: how far it is, how many patients in all, the way, the data sets, and who did not answer. See docs/adr/0020-the-walk.md */
import { Stack, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Partial } from '../part/partial.tsx';
import { AnswerHead } from './answer-head.tsx';
import { DatasetList } from './dataset-list.tsx';
import { ExportPanel } from './export-panel.tsx';
import { MissingDataSets } from './missing-data-sets.tsx';
import { ProblemList } from './problem-list.tsx';
import { RuledOutList } from './ruled-out-list.tsx';
import type { Speech } from './sentence.ts';
import type { Asking } from './use-run.ts';
import { WayPanel } from './way-panel.tsx';

export function Results({
  asking,
  speech,
  isCurrent,
  onAgain,
  onAskAll,
}: {
  asking: Asking;
  speech: Speech;
  /** the question above is the one that was asked */
  isCurrent: boolean;
  onAgain: () => void;
  onAskAll: () => void;
}): ReactElement {
  const { t } = useTranslation('ask');
  const { run, settings } = asking;
  return (
    <Stack gap="lg" component="section" aria-label={t('answer.title')}>
      <Title order={2}>{t('answer.title')}</Title>
      {isCurrent ? null : <Partial title={t('answer.other')}>{t('answer.other-text')}</Partial>}
      <AnswerHead run={run} speech={speech} isCurrent={isCurrent} onAgain={onAgain} />
      <MissingDataSets missing={run.missing} />
      <WayPanel run={run} />
      <DatasetList run={run} tokens={settings.tokens} />
      <RuledOutList run={run} isAllAsked={settings.ask === 'all'} onAskAll={onAskAll} />
      <ProblemList run={run} tokens={settings.tokens} onAgain={onAgain} />
      <ExportPanel asking={asking} speech={speech} />
    </Stack>
  );
}
