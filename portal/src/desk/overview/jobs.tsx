/** What the server does by itself: how it goes, when it last succeeded, what failed. See docs/adr/0024-jobs.md */
import { Alert, Badge, Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatAgo } from '../../part/format.ts';
import { Loading } from '../../part/loading.tsx';
import { Problem } from '../../part/problem.tsx';
import { ask, getJson, type Json } from '../../server/fhir.ts';
import { home } from '../../server/home.ts';
import { useAsker, useHome } from '../../server/query.ts';

interface Job {
  name: string;
  state: string;
  due: string;
  succeeded: string | undefined;
  failures: number;
  error: string | undefined;
}

/** As `$jobs` answers. */
function jobsIn(body: Json): Job[] {
  const parameters = (body['parameter'] ?? []) as { name: string; part?: (Json & { name: string })[] }[];
  return parameters
    .filter(({ name }) => name === 'job')
    .map(({ part = [] }) => {
      const text = (name: string): string | undefined => {
        const found = part.find((one) => one.name === name);
        const value = found === undefined ? undefined : Object.entries(found).find(([key]) => key.startsWith('value'));
        return value === undefined ? undefined : String(value[1]);
      };
      return {
        name: text('name') ?? '',
        state: text('state') ?? '',
        due: text('due') ?? '',
        succeeded: text('succeeded'),
        failures: Number(text('failures') ?? 0),
        error: text('error'),
      };
    });
}

/** Milliseconds between two looks while the page is open. */
const pause = 5000;

export function Jobs(): ReactElement {
  const { t } = useTranslation('desk');
  const who = useAsker(home);
  const { data, error, refetch } = useQuery({
    queryKey: ['desk', 'jobs', who],
    queryFn: async ({ signal }) => jobsIn(await getJson(home, '$jobs', { signal })),
    refetchInterval: pause,
  });
  return (
    <Stack component="section">
      <Group justify="space-between">
        <Title order={2} size="h3">
          {t('jobs')}
        </Title>
        <Refresh />
      </Group>
      {error === null ? null : <Problem error={error} retry={() => void refetch()} />}
      {data === undefined && error === null ? <Loading lines={2} /> : null}
      {data?.length === 0 ? <Text>{t('no-jobs')}</Text> : null}
      {data === undefined || data.length === 0 ? null : <JobTable jobs={data} />}
    </Stack>
  );
}

function JobTable({ jobs }: { jobs: readonly Job[] }): ReactElement {
  const { t } = useTranslation('desk');
  return (
    <Table.ScrollContainer
      minWidth={520}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': t('jobs') } }}
    >
      <Table>
        <Table.Thead>
          <Table.Tr>
            {(['name', 'state', 'succeeded', 'due', 'failed'] as const).map((one) => (
              <Table.Th key={one}>{t(`head.${one}`)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {jobs.map((job) => (
            <Table.Tr key={job.name}>
              <Table.Td>{t(`job.${job.name.replaceAll(' ', '-')}`, { defaultValue: job.name })}</Table.Td>
              <Table.Td>
                <Badge variant="default" tt="none">
                  {t(`job-state.${job.state}`)}
                </Badge>
              </Table.Td>
              <Table.Td>{job.succeeded === undefined ? t('never') : formatAgo(job.succeeded)}</Table.Td>
              <Table.Td>{formatAgo(job.due)}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {job.failures === 0 ? t('no-failure') : t('failures', { count: job.failures, error: job.error ?? '' })}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** Content summaries are what others find the data by. */
function Refresh(): ReactElement | null {
  const { t } = useTranslation('desk');
  const client = useQueryClient();
  const isRepository = useHome().data?.roles.includes('repository') === true;
  const refresh = useMutation({
    mutationFn: () => ask(home, '$content-summary', { method: 'POST', body: { resourceType: 'Parameters' } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['fhir'] }),
  });
  if (!isRepository) return null;
  return (
    <Stack gap={4}>
      <Button variant="default" size="xs" loading={refresh.isPending} onClick={() => refresh.mutate()}>
        {t('refresh-summaries')}
      </Button>
      {refresh.isSuccess ? (
        <Text size="xs" role="status">
          {t('summaries-refreshed')}
        </Text>
      ) : null}
      {refresh.error === null ? null : (
        <Alert variant="outline" color="red" role="alert">
          {refresh.error.message}
        </Alert>
      )}
    </Stack>
  );
}
