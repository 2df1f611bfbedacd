/** Data sets that the question names, and of which no server on the way tells. See docs/reference/question.md */
import { Alert, Group, Stack, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '../part/link.tsx';
import classes from './ask.module.css';
import { useTitles } from './names.ts';

export function MissingDataSets({ missing }: { missing: readonly string[] }): ReactElement | null {
  const { t } = useTranslation('ask');
  const titleOf = useTitles();
  if (missing.length === 0) return null;
  return (
    <Alert color="yellow" variant="outline" title={t('named.missing', { count: missing.length })}>
      <Stack gap="xs" align="flex-start">
        <ul className={classes['plain']}>
          {missing.map((name) => {
            const told = titleOf(name);
            return (
              <li key={name}>
                {told.state === 'read' ? (
                  <Text size="sm" dir="auto" lineClamp={3}>
                    {told.title}
                  </Text>
                ) : null}
                <Text size="sm" dir="ltr" className={classes['break'] ?? ''}>
                  {name}
                </Text>
              </li>
            );
          })}
        </ul>
        <Text size="sm">{t('named.missing-text')}</Text>
        <Group gap="xs">
          <LinkButton to="/login" variant="default" size="compact-sm">
            {t('named.log-in')}
          </LinkButton>
          <LinkButton to="/catalogue" variant="default" size="compact-sm">
            {t('to-catalogue')}
          </LinkButton>
        </Group>
      </Stack>
    </Alert>
  );
}
