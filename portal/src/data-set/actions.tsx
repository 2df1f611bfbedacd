/** What one can do with a data set: ask for access, ask a question of it. */
import { Group } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataSetDescription } from '../../../src/fair/landing/index.ts';
import { DownloadButton } from '../download/button.tsx';
import { LinkButton } from '../part/link.tsx';
import { home } from '../server/home.ts';
import { getCommand } from './commands.tsx';

export function Actions({ one }: { one: DataSetDescription }): ReactElement {
  const { t } = useTranslation('data-set');
  return (
    <Group gap="sm">
      <LinkButton to="/access" search={{ request: one.record }}>
        {t('ask-access')}
      </LinkButton>
      <LinkButton
        to="/ask"
        search={{ 'data-set': one.id, ...(one.base === home ? {} : { at: one.base }) }}
        variant="default"
      >
        {t('ask-question')}
      </LinkButton>
      {one.data.length === 0 ? null : <DownloadButton of={{ base: one.base, id: one.id, command: getCommand(one) }} />}
    </Group>
  );
}
