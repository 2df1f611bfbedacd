/** What is asked of data sets and of servers, and the day at which ages are reckoned. See docs/reference/question.md */
import { Accordion, Button, Group, NativeSelect, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DatasetCriteria, ServerCriteria } from '../../../src/federation/client/index.ts';
import { granularities } from '../../../src/fhir/canonical.ts';
import type { Draft } from './draft.ts';
import { NamedDataSets } from './named-data-sets.tsx';

type Change = Partial<Pick<Draft, 'about' | 'asOf' | 'datasets' | 'servers'>>;

export function ScopeEditor({ draft, onChange }: { draft: Draft; onChange: (change: Change) => void }): ReactElement {
  const { t } = useTranslation('ask');
  const { datasets, servers, asOf, about } = draft;
  // Those that are named stand above, in the open.
  const { only, ...criteria } = datasets;
  const count =
    Object.keys(criteria).length + Object.keys(servers).length + (asOf === '' ? 0 : 1) + (about === '' ? 0 : 1);
  return (
    <Stack gap="md">
      <NamedDataSets
        only={only ?? []}
        onOnly={(names) => onChange({ datasets: withMember(datasets, 'only', names.length === 0 ? undefined : names) })}
      />
      <Accordion variant="contained" order={2}>
        <Accordion.Item value="scope">
          <Accordion.Control>{count === 0 ? t('scope.title') : t('scope.title-count', { count })}</Accordion.Control>
          <Accordion.Panel>
            <Stack gap="md">
              <DatasetFields datasets={datasets} onChange={onChange} />
              <ServerFields servers={servers} onChange={onChange} />
              <Group gap="sm" align="flex-end">
                <TextInput
                  type="date"
                  label={t('scope.as-of')}
                  value={asOf}
                  onChange={({ currentTarget }) => onChange({ asOf: currentTarget.value })}
                />
                <TextInput
                  label={t('scope.about')}
                  maxLength={500}
                  value={about}
                  onChange={({ currentTarget }) => onChange({ about: currentTarget.value })}
                />
              </Group>
              {count === 0 ? null : (
                <Button
                  variant="subtle"
                  color="red"
                  w="fit-content"
                  size="compact-sm"
                  onClick={() =>
                    onChange({ datasets: only === undefined ? {} : { only }, servers: {}, asOf: '', about: '' })
                  }
                >
                  {t('scope.clear')}
                </Button>
              )}
            </Stack>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </Stack>
  );
}

function DatasetFields({
  datasets,
  onChange,
}: {
  datasets: DatasetCriteria;
  onChange: (change: Change) => void;
}): ReactElement {
  const { t } = useTranslation('ask');
  const put = (name: keyof DatasetCriteria, value: unknown): void =>
    onChange({ datasets: withMember(datasets, name, value) });
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
      <TextInput
        label={t('scope.text')}
        value={datasets.text ?? ''}
        onChange={({ currentTarget }) => put('text', textOrNone(currentTarget.value))}
      />
      <ListField
        label={t('scope.licence')}
        hint="CC-BY-4.0"
        list={datasets.licence}
        onList={(list) => put('licence', list)}
      />
      <ListField
        label={t('scope.data-use')}
        hint="DUO:0000042"
        list={datasets.dataUse}
        onList={(list) => put('dataUse', list)}
      />
      <NativeSelect
        label={t('scope.granularity')}
        value={datasets.granularity ?? ''}
        onChange={({ currentTarget }) => put('granularity', textOrNone(currentTarget.value))}
        data={[
          { value: '', label: t('scope.any') },
          ...granularities
            .filter((one) => one !== 'none')
            .map((value) => ({ value, label: t(`granularity.${value}`) })),
        ]}
      />
      <CountryField label={t('scope.jurisdiction')} list={datasets.country} onList={(list) => put('country', list)} />
      <NumberField
        label={t('scope.minimum')}
        value={datasets.minimumPatients}
        onNumber={(number) => put('minimumPatients', number)}
      />
    </SimpleGrid>
  );
}

function ServerFields({
  servers,
  onChange,
}: {
  servers: ServerCriteria;
  onChange: (change: Change) => void;
}): ReactElement {
  const { t } = useTranslation('ask');
  const put = (name: keyof ServerCriteria, value: unknown): void =>
    onChange({ servers: withMember(servers, name, value) });
  const shown = new Set(['country', 'fhirVersion', 'name']);
  const others = Object.keys(servers).filter((name) => !shown.has(name));
  return (
    <Stack gap="xs">
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
        <TextInput
          label={t('scope.server-name')}
          value={servers.name ?? ''}
          onChange={({ currentTarget }) => put('name', textOrNone(currentTarget.value))}
        />
        <CountryField
          label={t('scope.server-country')}
          list={servers.country}
          onList={(list) => put('country', list)}
        />
        <NativeSelect
          label={t('scope.fhir-version')}
          value={servers.fhirVersion?.[0] ?? ''}
          onChange={({ currentTarget }) =>
            put('fhirVersion', currentTarget.value === '' ? undefined : [currentTarget.value])
          }
          data={[{ value: '', label: t('scope.any') }, 'R4', 'R4B', 'R5']}
        />
      </SimpleGrid>
      {others.length === 0 ? null : (
        <Text size="sm" c="dimmed">
          {t('scope.others', { names: others.join(', ') })}
        </Text>
      )}
    </Stack>
  );
}

/** Texts between commas. What is typed stays as it is while it is typed. */
function ListField({
  label,
  hint,
  list,
  onList,
  maxLength = 300,
  isRight = () => true,
  wrong,
}: {
  label: string;
  hint: string;
  list: readonly string[] | undefined;
  onList: (list: readonly string[] | undefined) => void;
  maxLength?: number;
  isRight?: (text: string) => boolean;
  wrong?: string;
}): ReactElement {
  const [text, setText] = useState(list?.join(', ') ?? '');
  const items = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const isWrong = !items.every(isRight);
  return (
    <TextInput
      label={label}
      placeholder={hint}
      value={text}
      maxLength={maxLength}
      error={isWrong ? wrong : undefined}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value);
        const next = currentTarget.value
          .split(',')
          .map((one) => one.trim())
          .filter((one) => one !== '' && isRight(one));
        onList(next.length === 0 ? undefined : next);
      }}
    />
  );
}

function CountryField({
  label,
  list,
  onList,
}: {
  label: string;
  list: readonly string[] | undefined;
  onList: (list: readonly string[] | undefined) => void;
}): ReactElement {
  const { t } = useTranslation('ask');
  return (
    <ListField
      label={label}
      hint="DE, NL"
      list={list}
      onList={onList}
      isRight={(text) => /^[A-Za-z]{2}$/.test(text)}
      wrong={t('scope.country-wrong')}
    />
  );
}

function NumberField({
  label,
  value,
  onNumber,
}: {
  label: string;
  value: number | undefined;
  onNumber: (number: number | undefined) => void;
}): ReactElement {
  return (
    <TextInput
      label={label}
      inputMode="numeric"
      value={value === undefined ? '' : String(value)}
      onChange={({ currentTarget }) => {
        const digits = currentTarget.value.replace(/\D/g, '').slice(0, 9);
        onNumber(Number(digits) > 0 ? Number(digits) : undefined);
      }}
    />
  );
}

const textOrNone = (text: string): string | undefined => (text.trim() === '' ? undefined : text);

/** Without the member where there is no value. */
function withMember<T extends object>(criteria: T, name: keyof T, value: unknown): T {
  const { [name]: _, ...rest } = criteria;
  return (value === undefined ? rest : { ...rest, [name]: value }) as T; // a value of its member
}
