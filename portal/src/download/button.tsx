/** Opens the download of a data set. See docs/reference/portal.md */
import { Button } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DownloadDialog } from './dialog.tsx';
import type { DownloadOf } from './download-of.ts';

export function DownloadButton({ of, size = 'sm' }: { of: DownloadOf; size?: string }): ReactElement {
  const { t } = useTranslation('download');
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" size={size} w="fit-content" onClick={() => setOpen(true)}>
        {t('download')}
      </Button>
      {isOpen ? <DownloadDialog of={of} close={() => setOpen(false)} /> : null}
    </>
  );
}
