/** How FAIR the data set is: a radar of the four letters, and what to do for each indicator that is not met. See docs/reference/assessment.md */
import { Accordion, Badge, Button, Grid, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { EChartsCoreOption } from 'echarts/core';
import { type ReactElement, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AssessmentReport, IndicatorReport } from '../../../src/fair/landing/index.ts';
import { formatNumber, formatPercent } from '../part/format.ts';
import { Loading } from '../part/loading.tsx';
import { Partial } from '../part/partial.tsx';
import { Problem } from '../part/problem.tsx';
import { useAsker } from '../server/query.ts';
import { assess } from './assess.ts';
import { Chart, type Ink } from './chart.tsx';
import { germanIndicators } from './indicator-words.ts';
import type { Place } from './load.ts';
import { Section } from './section.tsx';

export function Assessment({ place }: { place: Place }): ReactElement {
  const { t } = useTranslation('data-set');
  const [isAsked, setAsked] = useState(false);
  const asker = useAsker(place.base);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['assessment', place.base, place.id, asker],
    queryFn: ({ signal }) => assess(place, signal),
    enabled: isAsked,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Section title={t('fair')}>
      <Text size="sm" maw="75ch">
        {t('fair-text')}
      </Text>
      {!isAsked ? (
        <Button w="fit-content" variant="default" onClick={() => setAsked(true)}>
          {t('assess')}
        </Button>
      ) : null}
      {isFetching ? <Loading /> : null}
      {error !== null && !isFetching ? <Problem error={error} retry={() => void refetch()} /> : null}
      {data === undefined || isFetching ? null : (
        <Stack gap="md">
          {data.isNarrow ? <Partial>{t('assessed-narrowly')}</Partial> : null}
          <Letters report={data.report} />
          <Indicators report={data.report} />
        </Stack>
      )}
    </Section>
  );
}

function Letters({ report: { letters } }: { report: AssessmentReport }): ReactElement {
  const { t } = useTranslation('data-set');
  const draw = useCallback(
    (ink: Ink) =>
      radar(
        letters.map(({ letter, score = 0 }) => ({ name: t(`letter-${letter}`), value: score })),
        ink,
      ),
    [letters, t],
  );
  return (
    <Grid align="center">
      <Grid.Col span={{ base: 12, sm: 5 }}>
        <Chart draw={draw} label={t('radar')} height={260} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, sm: 7 }}>
        <Table aria-label={t('scores')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('letter')}</Table.Th>
              <Table.Th scope="col">{t('score')}</Table.Th>
              <Table.Th scope="col">{t('level')}</Table.Th>
              <Table.Th scope="col">{t('measured')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {letters.map(({ letter, score, level, measured, applicable }) => (
              <Table.Tr key={letter}>
                <Table.Th scope="row">{t(`letter-${letter}`)}</Table.Th>
                <Table.Td>{score === undefined ? t('not-measured') : formatPercent(score)}</Table.Td>
                <Table.Td>{t('level-of', { level: formatNumber(level) })}</Table.Td>
                <Table.Td>{t('measured-of', { measured, applicable })}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Grid.Col>
    </Grid>
  );
}

function radar(axes: readonly { name: string; value: number }[], { text, line, fill }: Ink): EChartsCoreOption {
  return {
    radar: {
      indicator: axes.map(({ name }) => ({ name, max: 100 })),
      // names stand beside it, also long ones
      radius: '52%',
      axisName: { color: text, fontSize: 12 },
      splitLine: { lineStyle: { color: line } },
      axisLine: { lineStyle: { color: line } },
      splitArea: { show: false },
    },
    series: [
      {
        type: 'radar',
        data: [{ value: axes.map(({ value }) => value) }],
        lineStyle: { color: fill, width: 2 },
        itemStyle: { color: fill },
        areaStyle: { color: fill, opacity: 0.2 },
      },
    ],
  };
}

const states = ['not-met', 'partly', 'not-measured', 'met', 'not-applicable'] as const;
const signs: Readonly<Record<IndicatorReport['state'], string>> = {
  'not-met': '✗',
  partly: '◐',
  'not-measured': '?',
  met: '✓',
  'not-applicable': '–',
};

/** What needs doing comes first. */
function Indicators({ report: { indicators } }: { report: AssessmentReport }): ReactElement {
  const { t } = useTranslation('data-set');
  return (
    <Accordion multiple order={3} variant="separated">
      {states.map((state) => {
        const some = indicators.filter((one) => one.state === state);
        if (some.length === 0) return null;
        return (
          <Accordion.Item key={state} value={state}>
            <Accordion.Control>
              <Group gap="xs">
                <span aria-hidden="true">{signs[state]}</span>
                <Text fw={600}>{t(`state-${state}`)}</Text>
                <Badge variant="default">{formatNumber(some.length)}</Badge>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
                {some.map((one) => (
                  <IndicatorItem key={one.id} one={one} />
                ))}
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        );
      })}
    </Accordion>
  );
}

/** In the reader's words, where there are some; what a server saw stays as it wrote it. */
function IndicatorItem({ one: { id, wording, advice } }: { one: IndicatorReport }): ReactElement {
  const { t, i18n } = useTranslation('data-set');
  const own = i18n.resolvedLanguage === 'de' ? germanIndicators.get(id) : undefined;
  return (
    <li>
      <Text fw={600} size="sm">
        {own?.wording ?? wording}{' '}
        <Text component="span" size="xs" c="dimmed">
          {id}
        </Text>
      </Text>
      {advice === undefined || own === undefined ? null : <Text size="sm">{own.remedy}</Text>}
      {advice === undefined ? null : (
        <Text size="sm">
          {own === undefined ? null : `${t('server-saw')} `}
          <bdi>{advice}</bdi>
        </Text>
      )}
    </li>
  );
}
