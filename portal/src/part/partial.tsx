/** What is shown is not all there is, and why. */
import { Alert } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export function Partial({ title, children }: { title?: string; children: ReactNode }): ReactElement {
  const { t } = useTranslation('part');
  return (
    <Alert color="yellow" variant="outline" title={title ?? t('partial')} role="status" my="md">
      {children}
    </Alert>
  );
}
