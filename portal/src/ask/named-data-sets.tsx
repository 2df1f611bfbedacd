/** The data sets that the question is of, and no others: by title, each with a way to take it out. See docs/reference/question.md */
import { Button, CloseButton, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './ask.module.css';
import { focusIn } from './editing.ts';
import { useTitles } from './names.ts';

export function NamedDataSets({
  only,
  onOnly,
}: {
  only: readonly string[];
  onOnly: (only: readonly string[]) => void;
}): ReactElement | null {
  const { t } = useTranslation('ask');
  if (only.length === 0) return null;
  const remove = (name: string): void => {
    onOnly(only.filter((one) => one !== name));
    focusIn('named-data-sets');
  };
  return (
    <Stack gap="xs" component="section" aria-labelledby="named-data-sets-title" id="named-data-sets" tabIndex={-1}>
      <Title order={2} size="h4" id="named-data-sets-title">
        {t('named.title', { count: only.length })}
      </Title>
      <Text size="sm">{t('named.text')}</Text>
      <ul className={classes['codes']} aria-labelledby="named-data-sets-title">
        {only.map((name) => (
          <li key={name}>
            <NamedDataSet name={name} onRemove={() => remove(name)} />
          </li>
        ))}
      </ul>
      <Button variant="subtle" size="compact-sm" w="fit-content" onClick={() => onOnly([])}>
        {t('named.all')}
      </Button>
    </Stack>
  );
}

function NamedDataSet({ name, onRemove }: { name: string; onRemove: () => void }): ReactElement {
  const { t } = useTranslation('ask');
  const told = useTitles()(name);
  const title = told.state === 'read' ? told.title : name;
  return (
    <Group gap={4} wrap="nowrap" className={classes['code'] ?? ''}>
      <div>
        <Text size="sm" dir="auto" lineClamp={3} className={classes['break'] ?? ''}>
          {title}
        </Text>
        {told.state === 'unread' ? (
          <Text size="xs" c="dimmed">
            {told.reason === undefined ? t('named.unread') : t('named.failed', { reason: told.reason })}
          </Text>
        ) : null}
      </div>
      <CloseButton size="sm" aria-label={t('named.remove', { title: title.slice(0, 200) })} onClick={onRemove} />
    </Group>
  );
}
