/** One request for access: what is asked for, by whom, what the rules say, what was said since. */
import { Badge, Card, Group, List, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { statedOf } from '../../../src/fair/stated.ts';
import { purposeName } from '../../../src/fair/use-text.ts';
import type { JsonObject } from '../../../src/fhir/json.ts';
import { formatDate, formatList } from '../part/format.ts';
import { levelName } from '../part/reason-words.ts';
import { useWords } from '../part/words.ts';
import { useFhir } from '../server/query.ts';
import { Documents } from './documents.tsx';
import { GrantView } from './grant-view.tsx';
import { History } from './history.tsx';
import { MatchView } from './match-view.tsx';
import { Sign, type SignName } from './sign.tsx';
import type { AccessTask, RequestState } from './task.ts';

const signs: Readonly<Record<RequestState, SignName>> = {
  requested: 'waiting',
  'asked-back': 'question',
  granted: 'yes',
  refused: 'no',
  withdrawn: 'back',
  revoked: 'no',
  unknown: 'question',
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
          <Badge variant="default" size="lg" tt="none" leftSection={<Sign name={signs[task.state]} />}>
            {t(`state-${task.state}`)}
          </Badge>
        </Group>
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Stack gap="sm">
            <Facts task={task} />
            {task.grant === undefined ? null : <GrantView grant={task.grant} />}
            <Documents documents={task.documents} />
            <History task={task} />
          </Stack>
          <Stack gap={4}>
            {task.grant === undefined ? null : (
              <Text size="sm" c="dimmed">
                {t('match-then')}
              </Text>
            )}
            <MatchView match={task.match} dataUse={stated} />
          </Stack>
        </SimpleGrid>
        {children === undefined ? null : <Group>{children}</Group>}
      </Stack>
    </Card>
  );
}

function Facts({ task }: { task: AccessTask }): ReactElement {
  const { t } = useTranslation('access');
  const words = useWords();
  const purposes = task.purposes.map((one) => {
    const code = one.slice(one.indexOf('|') + 1);
    return purposeName(code, words) ?? code;
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
    [t('asked-level'), levelName(task.level, words)],
    [t('asked-from'), task.from === undefined ? undefined : formatDate(task.from)],
    [t('asked-until'), task.until === undefined ? undefined : formatDate(task.until)],
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
