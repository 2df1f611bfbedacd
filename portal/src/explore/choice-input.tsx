/** A text field that offers what may stand in it, with what each means. */
import { Autocomplete, Stack, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Choice } from './completion.ts';

/** Choices shown at once; typing narrows them. */
const most = 60;

export function ChoiceInput({
  label,
  value,
  choices,
  onChange,
  miw,
}: {
  label: string;
  value: string;
  choices: readonly Choice[];
  onChange(value: string): void;
  miw: number;
}): ReactElement {
  const texts = new Map(choices.map((one) => [one.value, one.text]));
  return (
    <Autocomplete
      label={label}
      value={value}
      onChange={onChange}
      data={[...texts.keys()]}
      limit={most}
      flex={1}
      miw={miw}
      maxDropdownHeight={320}
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      renderOption={({ option }) => (
        <Stack gap={0} maw={420}>
          <Text size="sm">{option.value}</Text>
          <Text size="xs" c="dimmed" dir="auto" lineClamp={2}>
            {texts.get(option.value)}
          </Text>
        </Stack>
      )}
    />
  );
}
