/** What one can do with a data set: ask for access, ask a question of it. */
import { Group } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataSetDescription } from '../../../src/fair/landing/index.ts';
import { plain } from '../../../src/fair/plain.ts';
import { LinkButton } from '../part/link.tsx';

/** Data sets are found by the words of their titles; a cut one has fewer of them. */
const titleWords = (title: string): string => plain(title).slice(0, 160).trim();

export function Actions({ one }: { one: DataSetDescription }): ReactElement {
  const { t } = useTranslation('data-set');
  const question = { patients: { all: [] }, datasets: { text: titleWords(one.title) } };
  return (
    <Group gap="sm">
      <LinkButton to="/access" search={{ request: one.record }}>
        {t('ask-access')}
      </LinkButton>
      <LinkButton to="/ask" search={{ q: JSON.stringify(question) }} variant="default">
        {t('ask-question')}
      </LinkButton>
    </Group>
  );
}
