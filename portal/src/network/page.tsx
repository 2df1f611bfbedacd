/** Network: the servers of the community, how they are, and who names whom, on a map and as a table. See docs/reference/discovery.md */
import { Button, Code, Group, Paper, SegmentedControl, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, type ReactElement, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { PageSearch } from '../page-search.ts';
import { Empty } from '../part/empty.tsx';
import { formatNumber } from '../part/format.ts';
import { LinkButton } from '../part/link.tsx';
import { Loading } from '../part/loading.tsx';
import { PageTitle } from '../part/page-title.tsx';
import { Partial } from '../part/partial.tsx';
import { Problem } from '../part/problem.tsx';
import { home } from '../server/home.ts';
import { ChosenCountry } from './chosen-country.tsx';
import { type Filter, filterIn, matching } from './filter.ts';
import { Filters } from './filters.tsx';
import { GraphView } from './graph-view.tsx';
import classes from './network.module.css';
import type { NetworkServer } from './server.ts';
import { NoSuchServer, ServerDetails } from './server-details.tsx';
import { ServerTable } from './server-table.tsx';
import { type Network, useNetwork } from './use-network.ts';
import { Waiting } from './waiting.tsx';

export function NetworkPage(): ReactElement {
  const { t } = useTranslation('network');
  const { data, error, refetch } = useNetwork();
  return (
    <>
      <PageTitle title={t('title')} text={t('text')} />
      {data === undefined ? (
        error === null ? (
          <Loading lines={6} />
        ) : (
          <Problem error={error} retry={() => void refetch()} />
        )
      ) : data.servers.length < 2 ? (
        <Alone server={data.home} />
      ) : (
        <Community network={data} />
      )}
    </>
  );
}

/** Nobody else is known here: what there is, and the way into a community. */
function Alone({ server }: { server: NetworkServer }): ReactElement {
  const { t } = useTranslation('network');
  const leads = server.roles.includes('registry') || server.roles.includes('discovery');
  return (
    <Empty title={t(leads ? 'no-members' : 'alone')} text={t(leads ? 'no-members-text' : 'alone-text')}>
      <Stack gap="sm" w="100%">
        <Code block className={classes['command'] ?? ''}>
          {leads ? `fairway join --at ${home} --address BASE` : `fairway join --at DISCOVERY --address ${home}`}
        </Code>
        <Group>
          <LinkButton to="/catalogue">{t('data-sets-here')}</LinkButton>
          <LinkButton to="/explore/$" params={{ _splat: '' }} variant="default">
            {t('explore-here')}
          </LinkButton>
        </Group>
      </Stack>
    </Empty>
  );
}

function Community({ network }: { network: Network }): ReactElement {
  const { t } = useTranslation('network');
  const search = useSearch({ from: '/network' });
  const navigate = useNavigate();
  const filter = filterIn(search);
  const { servers, cut, withoutStatements } = network;
  const shown = useMemo(() => matching(servers, filterIn(search)), [servers, search]);
  // On the map the other countries stay beside the chosen one.
  const anywhere = useMemo(() => matching(servers, { ...filterIn(search), country: '' }), [servers, search]);
  const names = useMemo(() => new Map(servers.map(({ base, name }) => [base, name])), [servers]);
  const close = (): void =>
    void navigate({ to: '/network', search: ({ server: _, ...rest }) => rest, resetScroll: false });
  const showAll = (): void => void navigate({ to: '/network', search: {}, resetScroll: false });
  const wanted = typeof search['server'] === 'string' ? search['server'] : undefined;
  const chosen = servers.find(({ base }) => base === wanted);
  return (
    <Stack gap="lg">
      <Figures servers={servers} />
      {cut > 0 ? <Partial>{t('cut', { shown: formatNumber(cut) })}</Partial> : null}
      {withoutStatements === undefined ? null : (
        <Partial>{t('without-statements', { reason: withoutStatements.message.slice(0, 300) })}</Partial>
      )}
      <Waiting servers={servers} />
      <Filters servers={servers} filter={filter} />
      {shown.length === 0 ? (
        <Empty title={t('none-found')} text={t('none-found-text')}>
          <Button variant="default" onClick={showAll}>
            {t('show-all')}
          </Button>
        </Empty>
      ) : (
        <>
          <Drawn view={viewIn(search)} shown={shown} anywhere={anywhere} filter={filter} />
          <section aria-labelledby="table">
            <Title order={2} size="h4" id="table" mb="xs">
              {t('table')}
            </Title>
            <ServerTable servers={shown} filter={filter} names={names} />
          </section>
        </>
      )}
      {chosen === undefined ? null : <ServerDetails server={chosen} names={names} onClose={close} />}
      {wanted === undefined || chosen !== undefined ? null : <NoSuchServer base={wanted} onClose={close} />}
    </Stack>
  );
}

/** How many there are, and of how many something is wrong. */
function Figures({ servers }: { servers: readonly NetworkServer[] }): ReactElement {
  const { t } = useTranslation('network');
  const count = (is: (server: NetworkServer) => boolean): number => servers.filter(is).length;
  const figures = [
    ['figure-servers', servers.length],
    ['figure-repositories', count(({ roles }) => roles.includes('repository'))],
    ['figure-registries', count(({ roles }) => roles.includes('registry') || roles.includes('discovery'))],
    ['figure-troubled', count(({ health }) => health === 'problem' || health === 'failing')],
  ] as const;
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} component="dl" m={0}>
      {figures.map(([name, number]) => (
        <Paper key={name} withBorder p="sm" component="div" display="flex" style={{ flexDirection: 'column-reverse' }}>
          <Text component="dt" size="sm" c="dimmed">
            {t(name)}
          </Text>
          <Text component="dd" m={0} fw={700} size="xl">
            {formatNumber(number)}
          </Text>
        </Paper>
      ))}
    </SimpleGrid>
  );
}

const views = ['map', 'graph', 'table'] as const;
type View = (typeof views)[number];

const viewIn = ({ view }: PageSearch): View => views.find((one) => one === view) ?? 'map';

/** Loaded when it is first seen: outlines of all countries. */
const WorldMap = lazy(async () => ({ default: (await import('./world/world-map.tsx')).WorldMap }));

function Drawn({
  view,
  shown,
  anywhere,
  filter,
}: {
  view: View;
  shown: readonly NetworkServer[];
  anywhere: readonly NetworkServer[];
  filter: Filter;
}): ReactElement {
  const { t } = useTranslation('network');
  const navigate = useNavigate();
  return (
    <section aria-labelledby="map">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4" id="map">
          {t(`view-${view}`)}
        </Title>
        <SegmentedControl
          aria-label={t('view')}
          value={view}
          onChange={(value) =>
            void navigate({
              to: '/network',
              search: (before) => ({ ...before, view: value === 'map' ? undefined : value }),
              replace: true,
              resetScroll: false,
            })
          }
          data={views.map((value) => ({ value, label: t(`view-${value}`) }))}
        />
      </Group>
      {view === 'table' ? null : (
        <Text size="sm" c="dimmed" mb="md" maw="75ch">
          {t(`text-${view}`)}
        </Text>
      )}
      {view === 'graph' ? <GraphView servers={shown} /> : null}
      {view === 'map' ? (
        <Suspense fallback={<Loading lines={6} />}>
          <WorldMap servers={anywhere} chosen={filter.country} />
          {filter.country === '' ? null : <ChosenCountry country={filter.country} servers={shown} />}
        </Suspense>
      ) : null}
    </section>
  );
}
