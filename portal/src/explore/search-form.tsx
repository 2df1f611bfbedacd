/** The form of a search: criteria with completion, order, what comes along, and the query as text. https://hl7.org/fhir/R4B/search.html */
import { Button, CloseButton, Group, MultiSelect, Paper, Select, Stack, TextInput } from '@mantine/core';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Capability } from './capability.ts';
import { parametersFor } from './capability.ts';
import { ChoiceInput } from './choice-input.tsx';
import { modifiersFor, nameChoices, parameterAt, takesComparator, valueChoices } from './completion.ts';
import { type Criterion, comparators, emptyCriterion, type Query, readQuery, writeQuery } from './query.ts';
import type { ValueObject } from './value.ts';

export type Handling = '' | 'strict' | 'lenient';

interface Of {
  type: string;
  capability: Capability | undefined;
  /** what was found last, for values to choose from */
  found: readonly ValueObject[];
}

export function SearchForm({
  query,
  handling,
  onSearch,
  ...of
}: Of & { query: string; handling: Handling; onSearch(query: string, handling: Handling): void }): ReactElement {
  const { t } = useTranslation('explore');
  const [asked, setAsked] = useState<Query>(() => withRow(readQuery(query)));
  const [wanted, setWanted] = useState(handling);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSearch(writeQuery(asked), wanted);
  };
  const set = (at: number, criterion: Criterion | undefined): void => {
    const criteria = asked.criteria.flatMap((one, index) => (index !== at ? [one] : (criterion ?? [])));
    setAsked(withRow({ ...asked, criteria }));
  };
  return (
    <Paper withBorder p="md" mb="md" component="form" onSubmit={submit} aria-label={t('search')}>
      <Stack gap="md">
        {asked.criteria.map((one, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows are named by their place
          <CriterionRow key={at} number={at + 1} criterion={one} onChange={(next) => set(at, next)} {...of} />
        ))}
        <Group>
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => setAsked({ ...asked, criteria: [...asked.criteria, emptyCriterion] })}
          >
            {t('add-criterion')}
          </Button>
        </Group>
        <Results asked={asked} onChange={setAsked} {...of} />
        <QueryText asked={asked} type={of.type} onChange={(next) => setAsked(withRow(next))} />
        <Group align="flex-end">
          <Button type="submit">{t('search-now')}</Button>
          <Select
            label={t('handling')}
            value={wanted}
            onChange={(value) => setWanted((value ?? '') as Handling)}
            allowDeselect={false}
            data={[
              { value: '', label: t('handling-usual') },
              { value: 'strict', label: t('handling-strict') },
              { value: 'lenient', label: t('handling-lenient') },
            ]}
            miw={260}
          />
        </Group>
      </Stack>
    </Paper>
  );
}

/** There is a row to fill in. */
const withRow = (query: Query): Query => (query.criteria.length > 0 ? query : { ...query, criteria: [emptyCriterion] });

function CriterionRow({
  number,
  criterion,
  onChange,
  type,
  capability,
  found,
}: Of & { number: number; criterion: Criterion; onChange(next: Criterion | undefined): void }): ReactElement {
  const { t } = useTranslation('explore');
  const { name, modifier, comparator, value } = criterion;
  const kind = parameterAt(capability, type, name)?.type;
  const known = modifiersFor(kind);
  return (
    <Group component="fieldset" gap="xs" align="flex-end" aria-label={t('criterion', { number })} bd={0} p={0} m={0}>
      <ChoiceInput
        label={t('parameter')}
        value={name}
        choices={nameChoices(capability, type, name)}
        onChange={(next) => onChange({ ...criterion, name: next })}
        miw={190}
      />
      <Select
        label={t('modifier')}
        value={modifier}
        data={[{ value: '', label: t('none') }, ...new Set([...known, ...(modifier === '' ? [] : [modifier])])]}
        onChange={(next) => onChange({ ...criterion, modifier: next ?? '' })}
        allowDeselect={false}
        w={130}
      />
      {takesComparator(kind) || comparator !== '' ? (
        <Select
          label={t('comparator')}
          value={comparator}
          data={[
            { value: '', label: t('none') },
            ...comparators.map((one) => ({ value: one, label: t(`comparator-${one}`) })),
          ]}
          onChange={(next) => onChange({ ...criterion, comparator: next ?? '' })}
          allowDeselect={false}
          w={190}
        />
      ) : null}
      <ChoiceInput
        label={t('value')}
        value={value}
        choices={valueChoices(capability, type, criterion, found)}
        onChange={(next) => onChange({ ...criterion, value: next })}
        miw={190}
      />
      <CloseButton aria-label={t('remove-criterion', { number })} onClick={() => onChange(undefined)} size="lg" />
    </Group>
  );
}

function Results({
  asked,
  onChange,
  type,
  capability,
}: Of & { asked: Query; onChange(next: Query): void }): ReactElement {
  const { t } = useTranslation('explore');
  const own = capability?.types.find((one) => one.type === type);
  const sorts = parametersFor(capability, type)
    .filter((one) => one.type !== 'composite' && one.type !== 'special')
    .flatMap(({ name }) => [
      { value: name, label: t('ascending', { name }) },
      { value: `-${name}`, label: t('descending', { name }) },
    ]);
  const withOwn = (values: readonly string[], chosen: readonly string[]): string[] => [
    ...new Set([...values, ...chosen]),
  ];
  return (
    <Group align="flex-end" gap="xs">
      <Select
        label={t('sort')}
        data={asked.sort === '' || sorts.some(({ value }) => value === asked.sort) ? sorts : [...sorts, asked.sort]}
        value={asked.sort === '' ? null : asked.sort}
        onChange={(sort) => onChange({ ...asked, sort: sort ?? '' })}
        searchable
        clearable
        miw={210}
        clearButtonProps={{ 'aria-label': t('clear') }}
      />
      <Select
        label={t('page-size')}
        data={withOwn(['10', '20', '50', '100'], asked.count === '' ? [] : [asked.count])}
        value={asked.count === '' ? null : asked.count}
        onChange={(count) => onChange({ ...asked, count: count ?? '' })}
        clearable
        w={120}
        clearButtonProps={{ 'aria-label': t('clear') }}
      />
      <MultiSelect
        label={t('includes')}
        data={withOwn(own?.includes ?? [], asked.includes)}
        value={[...asked.includes]}
        onChange={(includes) => onChange({ ...asked, includes })}
        searchable
        limit={100}
        miw={220}
        flex={1}
      />
      <MultiSelect
        label={t('revincludes')}
        data={withOwn(own?.revincludes ?? [], asked.revincludes)}
        value={[...asked.revincludes]}
        onChange={(revincludes) => onChange({ ...asked, revincludes })}
        searchable
        limit={100}
        miw={220}
        flex={1}
      />
    </Group>
  );
}

/** Who knows the syntax writes it. */
function QueryText({
  asked,
  type,
  onChange,
}: {
  asked: Query;
  type: string;
  onChange(next: Query): void;
}): ReactElement {
  const { t } = useTranslation('explore');
  const written = writeQuery(asked);
  const [draft, setDraft] = useState<string>();
  return (
    <TextInput
      label={t('query-text')}
      description={t('query-text-help', { type })}
      value={draft ?? written}
      onChange={({ currentTarget }) => {
        setDraft(currentTarget.value);
        onChange(readQuery(currentTarget.value));
      }}
      onBlur={() => setDraft(undefined)}
      spellCheck={false}
    />
  );
}
