/** The servers of the country that was chosen on the map. */
import { Group, Paper, Text, Title, Tooltip, VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../part/format.ts';
import { countryName } from './country.ts';
import { unknown } from './filter.ts';
import { layerOf } from './graph.ts';
import classes from './network.module.css';
import type { NetworkServer } from './server.ts';
import { HealthSign, RoleShape } from './signs.tsx';

/** Of one country; the table has the others. */
const mostShown = 48;
/** So many are named, more are signs. */
const mostNamed = 8;

export function ChosenCountry({
  country,
  servers,
}: {
  country: string;
  servers: readonly NetworkServer[];
}): ReactElement {
  const { t } = useTranslation('network');
  const rest = servers.length - mostShown;
  return (
    <Paper withBorder p="sm" mt="sm">
      <Title order={3} size="h5" dir="auto">
        {country === unknown ? t('country-unknown') : countryName(country)}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {t('servers', { count: servers.length, shown: formatNumber(servers.length) })}
      </Text>
      {servers.length <= mostNamed ? (
        <ul className={classes['list']}>
          {servers.map((server) => (
            <li key={server.base}>
              <Named server={server} />
            </li>
          ))}
        </ul>
      ) : (
        <ul className={classes['dots']}>
          {servers.slice(0, mostShown).map((server) => (
            <li key={server.base}>
              <Sign server={server} />
            </li>
          ))}
        </ul>
      )}
      {rest > 0 ? (
        <Group mt="xs">
          <Link to="/network" search={(before) => ({ ...before, country, page: undefined })} hash="table">
            {t('and-more', { shown: formatNumber(rest) })}
          </Link>
        </Group>
      ) : null}
    </Paper>
  );
}

function Named({ server }: { server: NetworkServer }): ReactElement {
  return (
    <Link
      to="/network"
      search={(before) => ({ ...before, server: server.base })}
      resetScroll={false}
      className={classes['listed']}
    >
      <RoleShape layer={layerOf(server)} />
      <span>
        <span className={classes['name']} dir="auto">
          {server.name}
        </span>
        <HealthSign health={server.health} />
      </span>
    </Link>
  );
}

/** Its shape alone; its name shows when it is pointed at or focused. */
function Sign({ server }: { server: NetworkServer }): ReactElement {
  const name = server.name.slice(0, 200);
  return (
    <Tooltip label={name} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      <Link
        to="/network"
        search={(before) => ({ ...before, server: server.base })}
        resetScroll={false}
        className={classes['dot']}
      >
        <RoleShape layer={layerOf(server)} />
        <VisuallyHidden>{name}: </VisuallyHidden>
        {server.health === 'well' ? null : <HealthSign health={server.health} isShort />}
      </Link>
    </Tooltip>
  );
}
