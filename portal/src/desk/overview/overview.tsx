/** What a steward looks after: data sets with what each lacks, jobs, members that wait. */
import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../part/empty.tsx';
import { formatNumber } from '../../part/format.ts';
import { LinkButton } from '../../part/link.tsx';
import { Loading } from '../../part/loading.tsx';
import { Partial } from '../../part/partial.tsx';
import { Problem } from '../../part/problem.tsx';
import { home } from '../../server/home.ts';
import { useFhir, useHome } from '../../server/query.ts';
import { describing } from '../record/describe.ts';
import { keptDraft, newId } from '../record/draft.ts';
import { DataSetCard } from './data-set-card.tsx';
import { useDataSets } from './data-sets.ts';
import { Jobs } from './jobs.tsx';

export function Overview(): ReactElement {
  const { t } = useTranslation('desk');
  return (
    <Stack gap="xl">
      <Group>
        <LinkButton to="/desk" search={{ data: '' }}>
          {t('take-in')}
        </LinkButton>
        <LinkButton to="/desk" search={{ set: newId, step: 'what' }} variant="default">
          {t(keptDraft(newId) === undefined ? 'describe-new' : 'describe-on')}
        </LinkButton>
      </Group>
      <Waiting />
      <Sets />
      <Jobs />
    </Stack>
  );
}

/** Cards drawn at once: each asks what its conditions come to. */
const page = 24;

function Sets(): ReactElement {
  const { t } = useTranslation('desk');
  const { data, error, refetch } = useDataSets();
  const [wanted, setWanted] = useState('');
  const [shown, setShown] = useState(page);
  if (error !== null) return <Problem error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  const fits = data.sets.filter((one) =>
    `${describing.title.read(one)} ${String(one['id'])}`.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  return (
    <Stack component="section" aria-label={t('my-sets')}>
      <Title order={2} size="h3">
        {t('my-sets')}
      </Title>
      {data.sets.length === 0 ? <Empty title={t('no-sets')} text={t('no-sets-text')} order={3} /> : null}
      {data.sets.length > 6 ? (
        <TextInput
          label={t('filter-sets')}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          maw={420}
        />
      ) : null}
      {data.isCut ? <Partial>{t('sets-cut', { shown: formatNumber(data.sets.length) })}</Partial> : null}
      {fits.length === 0 && data.sets.length > 0 ? <Text>{t('none-fits')}</Text> : null}
      {fits.slice(0, shown).map((one) => (
        <DataSetCard key={String(one['id'])} record={one} />
      ))}
      {fits.length > shown ? (
        <Group>
          <Button variant="default" onClick={() => setShown(shown + page)}>
            {t('show-more', { count: fits.length - shown })}
          </Button>
        </Group>
      ) : null}
    </Stack>
  );
}

/** Servers that asked to join, where this server decides on that. */
function Waiting(): ReactElement | null {
  const { t } = useTranslation('desk');
  const { data: server } = useHome();
  const decides = server?.roles.some((role) => role !== 'repository') === true;
  const { data } = useFhir(home, decides ? 'Endpoint?membership=pending&_summary=count' : undefined);
  const count = Number(data?.['total'] ?? 0);
  if (!decides || count === 0) return null;
  return (
    <Group component="section" aria-label={t('waiting')}>
      <Text>{t('members-wait', { count })}</Text>
      <LinkButton to="/network" variant="default" size="xs">
        {t('to-network')}
      </LinkButton>
    </Group>
  );
}
