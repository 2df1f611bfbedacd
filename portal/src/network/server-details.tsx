/** All that is known of one server: here, and as it answers at this moment. */
import { Group, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Copy } from '../part/copy.tsx';
import { Dialog } from '../part/dialog.tsx';
import { formatAgo, formatDate, formatList } from '../part/format.ts';
import { LinkButton } from '../part/link.tsx';
import { useServer } from '../server/query.ts';
import { countryName } from './country.ts';
import { HarvestNow } from './harvest-now.tsx';
import { LastAnswers } from './last-answers.tsx';
import { type NetworkServer, softwareOf, versionName } from './server.ts';
import { FreshnessText } from './server-table.tsx';
import { HealthSign, RoleNames } from './signs.tsx';
import { useFreshness } from './use-freshness.ts';

export function ServerDetails({
  server,
  names,
  onClose,
}: {
  server: NetworkServer;
  names: ReadonlyMap<string, string>;
  onClose(): void;
}): ReactElement {
  const { t } = useTranslation('network');
  const { base, name } = server;
  return (
    <Dialog opened onClose={onClose} title={name}>
      <Stack gap="md">
        <Group gap="xs">
          <Text size="sm">{base}</Text>
          <Copy text={base} what={t('address')} />
        </Group>
        <Facts server={server} names={names} />
        <Group>
          <LinkButton to="/explore/$" params={{ _splat: '' }} search={server.isHome ? {} : { at: base }}>
            {t('explore')}
          </LinkButton>
          <LinkButton to="/catalogue" search={server.isHome ? {} : { at: base }} variant="default">
            {t('its-data-sets')}
          </LinkButton>
        </Group>
        {server.isHome || server.id === '' ? null : (
          <>
            <HarvestNow server={server} />
            <LastAnswers server={server} />
          </>
        )}
      </Stack>
    </Dialog>
  );
}

/** As the home server knows it, and as it answers the browser. */
function Facts({ server, names }: { server: NetworkServer; names: ReadonlyMap<string, string> }): ReactElement {
  const { t } = useTranslation('network');
  const freshness = useFreshness(server.id === '' ? [] : [server.id]);
  const { base, health, problems, hops, organisation, country, city, seen, certificateUntil, reason } = server;
  const place = [city, country === undefined ? undefined : countryName(country)].filter((one) => one !== undefined);
  const none = t('not-known');
  return (
    <Table variant="vertical" layout="auto" aria-label={t('details')}>
      <Table.Tbody>
        <Line label={t('column-health')}>
          <HealthSign health={health} />
          {problems.map((problem) => (
            <Text key={problem} size="sm">
              {t(`problem-${problem}`, { defaultValue: problem })}
            </Text>
          ))}
          {reason === undefined ? null : (
            <Text size="sm" dir="auto">
              {reason}
            </Text>
          )}
        </Line>
        <Line label={t('column-role')}>
          <RoleNames roles={server.roles} />
        </Line>
        <Line label={t('column-version')}>
          {[server.version, server.software].filter((one) => one !== undefined).join(' · ') || none}
        </Line>
        <Line label={t('organisation')}>
          <span dir="auto">{organisation ?? none}</span>
        </Line>
        <Line label={t('place')}>
          <span dir="auto">{place.length === 0 ? none : formatList(place)}</span>
        </Line>
        <Line label={t('column-seen')}>
          {server.isHome ? (
            t('now')
          ) : seen === undefined ? (
            none
          ) : (
            <time dateTime={seen}>{`${formatDate(seen)} (${formatAgo(seen)})`}</time>
          )}
        </Line>
        {certificateUntil === undefined ? null : (
          <Line label={t('certificate-until')}>{formatDate(certificateUntil)}</Line>
        )}
        <Line label={t('column-data-sets')}>
          <FreshnessText freshness={freshness.data?.get(server.id)} isAsked={!freshness.isLoading} />
        </Line>
        <Line label={t('column-named-by')}>
          <span dir="auto">
            {server.isHome
              ? '–'
              : hops.length === 0
                ? t('this-server')
                : hops.map((hop) => names.get(hop) ?? hop).join(' → ')}
          </span>
        </Line>
        <RightNow base={base} />
      </Table.Tbody>
    </Table>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    <Table.Tr>
      <Table.Th scope="row" w="35%">
        {label}
      </Table.Th>
      <Table.Td>{children}</Table.Td>
    </Table.Tr>
  );
}

/** What the home server knows may be old: the server is asked by the browser, too. */
function RightNow({ base }: { base: string }): ReactElement {
  const { t } = useTranslation('network');
  const { data, error, isPending } = useServer(base);
  const said = (): ReactNode => {
    if (isPending) return t('asking');
    if (error !== null) return <span dir="auto">{t('now-failed', { reason: error.message.slice(0, 300) })}</span>;
    const software = softwareOf(data.capabilities as Parameters<typeof softwareOf>[0]);
    return (
      <span dir="auto">
        {t('now-answers', { version: versionName(data.fhirVersion) || t('not-known') })} {data.name.slice(0, 200)}{' '}
        {software.slice(0, 100)}
      </span>
    );
  };
  return (
    <Table.Tr>
      <Table.Th scope="row">{t('right-now')}</Table.Th>
      <Table.Td aria-live="polite">{said()}</Table.Td>
    </Table.Tr>
  );
}

export function NoSuchServer({ base, onClose }: { base: string; onClose(): void }): ReactElement {
  const { t } = useTranslation('network');
  return (
    <Dialog opened onClose={onClose} title={t('no-such-server')}>
      <Title order={3} size="h5" dir="auto">
        {base.slice(0, 300)}
      </Title>
      <Text>{t('no-such-server-text')}</Text>
    </Dialog>
  );
}
