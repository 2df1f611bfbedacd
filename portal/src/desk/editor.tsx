/** Works on one data set step by step: describe, state conditions, check, publish. The record itself is what is kept. */
import { Alert, Badge, Button, Grid, Group, Stack, Text, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Loading } from '../part/loading.tsx';
import { Problem } from '../part/problem.tsx';
import { CheckStep } from './check/check.tsx';
import { Preview } from './check/preview.tsx';
import classes from './editor.module.css';
import { ConditionsStep } from './form/conditions.tsx';
import { DataStep, IdentifiersStep, LicenceStep, WhatStep, WhereStep, WhoStep } from './form/describe.tsx';
import { EditingContext } from './form/editing.ts';
import { describing } from './record/describe.ts';
import { type Draft, newId, useDraft } from './record/draft.ts';
import { useFaults } from './record/fault.ts';

const steps = ['what', 'who', 'where', 'identifiers', 'data', 'licence', 'conditions', 'check'] as const;
type Step = (typeof steps)[number];

export function Editor({ id, step: asked }: { id: string; step: string }): ReactElement {
  const { draft, error, retry } = useDraft(id);
  const step = steps.find((one) => one === asked) ?? 'what';
  if (draft === undefined) return error === null ? <Loading /> : <Problem error={error} retry={retry} />;
  return <Editing id={id} step={step} draft={draft} />;
}

function Editing({ id, step, draft }: { id: string; step: Step; draft: Draft }): ReactElement {
  const { t } = useTranslation('desk');
  const navigate = useNavigate();
  const faults = useFaults(draft.record).data;
  const { record, change } = draft;
  const editing = useMemo(() => ({ record, change, faults: faults ?? [] }), [record, change, faults]);
  const go = (next: Step): void => void navigate({ to: '/desk', search: { set: id, step: next } });
  const at = steps.indexOf(step);
  return (
    <EditingContext value={editing}>
      <Heading draft={draft} isNew={id === newId} />
      <Steps current={step} go={go} faulty={new Set((faults ?? []).map((one) => stepOf(one.field)))} />
      <Stack component="section" aria-labelledby="step-title">
        <div>
          <Title order={2} size="h3" id="step-title">
            {t(`step.${step}`)}
          </Title>
          <Text c="dimmed" size="sm" maw="75ch">
            {t(`step-text.${step}`)}
          </Text>
        </div>
        {step === 'conditions' ? (
          <Grid gap="xl">
            <Grid.Col span={{ base: 12, lg: 6 }}>
              <ConditionsStep />
            </Grid.Col>
            <Grid.Col span={{ base: 12, lg: 6 }}>
              <div className={classes['preview']}>
                <Preview record={record} columns={2} />
              </div>
            </Grid.Col>
          </Grid>
        ) : (
          <StepForm step={step} draft={draft} id={id} />
        )}
        <Group>
          <Button variant="default" disabled={at === 0} onClick={() => go(steps[at - 1]!)}>
            {t('previous')}
          </Button>
          <Button disabled={at === steps.length - 1} onClick={() => go(steps[at + 1]!)}>
            {t('next')}
          </Button>
        </Group>
      </Stack>
    </EditingContext>
  );
}

function StepForm({ step, draft, id }: { step: Step; draft: Draft; id: string }): ReactElement | null {
  switch (step) {
    case 'what':
      return <WhatStep />;
    case 'who':
      return <WhoStep />;
    case 'where':
      return <WhereStep />;
    case 'identifiers':
      return <IdentifiersStep />;
    case 'data':
      return <DataStep />;
    case 'licence':
      return <LicenceStep />;
    case 'check':
      return <CheckStep draft={draft} isNew={id === newId} />;
    case 'conditions':
      return null;
  }
}

/** Which step holds a field. */
function stepOf(field: string | undefined): Step | undefined {
  const fields: Readonly<Record<string, Step>> = {
    title: 'what',
    description: 'what',
    purpose: 'what',
    usage: 'what',
    publisher: 'who',
    contacts: 'who',
    countries: 'where',
    start: 'where',
    version: 'where',
    date: 'where',
    identifiers: 'identifiers',
    url: 'identifiers',
    types: 'data',
    addresses: 'data',
    copyright: 'licence',
    levels: 'conditions',
  };
  return field === undefined ? undefined : fields[field];
}

function Heading({ draft, isNew }: { draft: Draft; isNew: boolean }): ReactElement {
  const { t } = useTranslation('desk');
  const title = describing.title.read(draft.record);
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <Text fw={700} size="lg" dir="auto" lineClamp={3} style={{ overflowWrap: 'anywhere' }}>
          {title === '' ? t('untitled') : title}
        </Text>
        <Badge variant="default">{t(`status.${String(draft.record['status'])}`)}</Badge>
      </Group>
      {draft.isChanged ? (
        <Alert variant="outline" color="fairway" role="status">
          <Group justify="space-between">
            <Text size="sm">{t(isNew ? 'kept-new' : 'kept-changed')}</Text>
            <Button variant="default" size="xs" onClick={draft.discard}>
              {t('discard')}
            </Button>
          </Group>
        </Alert>
      ) : null}
    </Stack>
  );
}

function Steps({
  current,
  go,
  faulty,
}: {
  current: Step;
  go(step: Step): void;
  faulty: ReadonlySet<Step | undefined>;
}): ReactElement {
  const { t } = useTranslation('desk');
  return (
    <Group component="nav" gap={6} aria-label={t('steps')}>
      {steps.map((one, at) => (
        <Button
          key={one}
          size="xs"
          variant={one === current ? 'filled' : 'default'}
          aria-current={one === current ? 'step' : undefined}
          onClick={() => go(one)}
        >
          {`${at + 1}. ${t(`step.${one}`)}${faulty.has(one) ? ` (${t('has-faults')})` : ''}`}
        </Button>
      ))}
    </Group>
  );
}
