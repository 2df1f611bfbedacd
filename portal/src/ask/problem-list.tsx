/** Servers that did not answer, or not in full: what they said, and what one can do about it. See docs/reference/faults.md */
import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { type Problem, type ReasonCode, readReason, reasonIn } from '../../../src/federation/client/index.ts';
import { LinkButton } from '../part/link.tsx';
import { useWords } from '../part/words.ts';
import classes from './ask.module.css';
import type { Run } from './run.ts';

export function ProblemList({
  run,
  tokens,
  onAgain,
}: {
  run: Run;
  tokens: Readonly<Record<string, string>>;
  onAgain: () => void;
}): ReactElement | null {
  const { t } = useTranslation('ask');
  const byServer = new Map<string, Problem[]>();
  for (const one of run.problems) byServer.set(one.server, [...(byServer.get(one.server) ?? []), one]);
  if (byServer.size === 0) return null;
  return (
    <Stack gap="sm" component="section" aria-labelledby="answer-problems">
      <Title order={3} id="answer-problems">
        {t('problems.title', { count: byServer.size })}
      </Title>
      <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
        {[...byServer].map(([server, problems]) => (
          <li key={server}>
            <ServerProblems
              server={server}
              name={run.servers.get(server)?.name}
              problems={problems}
              isLoggedIn={tokens[server] !== undefined}
              {...(run.state === 'running' ? {} : { onAgain })}
            />
          </li>
        ))}
      </Stack>
    </Stack>
  );
}

/** Whether the server wants to know who asks. */
function isRefusal({ reason }: Problem): boolean {
  const status = readReason(reason)?.values.get('status');
  return status === '401' || status === '403';
}

function ServerProblems({
  server,
  name,
  problems,
  isLoggedIn,
  onAgain,
}: {
  server: string;
  name: string | undefined;
  problems: readonly Problem[];
  isLoggedIn: boolean;
  onAgain?: () => void;
}): ReactElement {
  const { t } = useTranslation('ask');
  const words = useWords();
  const isMinor = problems.every(({ minor }) => minor === true);
  const canLogIn = problems.some(isRefusal) && !isLoggedIn;
  return (
    <Alert color={isMinor ? 'gray' : 'red'} variant="outline" title={<span dir="auto">{name ?? server}</span>}>
      <Stack gap="xs" align="flex-start">
        {name === undefined ? null : (
          <Text size="sm" c="dimmed" dir="ltr" className={classes['break'] ?? ''}>
            {server}
          </Text>
        )}
        <ul className={classes['plain']}>
          {problems.map(({ step, reason }) => (
            <li key={`${step} ${reason}`}>
              <Text size="sm">
                {t(`step.${step}`)}: <span dir="auto">{reasonIn(words.language, reason)}</span>
              </Text>
            </li>
          ))}
        </ul>
        {isMinor ? <Text size="sm">{t('problems.minor')}</Text> : <Text size="sm">{t(adviceOf(problems))}</Text>}
        <Group gap="xs">
          {canLogIn ? (
            <LinkButton to="/login" search={{ at: server }} variant="default" size="compact-sm">
              {t('details.log-in')}
            </LinkButton>
          ) : null}
          {onAgain === undefined || isMinor ? null : (
            <Button variant="default" size="compact-sm" onClick={onAgain}>
              {t('answer.again')}
            </Button>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}

const noFhir: readonly ReasonCode[] = ['no-fhir-json', 'no-json-object', 'no-capabilities', 'no-bundle'];
const slow: readonly ReasonCode[] = ['no-answer-in-time', 'time-used-up'];

/** What one can do, as far as the reason tells. */
function adviceOf(problems: readonly Problem[]): string {
  const codes = problems.map(({ reason }) => readReason(reason)?.code);
  const isAmong = (some: readonly ReasonCode[]): boolean => codes.some((code) => some.some((one) => one === code));
  if (problems.some(isRefusal)) return 'problems.log-in';
  if (isAmong(noFhir)) return 'problems.no-fhir';
  if (isAmong(slow)) return 'problems.slow';
  if (isAmong(['not-reached'])) return 'problems.down';
  return 'problems.other';
}
