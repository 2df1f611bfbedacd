/** What was done and said about a request, step by step. See docs/adr/0014-access-requests.md */
import { Text, Timeline, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate } from '../part/format.ts';
import type { AccessTask, Note } from './task.ts';

export function History({ task }: { task: AccessTask }): ReactElement {
  const { t } = useTranslation('access');
  const asked: Note = { by: task.requester, at: task.authored, text: '', step: 'requested' };
  return (
    <section>
      <Title order={3} size="h6" mb="xs">
        {t('history')}
      </Title>
      <Timeline bulletSize={12} lineWidth={2} active={task.notes.length}>
        {[asked, ...task.notes].map(({ by, at, text, step }) => (
          <Timeline.Item key={`${at} ${by} ${step ?? ''} ${text}`}>
            <Text size="sm">
              <strong>{t(`step-${step ?? 'said'}`, { defaultValue: step ?? '' })}</strong>
              {' · '}
              <Text component="span" size="sm" c="dimmed">
                {formatDate(at)}, <span dir="auto">{by.slice(0, 300)}</span>
              </Text>
            </Text>
            {/* A step that was taken without words is named by its code. */}
            {text === '' || text === step ? null : (
              <Text size="sm" dir="auto">
                {text}
              </Text>
            )}
          </Timeline.Item>
        ))}
      </Timeline>
    </section>
  );
}
