/** How a member answered the checks of the home server: asked for when a steward wants to see it. */
import { Button, Stack, Table, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatNumber } from '../part/format.ts';
import { Problem } from '../part/problem.tsx';
import { home } from '../server/home.ts';
import { useSessions } from '../server/tokens.ts';
import { lastAnswers, type Streak } from './operations.ts';
import type { NetworkServer } from './server.ts';

export function LastAnswers({ server }: { server: NetworkServer }): ReactElement | null {
  const { t } = useTranslation('network');
  const isLoggedIn = useSessions().some(({ base }) => base === home);
  const look = useMutation({ mutationFn: () => lastAnswers(server.base) });
  if (!isLoggedIn) return null;
  return (
    <Stack gap="xs" align="flex-start">
      <Button variant="default" loading={look.isPending} onClick={() => look.mutate()}>
        {t('last-answers')}
      </Button>
      {look.isError ? <Problem error={look.error} /> : null}
      {look.isSuccess ? <Answers streaks={look.data} /> : null}
    </Stack>
  );
}

function Answers({ streaks }: { streaks: readonly Streak[] }): ReactElement {
  const { t } = useTranslation('network');
  if (streaks.length === 0) return <Text role="status">{t('no-answers')}</Text>;
  return (
    <Table.ScrollContainer minWidth={420} type="native">
      <Table aria-label={t('last-answers')}>
        <Table.Thead>
          <Table.Tr>
            {(['from', 'to', 'times', 'answer', 'milliseconds'] as const).map((one) => (
              <Table.Th key={one} scope="col">
                {t(`answers-${one}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {streaks.map(({ since, until, times, status, milliseconds, reason }) => (
            <Table.Tr key={since}>
              <Table.Td>{formatDate(since)}</Table.Td>
              <Table.Td>{formatDate(until)}</Table.Td>
              <Table.Td>{formatNumber(times)}</Table.Td>
              <Table.Td dir="auto">{reason ?? (status === 0 ? t('health-failing') : String(status))}</Table.Td>
              <Table.Td>{formatNumber(milliseconds)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
