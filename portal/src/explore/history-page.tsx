/** The versions of one resource, and what changed between two of them. https://hl7.org/fhir/R4B/http.html#history */
import { Badge, Button, Group, Select, Stack, Table, Text, Title } from '@mantine/core';
import { type UseInfiniteQueryResult, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../part/empty.tsx';
import { formatDate } from '../part/format.ts';
import { LinkText } from '../part/link.tsx';
import { Loading } from '../part/loading.tsx';
import { PageTitle } from '../part/page-title.tsx';
import { Scrolled } from '../part/scrolled.tsx';
import { useAsker } from '../server/query.ts';
import { DiffView } from './diff-view.tsx';
import classes from './explore.module.css';
import { askText, readResource } from './fetch-text.ts';
import { atOf } from './place.ts';
import { Trouble } from './trouble.tsx';
import { useCapability } from './use-capability.ts';
import { type Version, versionsIn, whoseIn } from './version.ts';

export function HistoryPage({ base, type, id }: { base: string; type: string; id: string }): ReactElement {
  const { t } = useTranslation('explore');
  const history = useHistory(base, `${type}/${id}`);
  const { error, isPending, refetch } = history;
  const versions = useMemo(() => history.data?.pages.flatMap((one) => one.versions) ?? [], [history.data]);
  const whose = useWhose(base, `${type}/${id}`);
  return (
    <>
      <PageTitle title={t('history-title', { path: `${type}/${id}` })} text={t('history-text')} />
      <Group mb="md">
        <LinkText to="/explore/$" params={{ _splat: `${type}/${id}` }} search={atOf(base)}>
          {t('current')}
        </LinkText>
      </Group>
      {isPending ? <Loading /> : null}
      {error === null ? null : <Trouble error={error} retry={() => void refetch()} />}
      {history.data !== undefined && versions.length === 0 ? (
        <Empty title={t('no-versions')} text={t('no-versions-text')} />
      ) : null}
      {versions.length === 0 ? null : (
        <Stack gap="lg">
          <Versions versions={versions} whose={whose} base={base} path={`${type}/${id}`} />
          {history.hasNextPage ? (
            <div>
              <Button
                variant="default"
                onClick={() => void history.fetchNextPage()}
                loading={history.isFetchingNextPage}
              >
                {t('more-versions')}
              </Button>
            </div>
          ) : null}
          <Comparison versions={versions} base={base} />
        </Stack>
      )}
    </>
  );
}

interface VersionPage {
  versions: readonly Version[];
  next?: string;
}

function useHistory(base: string, path: string): UseInfiniteQueryResult<{ pages: VersionPage[] }> {
  const who = useAsker(base);
  return useInfiniteQuery({
    queryKey: ['explore-history', base, path, who],
    queryFn: async ({ pageParam, signal }): Promise<VersionPage> => {
      const answer = await askText(base, pageParam, { signal });
      return versionsIn(readResource(answer, base));
    },
    initialPageParam: `${path}/_history`,
    getNextPageParam: ({ next }) => next,
  });
}

/** Who made which version, where Provenance resources tell. */
function useWhose(base: string, path: string): ReadonlyMap<string, string> {
  const { data: capability } = useCapability(base);
  const who = useAsker(base);
  const provenance = capability?.types.find((one) => one.type === 'Provenance');
  const isKnown = provenance?.parameters.some(({ name }) => name === 'target') === true;
  const { data } = useQuery({
    queryKey: ['explore-whose', base, path, who],
    queryFn: async ({ signal }) => {
      const answer = await askText(base, `Provenance?target=${encodeURIComponent(path)}&_count=100`, { signal });
      return whoseIn(readResource(answer, base), path);
    },
    enabled: isKnown,
    retry: false,
  });
  return data ?? new Map();
}

function Versions({
  versions,
  whose,
  base,
  path,
}: {
  versions: readonly Version[];
  whose: ReadonlyMap<string, string>;
  base: string;
  path: string;
}): ReactElement {
  const { t } = useTranslation('explore');
  return (
    <Scrolled label={t('versions')}>
      <Table className={classes['table']}>
        <Table.Thead>
          <Table.Tr>
            {['version-head', 'when', 'what', 'who'].map((one) => (
              <Table.Th key={one} scope="col">
                {t(one)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {versions.map(({ version, when, how, source, resource }) => (
            <Table.Tr key={version}>
              <Table.Td>
                {resource === undefined ? (
                  version
                ) : (
                  <LinkText to="/explore/$" params={{ _splat: `${path}/_history/${version}` }} search={atOf(base)}>
                    {version}
                  </LinkText>
                )}
              </Table.Td>
              <Table.Td>
                {when === undefined ? t('not-told') : <time dateTime={when}>{formatDate(when)}</time>}
              </Table.Td>
              <Table.Td>
                <Badge variant="default" tt="none">
                  {t(`how-${how}`)}
                </Badge>
              </Table.Td>
              <Table.Td>
                <Text size="sm" dir="auto">
                  {whose.get(version) ?? whose.get('') ?? source ?? t('not-told')}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scrolled>
  );
}

/** The newest two unless others are chosen. */
function Comparison({ versions, base }: { versions: readonly Version[]; base: string }): ReactElement {
  const { t } = useTranslation('explore');
  const go = useNavigate();
  const search: Record<string, unknown> = useSearch({ strict: false });
  const chosen = (name: string, usual: Version | undefined): Version | undefined =>
    versions.find(({ version }) => version === search[name]) ?? usual;
  const from = chosen('from', versions[1] ?? versions[0]);
  const to = chosen('to', versions[0]);
  const choices = versions.map(({ version, when, how }) => ({
    value: version,
    label: `${version} · ${when === undefined ? t('not-told') : formatDate(when)} · ${t(`how-${how}`)}`,
  }));
  const choose = (name: string) => (value: string | null) =>
    void go({
      to: '.',
      search: {
        ...atOf(base),
        ...(from === undefined ? {} : { from: from.version }),
        ...(to === undefined ? {} : { to: to.version }),
        ...(value === null ? {} : { [name]: value }),
      },
      replace: true,
    });
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {t('differences')}
      </Title>
      <Group mb="md">
        <Select
          label={t('from-version')}
          data={choices}
          value={from?.version ?? null}
          onChange={choose('from')}
          allowDeselect={false}
          miw={280}
        />
        <Select
          label={t('to-version')}
          data={choices}
          value={to?.version ?? null}
          onChange={choose('to')}
          allowDeselect={false}
          miw={280}
        />
      </Group>
      {versions.length === 1 ? <Text c="dimmed">{t('only-one-version')}</Text> : null}
      {from === undefined || to === undefined || from === to ? null : (
        <DiffView before={from.resource} after={to.resource} />
      )}
    </section>
  );
}
