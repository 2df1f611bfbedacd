/** How FAIR the stored record is, as the server assesses it, and what to do first. See docs/reference/assessment.md */
import { Button, Group, List, Progress, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatPercent } from '../../part/format.ts';
import { Loading } from '../../part/loading.tsx';
import { Problem } from '../../part/problem.tsx';
import { getJson, type Json } from '../../server/fhir.ts';
import { home } from '../../server/home.ts';

interface Assessed {
  letters: readonly { letter: string; score: number | undefined }[];
  todo: readonly { text: string; how: string }[];
  others: number;
}

/** Advice that is shown at once. */
const most = 5;

/** As `$assess` answers, in R4, R4B and R5. */
function assessedIn(body: Json): Assessed {
  const parameters = (body['parameter'] ?? []) as { name: string; resource?: Json }[];
  const resource = (name: string): Json => parameters.find((one) => one.name === name)?.resource ?? {};
  const groups = (resource('report')['group'] ?? []) as Json[];
  const letters = groups.map((group) => {
    const [coding] = ((group['code'] as Json | undefined)?.['coding'] ?? []) as Json[];
    const stated = (group['measureScore'] ?? group['measureScoreQuantity']) as Json | undefined;
    const score = stated?.['value'];
    return { letter: String(coding?.['code'] ?? ''), score: typeof score === 'number' ? score : undefined };
  });
  const issues = ((resource('outcome')['issue'] ?? []) as Json[]).filter(
    ({ severity, code }) => severity !== 'information' && code !== 'informational',
  );
  const todo = issues.map(({ details, diagnostics }) => ({
    text: String((details as Json | undefined)?.['text'] ?? ''),
    how: String(diagnostics ?? ''),
  }));
  return { letters, todo: todo.slice(0, most), others: Math.max(0, todo.length - most) };
}

/** Asked for only: an assessment is many requests. */
export function Assessment({ id }: { id: string }): ReactElement {
  const { t } = useTranslation('desk');
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['desk', 'assess', id],
    queryFn: async ({ signal }) => assessedIn(await getJson(home, `Library/${id}/$assess`, { signal })),
    enabled: false,
  });
  return (
    <Stack component="section" aria-label={t('assessment')} gap="sm">
      <Title order={2} size="h3">
        {t('assessment')}
      </Title>
      <Text size="sm">{t('assessment-text')}</Text>
      <Group>
        <Button variant="default" loading={isFetching} onClick={() => void refetch()}>
          {t('assess')}
        </Button>
      </Group>
      {error === null ? null : <Problem error={error} />}
      {isFetching && data === undefined ? <Loading lines={2} /> : null}
      {data === undefined ? null : <Scores assessed={data} />}
    </Stack>
  );
}

function Scores({ assessed: { letters, todo, others } }: { assessed: Assessed }): ReactElement {
  const { t } = useTranslation('desk');
  return (
    <Stack gap="xs" role="status">
      {letters.map(({ letter, score }) => (
        <div key={letter}>
          <Group justify="space-between">
            <Text size="sm">{t(`letter.${letter}`)}</Text>
            <Text size="sm">{score === undefined ? t('not-measured') : formatPercent(score)}</Text>
          </Group>
          <Progress value={score ?? 0} aria-label={t(`letter.${letter}`)} />
        </div>
      ))}
      {todo.length === 0 ? (
        <Text size="sm">{t('nothing-to-do')}</Text>
      ) : (
        <List size="sm">
          {todo.map(({ text, how }) => (
            <List.Item key={text + how}>
              <b>{text}</b> {how}
            </List.Item>
          ))}
        </List>
      )}
      {others === 0 ? null : <Text size="sm">{t('more-to-do', { count: others })}</Text>}
    </Stack>
  );
}
