/** The servers as a table, a page at a time; on a phone each is a block of lines. */
import { Anchor, Group, NativeSelect, Pagination, Table, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatAgo, formatDate, formatNumber } from '../part/format.ts';
import { LinkText } from '../part/link.tsx';
import { countryName } from './country.ts';
import { type Filter, sorted, sortKeys } from './filter.ts';
import classes from './network.module.css';
import type { NetworkServer } from './server.ts';
import { HealthSign, RoleNames } from './signs.tsx';
import { type Freshness, useFreshness } from './use-freshness.ts';

const perPage = 25;

export function ServerTable({
  servers,
  filter,
  names,
}: {
  servers: readonly NetworkServer[];
  filter: Filter;
  names: ReadonlyMap<string, string>;
}): ReactElement {
  const { t } = useTranslation('network');
  const pages = Math.max(1, Math.ceil(servers.length / perPage));
  const page = Math.min(filter.page, pages);
  const shown = sorted(servers, filter.sort).slice((page - 1) * perPage, page * perPage);
  const freshness = useFreshness(shown.flatMap(({ id }) => (id === '' ? [] : [id])));
  return (
    <>
      <TableHead filter={filter} count={servers.length} />
      <Table className={classes['table'] ?? ''} verticalSpacing="sm" aria-label={t('table')}>
        <Table.Thead>
          <Table.Tr>
            {(['server', 'role', 'version', 'country', 'health', 'seen', 'data-sets', 'named-by'] as const).map(
              (one) => (
                <Table.Th key={one} scope="col">
                  {t(`column-${one}`)}
                </Table.Th>
              ),
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((server) => (
            <ServerRow
              key={server.base}
              server={server}
              names={names}
              freshness={freshness.data?.get(server.id)}
              isAsked={!freshness.isPending}
            />
          ))}
        </Table.Tbody>
      </Table>
      {freshness.isError ? (
        <Text size="sm" role="status">
          {t('freshness-failed')}{' '}
          <Anchor component="button" type="button" size="sm" onClick={() => void freshness.refetch()}>
            {t('try-again')}
          </Anchor>
        </Text>
      ) : null}
      <TablePages page={page} pages={pages} />
    </>
  );
}

function TableHead({ filter, count }: { filter: Filter; count: number }): ReactElement {
  const { t } = useTranslation('network');
  const navigate = useNavigate();
  return (
    <Group justify="space-between" align="flex-end" mb="xs">
      <Text role="status">{t('servers', { count, shown: formatNumber(count) })}</Text>
      <NativeSelect
        label={t('sort')}
        value={filter.sort}
        data={sortKeys.map((value) => ({ value, label: t(`sort-${value}`) }))}
        onChange={({ currentTarget }) =>
          void navigate({
            to: '/network',
            search: (before) => ({ ...before, sort: currentTarget.value, page: undefined }),
            replace: true,
            resetScroll: false,
          })
        }
      />
    </Group>
  );
}

function TablePages({ page, pages }: { page: number; pages: number }): ReactElement | null {
  const { t } = useTranslation('network');
  const navigate = useNavigate();
  if (pages < 2) return null;
  return (
    <Pagination
      mt="md"
      value={page}
      total={pages}
      onChange={(next) =>
        void navigate({
          to: '/network',
          search: (before) => ({ ...before, page: String(next) }),
          hash: 'table',
          resetScroll: false,
        })
      }
      getItemProps={(number) => ({ 'aria-label': t('page', { shown: formatNumber(number) }) })}
      getControlProps={(control) => ({ 'aria-label': t(`page-${control}`) })}
    />
  );
}

function ServerRow({
  server,
  names,
  freshness,
  isAsked,
}: {
  server: NetworkServer;
  names: ReadonlyMap<string, string>;
  freshness: Freshness | undefined;
  isAsked: boolean;
}): ReactElement {
  const { t } = useTranslation('network');
  const { base, name, roles, version, software, country, health, problems, seen, hops, isHome } = server;
  const none = t('not-known');
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        <LinkText to="/network" search={(before) => ({ ...before, server: base })} resetScroll={false} fw={600}>
          <span className={classes['clamp']} dir="auto">
            {name}
          </span>
        </LinkText>
        <Text size="xs" c="dimmed">
          {isHome ? `${t('this-server')} · ` : ''}
          {base}
        </Text>
      </Table.Th>
      <Table.Td data-label={t('column-role')} className={classes['plain'] ?? ''}>
        <RoleNames roles={roles} />
      </Table.Td>
      <Table.Td data-label={t('column-version')}>
        {version ?? none}
        {software === undefined ? null : (
          <Text component="span" size="xs" c="dimmed" dir="auto">
            {' '}
            {software}
          </Text>
        )}
      </Table.Td>
      <Table.Td data-label={t('column-country')} className={classes['word'] ?? ''}>
        {country === undefined ? none : countryName(country)}
      </Table.Td>
      <Table.Td data-label={t('column-health')} className={classes['plain'] ?? ''}>
        <HealthSign health={health} />
        {problems.map((problem) => (
          <Text key={problem} size="xs">
            {t(`problem-${problem}`, { defaultValue: problem })}
          </Text>
        ))}
      </Table.Td>
      <Table.Td data-label={t('column-seen')} className={classes['plain'] ?? ''}>
        {isHome ? t('now') : seen === undefined ? none : <time dateTime={seen}>{formatAgo(seen)}</time>}
      </Table.Td>
      <Table.Td data-label={t('column-data-sets')}>
        <FreshnessText freshness={freshness} isAsked={isAsked} />
      </Table.Td>
      <Table.Td data-label={t('column-named-by')}>
        <span dir="auto">{isHome ? '–' : hops.length === 0 ? t('this-server') : hopNames(hops, names)}</span>
      </Table.Td>
    </Table.Tr>
  );
}

const hopNames = (hops: readonly string[], names: ReadonlyMap<string, string>): string =>
  hops.map((base) => names.get(base) ?? base).join(' → ');

export function FreshnessText({
  freshness,
  isAsked,
}: {
  freshness: Freshness | undefined;
  isAsked: boolean;
}): ReactElement {
  const { t } = useTranslation('network');
  if (freshness === undefined) return <>{isAsked ? t('not-known') : '…'}</>;
  const { dataSets, newest } = freshness;
  return (
    <>
      {formatNumber(dataSets)}
      {newest === undefined ? null : (
        <Text component="span" size="xs" c="dimmed">
          {' '}
          {t('newest', { date: formatDate(newest.slice(0, 10)) })}
        </Text>
      )}
    </>
  );
}
