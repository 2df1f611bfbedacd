/** One's own requests and what was granted: state, decision, how long yet, and what one can do. See docs/adr/0014-access-requests.md */
import { Stack } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../part/empty.tsx';
import { LinkButton } from '../../part/link.tsx';
import { Loading } from '../../part/loading.tsx';
import { Partial } from '../../part/partial.tsx';
import { Problem } from '../../part/problem.tsx';
import { RequestCard } from '../request-card.tsx';
import { useRequests } from '../requests.ts';
import { Without } from '../without.tsx';
import { OwnActions } from './own-actions.tsx';

export function Mine(): ReactElement {
  const { t } = useTranslation('access');
  const { tasks: own, failures, without, isPending, sessions } = useRequests('requester');
  if (sessions.length === 0)
    return (
      <Empty title={t('not-logged-in')} text={t('not-logged-in-text')}>
        <LinkButton to="/login">{t('log-in')}</LinkButton>
      </Empty>
    );
  return (
    <Stack>
      {isPending ? <Loading /> : null}
      {failures.length > 0 && own.length > 0 ? <Partial>{t('some-failed', { count: failures.length })}</Partial> : null}
      {failures.map(({ base, error, retry }) => (
        <Problem key={base} error={error} retry={retry} />
      ))}
      <Without servers={without} />
      {!isPending && own.length === 0 && failures.length === 0 ? (
        <Empty title={t('none-yet')} text={t('none-yet-text')}>
          <LinkButton to="/access" search={{ tab: 'ask' }}>
            {t('tab-ask')}
          </LinkButton>
        </Empty>
      ) : null}
      {own.map((task) => (
        <RequestCard key={`${task.base} ${task.id}`} task={task}>
          <OwnActions task={task} />
        </RequestCard>
      ))}
    </Stack>
  );
}
