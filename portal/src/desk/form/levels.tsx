/** How closely one may look: a level for everyone, and more of them for some. See docs/guides/conditions.md#levels */
import { Accordion, Button, Card, Group, NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Granularity } from '../../../../src/fhir/canonical.ts';
import { type JsonObject, objectsOf } from '../../../../src/fhir/json.ts';
import { conditions, type Level } from '../record/conditions.ts';
import { AudienceFields } from './audience.tsx';
import { useFaultText, usePart } from './editing.ts';
import { useFieldWords } from './field.tsx';
import { levels, levelText } from './words.ts';

const countsOnly: Level = { level: 'count', threshold: 10, rounding: 10, profile: '', audience: [] };

export function LevelsField(): ReactElement {
  const { t } = useTranslation('desk');
  const [value, change] = usePart(conditions.levels);
  const { label, description } = useFieldWords('levels');
  const error = useFaultText('levels');
  return (
    <Stack gap="xs" role="group" aria-label={label}>
      <div>
        <Text fw={500} size="sm">
          {label}
        </Text>
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      </div>
      {error === undefined ? null : (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {error}
        </Text>
      )}
      {value.map((one, at) => (
        <LevelCard
          // biome-ignore lint/suspicious/noArrayIndexKey: levels have nothing else that tells them apart
          key={at}
          number={at + 1}
          level={one}
          change={(next) => change(value.map((each, index) => (index === at ? next : each)))}
          remove={() => change(value.filter((_, index) => index !== at))}
        />
      ))}
      <Group>
        <Button variant="default" size="xs" onClick={() => change([...value, countsOnly])}>
          {t('add-what', { what: t('field.levels.one') })}
        </Button>
      </Group>
    </Stack>
  );
}

/** What goes with the level that is chosen; numbers where counts are told, a profile where records are changed. */
function withLevel(level: Granularity, before: Level): Level {
  const counts = level === 'exists' || level === 'count' || level === 'aggregate';
  return {
    level,
    threshold: counts ? (before.threshold ?? 10) : undefined,
    rounding: counts && level !== 'exists' ? (before.rounding ?? 10) : undefined,
    profile: level === 'record-deidentified' ? before.profile : '',
    audience: before.audience,
  };
}

function LevelCard({
  number,
  level,
  change,
  remove,
}: {
  number: number;
  level: Level;
  change(level: Level): void;
  remove(): void;
}): ReactElement {
  const { t } = useTranslation('desk');
  const holder: JsonObject = { extension: [...level.audience] };
  return (
    <Card withBorder padding="sm" component="section" aria-label={t('level-number', { number })}>
      <Stack gap="sm">
        <Group align="flex-end" wrap="nowrap">
          <Select
            flex={1}
            label={t('level-number', { number })}
            data={levels.map((value) => ({ value, label: levelText(value, t) }))}
            value={level.level}
            allowDeselect={false}
            onChange={(value) => change(withLevel((value ?? level.level) as Granularity, level))}
          />
          <Button
            variant="default"
            onClick={remove}
            aria-label={t('remove-what', { what: t('level-number', { number }) })}
          >
            {t('remove')}
          </Button>
        </Group>
        <NumberFields level={level} change={change} />
        <Accordion variant="separated">
          <Accordion.Item value="audience">
            <Accordion.Control>
              {level.audience.length === 0 ? t('for-everyone') : t('for-some', { count: level.audience.length })}
            </Accordion.Control>
            <Accordion.Panel>
              <AudienceFields
                holder={holder}
                change={(next) => change({ ...level, audience: objectsOf(next['extension']) })}
              />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
      </Stack>
    </Card>
  );
}

function NumberFields({ level, change }: { level: Level; change(level: Level): void }): ReactElement | null {
  const threshold = useFieldWords('threshold');
  const rounding = useFieldWords('rounding');
  const profile = useFieldWords('profile');
  const whole = (value: string | number): number | undefined =>
    typeof value === 'number' && value >= 1 ? Math.round(value) : undefined;
  const { level: code } = level;
  if (code === 'record-deidentified') {
    return (
      <TextInput
        {...profile}
        value={level.profile}
        onChange={(event) => change({ ...level, profile: event.currentTarget.value.trim() })}
      />
    );
  }
  if (code === 'none' || code === 'record') return null;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <NumberInput
        {...threshold}
        min={1}
        allowDecimal={false}
        value={level.threshold ?? ''}
        onChange={(value) => change({ ...level, threshold: whole(value) })}
      />
      {code === 'exists' ? null : (
        <NumberInput
          {...rounding}
          min={1}
          allowDecimal={false}
          value={level.rounding ?? ''}
          onChange={(value) => change({ ...level, rounding: whole(value) })}
        />
      )}
    </SimpleGrid>
  );
}
