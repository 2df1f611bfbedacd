/** What has to be filled in at a place of the question before it can be asked. https://www.w3.org/WAI/WCAG22/Understanding/error-identification.html */
import { Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useEditing } from './editing.ts';

export function Missing({ id }: { id: string }): ReactElement | null {
  const { t } = useTranslation('ask');
  const code = useEditing().missing.get(id);
  return code === undefined ? null : (
    <Text c="var(--mantine-color-error)" size="sm" role="alert">
      {t(`missing.${code}`)}
    </Text>
  );
}
