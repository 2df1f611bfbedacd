/** Lines of the audit log, page after page as the server links them. */
import { Badge, Button, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../part/empty.tsx';
import { formatDate, formatList } from '../../part/format.ts';
import { LinkText } from '../../part/link.tsx';
import { Loading } from '../../part/loading.tsx';
import { Problem } from '../../part/problem.tsx';
import { getJson, type Json } from '../../server/fhir.ts';
import { useAsker } from '../../server/query.ts';
import { Sign } from '../sign.tsx';
import { type AuditLine, lineOf } from './event.ts';

export function AuditTable({ base, path }: { base: string; path: string }): ReactElement {
  const { t } = useTranslation('access-committee');
  const who = useAsker(base);
  const found = useInfiniteQuery({
    queryKey: ['audit', base, path, who],
    initialPageParam: path,
    queryFn: ({ pageParam, signal }) => getJson(base, pageParam, { signal }),
    getNextPageParam: nextOf,
  });
  if (found.isPending) return <Loading />;
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  const lines = found.data.pages.flatMap(linesIn);
  if (lines.length === 0) return <Empty title={t('no-lines')} text={t('no-lines-text')} />;
  return (
    <>
      <Table.ScrollContainer minWidth={720}>
        <Table striped>
          <Table.Caption>{t('lines', { count: lines.length })}</Table.Caption>
          <Table.Thead>
            <Table.Tr>
              {['when', 'who', 'what', 'about', 'purpose', 'outcome'].map((name) => (
                <Table.Th key={name} scope="col">
                  {t(`column-${name}`)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {lines.map(({ key, line }) => (
              <Line key={key} line={line} base={base} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {found.hasNextPage ? (
        <Button variant="default" onClick={() => void found.fetchNextPage()} loading={found.isFetchingNextPage}>
          {t('older')}
        </Button>
      ) : (
        <Text size="sm">{t('all-shown')}</Text>
      )}
    </>
  );
}

const mostAbout = 3;

function Line({ line, base }: { line: AuditLine; base: string }): ReactElement {
  const { t } = useTranslation('access-committee');
  const { at, who, what, about, purposes, outcome, isFailure } = line;
  return (
    <Table.Tr>
      <Table.Td>{formatDate(at)}</Table.Td>
      <Table.Td dir="auto">{who === '' ? t('nobody') : who}</Table.Td>
      <Table.Td>{what}</Table.Td>
      <Table.Td>
        {about.slice(0, mostAbout).map((one) => (
          <div key={one}>
            {/^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]+$/.test(one) ? (
              <LinkText to="/explore/$" params={{ _splat: one }} search={{ at: base }}>
                {one}
              </LinkText>
            ) : (
              one.replace(`${base}/`, '').slice(0, 200)
            )}
          </div>
        ))}
        {about.length > mostAbout ? t('and-more', { count: about.length - mostAbout }) : null}
      </Table.Td>
      <Table.Td>{formatList(purposes)}</Table.Td>
      <Table.Td>
        <Badge variant="default" tt="none" leftSection={<Sign name={isFailure ? 'no' : 'yes'} />}>
          {isFailure ? t('failed') : t('done')} {outcome.slice(0, 100)}
        </Badge>
      </Table.Td>
    </Table.Tr>
  );
}

function linesIn(bundle: Json): { key: string; line: AuditLine }[] {
  const entries = Array.isArray(bundle['entry']) ? (bundle['entry'] as { resource: Json }[]) : [];
  return entries.map(({ resource }) => ({ key: String(resource['id']), line: lineOf(resource) }));
}

function nextOf(bundle: Json): string | undefined {
  const links = Array.isArray(bundle['link']) ? (bundle['link'] as { relation: string; url: string }[]) : [];
  return links.find(({ relation }) => relation === 'next')?.url;
}
