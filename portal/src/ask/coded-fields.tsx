/** The fields of a criterion on records: codes, what is below them, values, time. See docs/reference/question.md */
import { Button, Checkbox, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { comparators } from '../../../src/federation/client/index.ts';
import { ChosenCodes } from './chosen-codes.tsx';
import { CodeSearch } from './code-search.tsx';
import type { DraftCoded, DraftValue } from './draft.ts';
import { useEditing } from './editing.ts';
import { typedCode } from './held-codes.ts';

export function CodedFields({ node }: { node: DraftCoded }): ReactElement {
  const { t } = useTranslation('ask');
  const { change } = useEditing();
  return (
    <Stack gap="xs">
      <ChosenCodes
        codes={node.codes}
        label={t('code.chosen')}
        onRemove={(code) => change(node, { codes: node.codes.filter((one) => one !== code) })}
      />
      <CodeSearch
        kind={node.of}
        isMore={node.codes.length > 0}
        onChoose={(code) => change(node, { codes: [...new Set([...node.codes, code])] })}
      />
      <Checkbox
        label={t('code.below')}
        checked={node.below}
        onChange={({ currentTarget }) => change(node, { below: currentTarget.checked })}
      />
      {node.of === 'observation' ? <ValueFields node={node} /> : null}
      <PeriodFields node={node} />
    </Stack>
  );
}

const newValue: DraftValue = { comparator: 'ge', number: '', unit: '' };

function ValueFields({ node }: { node: DraftCoded }): ReactElement {
  const { t } = useTranslation('ask');
  const { change } = useEditing();
  const put = (at: number, part: Partial<DraftValue>): void =>
    change(node, { values: node.values.map((one, index) => (index === at ? { ...one, ...part } : one)) });
  return (
    <Stack gap="xs">
      {node.values.map((value, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: values have no names of their own, and their fields hold nothing
        <Group key={at} gap="xs" align="flex-end" role="group" aria-label={t('value.one', { at: at + 1 })}>
          <NativeSelect
            label={t('value.comparator')}
            value={value.comparator}
            onChange={({ currentTarget }) =>
              put(at, { comparator: comparators.find((one) => one === currentTarget.value) ?? value.comparator })
            }
            data={comparators.map((one) => ({ value: one, label: t(`value.${one}`) }))}
          />
          <TextInput
            label={t('value.number')}
            inputMode="decimal"
            w={110}
            value={value.number}
            onChange={({ currentTarget }) => put(at, { number: currentTarget.value })}
          />
          <TextInput
            label={t('value.unit')}
            w={110}
            placeholder="mmol/L"
            value={value.unit}
            onChange={({ currentTarget }) => put(at, { unit: currentTarget.value })}
          />
          <Button
            variant="subtle"
            color="red"
            size="compact-sm"
            mb={6}
            onClick={() => change(node, { values: node.values.filter((_, index) => index !== at) })}
          >
            {t('value.remove')}
          </Button>
        </Group>
      ))}
      <ChosenCodes
        codes={node.valueCodes}
        label={t('value.codes')}
        onRemove={(code) => change(node, { valueCodes: node.valueCodes.filter((one) => one !== code) })}
      />
      <Group gap="xs">
        <Button variant="subtle" size="compact-sm" onClick={() => change(node, { values: [...node.values, newValue] })}>
          {t(node.values.length === 0 ? 'value.add' : 'value.add-more')}
        </Button>
        <ValueCode onAdd={(code) => change(node, { valueCodes: [...new Set([...node.valueCodes, code])] })} />
      </Group>
    </Stack>
  );
}

/** Values that are codes are written by hand: summaries do not name them. */
function ValueCode({ onAdd }: { onAdd: (code: string) => void }): ReactElement {
  const { t } = useTranslation('ask');
  const [text, setText] = useState<string>();
  if (text === undefined) {
    return (
      <Button variant="subtle" size="compact-sm" onClick={() => setText('')}>
        {t('value.add-code')}
      </Button>
    );
  }
  const code = typedCode(text);
  const add = (): void => {
    if (code === undefined) return;
    onAdd(code);
    setText(undefined);
  };
  return (
    <Group gap="xs" align="flex-end">
      <TextInput
        label={t('value.code')}
        placeholder="http://snomed.info/sct|10828004"
        value={text}
        autoFocus
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={({ key }) => (key === 'Enter' ? add() : key === 'Escape' ? setText(undefined) : undefined)}
      />
      <Button variant="default" disabled={code === undefined} onClick={add}>
        {t('code.use')}
      </Button>
    </Group>
  );
}

function PeriodFields({ node }: { node: DraftCoded }): ReactElement {
  const { t } = useTranslation('ask');
  const { change } = useEditing();
  const [isOpen, setOpen] = useState(node.from !== '' || node.to !== '');
  if (!isOpen) {
    return (
      <Button variant="subtle" size="compact-sm" w="fit-content" onClick={() => setOpen(true)}>
        {t('period.add')}
      </Button>
    );
  }
  return (
    <Group gap="xs" align="flex-end">
      <TextInput
        type="date"
        label={t('period.from')}
        value={node.from}
        onChange={({ currentTarget }) => change(node, { from: currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t('period.to')}
        value={node.to}
        onChange={({ currentTarget }) => change(node, { to: currentTarget.value })}
      />
      <Button
        variant="subtle"
        color="red"
        size="compact-sm"
        mb={6}
        onClick={() => {
          change(node, { from: '', to: '' });
          setOpen(false);
        }}
      >
        {t('period.remove')}
      </Button>
    </Group>
  );
}
