/** Fields of the guided form: each says in plain words what it asks, with an example, and what is wrong beside it. */
import { MultiSelect, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Lens } from '../record/lens.ts';
import { useFaultText, usePart } from './editing.ts';

/** Words of a field by its name. */
export function useFieldWords(name: string): { label: string; description: string } {
  const { t } = useTranslation('desk');
  const example = t(`field.${name}.example`, { defaultValue: '' });
  const help = t(`field.${name}.help`);
  return {
    label: t(`field.${name}.label`),
    description: example === '' ? help : `${help} ${t('example', { example })}`,
  };
}

export function TextField({
  name,
  lens,
  lines = 1,
  required = false,
  type = 'text',
}: {
  name: string;
  lens: Lens<string>;
  lines?: number;
  required?: boolean;
  type?: 'text' | 'date' | 'url';
}): ReactElement {
  const [value, change] = usePart(lens);
  const props = {
    ...useFieldWords(name),
    value,
    error: useFaultText(name),
    withAsterisk: required,
    dir: 'auto' as const,
  };
  return lines === 1 ? (
    <TextInput {...props} type={type} onChange={(event) => change(event.currentTarget.value)} />
  ) : (
    <Textarea
      {...props}
      autosize
      minRows={lines}
      maxRows={16}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

/** Texts of one's own, each ended by Enter. */
export function TextsField({
  name,
  value,
  change,
  data = [],
}: {
  name: string;
  value: readonly string[];
  change(value: readonly string[]): void;
  data?: readonly string[];
}): ReactElement {
  const { t } = useTranslation('desk');
  const words = useFieldWords(name);
  return (
    <TagsInput
      {...words}
      description={`${words.description} ${t('add-by-enter')}`}
      value={[...value]}
      onChange={change}
      data={[...data]}
      splitChars={['\n', ' ']}
      acceptValueOnBlur
      clearable={false}
      error={useFaultText(name)}
    />
  );
}

export interface Choice {
  value: string;
  label: string;
}

/** Some of many; what is stated and not among them is shown by its code. */
export function ChoicesField({
  name,
  value,
  change,
  choices,
}: {
  name: string;
  value: readonly string[];
  change(value: readonly string[]): void;
  choices: readonly Choice[];
}): ReactElement {
  const { t } = useTranslation('desk');
  const known = new Set(choices.map((one) => one.value));
  const unknown = value.filter((one) => !known.has(one)).map((one) => ({ value: one, label: one }));
  return (
    <MultiSelect
      {...useFieldWords(name)}
      data={[...choices, ...unknown]}
      value={[...value]}
      onChange={change}
      searchable
      hidePickedOptions
      nothingFoundMessage={t('nothing-found')}
      error={useFaultText(name)}
    />
  );
}
