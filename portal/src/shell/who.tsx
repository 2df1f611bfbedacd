/** Who is logged in where, and the ways in and out. */
import { Button, Menu, Text } from '@mantine/core';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { type ReactElement, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { logOutOf } from '../login/log-out.ts';
import { notePlace } from '../login/place.ts';
import { LinkButton } from '../part/link.tsx';
import { useStatement } from '../server/statement.ts';
import { type Session, useSessions } from '../server/tokens.ts';

export function Who(): ReactElement {
  const { t } = useTranslation('shell');
  const sessions = useSessions();
  const href = useRouterState({ select: ({ location }) => location.href });
  useEffect(() => notePlace(href), [href]);
  if (sessions.length > 0) return <WhoMenu sessions={sessions} />;
  return (
    <LinkButton to="/login" variant="filled" size="compact-md">
      {t('log-in')}
    </LinkButton>
  );
}

function WhoMenu({ sessions }: { sessions: readonly Session[] }): ReactElement {
  const { t } = useTranslation('shell');
  const navigate = useNavigate();
  const { purposes } = useStatement();
  const [first, ...others] = sessions;
  const name = first?.name ?? t('logged-in');
  const more = others.length === 0 ? '' : ` +${others.length}`;
  const leave = (left: readonly Session[]): void => void logOutOf(left);
  return (
    <Menu position="bottom-end" width={300}>
      <Menu.Target>
        <Button
          variant="default"
          size="compact-md"
          maw={{ base: 92, sm: 200 }}
          aria-label={t('who', { name: name + more })}
        >
          <Text component="span" size="sm" truncate dir="auto">
            {name}
          </Text>
          {more}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {sessions.map((session) => (
          <Menu.Item key={session.base} onClick={() => leave([session])}>
            <Text size="sm" dir="auto">
              {session.name ?? t('logged-in')}
            </Text>
            <Text size="xs" c="dimmed">
              {session.base}
            </Text>
            <Text size="xs">{t('log-out')}</Text>
          </Menu.Item>
        ))}
        <Menu.Divider />
        {others.length === 0 ? null : <Menu.Item onClick={() => leave(sessions)}>{t('log-out-all')}</Menu.Item>}
        <Menu.Item onClick={() => void navigate({ to: '/login' })}>
          {purposes.length === 0
            ? t('logins')
            : t('logins-for', { purposes: purposes.map((one) => one.slice(one.indexOf('|') + 1)).join(', ') })}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
