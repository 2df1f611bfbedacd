/** One criterion with its fields, whether it excludes, and the ways to add an alternative or take it away. See docs/reference/question.md */
import { Button, Group, NativeSelect, Paper, Stack, Switch, Text, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { sexes } from '../../../src/federation/client/index.ts';
import classes from './ask.module.css';
import { CodedFields } from './coded-fields.tsx';
import type { DraftAge, DraftCriterion, DraftGroup, DraftSex, DraftWhere } from './draft.ts';
import { useEditing } from './editing.ts';
import { KindMenu } from './kind-menu.tsx';
import { Missing } from './missing.tsx';

export function CriterionEditor({
  node,
  parent,
  canNest,
}: {
  node: DraftCriterion;
  parent: DraftGroup;
  canNest: boolean;
}): ReactElement {
  const { t } = useTranslation('ask');
  const { change, remove, orElse } = useEditing();
  const kind = node.kind === 'coded' ? node.of : node.kind;
  const name = t(`kind.${kind}`);
  return (
    <Paper
      withBorder
      p="sm"
      id={node.id}
      role="group"
      aria-label={node.not ? t('not-kind', { kind: name }) : name}
      tabIndex={-1}
      className={node.not ? classes['excluded']! : ''}
    >
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Text fw={650}>{node.not ? t('not-kind', { kind: name }) : name}</Text>
          <Group gap="xs">
            <Switch
              size="sm"
              label={t('not')}
              checked={node.not}
              onChange={({ currentTarget }) => change(node, { not: currentTarget.checked })}
            />
            {canNest && parent.join === 'all' ? (
              <KindMenu quiet label={t('or-else')} onChoose={(other) => orElse(node, other)} />
            ) : null}
            <Button
              variant="subtle"
              color="red"
              size="compact-sm"
              onClick={() => remove(node, parent)}
              aria-label={t('remove-kind', { kind: name })}
            >
              {t('remove')}
            </Button>
          </Group>
        </Group>
        <Fields node={node} />
        <Missing id={node.id} />
      </Stack>
    </Paper>
  );
}

function Fields({ node }: { node: DraftCriterion }): ReactElement {
  switch (node.kind) {
    case 'age':
      return <AgeFields node={node} />;
    case 'sex':
      return <SexField node={node} />;
    case 'where':
      return <WhereField node={node} />;
    case 'coded':
      return <CodedFields node={node} />;
  }
}

function AgeFields({ node }: { node: DraftAge }): ReactElement {
  const { t } = useTranslation('ask');
  const { change } = useEditing();
  return (
    <Group gap="sm" align="flex-end">
      <TextInput
        label={t('age.from')}
        inputMode="numeric"
        w={120}
        maxLength={3}
        value={node.from}
        onChange={({ currentTarget }) => change(node, { from: currentTarget.value })}
      />
      <TextInput
        label={t('age.to')}
        inputMode="numeric"
        w={120}
        maxLength={3}
        value={node.to}
        onChange={({ currentTarget }) => change(node, { to: currentTarget.value })}
      />
      <Text c="dimmed" size="sm" pb={8}>
        {t('age.hint')}
      </Text>
    </Group>
  );
}

function SexField({ node }: { node: DraftSex }): ReactElement {
  const { t } = useTranslation('ask');
  const { change } = useEditing();
  return (
    <NativeSelect
      label={t('kind.sex')}
      w={220}
      value={node.sex}
      onChange={({ currentTarget }) =>
        change(node, { sex: sexes.find((one) => one === currentTarget.value) ?? node.sex })
      }
      data={sexes.map((value) => ({ value, label: t(`sex.${value}`) }))}
    />
  );
}

function WhereField({ node }: { node: DraftWhere }): ReactElement {
  const { t } = useTranslation('ask');
  const { change } = useEditing();
  return (
    <TextInput
      label={t('where.label')}
      description={t('where.hint')}
      placeholder="Encounter?class=IMP"
      dir="ltr"
      value={node.where}
      onChange={({ currentTarget }) => change(node, { where: currentTarget.value })}
    />
  );
}
