/** Two versions side by side or one under the other, only what differs. */
import { Badge, Group, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../part/format.ts';
import { Scrolled } from '../part/scrolled.tsx';
import { type Difference, differences } from './diff.ts';
import classes from './explore.module.css';
import { LongText } from './long-text.tsx';
import { type Value, type ValueObject, writeValue } from './value.ts';

/** Rows that are drawn at once. */
const mostShown = 500;

/** These change with every version. */
const isOfVersion = ({ path }: Difference): boolean => path === 'meta.versionId' || path === 'meta.lastUpdated';

export function DiffView({
  before,
  after,
}: {
  before: ValueObject | undefined;
  after: ValueObject | undefined;
}): ReactElement {
  const { t } = useTranslation('explore');
  const [form, setForm] = useState('beside');
  const all = useMemo(() => differences(before ?? {}, after ?? {}).filter((one) => !isOfVersion(one)), [before, after]);
  if (all.length === 0) return <Text>{t('no-differences')}</Text>;
  const count = (kind: Difference['kind']): number => all.filter((one) => one.kind === kind).length;
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Group gap="xs" role="status">
          {(['added', 'removed', 'changed'] as const).map((kind) => (
            <Text key={kind} size="sm">
              {t(`${kind}-count`, { count: count(kind), shown: formatNumber(count(kind)) })}
            </Text>
          ))}
        </Group>
        <SegmentedControl
          aria-label={t('diff-form')}
          value={form}
          onChange={setForm}
          data={[
            { value: 'beside', label: t('beside') },
            { value: 'inline', label: t('inline') },
          ]}
        />
      </Group>
      {before === undefined || after === undefined ? <Text>{t('one-is-deleted')}</Text> : null}
      {form === 'beside' ? <Beside all={all.slice(0, mostShown)} /> : <Inline all={all.slice(0, mostShown)} />}
      {all.length > mostShown ? (
        <Text role="status">{t('shown-of', { shown: formatNumber(mostShown), all: formatNumber(all.length) })}</Text>
      ) : null}
    </Stack>
  );
}

const signs: Record<Difference['kind'], string> = { added: '+', removed: '−', changed: '±' };

function Kind({ kind }: { kind: Difference['kind'] }): ReactElement {
  const { t } = useTranslation('explore');
  return (
    <Badge variant="default" tt="none" leftSection={<span aria-hidden="true">{signs[kind]}</span>}>
      {t(kind)}
    </Badge>
  );
}

const shownValue = (value: Value | undefined): string =>
  value === undefined ? '' : typeof value === 'string' ? value : writeValue(value);

function Beside({ all }: { all: readonly Difference[] }): ReactElement {
  const { t } = useTranslation('explore');
  return (
    <Scrolled label={t('differences')}>
      <Table className={classes['table']}>
        <Table.Thead>
          <Table.Tr>
            {['element', 'kind', 'before', 'after'].map((one) => (
              <Table.Th key={one} scope="col">
                {t(one)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {all.map(({ path, kind, before, after }) => (
            <Table.Tr key={`${kind} ${path}`}>
              <Table.Th scope="row">{path}</Table.Th>
              <Table.Td>
                <Kind kind={kind} />
              </Table.Td>
              <Table.Td className={kind === 'added' ? undefined : classes['removed']}>
                <LongText text={shownValue(before)} pre />
              </Table.Td>
              <Table.Td className={kind === 'removed' ? undefined : classes['added']}>
                <LongText text={shownValue(after)} pre />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scrolled>
  );
}

function Inline({ all }: { all: readonly Difference[] }): ReactElement {
  return (
    <ul className={classes['items']}>
      {all.map(({ path, kind, before, after }) => (
        <li key={`${kind} ${path}`}>
          <Group gap="xs">
            <Text fw={600}>{path}</Text>
            <Kind kind={kind} />
          </Group>
          {before === undefined ? null : (
            <del className={`${classes['removed']} ${kind === 'changed' ? classes['old'] : ''}`}>
              <LongText text={shownValue(before)} pre />
            </del>
          )}{' '}
          {after === undefined ? null : (
            <ins className={classes['added']}>
              <LongText text={shownValue(after)} pre />
            </ins>
          )}
        </li>
      ))}
    </ul>
  );
}
