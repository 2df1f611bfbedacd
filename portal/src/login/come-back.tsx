/** The way back from an authorization server: the code becomes a login, and one is where one was; or it is said why not. */
import { Alert, Stack, Text } from '@mantine/core';
import { useRouter } from '@tanstack/react-router';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '../part/link.tsx';
import { Loading } from '../part/loading.tsx';
import { PageTitle } from '../part/page-title.tsx';
import { logIn } from '../server/tokens.ts';
import { handOver } from './again.ts';
import { finishLogin, type Pending, type Returned, takePending } from './authorization.ts';
import { isPlace } from './place.ts';
import { LoginRefused, type Refusal } from './refusal.ts';

type Outcome =
  | { kind: 'done'; from: string }
  /** another tab has the login now */
  | { kind: 'elsewhere' }
  | { kind: 'refused'; reason: Refusal; said: string; base?: string };

/** React shows a page twice while it is worked on; an answer is good for one use. */
const outcomes = new Map<string, Promise<Outcome>>();

function outcomeOf(returned: Returned): Promise<Outcome> {
  const known = outcomes.get(returned.state) ?? findOutcome(returned);
  outcomes.set(returned.state, known);
  return known;
}

async function findOutcome(returned: Returned): Promise<Outcome> {
  const pending = takePending(returned.state);
  if (pending !== undefined) return finish(returned, pending);
  const isDone = await handOver(returned);
  if (isDone === true) return { kind: 'elsewhere' };
  return { kind: 'refused', reason: isDone === false ? 'no-token' : 'unknown-state', said: '' };
}

async function finish(returned: Returned, pending: Pending): Promise<Outcome> {
  try {
    logIn(await finishLogin(returned, pending));
    return { kind: 'done', from: isPlace(pending.from) ? pending.from : '/login' };
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    return { kind: 'refused', reason: error.reason, said: error.message, base: pending.base };
  }
}

export function ComeBack({ returned }: { returned: Returned }): ReactElement {
  const { t } = useTranslation('login');
  const router = useRouter();
  const [outcome, setOutcome] = useState<Outcome>();
  useEffect(() => {
    // The code is for nobody else's eyes, and of no use once it is exchanged.
    window.history.replaceState(window.history.state, '', '/login');
    void outcomeOf(returned).then((found) => {
      if (found.kind === 'done') router.history.replace(found.from);
      else setOutcome(found);
      if (found.kind === 'elsewhere') window.close();
    });
  }, [returned, router]);
  if (outcome?.kind === 'elsewhere') return <PageTitle title={t('elsewhere')} text={t('elsewhere-text')} />;
  if (outcome?.kind !== 'refused') {
    return (
      <>
        <PageTitle title={t('title')} />
        <Loading />
      </>
    );
  }
  const { reason, said, base } = outcome;
  return (
    <>
      <PageTitle title={t('failed')} />
      <Alert color="red" variant="outline" role="alert">
        <Stack gap="xs" align="flex-start">
          <Text>{t(`refusal-${reason}`)}</Text>
          {said === '' ? null : (
            <Text size="sm" c="dimmed" dir="auto">
              {said.slice(0, 300)}
            </Text>
          )}
          <LinkButton to="/login" search={base === undefined ? {} : { at: base }} reloadDocument variant="default">
            {t('try-again')}
          </LinkButton>
        </Stack>
      </Alert>
    </>
  );
}
