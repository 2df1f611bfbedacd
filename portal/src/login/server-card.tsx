/** One server: whether one is logged in there and as whom, and the ways in and out. */
import { Badge, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactElement, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate } from '../part/format.ts';
import { useServer } from '../server/query.ts';
import { type Session, useEndedLogins, useSessions } from '../server/tokens.ts';
import { authorizationAddress, canLogIn } from './authorization.ts';
import { LogOutButton } from './log-out-button.tsx';
import { PasteToken } from './paste-token.tsx';
import { placeBefore } from './place.ts';
import { RoleBadges } from './role-badges.tsx';
import { smartConfigurationOf } from './smart.ts';

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
  const { name, roles = [], expires, login } = session;
  const time = expires === undefined ? undefined : formatDate(new Date(expires).toISOString());
  return (
    <Stack gap="xs" align="flex-start">
      <Text dir="auto">{name === undefined ? t('logged-in') : t('logged-in-as', { name })}</Text>
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

function WaysIn({ base }: { base: string }): ReactElement {
  const { t } = useTranslation('login');
  const smart = useQuery({
    queryKey: ['smart', base],
    queryFn: async ({ signal }) => (await smartConfigurationOf(base, signal)) ?? null,
    staleTime: 300_000,
  });
  const enter = useMutation({
    mutationFn: async () => {
      if (smart.data) location.assign(await authorizationAddress(base, smart.data, placeBefore()));
    },
  });
  return (
    <Stack gap="xs" align="flex-start">
      {smart.isPending ? <Text c="dimmed">{t('looking')}</Text> : null}
      {smart.isError ? <Text>{t('no-answer')}</Text> : null}
      {smart.data === null ? <Text>{t('no-smart')}</Text> : null}
      {smart.data && canLogIn() ? (
        <Button onClick={() => enter.mutate()} loading={enter.isPending} aria-label={t('log-in-at', { base })}>
          {t('log-in')}
        </Button>
      ) : null}
      {enter.isError ? <Text role="alert">{String(enter.error)}</Text> : null}
      <PasteToken base={base} />
    </Stack>
  );
}
