/** One facet: its values as check boxes with how many data sets each would bring, those that were chosen first. */
import { Button, Checkbox, Group, Radio, Stack, Text, VisuallyHidden } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../part/format.ts';
import { useWords } from '../part/words.ts';
import classes from './catalogue.module.css';
import { nameOf, nameOfSearch } from './names.ts';
import type { FacetName } from './question.ts';
import type { ToldFacet, ToldValue } from './told-facets.ts';

/** Values that are shown before one asks for more. */
const few = 6;

interface FacetProps {
  name: FacetName;
  /** absent while it is not counted: then only what was chosen is shown */
  facet: ToldFacet | undefined;
  chosen: readonly string[];
  onChoose(values: readonly string[]): void;
  /** asks for all values */
  onMore(): void;
}

export function FacetGroup({ name, facet, chosen, onChoose, onMore }: FacetProps): ReactElement | null {
  const { t } = useTranslation('catalogue');
  const [isOpen, setOpen] = useState(false);
  const values = withChosen(facet?.values ?? [], chosen);
  if (values.length === 0) return null;
  const shown = isOpen ? values : values.slice(0, Math.max(few, chosen.length));
  const [hidden, more] = [values.length - shown.length, facet?.more ?? 0];
  const open = (): void => {
    setOpen(true);
    if (more > 0) onMore();
  };
  const label = t(`facet.${name}`);
  return (
    <fieldset className={classes['facet']}>
      <legend>
        <Group justify="space-between" wrap="nowrap">
          <span>{label}</span>
          {chosen.length === 0 ? null : (
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
      {name === 'patients' ? (
        <Bands values={shown} chosen={chosen[0]} onChoose={onChoose} label={label} />
      ) : (
        <Values name={name} values={shown} chosen={chosen} onChoose={onChoose} />
      )}
      {hidden > 0 || (!isOpen && more > 0) ? (
        <Button variant="subtle" size="compact-sm" mt={6} onClick={open}>
          {t('show-more', { count: hidden + more, shown: formatNumber(hidden + more) })}
          <VisuallyHidden>: {label}</VisuallyHidden>
        </Button>
      ) : null}
      {isOpen && hidden === 0 ? (
        <Button variant="subtle" size="compact-sm" mt={6} onClick={() => setOpen(false)}>
          {t('show-fewer')}
          <VisuallyHidden>: {label}</VisuallyHidden>
        </Button>
      ) : null}
      {isOpen && more > 0 ? (
        <Text size="xs" c="dimmed" mt={4}>
          {t('values-left', { count: more, shown: formatNumber(more) })}
        </Text>
      ) : null}
    </fieldset>
  );
}

/** Whatever was chosen stands there, also where it has no data sets any more. */
function withChosen(values: readonly ToldValue[], chosen: readonly string[]): ToldValue[] {
  const isChosen = ({ search }: ToldValue): boolean => chosen.includes(search);
  const known = new Set(values.map(({ search }) => search));
  const gone = chosen
    .filter((search) => !known.has(search))
    .map((search): ToldValue => ({ search, code: '', system: undefined, display: undefined, count: Number.NaN }));
  const isThere = (one: ToldValue): boolean => one.count > 0 || isChosen(one);
  return [...values.filter(isChosen), ...gone, ...values.filter((one) => !isChosen(one) && isThere(one))];
}

interface ValuesProps {
  name: FacetName;
  values: readonly ToldValue[];
  chosen: readonly string[];
  onChoose(values: readonly string[]): void;
}

function Values({ name, values, chosen, onChoose }: ValuesProps): ReactElement {
  const { t } = useTranslation('catalogue');
  const speech = { t, words: useWords() };
  const toggle = (search: string, isOn: boolean): void =>
    onChoose(isOn ? [...chosen, search] : chosen.filter((one) => one !== search));
  return (
    <Stack gap={6}>
      {values.map((value) => {
        const label = value.code === '' ? nameOfSearch(name, value.search, speech) : nameOf(name, value, speech);
        return (
          <div key={value.search} className={classes['value']}>
            <Checkbox
              size="sm"
              checked={chosen.includes(value.search)}
              onChange={(event) => toggle(value.search, event.currentTarget.checked)}
              label={<span dir="auto">{label.slice(0, 300)}</span>}
              aria-label={labelOf(label, value, t)}
            />
            <Count value={value} />
          </div>
        );
      })}
    </Stack>
  );
}

type Words = ReturnType<typeof useTranslation<'catalogue'>>['t'];

const labelOf = (label: string, { count }: ToldValue, t: Words): string =>
  Number.isNaN(count)
    ? label.slice(0, 300)
    : t('value-label', { value: label.slice(0, 300), count, shown: formatNumber(count) });

const Count = ({ value: { count } }: { value: ToldValue }): ReactElement | null =>
  Number.isNaN(count) ? null : (
    <span className={classes['count']} aria-hidden="true">
      {formatNumber(count)}
    </span>
  );

interface BandsProps {
  values: readonly ToldValue[];
  chosen: string | undefined;
  label: string;
  onChoose(values: readonly string[]): void;
}

/** Bands lie in each other, so that one is chosen. */
function Bands({ values, chosen, label, onChoose }: BandsProps): ReactElement {
  const { t } = useTranslation('catalogue');
  const speech = { t, words: useWords() };
  const sorted = [...values].sort((one, other) => sizeOf(one) - sizeOf(other));
  return (
    <Radio.Group value={chosen ?? ''} onChange={(value) => onChoose([value])} aria-label={label}>
      <Stack gap={6}>
        {sorted.map((value) => {
          const shown = nameOfSearch('patients', value.search, speech);
          return (
            <div key={value.search} className={classes['value']}>
              <Radio size="sm" value={value.search} label={shown} aria-label={labelOf(shown, value, t)} />
              <Count value={value} />
            </div>
          );
        })}
      </Stack>
    </Radio.Group>
  );
}

const sizeOf = ({ search }: ToldValue): number => Number(search.replace(/^ge/, ''));
