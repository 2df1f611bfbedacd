/** A list of things with several parts: each stands in a row and can be taken away, one more is added below. */
import { ActionIcon, Button, Card, Group, Stack, Text } from '@mantine/core';
import { type ReactElement, type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFaultText } from './editing.ts';
import { useFieldWords } from './field.tsx';

export function Rows<T>({
  name,
  value,
  change,
  blank,
  isWhole,
  show,
  edit,
}: {
  name: string;
  value: readonly T[];
  change(value: readonly T[]): void;
  /** what a new one begins with */
  blank: T;
  /** whether it says enough to be added */
  isWhole(one: T): boolean;
  show(one: T): ReactNode;
  /** the fields of the one that is to be added */
  edit(one: T, set: (one: T) => void): ReactNode;
}): ReactElement {
  const { t } = useTranslation('desk');
  const { label, description } = useFieldWords(name);
  const [next, setNext] = useState(blank);
  const id = useId();
  const error = useFaultText(name);
  return (
    <Stack gap="xs" role="group" aria-labelledby={id}>
      <div>
        <Text fw={500} size="sm" id={id}>
          {label}
        </Text>
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      </div>
      {value.map((one, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing else that tells them apart
        <Group key={at} justify="space-between" wrap="nowrap" gap="xs">
          <Text size="sm" dir="auto" style={{ overflowWrap: 'anywhere' }}>
            {show(one)}
          </Text>
          <ActionIcon
            variant="default"
            aria-label={t('remove-what', { what: `${label} ${at + 1}` })}
            onClick={() => change(value.filter((_, index) => index !== at))}
          >
            <span aria-hidden="true">×</span>
          </ActionIcon>
        </Group>
      ))}
      {error === undefined ? null : (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {error}
        </Text>
      )}
      <Card withBorder padding="sm">
        <Stack gap="xs">
          {edit(next, setNext)}
          <Group>
            <Button
              variant="default"
              size="xs"
              disabled={!isWhole(next)}
              onClick={() => {
                change([...value, next]);
                setNext(blank);
              }}
            >
              {t('add-what', { what: t(`field.${name}.one`) })}
            </Button>
          </Group>
        </Stack>
      </Card>
    </Stack>
  );
}
