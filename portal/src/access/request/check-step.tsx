/** Everything once more before it is sent, with words to those who decide. */
import { Stack, Table, Text, Textarea } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { purposeName } from '../../../../src/fair/use-text.ts';
import { formatDate, formatList } from '../../part/format.ts';
import { levelName } from '../../part/reason-words.ts';
import { useWords } from '../../part/words.ts';
import { DocumentChoice } from '../documents.tsx';
import type { Draft } from './draft.ts';

export function CheckStep({
  draft,
  change,
  files,
  choose,
}: {
  draft: Draft;
  change(part: Partial<Draft>): void;
  files: readonly File[];
  choose(files: readonly File[]): void;
}): ReactElement {
  const { t } = useTranslation('access');
  const words = useWords();
  const rows: [label: string, value: string][] = [
    [t('purposes'), formatList(draft.purposes.map((one) => purposeName(one, words) ?? one))],
    [t('kinds'), formatList(draft.kinds.map((one) => t(`kind-${one}`)))],
    [t('diseases'), formatList(draft.diseases)],
    [t('commercial'), draft.commercial === '' ? '' : t(`commercial-${draft.commercial}`)],
    [t('project-title'), draft.title],
    [t('project'), draft.project],
    [t('level'), levelName(draft.level, words)],
    [t('from'), draft.from === '' ? '' : formatDate(draft.from)],
    [t('until'), draft.until === '' ? '' : formatDate(draft.until)],
  ];
  return (
    <Stack>
      <Table variant="vertical" layout="fixed" withTableBorder>
        <Table.Tbody>
          {rows.map(([label, value]) => (
            <Table.Tr key={label}>
              <Table.Th scope="row">{label}</Table.Th>
              <Table.Td>
                {value === '' ? <Text c="dimmed">{t('not-said')}</Text> : <span dir="auto">{value}</span>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Textarea
        label={t('message')}
        description={t('message-text')}
        autosize
        minRows={3}
        value={draft.message}
        onChange={({ currentTarget }) => change({ message: currentTarget.value })}
      />
      <DocumentChoice files={files} choose={choose} />
    </Stack>
  );
}
