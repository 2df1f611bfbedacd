/** How far an answer is, and how many patients there are in all data sets together. See docs/guarantees/counts.md */
import { Alert, Button, Group, Paper, Progress, Stack, Text } from '@mantine/core';
import { useThrottledValue } from '@mantine/hooks';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { patientRange } from '../../../src/federation/client/index.ts';
import { formatDate, formatNumber } from '../part/format.ts';
import classes from './ask.module.css';
import { progressOf, type Run } from './run.ts';
import { type Speech, sentenceOf } from './sentence.ts';

export function AnswerHead({
  run,
  speech,
  isCurrent,
  onAgain,
}: {
  run: Run;
  speech: Speech;
  isCurrent: boolean;
  onAgain: () => void;
}): ReactElement {
  const { t } = useTranslation('ask');
  const isRunning = run.state === 'running';
  const { servers, answered, failed } = progressOf(run);
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        {isCurrent ? null : <Text dir="auto">{sentenceOf(run.question, speech)}</Text>}
        {run.question.patients.all.length === 0 ? null : <Range run={run} />}
        {isRunning ? (
          <Progress.Root size="lg" className={classes['progress'] ?? ''}>
            <Progress.Section
              value={servers === 0 ? 2 : (100 * answered) / servers}
              aria-label={t('progress.answered')}
            />
            <Progress.Section
              value={servers === 0 ? 0 : (100 * failed) / servers}
              color="red"
              aria-label={t('progress.failed')}
            />
          </Progress.Root>
        ) : null}
        <Heard run={run} />
        {run.state === 'cancelled' ? (
          <Alert color="yellow" variant="outline" title={t('answer.cancelled')}>
            <Again text={t('answer.cancelled-text')} onAgain={onAgain} />
          </Alert>
        ) : null}
        {run.state === 'broken' ? (
          <Alert color="red" variant="outline" title={t('answer.broken')} role="alert">
            <Again text={run.fault ?? ''} onAgain={onAgain} />
          </Alert>
        ) : null}
        {run.state === 'done' && !run.complete && failed > 0 ? (
          <Alert color="yellow" variant="outline" title={t('answer.partial')}>
            <Again text={t('answer.partial-text', { count: failed })} onAgain={onAgain} />
          </Alert>
        ) : null}
      </Stack>
    </Paper>
  );
}

function Again({ text, onAgain }: { text: string; onAgain: () => void }): ReactElement {
  const { t } = useTranslation('ask');
  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm">{text}</Text>
      <Button variant="default" size="compact-sm" onClick={onAgain}>
        {t('answer.again')}
      </Button>
    </Stack>
  );
}

/** Read aloud every few seconds, not with each event. */
function Heard({ run }: { run: Run }): ReactElement {
  const { t } = useTranslation('ask');
  const { servers, answered, failed, datasets, ruledOut, requests } = progressOf(run);
  const numbers = {
    servers: formatNumber(servers),
    answered: formatNumber(answered),
    failed: formatNumber(failed),
    datasets: formatNumber(datasets),
    ruledOut: formatNumber(ruledOut),
    requests: formatNumber(requests),
  };
  const parts = [
    t(run.state === 'running' ? 'progress.running' : 'progress.over', numbers),
    ...(failed === 0 ? [] : [t('progress.failing', numbers)]),
    ...(ruledOut === 0 ? [] : [t('progress.ruled-out', numbers)]),
    ...(run.endedAt === undefined ? [] : [t('progress.ended', { at: formatDate(run.endedAt) })]),
  ];
  const text = parts.join(' ');
  const calm = useThrottledValue(text, run.state === 'running' ? 3000 : 0);
  return (
    <>
      <Text size="sm" aria-hidden>
        {text}
      </Text>
      <div className={classes['heard']} role="status">
        {calm}
      </div>
    </>
  );
}

function Range({ run }: { run: Run }): ReactElement {
  const { t } = useTranslation('ask');
  const { atLeast, atMost: most } = patientRange([...run.datasets.values()]);
  // Those that were not asked may have a few, and those that did not answer, too.
  const isOpen = run.ruledOut.length > 0 || run.state !== 'done' || !run.complete;
  const atMost = isOpen ? undefined : most;
  const numbers = { atLeast: formatNumber(atLeast), atMost: formatNumber(atMost ?? 0), count: atMost ?? atLeast };
  const text =
    atMost === undefined
      ? t('range.from', numbers)
      : atMost === atLeast
        ? t('range.exact', numbers)
        : t('range.between', numbers);
  return (
    <Group gap="sm" align="baseline">
      <Text fw={700} size="xl" component="p" m={0}>
        {text}
      </Text>
      <Text size="sm" c="dimmed" maw="70ch">
        {t(run.state === 'running' ? 'range.so-far' : atMost === undefined ? 'range.why-open' : 'range.why')}
      </Text>
    </Group>
  );
}
