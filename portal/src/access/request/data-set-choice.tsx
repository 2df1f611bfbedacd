/** Finds the data set that one wants to ask for, among those that the home server knows. */
import { Button, Card, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../part/empty.tsx';
import { LinkButton } from '../../part/link.tsx';
import { Loading } from '../../part/loading.tsx';
import { Partial } from '../../part/partial.tsx';
import { Problem } from '../../part/problem.tsx';
import type { Json } from '../../server/fhir.ts';
import { home } from '../../server/home.ts';
import { useFhir } from '../../server/query.ts';

const most = 20;
const type = encodeURIComponent('http://terminology.hl7.org/CodeSystem/library-type|asset-collection');

export function DataSetChoice(): ReactElement {
  const { t } = useTranslation('access');
  const [words, setWords] = useState('');
  const [settled] = useDebouncedValue(words.trim(), 250);
  const filter = settled === '' ? '' : `&title:contains=${encodeURIComponent(settled)}`;
  const found = useFhir(home, `Library?type=${type}${filter}&_sort=title&_count=${most}&_total=accurate`);
  return (
    <Stack>
      <TextInput
        label={t('which-data-set')}
        description={t('which-data-set-text')}
        value={words}
        onChange={({ currentTarget }) => setWords(currentTarget.value)}
        maw={560}
        rightSection={
          words === '' ? null : (
            <Button variant="subtle" size="compact-xs" onClick={() => setWords('')} aria-label={t('clear')}>
              ×
            </Button>
          )
        }
      />
      {found.isPending ? <Loading /> : null}
      {found.isError ? <Problem error={found.error} retry={() => void found.refetch()} /> : null}
      {found.data === undefined ? null : <Found bundle={found.data} />}
    </Stack>
  );
}

function Found({ bundle }: { bundle: Json }): ReactElement {
  const { t } = useTranslation('access');
  const entries = Array.isArray(bundle['entry']) ? (bundle['entry'] as { resource: Json }[]) : [];
  const total = Number(bundle['total'] ?? entries.length);
  if (entries.length === 0) return <Empty title={t('none-found')} text={t('none-found-text')} />;
  return (
    <>
      <Stack gap="xs" role="list" aria-label={t('data-sets')}>
        {entries.map(({ resource }) => (
          <Card key={String(resource['id'])} withBorder role="listitem" padding="sm">
            <Group justify="space-between" wrap="wrap">
              <div>
                <Title order={2} size="h5" dir="auto" lineClamp={2}>
                  {String(resource['title'] ?? resource['id'])}
                </Title>
                <Text size="sm" c="dimmed" dir="auto" lineClamp={1}>
                  {String(resource['publisher'] ?? '')}
                </Text>
              </div>
              <LinkButton
                to="/access"
                search={{ request: `Library/${String(resource['id'])}`, at: home }}
                variant="default"
                size="xs"
                aria-label={t('ask-for', { title: String(resource['title'] ?? resource['id']).slice(0, 200) })}
              >
                {t('ask')}
              </LinkButton>
            </Group>
          </Card>
        ))}
      </Stack>
      {total > entries.length ? <Partial>{t('more-found', { shown: entries.length, count: total })}</Partial> : null}
    </>
  );
}
