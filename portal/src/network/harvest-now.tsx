/** Has the metadata of a member taken now: done at once for stewards, soon for others who are logged in. */
import { Alert, Button, List, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../part/format.ts';
import { Problem } from '../part/problem.tsx';
import { home } from '../server/home.ts';
import { useSessions } from '../server/tokens.ts';
import { harvest } from './operations.ts';
import type { NetworkServer } from './server.ts';

/** What was refused may be many. */
const mostFaults = 20;

export function HarvestNow({ server }: { server: NetworkServer }): ReactElement | null {
  const { t } = useTranslation('network');
  const queries = useQueryClient();
  const isLoggedIn = useSessions().some(({ base }) => base === home);
  const run = useMutation({
    mutationFn: () => harvest(server.base),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['network-freshness'] }),
  });
  // Whose metadata the home server does not take itself cannot be taken now.
  if (!isLoggedIn || server.hops.length > 0) return null;
  return (
    <Stack gap="xs" align="flex-start">
      <Button variant="default" loading={run.isPending} onClick={() => run.mutate()}>
        {t('harvest-now')}
      </Button>
      <div aria-live="polite">{run.isSuccess ? <Report report={run.data} /> : null}</div>
      {run.isError ? <Problem error={run.error} retry={() => run.mutate()} /> : null}
    </Stack>
  );
}

function Report({ report }: { report: Awaited<ReturnType<typeof harvest>> }): ReactElement {
  const { t } = useTranslation('network');
  if (report === undefined) return <Text>{t('harvest-soon')}</Text>;
  const { taken, unchanged, removed, refused, faults } = report;
  return (
    <Alert color={faults.length === 0 ? 'fairway' : 'yellow'} variant="outline" title={t('harvest-done')}>
      <Text>
        {t('harvest-report', {
          taken: formatNumber(taken),
          unchanged: formatNumber(unchanged),
          removed: formatNumber(removed),
          refused: formatNumber(refused),
        })}
      </Text>
      <List size="sm">
        {faults.slice(0, mostFaults).map((fault) => (
          <List.Item key={fault}>
            <span dir="auto">{fault.slice(0, 400)}</span>
          </List.Item>
        ))}
      </List>
      {faults.length > mostFaults ? (
        <Text size="sm">{t('and-more', { shown: formatNumber(faults.length - mostFaults) })}</Text>
      ) : null}
    </Alert>
  );
}
