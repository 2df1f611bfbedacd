/** Numbers by label: as bars, or as a table that says the same; the labels alone where no numbers are told. */
import { Badge, Button, Group, SegmentedControl, Stack, Table, Text, Title } from '@mantine/core';
import type { EChartsCoreOption } from 'echarts/core';
import { type ReactElement, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../part/format.ts';
import { Chart, type Ink } from './chart.tsx';

export interface Row {
  /** tells rows apart */
  key: string;
  label: string;
  /** the code, where the label is its name */
  note?: string;
  /** undefined where it is not told */
  value?: number;
}

interface DistributionProps {
  title: string;
  rows: readonly Row[];
  /** what the labels and the values are, for the table */
  names: readonly [label: string, value: string];
  /** bars from left to right with their labels before them, or columns */
  lying?: boolean;
  /** shown before one asks for more */
  most?: number;
  unit?: '%';
  /** of its heading */
  order?: 3 | 4;
}

/** Characters of a label in a drawing; the table has it whole. */
const longest = 34;

export function Distribution({
  title,
  rows,
  names,
  lying = false,
  most = 12,
  unit,
  order = 4,
}: DistributionProps): ReactElement {
  const { t } = useTranslation('data-set');
  const isTold = rows.some(({ value }) => value !== undefined);
  const [form, setForm] = useState<'chart' | 'table'>('chart');
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? rows : rows.slice(0, most);
  const draw = useCallback((ink: Ink) => (lying ? lyingBars : columns)(shown, ink, unit), [shown, lying, unit]);
  const isChart = isTold && form === 'chart';
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Title order={order} size="h5">
          {title}
        </Title>
        {isTold ? (
          <SegmentedControl
            size="xs"
            aria-label={t('form-of', { title })}
            data={[
              { value: 'chart', label: t('chart') },
              { value: 'table', label: t('table') },
            ]}
            value={form}
            onChange={(value) => setForm(value === 'table' ? 'table' : 'chart')}
          />
        ) : null}
      </Group>
      {!isTold ? (
        <Labels rows={shown} />
      ) : isChart ? (
        <Chart draw={draw} label={t('chart-of', { title })} height={lying ? 40 + shown.length * 26 : 240} />
      ) : (
        <Numbers title={title} rows={shown} names={names} {...(unit === undefined ? {} : { unit })} />
      )}
      {rows.length > most ? (
        <Button variant="default" size="compact-sm" w="fit-content" onClick={() => setWhole(!isWhole)}>
          {isWhole ? t('show-less') : t('show-all', { count: rows.length, shown: formatNumber(rows.length) })}
        </Button>
      ) : null}
    </Stack>
  );
}

/** Where numbers are not told, what there is. */
function Labels({ rows }: { rows: readonly Row[] }): ReactElement {
  return (
    <Group gap={6} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {rows.map(({ key, label, note }) => (
        <li key={key}>
          <Badge variant="default" tt="none" title={note}>
            <span dir="auto">{label}</span>
          </Badge>
        </li>
      ))}
    </Group>
  );
}

function Numbers({ title, rows, names, unit }: DistributionProps): ReactElement {
  const { t } = useTranslation('data-set');
  return (
    <Table verticalSpacing={4} aria-label={title}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{names[0]}</Table.Th>
          <Table.Th scope="col" ta="end">
            {names[1]}
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ key, label, note, value }) => (
          <Table.Tr key={key}>
            <Table.Th scope="row" fw={400}>
              <span dir="auto">{label}</span>
              {note === undefined ? null : <Text component="span" size="xs" c="dimmed">{` ${note}`}</Text>}
            </Table.Th>
            <Table.Td ta="end">
              {value === undefined ? t('not-told') : `${formatNumber(value)}${unit === undefined ? '' : ` ${unit}`}`}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const short = (label: string): string => (label.length <= longest ? label : `${label.slice(0, longest - 1)}…`);

const tooltip = (unit: string | undefined): object => ({
  trigger: 'axis',
  renderMode: 'richText',
  axisPointer: { type: 'shadow' },
  valueFormatter: (value: unknown) => `${formatNumber(Number(value))}${unit === undefined ? '' : ` ${unit}`}`,
});

const bars = (rows: readonly Row[], { fill }: Ink): object => ({
  type: 'bar',
  data: rows.map(({ value }) => value ?? null),
  itemStyle: { color: fill },
  barMaxWidth: 28,
});

const values = ({ line, text }: Ink, unit: string | undefined): object => ({
  type: 'value',
  ...(unit === '%' ? { max: 100 } : {}),
  splitLine: { lineStyle: { color: line } },
  axisLabel: { color: text, fontSize: 11, hideOverlap: true, formatter: (value: number) => formatNumber(value) },
});

function columns(rows: readonly Row[], ink: Ink, unit?: string): EChartsCoreOption {
  return {
    grid: { left: 4, right: 8, top: 12, bottom: 4, containLabel: true },
    tooltip: tooltip(unit),
    xAxis: {
      type: 'category',
      data: rows.map(({ label }) => short(label)),
      axisLabel: { color: ink.text, fontSize: 11, hideOverlap: true },
      axisLine: { lineStyle: { color: ink.line } },
    },
    yAxis: values(ink, unit),
    series: [bars(rows, ink)],
  };
}

function lyingBars(rows: readonly Row[], ink: Ink, unit?: string): EChartsCoreOption {
  return {
    grid: { left: 4, right: 24, top: 4, bottom: 4, containLabel: true },
    tooltip: tooltip(unit),
    xAxis: values(ink, unit),
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ label }) => short(label)),
      axisLabel: { color: ink.text, fontSize: 11, interval: 0 },
      axisLine: { lineStyle: { color: ink.line } },
      axisTick: { show: false },
    },
    series: [bars(rows, ink)],
  };
}
