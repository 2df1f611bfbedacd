/** A button that copies a text, and says that it did. */
import { Button, CopyButton } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** `what` names it for those who do not see what it stands beside. */
export function Copy({ text, what }: { text: string; what: string }): ReactElement {
  const { t } = useTranslation('part');
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          size="compact-sm"
          onClick={copy}
          aria-label={copied ? t('copied') : t('copy-what', { what })}
        >
          {copied ? t('copied') : t('copy')}
        </Button>
      )}
    </CopyButton>
  );
}
