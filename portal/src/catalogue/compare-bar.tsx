/** The data sets that were picked for comparison, with the ways on. */
import { Button, Group, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '../part/link.tsx';
import classes from './catalogue.module.css';
import { addressSearch, type CatalogueQuestion, mostCompared } from './question.ts';

export function CompareBar({
  question,
  onQuestion,
}: {
  question: CatalogueQuestion;
  onQuestion(question: CatalogueQuestion): void;
}): ReactElement | null {
  const { t } = useTranslation('catalogue');
  const { compared } = question;
  if (compared.length === 0) return null;
  return (
    <Group component="section" aria-label={t('comparison')} className={classes['bar']} justify="space-between">
      <Text size="sm" role="status">
        {t('picked', { count: compared.length, most: mostCompared })}
      </Text>
      <Group gap="xs">
        <Button variant="subtle" size="sm" onClick={() => onQuestion({ ...question, compared: [] })}>
          {t('clear')}
        </Button>
        <AskButton compared={compared} at={question.at} />
        <LinkButton to="/catalogue" search={addressSearch({ ...question, isComparing: true })} size="sm">
          {t('compare-now')}
        </LinkButton>
      </Group>
    </Group>
  );
}

/** The question page takes the data sets that are asked. */
export function AskButton({ compared, at }: { compared: readonly string[]; at: string | undefined }): ReactElement {
  const { t } = useTranslation('catalogue');
  return (
    <LinkButton
      to="/ask"
      search={{ 'data-set': [...compared], ...(at === undefined ? {} : { at }) }}
      variant="default"
      size="sm"
    >
      {t('ask-these')}
    </LinkButton>
  );
}
