/** Every request of an answer, folded away: what was asked of whom, what came, how long it took. */
import { Button, Stack, Table, Text } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reasonIn } from '../../../src/federation/client/index.ts';
import { formatNumber } from '../part/format.ts';
import { Scrolled } from '../part/scrolled.tsx';
import { useWords } from '../part/words.ts';
import classes from './ask.module.css';
import type { Run } from './run.ts';

const atOnce = 50;

export function TraceTable({ run }: { run: Run }): ReactElement {
  const { t } = useTranslation('ask');
  const [isOpen, setOpen] = useState(false);
  const count = run.trace.length + run.untold;
  return (
    <details className={classes['details']} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t('trace.title', { count, shown: formatNumber(count) })}</summary>
      {isOpen ? <Rows run={run} /> : null}
    </details>
  );
}

function Rows({ run }: { run: Run }): ReactElement {
  const { t } = useTranslation('ask');
  const words = useWords();
  const [most, setMost] = useState(atOnce);
  const { trace, untold } = run;
  return (
    <Stack gap="xs" pt="sm">
      <Scrolled label={t('trace.region')}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('trace.step')}</Table.Th>
              <Table.Th scope="col">{t('trace.request')}</Table.Th>
              <Table.Th scope="col">{t('trace.status')}</Table.Th>
              <Table.Th scope="col" ta="end">
                {t('trace.found')}
              </Table.Th>
              <Table.Th scope="col" ta="end">
                {t('trace.time')}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {trace.slice(0, most).map(({ step, server, request, status, ms, found, reason }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: requests only come at the end, and the same one may come twice
              <Table.Tr key={at}>
                <Table.Td>{t(`step.${step}`)}</Table.Td>
                <Table.Td>
                  <Text size="xs" dir="ltr" className={classes['request'] ?? ''}>
                    {request}
                  </Text>
                  <Text size="xs" c="dimmed" dir="ltr">
                    {server}
                  </Text>
                  {reason === undefined ? null : (
                    <Text size="xs" dir="auto">
                      {reasonIn(words.language, reason)}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>{status === 0 ? t('trace.no-answer') : status}</Table.Td>
                <Table.Td ta="end">{formatNumber(found)}</Table.Td>
                <Table.Td ta="end">{t('way.ms', { ms: formatNumber(ms) })}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scrolled>
      {trace.length <= most ? null : (
        <Button variant="default" w="fit-content" size="compact-sm" onClick={() => setMost(most + 10 * atOnce)}>
          {t('data-sets.more', { count: trace.length - most, shown: formatNumber(trace.length - most) })}
        </Button>
      )}
      {untold === 0 ? null : <Text size="sm">{t('trace.untold', { count: untold, shown: formatNumber(untold) })}</Text>}
    </Stack>
  );
}
