/** One facet: its values as check boxes with how many data sets each would bring, those that were chosen first. */
import { Button, Group, Radio, Stack, Text, VisuallyHidden } from '@mantine/core';
import { memo, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../part/format.ts';
import classes from './catalogue.module.css';
import { nameOf, nameOfSearch } from './names.ts';
import type { FacetName } from './question.ts';
import type { ToldFacet, ToldValue } from './told-facets.ts';

/** Values that are shown before one asks for more. */
const few = 6;

export interface FacetProps {
  name: FacetName;
  /** absent while it is not counted: then only what was chosen is shown */
  facet: ToldFacet | undefined;
  chosen: readonly string[];
  /** `change` makes of what is chosen what is to be chosen; the function stays the same */
  onChoose(name: FacetName, change: (chosen: readonly string[]) => readonly string[]): void;
  /** asks for all values; the function stays the same */
  onWhole(name: FacetName): void;
  /** whether all values were asked for: then they are shown at first */
  isWhole: boolean;
}

const isSame = (one: FacetProps, other: FacetProps): boolean =>
  one.name === other.name &&
  one.facet === other.facet &&
  one.isWhole === other.isWhole &&
  one.onChoose === other.onChoose &&
  one.chosen.length === other.chosen.length &&
  one.chosen.every((search, at) => search === other.chosen[at]);

/** A click draws anew what it changes: a page of a catalogue has some hundred values. */
export const FacetGroup = memo(function FacetGroup({ name, facet, chosen, onChoose, onWhole, isWhole }: FacetProps) {
  const { t } = useTranslation('catalogue');
  const [isOpen, setOpen] = useState(isWhole);
  const values = withChosen(facet?.values ?? [], chosen);
  if (values.length === 0) return null;
  const shown = isOpen ? values : values.slice(0, Math.max(few, chosen.length));
  const [hidden, more] = [values.length - shown.length, facet?.more ?? 0];
  const open = (): void => {
    setOpen(true);
    if (more > 0) onWhole(name);
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
              onClick={() => onChoose(name, () => [])}
              aria-label={t('clear-facet', { facet: label })}
            >
              {t('clear')}
            </Button>
          )}
        </Group>
      </legend>
      {name === 'patients' ? (
        <Bands values={shown} chosen={chosen[0]} onChoose={(one) => onChoose(name, () => [one])} label={label} />
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
}, isSame);

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

type ValuesProps = Pick<FacetProps, 'name' | 'chosen' | 'onChoose'> & { values: readonly ToldValue[] };

function Values({ name, values, chosen, onChoose }: ValuesProps): ReactElement {
  const { t } = useTranslation('catalogue');
  return (
    <Stack gap={6}>
      {values.map((value) => {
        const words = value.code === '' ? nameOfSearch(name, value.search, t) : nameOf(name, value, t);
        return (
          <Value
            key={value.search}
            name={name}
            search={value.search}
            words={words.slice(0, 300)}
            label={labelOf(words, value, t)}
            count={value.count}
            isChosen={chosen.includes(value.search)}
            onChoose={onChoose}
          />
        );
      })}
    </Stack>
  );
}

interface ValueProps extends Pick<FacetProps, 'name' | 'onChoose'> {
  search: string;
  words: string;
  /** for those who hear it: with the count */
  label: string;
  /** not a number where it is not counted */
  count: number;
  isChosen: boolean;
}

/** The browser's own check box: it is drawn in a fraction of the time of one that is made of parts. */
const Value = memo(function Value({ name, search, words, label, count, isChosen, onChoose }: ValueProps) {
  return (
    <div className={classes['value']}>
      <label className={classes['choice']}>
        <input
          type="checkbox"
          checked={isChosen}
          aria-label={label}
          onChange={({ currentTarget: { checked } }) =>
            onChoose(name, (chosen) => (checked ? [...chosen, search] : chosen.filter((one) => one !== search)))
          }
        />
        <span dir="auto">{words}</span>
      </label>
      <Count count={count} />
    </div>
  );
});

type Words = ReturnType<typeof useTranslation<'catalogue'>>['t'];

const labelOf = (words: string, { count }: ToldValue, t: Words): string =>
  Number.isNaN(count)
    ? words.slice(0, 300)
    : t('value-label', { value: words.slice(0, 300), count, shown: formatNumber(count) });

const Count = ({ count }: { count: number }): ReactElement | null =>
  Number.isNaN(count) ? null : (
    <span className={classes['count']} aria-hidden="true">
      {formatNumber(count)}
    </span>
  );

interface BandsProps {
  values: readonly ToldValue[];
  chosen: string | undefined;
  label: string;
  onChoose(value: string): void;
}

/** Bands lie in each other, so that one is chosen. */
function Bands({ values, chosen, label, onChoose }: BandsProps): ReactElement {
  const { t } = useTranslation('catalogue');
  const sorted = [...values].sort((one, other) => sizeOf(one) - sizeOf(other));
  return (
    <Radio.Group value={chosen ?? ''} onChange={onChoose} aria-label={label}>
      <Stack gap={6}>
        {sorted.map((value) => {
          const words = nameOfSearch('patients', value.search, t);
          return (
            <div key={value.search} className={classes['value']}>
              <Radio size="sm" value={value.search} label={words} aria-label={labelOf(words, value, t)} />
              <Count count={value.count} />
            </div>
          );
        })}
      </Stack>
    </Radio.Group>
  );
}

const sizeOf = ({ search }: ToldValue): number => Number(search.replace(/^ge/, ''));
