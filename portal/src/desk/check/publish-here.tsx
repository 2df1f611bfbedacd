/** Stores the record on this server: as a draft, for all, no longer, or as one that is no more. A conflict is said, and nothing is overwritten. */
import { Alert, Button, Group, List, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkText } from '../../part/link.tsx';
import { Problem } from '../../part/problem.tsx';
import { ask, FhirProblem } from '../../server/fhir.ts';
import { home } from '../../server/home.ts';
import { describing } from '../record/describe.ts';
import type { Draft } from '../record/draft.ts';

type Status = 'draft' | 'active' | 'retired';

/** What became of it, said under the buttons. */
interface Stored {
  status: Status;
  id: string;
  /** why the content summary was not brought up to date; absent where it was */
  summary?: string;
}

/** Of all data sets: one without data has none, and what belonged to it may belong to others now. */
async function refreshSummaries(): Promise<string | undefined> {
  try {
    await ask(home, '$content-summary', { method: 'POST', body: { resourceType: 'Parameters' } });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function PublishHere({ draft, isNew }: { draft: Draft; isNew: boolean }): ReactElement {
  const { t } = useTranslation('desk');
  const navigate = useNavigate();
  const { record } = draft;
  const store = useMutation({
    mutationFn: async (status: Status): Promise<Stored> => {
      const id = await draft.store({ ...record, status });
      const summary = status === 'active' ? await refreshSummaries() : undefined;
      return { status, id, ...(summary === undefined ? {} : { summary }) };
    },
    // A new record has an address now; what became of it goes along.
    onSuccess: ({ id, status, summary }) => {
      if (isNew)
        void navigate({ to: '/desk', search: { set: id, step: 'check', done: status, why: summary }, replace: true });
    },
  });
  const before = useStoredBefore(String(record['id'] ?? ''));
  const isPublished = record['status'] === 'active' && !isNew;
  const cannot = describing.title.read(record).trim() === '';
  return (
    <Stack component="section" aria-label={t('publish')} gap="sm">
      <Title order={2} size="h3">
        {t('publish')}
      </Title>
      <Text size="sm">{t('publish-text')}</Text>
      {cannot ? <Text size="sm">{t('publish-needs-title')}</Text> : null}
      <Group>
        <Button disabled={cannot} loading={store.isPending} onClick={() => store.mutate('active')}>
          {t(isPublished ? 'publish-changes' : 'publish-now')}
        </Button>
        <Button variant="default" disabled={cannot || store.isPending} onClick={() => store.mutate('draft')}>
          {t(isPublished ? 'unpublish' : 'store-draft')}
        </Button>
        {isPublished ? (
          <Button variant="default" color="red" disabled={store.isPending} onClick={() => store.mutate('retired')}>
            {t('retire')}
          </Button>
        ) : null}
      </Group>
      <Outcome stored={store.data ?? before} error={store.error} draft={draft} />
    </Stack>
  );
}

/** What the address says of the record that was new until just now. */
function useStoredBefore(id: string): Stored | undefined {
  const { done, why } = useSearch({ from: '/desk' });
  const status = (['draft', 'active', 'retired'] as const).find((one) => one === done);
  if (status === undefined || id === '') return undefined;
  return { status, id, ...(typeof why === 'string' ? { summary: why } : {}) };
}

function Outcome({
  stored,
  error,
  draft,
}: {
  stored: Stored | undefined;
  error: Error | null;
  draft: Draft;
}): ReactElement | null {
  const { t } = useTranslation('desk');
  if (error instanceof FhirProblem && (error.status === 412 || error.status === 409)) {
    return (
      <Alert color="red" variant="outline" title={t('conflict')} role="alert">
        <Stack gap="xs" align="flex-start">
          <Text size="sm">{t('conflict-text')}</Text>
          <Button variant="default" size="xs" onClick={draft.discard}>
            {t('conflict-discard')}
          </Button>
        </Stack>
      </Alert>
    );
  }
  if (error !== null) return <Problem error={error} />;
  if (stored === undefined) return null;
  return (
    <Alert color="fairway" variant="outline" title={t(`stored.${stored.status}`)} role="status">
      <List size="sm">
        <List.Item>{t(`stored-text.${stored.status}`)}</List.Item>
        {stored.status === 'active' ? (
          <>
            <List.Item>
              {stored.summary === undefined ? t('summary-done') : t('summary-failed', { why: stored.summary })}
            </List.Item>
            <List.Item>
              <LinkText to="/data-set/$id" params={{ id: stored.id }}>
                {t('see-page')}
              </LinkText>
            </List.Item>
          </>
        ) : null}
      </List>
    </Alert>
  );
}
