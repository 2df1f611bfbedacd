/** The steps of a request, with what the rules make of it beside them at all times. */
import { Alert, Button, Grid, Group, Stack, Stepper, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '../../part/link.tsx';
import { Loading } from '../../part/loading.tsx';
import { Problem } from '../../part/problem.tsx';
import { getJson } from '../../server/fhir.ts';
import { useAsker } from '../../server/query.ts';
import { documentInputs, tooLarge } from '../documents.tsx';
import { MatchView } from '../match-view.tsx';
import { taskOf } from '../task.ts';
import type { AskedDataSet } from './asked-data-set.ts';
import { CheckStep } from './check-step.tsx';
import { ConditionsStep } from './conditions-step.tsx';
import { type Draft, faultsOf, forgetDraft, keepDraft, parametersOf, storedDraft } from './draft.ts';
import { PurposeStep } from './purpose-step.tsx';
import classes from './request.module.css';

const steps = ['purpose', 'conditions', 'check'] as const;

export function RequestForm({ asked }: { asked: AskedDataSet }): ReactElement {
  const { t } = useTranslation('access');
  const key = `${asked.base}/Library/${asked.id}`;
  const [draft, setDraft] = useState<Draft>(() => storedDraft(key));
  const [step, setStep] = useState(0);
  const [files, setFiles] = useState<readonly File[]>([]);
  useEffect(() => keepDraft(key, draft), [key, draft]);
  const queries = useQueryClient();
  const sending = useMutation({
    mutationFn: async () => {
      const body = parametersOf(draft, false, await documentInputs(files));
      return getJson(asked.base, `Library/${asked.id}/$request-access`, { method: 'POST', body });
    },
    onSuccess: async () => {
      forgetDraft(key);
      await queries.invalidateQueries({ queryKey: ['access requests'] });
    },
  });
  const faults = faultsOf(draft);
  const isWhole = Object.keys(faults).length === 0;
  if (sending.isSuccess) return <Sent asked={asked} />;
  const change = (part: Partial<Draft>): void => setDraft((last) => ({ ...last, ...part }));
  return (
    <Stack>
      <Title order={2} size="h3" dir="auto" lineClamp={3}>
        {asked.title}
      </Title>
      <Text size="sm" c="dimmed">
        {asked.base}
      </Text>
      <Stepper active={step} onStepClick={setStep} size="sm" aria-label={t('steps')}>
        {steps.map((name) => (
          <Stepper.Step key={name} label={t(`step-${name}`)} />
        ))}
      </Stepper>
      <Grid>
        <Grid.Col span={{ base: 12, md: 7 }}>
          {step === 0 ? <PurposeStep asked={asked} draft={draft} faults={faults} change={change} /> : null}
          {step === 1 ? <ConditionsStep asked={asked} /> : null}
          {step === 2 ? <CheckStep draft={draft} change={change} files={files} choose={setFiles} /> : null}
          {sending.isError ? <Problem error={sending.error} /> : null}
          <Group mt="md">
            {step === 0 ? null : (
              <Button variant="default" onClick={() => setStep(step - 1)}>
                {t('back')}
              </Button>
            )}
            {step < steps.length - 1 ? (
              <Button onClick={() => setStep(step + 1)} disabled={!isWhole}>
                {t('next')}
              </Button>
            ) : (
              <Button
                onClick={() => sending.mutate()}
                loading={sending.isPending}
                disabled={!isWhole || tooLarge(files)}
              >
                {t('send')}
              </Button>
            )}
          </Group>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <RulesSay asked={asked} draft={draft} isWhole={isWhole} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

/** The server's own decision on the draft, asked anew when the draft has been left alone for a moment. */
function RulesSay({ asked, draft, isWhole }: { asked: AskedDataSet; draft: Draft; isWhole: boolean }): ReactElement {
  const { t } = useTranslation('access');
  const who = useAsker(asked.base);
  const [settled] = useDebouncedValue(draft, 300);
  const said = useQuery({
    queryKey: ['dry run', asked.base, asked.id, settled, who],
    enabled: isWhole,
    queryFn: async ({ signal }) => {
      const body = parametersOf(settled, true);
      return taskOf(
        await getJson(asked.base, `Library/${asked.id}/$request-access`, { method: 'POST', body, signal }),
        asked.base,
      );
    },
    placeholderData: (last) => last,
  });
  return (
    <section aria-live="polite" aria-label={t('rules-say')} className={classes['beside']}>
      <Title order={3} size="h5" mb="xs">
        {t('rules-say')}
      </Title>
      {!isWhole ? <Text>{t('rules-wait')}</Text> : null}
      {isWhole && said.isPending ? <Loading lines={2} /> : null}
      {said.isError ? <Problem error={said.error} retry={() => void said.refetch()} /> : null}
      {said.data === undefined ? null : <MatchView match={said.data.match} dataUse={asked.stated.statement.dataUse} />}
    </section>
  );
}

function Sent({ asked }: { asked: AskedDataSet }): ReactElement {
  const { t } = useTranslation('access');
  return (
    <Alert variant="outline" color="fairway" title={t('sent')} role="status">
      <Stack align="flex-start">
        <Text>{t('sent-text', { server: asked.base })}</Text>
        <Group>
          <LinkButton to="/access" search={{ tab: 'mine' }}>
            {t('tab-mine')}
          </LinkButton>
          <LinkButton to="/access" variant="default">
            {t('choose-another')}
          </LinkButton>
        </Group>
      </Stack>
    </Alert>
  );
}
