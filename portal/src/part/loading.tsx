/** Something is being fetched: said to screen readers, drawn as the lines that will come. */
import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

export function Loading({ lines = 4 }: { lines?: number }): ReactElement {
  const { t } = useTranslation('part');
  return (
    <Stack gap="sm" py="md" role="status">
      <VisuallyHidden>{t('loading')}</VisuallyHidden>
      <Skeleton height={28} width="40%" />
      {Array.from({ length: lines }, (_, at) => 95 - ((at * 17) % 40)).map((width) => (
        <Skeleton key={width} height={16} width={`${width}%`} />
      ))}
    </Stack>
  );
}
