/** Servers that have no place on the map, beside it: whose country is not known, or is none that the map has. */
import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../part/format.ts';
import { countryName } from '../country.ts';
import { unknown } from '../filter.ts';
import type { NetworkServer } from '../server.ts';
import classes from './world.module.css';

export function Elsewhere({
  groups,
}: {
  groups: ReadonlyMap<string | undefined, readonly NetworkServer[]>;
}): ReactElement | null {
  const { t } = useTranslation('network');
  if (groups.size === 0) return null;
  return (
    <div className={classes['elsewhere']}>
      <Text size="sm" fw={600}>
        {t('not-on-map')}
      </Text>
      <ul>
        {[...groups].map(([country, servers]) => (
          <li key={country ?? unknown}>
            <Link
              to="/network"
              search={(before) => ({ ...before, country: country ?? unknown, page: undefined })}
              resetScroll={false}
            >
              <span dir="auto">{country === undefined ? t('country-unknown') : countryName(country).slice(0, 80)}</span>
              : {t('servers', { count: servers.length, shown: formatNumber(servers.length) })}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
