/** What the map and the table are narrowed to. */
import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../part/format.ts';
import { countryName } from './country.ts';
import { choices, type Filter, healthChoices, isFiltered, unknown } from './filter.ts';
import type { NetworkServer } from './server.ts';

type Name = 'text' | 'role' | 'version' | 'country' | 'health';

export function Filters({ servers, filter }: { servers: readonly NetworkServer[]; filter: Filter }): ReactElement {
  const { t } = useTranslation('network');
  const navigate = useNavigate();
  const label = useId();
  const choose = (name: Name, value: string): void => {
    void navigate({
      to: '/network',
      search: (before) => ({ ...before, [name]: value === '' ? undefined : value, page: undefined }),
      replace: true,
      resetScroll: false,
    });
  };
  const select = (name: Name, options: readonly (readonly [string, number])[], textOf: (value: string) => string) => (
    <NativeSelect
      label={t(`filter-${name}`)}
      value={filter[name]}
      onChange={({ currentTarget }) => choose(name, currentTarget.value)}
      data={[
        { value: '', label: t('any') },
        ...options.map(([value, count]) => ({ value, label: `${textOf(value)} (${formatNumber(count)})` })),
        // What stands in the address and nobody has stays visible.
        ...(filter[name] === '' || options.some(([value]) => value === filter[name])
          ? []
          : [{ value: filter[name], label: filter[name].slice(0, 60) }]),
      ]}
      w={{ base: '100%', xs: 190 }}
    />
  );
  return (
    <search aria-labelledby={label}>
      <span id={label} hidden>
        {t('filters')}
      </span>
      <Group align="flex-end" gap="sm">
        <TextInput
          label={t('filter-text')}
          value={filter.text}
          onChange={({ currentTarget }) => choose('text', currentTarget.value)}
          w={{ base: '100%', xs: 220 }}
          dir="auto"
        />
        {select(
          'role',
          choices(servers, ({ roles }) => roles),
          (value) => t(`role-${value}`, { defaultValue: value }),
        )}
        {select(
          'version',
          choices(servers, ({ version }) => (version === undefined ? [] : [version])),
          (value) => (value === unknown ? t('not-known') : value),
        )}
        {select(
          'country',
          choices(servers, ({ country }) => (country === undefined ? [] : [country])),
          (value) => (value === unknown ? t('not-known') : countryName(value)),
        )}
        {select('health', healthChoices(servers), (value) => t(`health-${value}`, { defaultValue: value }))}
        {isFiltered(filter) ? (
          <Button
            variant="default"
            onClick={() =>
              void navigate({ to: '/network', search: ({ sort, view }) => ({ sort, view }), resetScroll: false })
            }
          >
            {t('show-all')}
          </Button>
        ) : null}
      </Group>
    </search>
  );
}
