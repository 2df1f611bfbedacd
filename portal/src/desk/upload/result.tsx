/** What became of an import: how many were taken in, and each fault with its place. */
import { Alert, Button, Group, ScrollArea, Stack, Table, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatNumber } from '../../part/format.ts';
import { Partial } from '../../part/partial.tsx';
import { type Fault, faultTable, type Sent } from './send.ts';

/** Faults that the page shows; the file has all that are kept. */
const most = 100;

export function SentResult({
  sent,
  state,
  bytes,
}: {
  sent: Sent;
  state: 'sending' | 'done' | 'stopped';
  bytes: number;
}): ReactElement {
  const { t } = useTranslation('desk');
  const { created, replaced, refused, faults, unlisted } = sent;
  const color = state === 'stopped' || refused > 0 ? 'yellow' : 'fairway';
  return (
    <Stack gap="sm">
      <Alert variant="outline" color={color} title={t(`import.${state}`)} role="status">
        <Text size="sm">
          {t('import-counts', {
            created: formatNumber(created),
            replaced: formatNumber(replaced),
            refused: formatNumber(refused),
          })}
        </Text>
        <Text size="sm">{t('import-bytes', { done: formatBytes(sent.bytes), all: formatBytes(bytes) })}</Text>
        {state === 'stopped' ? <Text size="sm">{t('import-stays')}</Text> : null}
      </Alert>
      {faults.length === 0 ? null : <Faults faults={faults} unlisted={unlisted} />}
    </Stack>
  );
}

function Faults({ faults, unlisted }: { faults: readonly Fault[]; unlisted: number }): ReactElement {
  const { t } = useTranslation('desk');
  const hidden = faults.length - most;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text fw={500}>{t('faults-in-data', { count: faults.length })}</Text>
        <Button variant="default" size="xs" onClick={() => save(faultTable(faults), 'faults.csv')}>
          {t('save-faults')}
        </Button>
      </Group>
      {hidden > 0 || unlisted > 0 ? (
        <Partial>{t('faults-cut', { shown: Math.min(most, faults.length), all: faults.length + unlisted })}</Partial>
      ) : null}
      <ScrollArea.Autosize
        mah={420}
        type="auto"
        viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': t('faults') }}
      >
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('fault-place')}</Table.Th>
              <Table.Th>{t('fault-text')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {faults.slice(0, most).map((one) => (
              <Table.Tr key={`${one.file} ${one.place} ${one.text}`}>
                <Table.Td dir="auto">
                  {one.place === 0
                    ? one.file
                    : t(one.isEntry ? 'place-entry' : 'place-line', { file: one.file, place: formatNumber(one.place) })}
                </Table.Td>
                <Table.Td dir="auto" style={{ overflowWrap: 'anywhere' }}>
                  {one.isWarning ? `${t('taken-with-warning')}: ` : ''}
                  {one.text}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
    </Stack>
  );
}

function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
