/** What came back from a request: status, time, size, headers, body. */
import { Badge, Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Copy } from '../part/copy.tsx';
import { formatBytes, formatNumber } from '../part/format.ts';
import { Scrolled } from '../part/scrolled.tsx';
import { download } from './download.ts';
import classes from './explore.module.css';
import { type TextAnswer, valueIn } from './fetch-text.ts';
import { JsonView } from './json-view.tsx';
import { TextView } from './text-view.tsx';

export function ConsoleAnswer({ answer, base }: { answer: TextAnswer; base: string }): ReactElement {
  const { t } = useTranslation('explore');
  const { status, statusText, milliseconds, bytes, type, text, headers } = answer;
  const value = useMemo(() => (type.includes('json') ? valueIn(text) : undefined), [type, text]);
  return (
    <Stack gap="sm" component="section" aria-label={t('answer')}>
      <Title order={2} size="h4">
        {t('answer')}
      </Title>
      <Group gap="sm" role="status">
        <Badge variant="default" tt="none" size="lg">
          {status} {statusText}
        </Badge>
        <Text size="sm">{formatNumber(Math.round(milliseconds))} ms</Text>
        <Text size="sm">{formatBytes(bytes)}</Text>
        <Text size="sm">{type}</Text>
      </Group>
      <details>
        <summary>{t('answer-headers', { count: headers.length })}</summary>
        <Text size="sm" c="dimmed">
          {t('answer-headers-help')}
        </Text>
        <Scrolled label={t('headers')}>
          <Table className={classes['table']}>
            <Table.Tbody>
              {headers.map(([name, one]) => (
                <Table.Tr key={name}>
                  <Table.Th scope="row">{name}</Table.Th>
                  <Table.Td>{one}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Scrolled>
      </details>
      {text === '' ? (
        <Text c="dimmed">{t('no-body')}</Text>
      ) : (
        <>
          <Group gap="xs">
            <Copy text={text} what={t('text-as-sent')} />
            <Button variant="default" size="compact-sm" onClick={() => download(text, 'answer.txt', type)}>
              {t('download')}
            </Button>
          </Group>
          {value === undefined ? (
            <TextView text={text} label={t('body')} />
          ) : (
            <JsonView value={value} base={base} label={t('body')} />
          )}
        </>
      )}
    </Stack>
  );
}
