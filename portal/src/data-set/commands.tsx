/** How to get the data by a program: commands that run as they stand. See docs/reference/command-line.md */
import { Code, Group, Stack, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataSetDescription } from '../../../src/fair/landing/index.ts';
import { Copy } from '../part/copy.tsx';
import { Section } from './section.tsx';

/** As one word of a shell. */
const quoted = (text: string): string => (/^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** Fetches the records with their terms. */
export const getCommand = ({ record, base, id }: DataSetDescription): string =>
  `fairway get ${quoted(record)} --registry ${quoted(base)} --out ${quoted(id)}`;

export function Commands({ one }: { one: DataSetDescription }): ReactElement {
  const { t } = useTranslation('data-set');
  const commands = [
    ['command-get', getCommand(one)],
    ['command-record', `curl -H 'Accept: application/fhir+json' ${quoted(one.record)}`],
  ] as const;
  return (
    <Section title={t('commands')} framed>
      <Stack gap="md">
        {commands.map(([name, command]) => (
          <Stack key={name} gap={4}>
            <Group justify="space-between" gap="xs">
              <Text size="sm">{t(name)}</Text>
              <Copy text={command} what={t(name)} />
            </Group>
            <Code block dir="ltr" tabIndex={0}>
              {command}
            </Code>
          </Stack>
        ))}
      </Stack>
    </Section>
  );
}
