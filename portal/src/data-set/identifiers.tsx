/** What the data set is called by machines, to be copied. */
import { Anchor, Box, Code, Group, Stack, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { type DataSetDescription, webAddress } from '../../../src/fair/landing/index.ts';
import { Copy } from '../part/copy.tsx';
import { Section } from './section.tsx';

export function Identifiers({ one }: { one: DataSetDescription }): ReactElement {
  const { t } = useTranslation('data-set');
  const known = one.identifiers.map(({ text, address, isPersistent }) => ({
    text,
    address: webAddress(address ?? ''),
    note: isPersistent ? t('persistent') : undefined,
  }));
  const all = [...known, { text: one.record, address: one.record, note: t('record') }];
  const distinct = [...new Map(all.map((each) => [each.text, each])).values()];
  return (
    <Section title={t('identifiers')} framed>
      <Stack gap="sm">
        {distinct.map(({ text, address, note }) => (
          <Group key={text} gap="xs" justify="space-between" align="flex-start" wrap="nowrap">
            <div>
              {address === undefined ? (
                <Code dir="auto">{text}</Code>
              ) : (
                <Anchor href={address} size="sm" dir="auto">
                  {text}
                </Anchor>
              )}
              {note === undefined ? null : (
                <Text size="xs" c="dimmed">
                  {note}
                </Text>
              )}
            </div>
            <Box flex="none">
              <Copy text={text} what={text.slice(0, 200)} />
            </Box>
          </Group>
        ))}
      </Stack>
    </Section>
  );
}
