/** A text of any length: a long one is cut, says so, and is shown whole on request. */
import { Button, Text } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../part/format.ts';

export function LongText({
  text,
  most = 600,
  pre = false,
}: {
  text: string;
  most?: number;
  pre?: boolean;
}): ReactElement {
  const { t } = useTranslation('explore');
  const [isWhole, setWhole] = useState(false);
  const isLong = text.length > most;
  return (
    <>
      <Text component="span" dir="auto" inherit style={pre ? { whiteSpace: 'pre-wrap' } : undefined}>
        {isLong && !isWhole ? `${text.slice(0, most)}…` : text}
      </Text>
      {isLong ? (
        <Button variant="subtle" size="compact-xs" ml={4} onClick={() => setWhole(!isWhole)} aria-expanded={isWhole}>
          {isWhole ? t('show-less') : t('show-whole', { shown: formatNumber(text.length) })}
        </Button>
      ) : null}
    </>
  );
}
