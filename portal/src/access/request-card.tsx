/** One request for access: what is asked for, by whom, what the rules say, what was said since. */
import { Badge, Card, Group, List, Stack, Text, Title } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { statedOf } from '../../../src/fair/stated.ts';
import type { JsonObject } from '../../../src/fhir/json.ts';
import { formatAgo, formatDate, formatList } from '../part/format.ts';
import { LinkText } from '../part/link.tsx';
import { useFhir } from '../server/query.ts';
import { MatchView } from './match-view.tsx';
import type { AccessTask, RequestState } from './task.ts';

const signs: Readonly<Record<RequestState, string>> = {
  requested: '…',
  'asked-back': '?',
  granted: '✓',
  refused: '✗',
  withdrawn: '↶',
  revoked: '✗',
  unknown: '?',
};

/** `children` are what one can do with it. */
export function RequestCard({ task, children }: { task: AccessTask; children?: ReactNode }): ReactElement {
  const { t } = useTranslation('access');
  const record = useFhir(task.base, task.dataSet);
  const title = String(record.data?.['title'] ?? task.dataSet);
  const stated = record.data === undefined ? [] : statedOf(record.data as JsonObject, task.dataSet).statement.dataUse;
  return (
    <Card withBorder component="article" aria-label={`${title.slice(0, 200)}: ${t(`state-${task.state}`)}`}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <div>
            <Title order={2} size="h4" dir="auto" lineClamp={2}>
              {title}
            </Title>
            <Text size="sm" c="dimmed">
              {task.base}
            </Text>
          </div>
          <Badge variant="default" size="lg" tt="none">
            <span aria-hidden="true">{signs[task.state]} </span>
            {t(`state-${task.state}`)}
          </Badge>
        </Group>
        <Facts task={task} />
        <MatchView match={task.match} dataUse={stated} />
        <Notes task={task} />
        {task.grant === undefined ? null : (
          <LinkText to="/explore/$" params={{ _splat: task.grant }} search={{ at: task.base }} size="sm">
            {t('grant')}: {task.grant}
          </LinkText>
        )}
        {children === undefined ? null : <Group>{children}</Group>}
      </Stack>
    </Card>
  );
}

function Facts({ task }: { task: AccessTask }): ReactElement {
  const { t } = useTranslation('access');
  const purposes = task.purposes.map((one) => {
    const code = one.slice(one.indexOf('|') + 1);
    return t(`purpose-${code}`, { defaultValue: code });
  });
  const facts: (readonly [string, string | undefined])[] = [
    [t('requester'), task.requester],
    [t('asked-on'), formatDate(task.authored)],
    [t('project-title'), task.title],
    [t('project'), task.project],
    [t('purposes'), formatList(purposes)],
    [t('kinds'), formatList(task.kinds.map((kind) => t(`kind-${kind}`, { defaultValue: kind })))],
    [t('diseases'), formatList(task.diseases)],
    [
      t('commercial'),
      task.commercial === undefined ? undefined : t(task.commercial ? 'commercial-yes' : 'commercial-no'),
    ],
    [t('level'), t(`level-${task.level}`, { defaultValue: task.level })],
    [t('from'), task.from === undefined ? undefined : formatDate(task.from)],
    [t('until'), task.until === undefined ? undefined : `${formatDate(task.until)} (${formatAgo(task.until)})`],
  ];
  return (
    <List size="sm" listStyleType="none" spacing={2}>
      {facts.map(([label, value]) =>
        value === undefined || value === '' ? null : (
          <List.Item key={label}>
            <strong>{label.endsWith('?') ? label : `${label}:`}</strong> <span dir="auto">{value.slice(0, 1000)}</span>
          </List.Item>
        ),
      )}
    </List>
  );
}

function Notes({ task }: { task: AccessTask }): ReactElement | null {
  const { t } = useTranslation('access');
  if (task.notes.length === 0) return null;
  return (
    <div>
      <Title order={3} size="h6" mb={4}>
        {t('history')}
      </Title>
      <List size="sm" spacing={4}>
        {task.notes.map(({ by, at, text }) => (
          <List.Item key={`${at} ${by} ${text}`}>
            <Text component="span" size="sm" c="dimmed">
              {formatDate(at)}, <span dir="auto">{by}</span>:
            </Text>{' '}
            <span dir="auto">{text}</span>
          </List.Item>
        ))}
      </List>
    </div>
  );
}
