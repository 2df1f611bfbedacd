/** What the data set holds by its content summary: persons, ages, sexes, and for each type codes and completeness. See docs/reference/content-summary.md */
import { Accordion, Skeleton, Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { knownVocabulary } from '../../../src/fair/assessment/vocabulary.ts';
import { ageText, type DataSetContent, type DataSetDescription } from '../../../src/fair/landing/index.ts';
import { formatDate, formatNumber } from '../part/format.ts';
import { Partial } from '../part/partial.tsx';
import { Problem } from '../part/problem.tsx';
import { Distribution, type Row } from './distribution.tsx';
import { Section } from './section.tsx';

type Told = DataSetContent['ages'][number];
type TypeContent = DataSetContent['types'][number];

export function Content({ one, summary }: { one: DataSetDescription; summary: UseQueryResult<unknown> }): ReactElement {
  const { t } = useTranslation('data-set');
  return (
    <Section title={t('content')}>
      {summary.isPending ? (
        <div role="status" aria-label={t('content-loading')}>
          <Skeleton height={180} />
        </div>
      ) : summary.isError ? (
        <Problem error={summary.error} retry={() => void summary.refetch()} />
      ) : one.content === undefined ? (
        <Text>{t('no-content')}</Text>
      ) : (
        <Summary content={one.content} />
      )}
    </Section>
  );
}

function Summary({ content }: { content: DataSetContent }): ReactElement {
  const { t } = useTranslation('data-set');
  const { date, threshold = 1, rounding = 1, isCounted, ages, sexes, types } = content;
  return (
    <Stack gap="lg">
      <Text size="sm" c="dimmed">
        {[
          ...(date === undefined ? [] : [t('counted-on', { date: formatDate(date) })]),
          ...(isCounted ? [] : [t('only-whether')]),
          ...(isCounted && rounding > 1 ? [t('rounded', { shown: formatNumber(rounding) })] : []),
          ...(threshold > 1 ? [t('threshold', { shown: formatNumber(threshold) })] : []),
        ].join(' ')}
      </Text>
      {ages.length === 0 ? null : (
        <Distribution
          title={t('ages')}
          order={3}
          rows={ages.map((told) => rowOf(told, ageText(told.code)))}
          names={[t('age'), t('patients')]}
          most={40}
        />
      )}
      {sexes.length === 0 ? null : (
        <Distribution
          title={t('sexes')}
          order={3}
          rows={sexes.map((told) =>
            rowOf(told, ['male', 'female', 'other', 'unknown'].includes(told.code) ? t(`sex-${told.code}`) : told.code),
          )}
          names={[t('sex'), t('patients')]}
          lying
        />
      )}
      <Types types={types} />
    </Stack>
  );
}

function rowOf({ code, system = '', display, patients }: Told, label = display ?? code): Row {
  // A code alone says little to people who do not know of which vocabulary it is.
  const note = [...(label === display && display !== code ? [code] : []), knownVocabulary(system) ?? '']
    .join(' ')
    .trim();
  return {
    key: `${system}|${code}`,
    label,
    ...(note === '' ? {} : { note }),
    ...(patients === undefined ? {} : { value: patients }),
  };
}

function Types({ types }: { types: readonly TypeContent[] }): ReactElement {
  const { t } = useTranslation('data-set');
  const [first] = types.filter(({ codes }) => codes.length > 0);
  if (types.length === 0) return <Text>{t('no-types')}</Text>;
  return (
    <Accordion multiple order={3} variant="separated" defaultValue={first === undefined ? [] : [first.type]}>
      {types.map((one) => (
        <Accordion.Item key={one.type} value={one.type}>
          <Accordion.Control>
            <Text fw={600}>{one.type}</Text>
            <Text size="sm" c="dimmed">
              {sizeText(one, t)}
            </Text>
          </Accordion.Control>
          <Accordion.Panel>
            <OneType one={one} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

type Translate = ReturnType<typeof useTranslation<'data-set'>>['t'];

function sizeText({ patients, resources, codes }: TypeContent, t: Translate): string {
  return [
    patients === undefined ? t('there-are-some') : t('n-patients', { count: patients, shown: formatNumber(patients) }),
    ...(resources === undefined ? [] : [t('n-resources', { count: resources, shown: formatNumber(resources) })]),
    ...(codes.length === 0 ? [] : [t('n-codes', { count: codes.length, shown: formatNumber(codes.length) })]),
  ].join(' · ');
}

function OneType({ one: { type, codes, completeness, isPartial } }: { one: TypeContent }): ReactElement {
  const { t } = useTranslation('data-set');
  if (codes.length + completeness.length === 0) return <Text size="sm">{t('no-more-of-type')}</Text>;
  return (
    <Stack gap="lg">
      {isPartial ? <Partial>{t('codes-partial')}</Partial> : null}
      {codes.length === 0 ? null : (
        <Distribution
          title={t('codes-of', { type })}
          rows={codes.map((code) => rowOf(code))}
          names={[t('code'), t('patients')]}
          lying
        />
      )}
      {completeness.length === 0 ? null : (
        <Distribution
          title={t('completeness-of', { type })}
          rows={completeness.map(({ element, percent }) => ({
            key: element,
            label: element.slice(element.indexOf('.') + 1),
            value: percent,
          }))}
          names={[t('element'), t('share')]}
          lying
          most={15}
          unit="%"
        />
      )}
    </Stack>
  );
}
