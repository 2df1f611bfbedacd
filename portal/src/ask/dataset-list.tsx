/** The data sets of an answer: sorted, filtered, a part at a time. */
import { Button, Group, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import { type ReactElement, useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Empty } from '../part/empty.tsx';
import { formatNumber } from '../part/format.ts';
import { LinkButton } from '../part/link.tsx';
import { arranged, type Order, orders, type Show, shows } from './arranged.ts';
import { DatasetItem } from './dataset-item.tsx';
import type { Run } from './run.ts';

const atOnce = 25;

export function DatasetList({ run, tokens }: { run: Run; tokens: Readonly<Record<string, string>> }): ReactElement {
  const { t } = useTranslation('ask');
  const [order, setOrder] = useState<Order>('patients');
  const [show, setShow] = useState<Show>('all');
  const [words, setWords] = useState('');
  const [most, setMost] = useState(atOnce);
  const all = useDeferredValue(run.datasets);
  const found = useMemo(() => arranged([...all.values()], { order, show, words }), [all, order, show, words]);
  const isCounted = run.question.patients.all.length > 0;
  return (
    <Stack gap="sm" component="section" aria-labelledby="answer-data-sets">
      <Title order={3} id="answer-data-sets">
        {t('data-sets.title', { count: run.datasets.size, shown: formatNumber(run.datasets.size) })}
      </Title>
      {run.datasets.size === 0 ? (
        <NoDatasets run={run} />
      ) : (
        <>
          <Group gap="sm" align="flex-end">
            <TextInput
              label={t('data-sets.words')}
              value={words}
              onChange={({ currentTarget }) => setWords(currentTarget.value)}
            />
            {isCounted ? (
              <NativeSelect
                label={t('data-sets.show')}
                value={show}
                onChange={({ currentTarget }) => setShow(shows.find((one) => one === currentTarget.value) ?? 'all')}
                data={shows.map((value) => ({ value, label: t(`data-sets.show-${value}`) }))}
              />
            ) : null}
            <NativeSelect
              label={t('data-sets.order')}
              value={order}
              onChange={({ currentTarget }) =>
                setOrder(orders.find((one) => one === currentTarget.value) ?? 'patients')
              }
              data={orders.map((value) => ({ value, label: t(`data-sets.by-${value}`) }))}
            />
          </Group>
          {found.length === run.datasets.size ? null : (
            <Text size="sm" role="status">
              {t('data-sets.filtered', { shown: formatNumber(found.length), all: formatNumber(run.datasets.size) })}
            </Text>
          )}
          <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
            {found.slice(0, most).map((dataset) => (
              <li key={dataset.identifier}>
                <DatasetItem dataset={dataset} tokens={tokens} isCounted={isCounted} />
              </li>
            ))}
          </Stack>
          {found.length <= most ? null : (
            <Button variant="default" w="fit-content" onClick={() => setMost(most + 4 * atOnce)}>
              {t('data-sets.more', { count: found.length - most, shown: formatNumber(found.length - most) })}
            </Button>
          )}
        </>
      )}
    </Stack>
  );
}

function NoDatasets({ run }: { run: Run }): ReactElement {
  const { t } = useTranslation('ask');
  if (run.state === 'running') return <Text c="dimmed">{t('data-sets.none-yet')}</Text>;
  const why = run.problems.some(({ minor }) => minor !== true) ? 'data-sets.none-failed' : 'data-sets.none-text';
  return (
    <Empty title={t('data-sets.none')} text={t(why)} order={3}>
      <LinkButton to="/catalogue" variant="default">
        {t('to-catalogue')}
      </LinkButton>
      <LinkButton to="/network" variant="default">
        {t('to-network')}
      </LinkButton>
    </Empty>
  );
}
