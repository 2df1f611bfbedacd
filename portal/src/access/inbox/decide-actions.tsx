/** What those who decide can do with a request: grant, refuse, ask back, revoke. */
import { Button, Group, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../part/dialog.tsx';
import type { Json } from '../../server/fhir.ts';
import { ActProblem, isConflict } from '../act-problem.tsx';
import { obligationInput } from '../obligation.ts';
import { actOn } from '../requests.ts';
import type { AccessTask } from '../task.ts';
import { GrantLimits, type Limits } from './grant-limits.tsx';

type Decision = 'grant' | 'refuse' | 'ask' | 'revoke';

const open: readonly Decision[] = ['grant', 'ask', 'refuse'];

export function DecideActions({ task, say }: { task: AccessTask; say(text: string): void }): ReactElement {
  const { t } = useTranslation('access-committee');
  const [decision, setDecision] = useState<Decision>();
  const possible: readonly Decision[] =
    task.state === 'requested' || task.state === 'asked-back' ? open : task.state === 'granted' ? ['revoke'] : [];
  return (
    <>
      {possible.map((one) => (
        <Button key={one} size="xs" variant={one === 'grant' ? 'filled' : 'default'} onClick={() => setDecision(one)}>
          {t(one)}
        </Button>
      ))}
      {decision === undefined ? null : (
        <DecideDialog task={task} decision={decision} say={say} close={() => setDecision(undefined)} />
      )}
    </>
  );
}

function parametersOf(decision: Decision, limits: Limits, task: AccessTask): Json[] {
  const { reason, level, profile, from, until, obligations, months } = limits;
  const stated = (name: string, type: string, value: string): Json[] =>
    value.trim() === '' ? [] : [{ name, [type]: value.trim() }];
  if (decision === 'revoke') return stated('reason', 'valueString', reason);
  return [
    { name: 'decision', valueCode: decision },
    ...stated('reason', 'valueString', reason),
    ...(decision === 'grant'
      ? [
          ...(level === task.level ? [] : stated('level', 'valueCode', level)),
          ...(level === 'record-deidentified' ? stated('profile', 'valueCanonical', profile) : []),
          ...stated('from', 'valueDate', from),
          ...stated('until', 'valueDate', until),
          ...obligations.flatMap((code) => stated('obligation', 'valueString', obligationInput(code, months))),
        ]
      : []),
  ];
}

function DecideDialog({
  task,
  decision,
  say,
  close,
}: {
  task: AccessTask;
  decision: Decision;
  say(text: string): void;
  close(): void;
}): ReactElement {
  const { t } = useTranslation('access-committee');
  const { t: tAccess } = useTranslation('access');
  const [limits, setLimits] = useState<Limits>({
    reason: '',
    level: task.level,
    profile: '',
    from: task.from ?? '',
    until: task.until ?? '',
    obligations: [],
    months: '',
  });
  const change = (part: Partial<Limits>): void => setLimits((last) => ({ ...last, ...part }));
  const queries = useQueryClient();
  const acting = useMutation({
    mutationFn: () =>
      actOn(task, decision === 'revoke' ? 'revoke-access' : 'decide-access', parametersOf(decision, limits, task)),
    onSuccess: () => {
      say(t(`done-${decision}`, { who: task.requester }));
      close();
    },
    // When the list no longer shows the request, its dialog is gone.
    onError: (error) => say(isConflict(error) ? `${tAccess('conflict')}: ${tAccess('conflict-text')}` : error.message),
    // Somebody else may have decided: the newest state is shown whatever happened.
    onSettled: () => queries.invalidateQueries({ queryKey: ['access requests'] }),
  });
  const needsReason = decision === 'refuse' || decision === 'ask';
  return (
    <Dialog opened onClose={close} title={`${t(decision)}: ${(task.title ?? task.requester).slice(0, 200)}`}>
      <Text>{t(`${decision}-text`)}</Text>
      {decision === 'grant' ? <GrantLimits limits={limits} change={change} /> : null}
      <Textarea
        label={t('reason')}
        description={t('reason-text')}
        autosize
        minRows={3}
        required={needsReason}
        value={limits.reason}
        onChange={({ currentTarget }) => change({ reason: currentTarget.value })}
      />
      {acting.isError ? <ActProblem error={acting.error} /> : null}
      <Group>
        <Button
          onClick={() => acting.mutate()}
          loading={acting.isPending}
          disabled={needsReason && limits.reason.trim() === ''}
        >
          {t(decision)}
        </Button>
        <Button variant="default" onClick={close}>
          {t('cancel')}
        </Button>
      </Group>
    </Dialog>
  );
}
