/** The question as a sentence, what is missing in it, and the buttons that ask it, end it or share it. */
import { Alert, Button, CopyButton, Group, Paper, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './ask.module.css';
import type { Asked } from './draft-question.ts';
import { linkText } from './link.ts';
import { type Speech, sentenceOf } from './sentence.ts';

export function QuestionBar({
  asked,
  speech,
  isReady,
  isTried,
  isRunning,
  onAsk,
  onCancel,
  onClear,
}: {
  asked: Asked;
  speech: Speech;
  /** it is known where to begin */
  isReady: boolean;
  /** somebody tried to ask it as it is */
  isTried: boolean;
  isRunning: boolean;
  onAsk: () => void;
  onCancel: () => void;
  onClear: () => void;
}): ReactElement {
  const { t } = useTranslation('ask');
  const sentence = sentenceOf(asked.question, speech);
  // While one types, the sentence is read once one stops.
  const [calm] = useDebouncedValue(sentence, 600);
  return (
    <Paper withBorder p="md" className={classes['bar'] ?? ''} component="section" aria-label={t('question')}>
      <Stack gap="sm">
        <Text size="lg" fw={600} dir="auto" className={classes['sentence'] ?? ''} aria-hidden>
          {sentence}
        </Text>
        <div className={classes['heard']} role="status">
          {calm}
        </div>
        {asked.missing.length === 0 ? null : (
          <Text size="sm" c="dimmed">
            {t('unfinished', { count: asked.missing.length })}
          </Text>
        )}
        {asked.refusal === undefined ? null : (
          <Alert color="red" variant="outline" role="alert" title={t('refused')}>
            <span lang="en">{asked.refusal}</span>
          </Alert>
        )}
        {isTried && asked.missing.length > 0 ? (
          <Alert color="red" variant="outline" role="alert">
            {t('fill-in', { count: asked.missing.length })}
          </Alert>
        ) : null}
        <Group gap="sm">
          {isRunning ? (
            <Button color="red" variant="outline" onClick={onCancel}>
              {t('cancel')}
            </Button>
          ) : (
            <Button onClick={onAsk} disabled={!isReady}>
              {t('ask')}
            </Button>
          )}
          <Share asked={asked} />
          <Button variant="subtle" onClick={onClear}>
            {t('clear')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

/** The address holds the question and nothing of the answer, nor who one is. */
function Share({ asked }: { asked: Asked }): ReactElement {
  const { t } = useTranslation('ask');
  const address = `${location.origin}/ask?${new URLSearchParams({ q: linkText(asked.question) }).toString()}`;
  return (
    <CopyButton value={address} timeout={3000}>
      {({ copied, copy }) => (
        <Button variant="default" onClick={copy}>
          {copied ? t('link-copied') : t('copy-link')}
        </Button>
      )}
    </CopyButton>
  );
}
