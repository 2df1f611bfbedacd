/** The step in which the conditions of a data set are stated in words, beside what each kind of asker would see. See docs/guides/conditions.md */
import { Alert, Button, Checkbox, Code, Group, Select, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { duoTerm } from '../../../../src/fair/duo.ts';
import { english } from '../../../../src/fair/words/index.ts';
import { useWords } from '../../part/words.ts';
import { conditions, type DataUse, type Obligation, others } from '../record/conditions.ts';
import { AudienceFields } from './audience.tsx';
import { useEditing, usePart } from './editing.ts';
import { useFieldWords } from './field.tsx';
import { LevelsField } from './levels.tsx';
import { Rows } from './rows.tsx';
import { duoAsks, duoIds, duoText, obligations, obligationText } from './words.ts';

export function ConditionsStep(): ReactElement {
  const { t } = useTranslation('desk');
  const { record, change } = useEditing();
  return (
    <Stack gap="lg">
      <LevelsField />
      <DataUseField />
      <Stack>
        <Title order={3} size="h4">
          {t('of-everyone')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('of-everyone-text')}
        </Text>
        <AudienceFields holder={record} change={change} />
      </Stack>
      <DatesFields />
      <ObligationsField />
      <ConsentField />
      <OtherStatements />
    </Stack>
  );
}

const noTerm: DataUse = { id: 'DUO:0000006', display: '', parameters: [] };

function DataUseField(): ReactElement {
  const words = useWords();
  const [terms, change] = usePart(conditions.dataUse);
  return (
    <Rows
      name="dataUse"
      value={terms}
      change={change}
      blank={noTerm}
      isWhole={isWholeTerm}
      show={({ id, parameters }) =>
        [duoText(id, words), parameters.map((one) => one.display || one.value).join(', ')]
          .filter((one) => one !== '')
          .join(': ')
      }
      edit={(one, set) => <TermFields term={one} set={set} />}
    />
  );
}

function isWholeTerm({ id, parameters }: DataUse): boolean {
  const asks = duoAsks(id);
  if (asks === 'nothing' || asks === 'maybe') return true;
  return parameters.some(({ value }) => value !== '');
}

/** What DUO calls the term, which the record states with it in whatever language it is written. */
function officialName(id: string): string {
  const term = duoTerm(id);
  return term === undefined ? '' : english.duo[term.abbreviation];
}

function TermFields({ term, set }: { term: DataUse; set(term: DataUse): void }): ReactElement {
  const { t } = useTranslation('desk');
  const words = useWords();
  const asks = duoAsks(term.id);
  const [parameter = { system: '', value: '', display: '' }] = term.parameters;
  const choose = (id: string): void => set({ id, display: officialName(id), parameters: [] });
  const state = (more: Partial<typeof parameter>): void => {
    const next = { ...parameter, ...more };
    set({ ...term, parameters: next.value === '' && next.display === '' && next.system === '' ? [] : [next] });
  };
  return (
    <SimpleGrid cols={{ base: 1, sm: asks === 'nothing' ? 1 : 2 }}>
      <Select
        label={t('term')}
        data={(['permission', 'modifier'] as const).map((kind) => ({
          group: t(`term-${kind}`),
          items: duoIds[kind].map((value) => ({ value, label: duoText(value, words) })),
        }))}
        value={term.id}
        searchable
        allowDeselect={false}
        onChange={(id) => choose(id ?? term.id)}
      />
      {asks === 'nothing' ? null : (
        <TextInput
          label={t(`term-asks-${asks}`)}
          description={t(`term-asks-${asks}-example`)}
          value={parameter.value}
          onChange={(event) => state({ value: event.currentTarget.value })}
        />
      )}
      {asks === 'disease' ? (
        <>
          <TextInput
            label={t('disease-system')}
            description={t('disease-system-example')}
            value={parameter.system}
            onChange={(event) => state({ system: event.currentTarget.value.trim() })}
          />
          <TextInput
            label={t('disease-name')}
            value={parameter.display}
            onChange={(event) => state({ display: event.currentTarget.value })}
          />
        </>
      ) : null}
    </SimpleGrid>
  );
}

function DatesFields(): ReactElement {
  const [embargo, changeEmbargo] = usePart(conditions.embargo);
  const [expires, changeExpires] = usePart(conditions.expires);
  const words = { embargo: useFieldWords('embargo'), expires: useFieldWords('expires') };
  const stated = (text: string): string | undefined => (text === '' ? undefined : text);
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <TextInput
        {...words.embargo}
        type="date"
        value={embargo ?? ''}
        onChange={(event) => changeEmbargo(stated(event.currentTarget.value))}
      />
      <TextInput
        {...words.expires}
        type="date"
        value={expires ?? ''}
        onChange={(event) => changeExpires(stated(event.currentTarget.value))}
      />
    </SimpleGrid>
  );
}

const noObligation: Obligation = { code: 'NORELINK', display: '', parameter: '' };

function ObligationsField(): ReactElement {
  const { t } = useTranslation('desk');
  const words = useWords();
  const [value, change] = usePart(conditions.obligations);
  return (
    <Rows
      name="obligations"
      value={value}
      change={change}
      blank={noObligation}
      isWhole={() => true}
      show={({ code, parameter }) => [obligationText(code, words), parameter].filter((one) => one !== '').join(': ')}
      edit={(one, set) => (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Select
            label={t('obligation-code')}
            data={obligations.map((code) => ({ value: code, label: obligationText(code, words) }))}
            value={one.code}
            searchable
            allowDeselect={false}
            onChange={(code) => set({ ...one, code: code ?? one.code })}
          />
          <TextInput
            label={t(one.code === 'DELAU' ? 'obligation-months' : 'obligation-more')}
            value={one.parameter}
            onChange={(event) => set({ ...one, parameter: event.currentTarget.value.trim() })}
          />
        </SimpleGrid>
      )}
    />
  );
}

function ConsentField(): ReactElement {
  const [value, change] = usePart(conditions.consentRequired);
  const words = useFieldWords('consentRequired');
  return <Checkbox {...words} checked={value} onChange={(event) => change(event.currentTarget.checked)} />;
}

/** What stands on the record and this form cannot change. */
function OtherStatements(): ReactElement | null {
  const { t } = useTranslation('desk');
  const [kept, change] = usePart(others);
  if (kept.length === 0) return null;
  return (
    <Alert color="yellow" variant="outline" title={t('others')}>
      <Stack gap="xs">
        <Text size="sm">{t('others-text')}</Text>
        {kept.map((one) => (
          <Group key={JSON.stringify(one)} justify="space-between" wrap="nowrap" align="flex-start">
            <Code block flex={1} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {JSON.stringify(one, null, 2)}
            </Code>
            <Button
              variant="default"
              size="xs"
              onClick={() => change(kept.filter((each) => each !== one))}
              aria-label={t('remove-what', { what: String(one['url']) })}
            >
              {t('remove')}
            </Button>
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}
