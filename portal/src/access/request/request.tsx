/** Asks for access step by step: data set, purpose, conditions, check and send. See docs/reference/rest/operation-request-access.md */
import { useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../part/empty.tsx';
import { LinkButton } from '../../part/link.tsx';
import { Loading } from '../../part/loading.tsx';
import { Problem } from '../../part/problem.tsx';
import { useSessions } from '../../server/tokens.ts';
import { type AskedDataSet, useAskedDataSet } from './asked-data-set.ts';
import { Contact } from './contact.tsx';
import { DataSetChoice } from './data-set-choice.tsx';
import { RequestForm } from './request-form.tsx';

const oneOf = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

export function Request(): ReactElement {
  const { t } = useTranslation('access');
  const search = useSearch({ from: '/access' });
  const request = oneOf(search['request']);
  const found = useAskedDataSet(request, oneOf(search['at']));
  if (request === undefined) return <DataSetChoice />;
  if (found.isPending) return <Loading />;
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  if (found.data === null)
    return (
      <Empty title={t('no-such-data-set')} text={t('no-such-data-set-text', { request: request.slice(0, 200) })}>
        <LinkButton to="/access">{t('choose-another')}</LinkButton>
      </Empty>
    );
  return <ForDataSet asked={found.data} />;
}

function ForDataSet({ asked }: { asked: AskedDataSet }): ReactElement {
  const { t } = useTranslation('access');
  const isLoggedIn = useSessions().some(({ base }) => base === asked.base);
  if (!asked.takesRequests) return <Contact asked={asked} />;
  if (!isLoggedIn)
    return (
      <Empty title={asked.title.slice(0, 300)} text={t('log-in-first', { server: asked.base })}>
        <LinkButton to="/login" search={{ at: asked.base }}>
          {t('log-in-there')}
        </LinkButton>
        <LinkButton to="/access" variant="default">
          {t('choose-another')}
        </LinkButton>
      </Empty>
    );
  return <RequestForm key={`${asked.base} ${asked.id}`} asked={asked} />;
}
