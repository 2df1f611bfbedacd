/** Codes that were chosen, each with its name and a way to take it away. */
import { CloseButton, Group, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './ask.module.css';
import { systemName } from './held-codes.ts';
import { useNames } from './names.ts';

export function ChosenCodes({
  codes,
  label,
  onRemove,
}: {
  codes: readonly string[];
  label: string;
  onRemove: (code: string) => void;
}): ReactElement | null {
  const { t } = useTranslation('ask');
  const name = useNames();
  if (codes.length === 0) return null;
  return (
    <ul className={classes['codes']} aria-label={label}>
      {codes.map((code) => (
        <li key={code}>
          <Group gap={4} wrap="nowrap" className={classes['code'] ?? ''}>
            <Text size="sm" dir="auto">
              {name(code)}{' '}
              <Text component="span" c="dimmed" size="xs">
                {name(code) === code ? '' : systemName(code.slice(0, Math.max(0, code.lastIndexOf('|'))))}
              </Text>
            </Text>
            <CloseButton size="sm" aria-label={t('code.remove', { code: name(code) })} onClick={() => onRemove(code)} />
          </Group>
        </li>
      ))}
    </ul>
  );
}
