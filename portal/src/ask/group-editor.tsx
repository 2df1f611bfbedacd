/** A group of criteria: all of them, or one of them, must hold; groups stand inside of groups. See docs/reference/question.md */
import { Button, Checkbox, Group, Menu, SegmentedControl, Stack, Switch, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './ask.module.css';
import { CriterionEditor } from './criterion-editor.tsx';
import type { DraftGroup } from './draft.ts';
import { isWithinDepth } from './draft-question.ts';
import { useEditing } from './editing.ts';
import { KindMenu } from './kind-menu.tsx';
import { Missing } from './missing.tsx';

export function GroupEditor({
  group,
  parent,
  depth = 0,
}: {
  group: DraftGroup;
  /** absent: it is the question's own */
  parent?: DraftGroup;
  depth?: number;
}): ReactElement {
  const { t } = useTranslation('ask');
  const { add } = useEditing();
  return (
    <fieldset className={parent === undefined ? classes['root'] : classes['group']} id={group.id} tabIndex={-1}>
      <legend className={classes['legend']}>
        {parent === undefined ? t('group.root') : group.not ? t('group.without') : t('group.inner')}
      </legend>
      <Stack gap="sm">
        <GroupHead group={group} {...(parent === undefined ? {} : { parent })} />
        <Missing id={group.id} />
        {group.of.length === 0 ? (
          <Text c="dimmed">{t(parent === undefined ? 'group.nothing' : 'group.empty')}</Text>
        ) : null}
        {group.of.map((node, at) => (
          <div key={node.id}>
            {at === 0 ? null : (
              <Text className={classes['joint']} component="p">
                {t(group.join === 'all' ? 'group.and' : 'group.or')}
              </Text>
            )}
            {node.kind === 'group' ? (
              <GroupEditor group={node} parent={group} depth={depth + 1} />
            ) : (
              <CriterionEditor node={node} parent={group} canNest={isWithinDepth(depth + 2)} />
            )}
          </div>
        ))}
        <KindMenu id={`${group.id}-add`} label={t('add')} onChoose={(kind) => add(group.id, kind)}>
          {isWithinDepth(depth + 2) ? (
            <>
              <Menu.Divider />
              <Menu.Item onClick={() => add(group.id, 'group')}>{t('kind.group')}</Menu.Item>
            </>
          ) : null}
        </KindMenu>
      </Stack>
    </fieldset>
  );
}

function GroupHead({ group, parent }: { group: DraftGroup; parent?: DraftGroup }): ReactElement | null {
  const { t } = useTranslation('ask');
  const { change, remove } = useEditing();
  if (parent === undefined && group.of.length < 2) return null;
  return (
    <Group gap="md" align="center">
      <SegmentedControl
        size="sm"
        aria-label={t('group.join')}
        value={group.join}
        onChange={(join) => change(group, { join: join === 'any' ? 'any' : 'all' })}
        data={[
          { value: 'all', label: t('group.all') },
          { value: 'any', label: t('group.any') },
        ]}
      />
      {group.join === 'all' ? (
        <Checkbox
          label={t('group.together')}
          checked={group.together}
          onChange={({ currentTarget }) => change(group, { together: currentTarget.checked })}
        />
      ) : null}
      {parent === undefined ? null : (
        <>
          <Switch
            label={t('not')}
            checked={group.not}
            onChange={({ currentTarget }) => change(group, { not: currentTarget.checked })}
          />
          <Button variant="subtle" color="red" size="compact-sm" onClick={() => remove(group, parent)}>
            {t('group.remove')}
          </Button>
        </>
      )}
    </Group>
  );
}
