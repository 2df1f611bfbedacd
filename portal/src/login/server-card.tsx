/** One server: whether one is logged in there and as whom, and the ways in and out. */
import { Badge, Card, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactElement, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate } from '../part/format.ts';
import { useServer } from '../server/query.ts';
import { type Session, useEndedLogins, useSessions } from '../server/tokens.ts';
import { LogOutButton } from './log-out-button.tsx';
import { RoleBadges } from './role-badges.tsx';
import { WaysIn } from './ways-in.tsx';

export function ServerCard({ base, isHome = false }: { base: string; isHome?: boolean }): ReactElement {
  const { t } = useTranslation('login');
  const title = useId();
  const server = useServer(base);
  const session = useSessions().find((one) => one.base === base);
  const hasEnded = useEndedLogins().some((one) => one.base === base);
  const name = server.data?.name ?? '';
  const isUnnamed = name === '';
  return (
    <Card withBorder component="section" aria-labelledby={isUnnamed ? title : `${title} ${title}-base`} padding="md">
      <Stack gap="xs">
        <Group gap="xs">
          <Title order={3} size="h4" id={title} dir="auto">
            {isUnnamed ? base : name}
          </Title>
          {isHome ? <Badge variant="default">{t('this-server')}</Badge> : null}
        </Group>
        <Text size="sm" c="dimmed" id={`${title}-base`} hidden={isUnnamed}>
          {base}
        </Text>
        {hasEnded ? <Text role="status">{t('ended')}</Text> : null}
        {session === undefined ? <WaysIn base={base} /> : <LoggedIn session={session} />}
      </Stack>
    </Card>
  );
}

function LoggedIn({ session }: { session: Session }): ReactElement {
  const { t } = useTranslation('login');
  const { name, roles = [], expires, login, issuer } = session;
  const time = expires === undefined ? undefined : formatDate(new Date(expires).toISOString());
  return (
    <Stack gap="xs" align="flex-start">
      <Text dir="auto">{name === undefined ? t('logged-in') : t('logged-in-as', { name })}</Text>
      {issuer === undefined ? null : <Text size="sm">{t('by-issuer', { issuer })}</Text>}
      <RoleBadges roles={roles} />
      {time === undefined ? null : (
        <Text size="sm" c="dimmed">
          {t(login?.refreshToken === undefined ? 'until' : 'renewed', { time })}
        </Text>
      )}
      <LogOutButton sessions={[session]} />
    </Stack>
  );
}
