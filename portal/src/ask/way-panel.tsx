/** The way of an answer: as a graph, as a table, and every request of it. See docs/adr/0020-the-walk.md */
import { Button, Group, SegmentedControl, Stack, Table, Text, Title } from '@mantine/core';
import { type ReactElement, useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { countText } from '../part/count-text.tsx';
import { formatNumber } from '../part/format.ts';
import { Scrolled } from '../part/scrolled.tsx';
import type { Run } from './run.ts';
import { TraceTable } from './trace-table.tsx';
import { stages, type Way, type WayNode, wayOf } from './way.ts';
import { WayGraph } from './way-graph.tsx';

export function WayPanel({ run }: { run: Run }): ReactElement {
  const { t } = useTranslation('ask');
  const [form, setForm] = useState('graph');
  // The graph may lag behind while much happens at once.
  const shown = useDeferredValue(run);
  const way = useMemo(() => wayOf(shown), [shown]);
  const isCounted = run.question.patients.all.length > 0;
  return (
    <Stack gap="sm" component="section" aria-labelledby="answer-way">
      <Group justify="space-between">
        <Title order={3} id="answer-way">
          {t('way.title')}
        </Title>
        <SegmentedControl
          aria-label={t('way.form')}
          size="xs"
          value={form}
          onChange={setForm}
          data={[
            { value: 'graph', label: t('way.graph') },
            { value: 'table', label: t('way.table') },
          ]}
        />
      </Group>
      {form === 'graph' ? (
        <WayGraph way={way} isRunning={run.state === 'running'} isCounted={isCounted} />
      ) : (
        <WayTable way={way} isRunning={run.state === 'running'} isCounted={isCounted} />
      )}
      <TraceTable run={shown} />
    </Stack>
  );
}

const atOnce = 50;

function WayTable({ way, isRunning, isCounted }: { way: Way; isRunning: boolean; isCounted: boolean }): ReactElement {
  const { t } = useTranslation('ask');
  const [most, setMost] = useState(atOnce);
  const nodes = stages.flatMap((stage) => way.columns[stage]);
  return (
    <Stack gap="xs">
      <Scrolled label={t('way.table-region')}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('way.stage')}</Table.Th>
              <Table.Th scope="col">{t('way.name')}</Table.Th>
              <Table.Th scope="col">{t('way.state')}</Table.Th>
              <Table.Th scope="col" ta="end">
                {t('way.requests')}
              </Table.Th>
              <Table.Th scope="col" ta="end">
                {t('way.slowest')}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {nodes.slice(0, most).map((node) => (
              <WayRow key={node.key} node={node} isRunning={isRunning} isCounted={isCounted} />
            ))}
          </Table.Tbody>
        </Table>
      </Scrolled>
      {nodes.length <= most ? null : (
        <Button variant="default" w="fit-content" size="compact-sm" onClick={() => setMost(most + 4 * atOnce)}>
          {t('data-sets.more', { count: nodes.length - most, shown: formatNumber(nodes.length - most) })}
        </Button>
      )}
    </Stack>
  );
}

function WayRow({
  node,
  isRunning,
  isCounted,
}: {
  node: WayNode;
  isRunning: boolean;
  isCounted: boolean;
}): ReactElement {
  const { t } = useTranslation('ask');
  const { t: part } = useTranslation('part');
  const { stage, title, server, state, dataset } = node;
  const text =
    dataset === undefined
      ? t(state === 'named' && !isRunning ? 'state.not-asked' : `state.${state ?? 'named'}`)
      : isCounted
        ? countText(dataset.answer, part)
        : '';
  return (
    <Table.Tr>
      <Table.Td>{t(`stage.${stage}`)}</Table.Td>
      <Table.Th scope="row" fw={500}>
        <Text size="sm" dir="auto" lineClamp={3}>
          {title}
        </Text>
        {server === undefined || server.base === title ? null : (
          <Text size="xs" c="dimmed" dir="ltr">
            {server.base}
          </Text>
        )}
      </Table.Th>
      <Table.Td>{text}</Table.Td>
      <Table.Td ta="end">{server === undefined ? '' : formatNumber(server.requests)}</Table.Td>
      <Table.Td ta="end">{server === undefined ? '' : t('way.ms', { ms: formatNumber(server.slowest) })}</Table.Td>
    </Table.Tr>
  );
}
