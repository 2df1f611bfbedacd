/** The results of the catalogue: how many there are, their order, the cards, and the pages. */
import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../part/empty.tsx';
import { formatNumber } from '../part/format.ts';
import { LinkButton } from '../part/link.tsx';
import { Loading } from '../part/loading.tsx';
import { Partial } from '../part/partial.tsx';
import { Problem } from '../part/problem.tsx';
import { useStable } from '../part/stable.ts';
import { Card } from './card.tsx';
import classes from './catalogue.module.css';
import { type Page, withSummary } from './entry.ts';
import { NoMatch } from './no-match.tsx';
import {
  addressSearch,
  type CatalogueQuestion,
  changed,
  mostCompared,
  pageOf,
  pageSize,
  recordFacets,
  type Sort,
  sorts,
} from './question.ts';
import type { ResultsProps } from './results-props.ts';
import { useFacets, useFairScores, usePage, useSummaries } from './use-catalogue.ts';

export function Results({ base, question, abilities, onQuestion }: ResultsProps): ReactElement {
  const { t } = useTranslation('catalogue');
  const { data: page, error, isPending, isFetching, isPlaceholderData, refetch } = usePage(base, question, abilities);
  const ids = page?.entries.map(({ id }) => id) ?? [];
  // In the order of size, summaries are there already.
  const isLater = abilities.hasFacets && question.sort !== 'size' && !isPlaceholderData;
  const summaries = useSummaries(base, isLater ? ids : []);
  const facets = useFacets(base, question, recordFacets, { isAsked: abilities.hasFacets });
  const fair = useFairScores(base, abilities.hasFacets ? ids : []);
  const entries = useMemo(() => {
    const told = summaries.data;
    const records = page?.entries ?? [];
    return told === undefined ? records : records.map((one) => withSummary(one, told));
  }, [page, summaries.data]);
  const compare = useStable((id: string, isOn: boolean) => {
    const others = question.compared.filter((one) => one !== id);
    onQuestion({ ...question, compared: isOn ? [...others, id] : others });
  });
  if (isPending) return <Loading lines={8} />;
  if (page === undefined) return <Problem error={error} retry={() => void refetch()} />;
  const { warnings } = page;
  const isTold = facets.data !== undefined && !facets.isPlaceholderData && !isPlaceholderData;
  const total = page.total ?? (isTold && question.sort !== 'size' ? facets.data.total : undefined);
  const compared = new Set(question.compared);
  const isNarrowed = question.text !== '' || Object.keys(question.chosen).length > 0;
  return (
    <Stack gap="sm" aria-busy={isFetching} className={isPlaceholderData ? classes['stale'] : ''}>
      {error === null ? null : <Problem error={error} retry={() => void refetch()} />}
      <Head question={question} page={{ ...page, total }} isPlain={!abilities.hasFacets} onQuestion={onQuestion} />
      {warnings.length === 0 ? null : <Partial title={t('passed-over')}>{warnings.join('; ').slice(0, 600)}</Partial>}
      {question.sort === 'size' ? (
        <Text size="sm" c="dimmed">
          {t('by-size')}
        </Text>
      ) : null}
      {entries.length > 0 ? null : isNarrowed ? (
        <NoMatch base={base} question={question} abilities={abilities} onQuestion={onQuestion} />
      ) : (
        <Empty title={t('empty')} text={t('empty-text')} />
      )}
      <ul className={classes['cards']}>
        {entries.map((entry) => (
          <li key={entry.id}>
            <Card
              base={base}
              entry={entry}
              isWaiting={isLater && summaries.isFetching}
              fair={fair.data?.get(entry.id)}
              isCompared={compared.has(entry.id)}
              canCompare={question.compared.length < mostCompared}
              onCompare={compare}
            />
          </li>
        ))}
      </ul>
      <Pages base={base} question={question} page={page} total={total} />
    </Stack>
  );
}

function Head({
  question,
  page: { before, entries, total },
  isPlain,
  onQuestion,
}: Pick<ResultsProps, 'question' | 'onQuestion'> & { page: Page; isPlain: boolean }): ReactElement {
  const { t } = useTranslation('catalogue');
  const { sort } = question;
  const last = before + entries.length;
  const place = { first: formatNumber(before + 1), last: formatNumber(last) };
  const said =
    entries.length === 0
      ? t('none-found')
      : total === undefined
        ? t('place-unknown', place)
        : t('place', { ...place, count: total, shown: formatNumber(total) });
  const options = sorts
    .filter((one) => one !== 'relevance' || question.text !== '')
    .map((one) => ({ value: one, label: t(`sort.${one}`) }));
  return (
    <Group justify="space-between" align="flex-end">
      <Text role="status" fw={600}>
        {said}
      </Text>
      {isPlain ? null : (
        <NativeSelect
          size="sm"
          label={t('sorted-by')}
          data={options}
          value={sort}
          onChange={(event) => onQuestion(changed(question, { sort: event.currentTarget.value as Sort }))} // of the options
        />
      )}
    </Group>
  );
}

/** The server's own links lead on and back; the address keeps them. */
function Pages({
  base,
  question,
  page,
  total,
}: {
  base: string;
  question: CatalogueQuestion;
  page: Page;
  total: number | undefined;
}): ReactElement | null {
  const { t } = useTranslation('catalogue');
  const { before } = page;
  const after = before + page.entries.length;
  const next = page.next === undefined ? undefined : pageOf(page.next, base);
  const hasPrevious = before > 0;
  if (next === undefined && !hasPrevious) return null;
  const previous = page.previous === undefined ? undefined : pageOf(page.previous, base);
  const left = Math.max(0, before - pageSize);
  const back = { ...question, page: left === 0 ? undefined : previous, before: left === 0 ? 0 : left };
  return (
    <Group component="nav" aria-label={t('result-pages')} justify="space-between" mt="sm">
      {hasPrevious ? (
        <LinkButton to="/catalogue" search={addressSearch(back)} variant="default" rel="prev">
          {t('previous')}
        </LinkButton>
      ) : (
        <span />
      )}
      {total === undefined ? null : (
        <Text size="sm" c="dimmed">
          {t('page-of', {
            page: formatNumber(Math.floor(before / pageSize) + 1),
            pages: formatNumber(Math.max(1, Math.ceil(total / pageSize))),
          })}
        </Text>
      )}
      {next === undefined ? (
        <Button variant="default" disabled>
          {t('next')}
        </Button>
      ) : (
        <LinkButton
          to="/catalogue"
          search={addressSearch({ ...question, page: next, before: after })}
          variant="default"
          rel="next"
        >
          {t('next')}
        </LinkButton>
      )}
    </Group>
  );
}
