/** The years that the data are about: from one to another, with how many data sets each year has. */
import { Button, Group, NativeSelect } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../part/format.ts';
import classes from './catalogue.module.css';
import { yearsOf } from './question.ts';
import type { ToldFacet } from './told-facets.ts';

export function YearFacet({
  facet,
  chosen,
  onChoose,
}: {
  facet: ToldFacet | undefined;
  chosen: readonly string[];
  onChoose(values: readonly string[]): void;
}): ReactElement | null {
  const { t } = useTranslation('catalogue');
  const span = yearsOf(chosen);
  const counts = new Map((facet?.values ?? []).map(({ code, count }) => [Number(code), count]));
  const years = [...new Set([...counts.keys(), ...(span === undefined ? [] : [span.first, span.last])])].sort(
    (one, other) => one - other,
  );
  const [earliest, latest] = [years[0], years.at(-1)];
  if (earliest === undefined || latest === undefined) return null;
  const label = t('facet.year');
  const options = years.map((year) => {
    const count = counts.get(year) ?? 0;
    return { value: String(year), label: t('year-option', { year, shown: formatNumber(count) }) };
  });
  const choose = (first: number, last: number): void =>
    onChoose(
      first === earliest && last === latest && span === undefined
        ? []
        : [`${Math.min(first, last)}-${Math.max(first, last)}`],
    );
  const [first, last] = [span?.first ?? earliest, span?.last ?? latest];
  return (
    <fieldset className={classes['facet']}>
      <legend>
        <Group justify="space-between" wrap="nowrap">
          <span>{label}</span>
          {span === undefined ? null : (
            <Button
              variant="subtle"
              size="compact-xs"
              onClick={() => onChoose([])}
              aria-label={t('clear-facet', { facet: label })}
            >
              {t('clear')}
            </Button>
          )}
        </Group>
      </legend>
      <Group grow gap="xs" wrap="nowrap">
        <NativeSelect
          size="sm"
          label={t('from-year')}
          data={options}
          value={String(first)}
          onChange={(event) => choose(Number(event.currentTarget.value), last)}
        />
        <NativeSelect
          size="sm"
          label={t('to-year')}
          data={options}
          value={String(last)}
          onChange={(event) => choose(first, Number(event.currentTarget.value))}
        />
      </Group>
    </fieldset>
  );
}
