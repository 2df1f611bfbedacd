/** Log in: at this server and at those that a walk led to, each by its own authorization server. See docs/adr/0031-login.md */
import { Alert, Stack, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../part/page-title.tsx';
import { useSessions } from '../server/tokens.ts';
import { AnotherServer } from './another-server.tsx';
import { canLogIn } from './authorization.ts';
import { ComeBack } from './come-back.tsx';
import { goOnLeaving } from './log-out.ts';
import { LogOutButton } from './log-out-button.tsx';
import { ServerCard } from './server-card.tsx';
import { useServers } from './servers.ts';
import { StatementFields } from './statement-fields.tsx';

export function LoginPage(): ReactElement {
  const search = useSearch({ from: '/login' });
  // What came back is read once: the address is cleaned at once, so that nobody finds the code in it.
  const [returned] = useState(() => {
    const { state, code, iss, error, error_description: errorDescription } = firstOf(search);
    if (state === undefined || (code === undefined && error === undefined)) return undefined;
    return { state, code, iss, error, errorDescription };
  });
  if (returned !== undefined) return <ComeBack returned={returned} />;
  return <Servers asked={listOf(search['at'])} hasLeft={search['state'] === 'left'} />;
}

const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

/** An answer that states something twice is none. */
function firstOf(
  search: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(search).map(([name, value]) => [name, typeof value === 'string' ? value : undefined]),
  );
}

function Servers({ asked, hasLeft }: { asked: readonly string[]; hasLeft: boolean }): ReactElement {
  const { t } = useTranslation('login');
  const sessions = useSessions();
  const { met, community, isCut } = useServers(asked);
  const [isLeaving, setLeaving] = useState(hasLeft);
  useEffect(() => {
    if (hasLeft && !goOnLeaving()) setLeaving(false);
  }, [hasLeft]);
  return (
    <>
      <PageTitle title={t('title')} text={t('text')} />
      <Stack gap="lg">
        {hasLeft && !isLeaving ? (
          <Alert color="fairway" variant="outline" role="status">
            {t('left')}
          </Alert>
        ) : null}
        {canLogIn() ? null : (
          <Alert color="yellow" variant="outline" role="status" title={t('insecure')}>
            {t('insecure-text')}
          </Alert>
        )}
        <Stack component="section" aria-labelledby="login-met">
          <Title order={2} size="h3" id="login-met">
            {t('servers')}
          </Title>
          {met.map(({ base, isHome }) => (
            <ServerCard key={base} base={base} isHome={isHome} />
          ))}
          {sessions.length > 1 ? <LogOutButton sessions={sessions} isAll /> : null}
        </Stack>
        {sessions.length === 0 ? null : <StatementFields />}
        {community.length === 0 ? null : (
          <Stack component="section" aria-labelledby="login-community">
            <Title order={2} size="h3" id="login-community">
              {t('community')}
            </Title>
            {community.map((base) => (
              <ServerCard key={base} base={base} />
            ))}
            {isCut ? <Alert role="status">{t('cut')}</Alert> : null}
          </Stack>
        )}
        <AnotherServer asked={asked} />
      </Stack>
    </>
  );
}
