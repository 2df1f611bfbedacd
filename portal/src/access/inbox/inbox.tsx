/** The committee's inbox: requests that one decides on, waiting ones first. See docs/adr/0014-access-requests.md */
import { SegmentedControl, Stack, Text, VisuallyHidden } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../part/empty.tsx';
import { LinkButton } from '../../part/link.tsx';
import { Loading } from '../../part/loading.tsx';
import { Partial } from '../../part/partial.tsx';
import { Problem } from '../../part/problem.tsx';
import { RequestCard } from '../request-card.tsx';
import { useRequests } from '../requests.ts';
import type { AccessTask } from '../task.ts';
import { Without } from '../without.tsx';
import { DecideActions } from './decide-actions.tsx';

const filters = ['waiting', 'granted', 'closed', 'all'] as const;
type Filter = (typeof filters)[number];

const isShown: Readonly<Record<Filter, (task: AccessTask) => boolean>> = {
  waiting: ({ state }) => state === 'requested' || state === 'asked-back',
  granted: ({ state }) => state === 'granted',
  closed: ({ state }) => state === 'refused' || state === 'withdrawn' || state === 'revoked',
  all: () => true,
};

/** Those that wait for the committee come first, then those that wait for an answer. */
const urgency = ({ state }: AccessTask): number => (state === 'requested' ? 0 : state === 'asked-back' ? 1 : 2);

export function Inbox(): ReactElement {
  const { t } = useTranslation('access-committee');
  const { tasks, failures, without, isPending, sessions } = useRequests('decider');
  const [filter, setFilter] = useState<Filter>('waiting');
  const [said, setSaid] = useState('');
  if (sessions.length === 0)
    return (
      <Empty title={t('not-logged-in')} text={t('not-logged-in-text')}>
        <LinkButton to="/login">{t('log-in')}</LinkButton>
      </Empty>
    );
  // One's own requests are decided by others.
  const decided = tasks.filter(({ base, requester }) => sessions.find((one) => one.base === base)?.name !== requester);
  const shown = decided.filter(isShown[filter]).toSorted((one, other) => urgency(one) - urgency(other));
  return (
    <Stack>
      <SegmentedControl
        aria-label={t('which')}
        value={filter}
        onChange={(value) => setFilter(filters.find((one) => one === value) ?? 'waiting')}
        data={filters.map((value) => ({
          value,
          label: `${t(`filter-${value}`)} (${decided.filter(isShown[value]).length})`,
        }))}
      />
      <VisuallyHidden aria-live="polite">{said}</VisuallyHidden>
      {said === '' ? null : <Text aria-hidden="true">{said}</Text>}
      {isPending ? <Loading /> : null}
      {failures.length > 0 && shown.length > 0 ? (
        <Partial>{t('some-failed', { count: failures.length })}</Partial>
      ) : null}
      {failures.map(({ base, error, retry }) => (
        <Problem key={base} error={error} retry={retry} />
      ))}
      <Without servers={without} />
      {!isPending && shown.length === 0 && failures.length === 0 ? (
        <Empty title={t(`nothing-${filter}`)} text={t('nothing-text')} />
      ) : null}
      {shown.map((task) => (
        <RequestCard key={`${task.base} ${task.id}`} task={task}>
          <DecideActions task={task} say={setSaid} />
        </RequestCard>
      ))}
    </Stack>
  );
}
