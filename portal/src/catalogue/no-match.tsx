/** Nothing matches: which part of the question, if it is taken back, brings how many data sets. */
import { Button, Stack } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../part/empty.tsx';
import { formatNumber } from '../part/format.ts';
import { getJson } from '../server/fhir.ts';
import { useAsker } from '../server/query.ts';
import { type CatalogueQuestion, changed, criteriaOf, type FacetName, queryText, withChosen } from './question.ts';
import type { ResultsProps } from './results-props.ts';

interface Way {
  key: FacetName | 'q';
  question: CatalogueQuestion;
}

export function NoMatch({ base, question, abilities, onQuestion }: ResultsProps): ReactElement {
  const { t } = useTranslation('catalogue');
  const who = useAsker(base);
  const ways: Way[] = [
    ...(question.text === '' ? [] : [{ key: 'q' as const, question: changed(question, { text: '' }) }]),
    ...(Object.keys(question.chosen) as FacetName[]).map((key) => ({ key, question: withChosen(question, key, []) })), // keys as questionOf read them
  ];
  const counts = useQueries({
    queries: ways.map((way) => {
      const path = `Library?${queryText(criteriaOf(way.question))}&_summary=count`;
      return {
        queryKey: ['catalogue count', base, path, who],
        queryFn: async ({ signal }: { signal: AbortSignal }) =>
          Number((await getJson(base, path, { signal }))['total'] ?? 0),
        enabled: abilities.hasFacets && ways.length > 1,
      };
    }),
  });
  return (
    <Empty title={t('no-match')} text={question.text === '' ? t('no-match-text') : t('no-match-words')}>
      <Stack gap="xs" align="flex-start">
        {ways.length < 2
          ? null
          : ways.map(({ key, question: without }, at) => {
              const count = counts[at]?.data;
              const what = key === 'q' ? t('your-words') : t(`facet.${key}`);
              return (
                <Button key={key} variant="default" size="sm" onClick={() => onQuestion(without)}>
                  {count === undefined
                    ? t('without', { what })
                    : t('without-brings', { what, count, shown: formatNumber(count) })}
                </Button>
              );
            })}
        <Button variant="filled" size="sm" onClick={() => onQuestion(changed(question, { text: '', chosen: {} }))}>
          {t('clear-all')}
        </Button>
      </Stack>
    </Empty>
  );
}
