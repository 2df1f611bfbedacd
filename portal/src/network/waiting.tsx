/** Servers that ask to belong to the community: shown to those who may see them, decided by stewards. */
import { Button, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkText } from '../part/link.tsx';
import { Problem } from '../part/problem.tsx';
import { countryName } from './country.ts';
import { admit, refuse } from './operations.ts';
import type { NetworkServer } from './server.ts';
import { RoleNames } from './signs.tsx';

export function Waiting({ servers }: { servers: readonly NetworkServer[] }): ReactElement | null {
  const { t } = useTranslation('network');
  const waiting = servers.filter(({ health }) => health === 'waiting');
  if (waiting.length === 0) return null;
  return (
    <section aria-labelledby="waiting">
      <Title order={2} size="h4" id="waiting" mb="xs">
        {t('waiting')}
      </Title>
      <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {waiting.map((server) => (
          <li key={server.base}>
            <Asker server={server} />
          </li>
        ))}
      </Stack>
    </section>
  );
}

function Asker({ server }: { server: NetworkServer }): ReactElement {
  const { t } = useTranslation('network');
  const queries = useQueryClient();
  const [reason, setReason] = useState<string>();
  const after = { onSuccess: () => queries.invalidateQueries({ queryKey: ['network'] }) };
  const admitting = useMutation({ mutationFn: () => admit(server.base), ...after });
  const refusing = useMutation({ mutationFn: () => refuse(server.base, (reason ?? '').trim()), ...after });
  const error = admitting.error ?? refusing.error;
  const isBusy = admitting.isPending || refusing.isPending;
  return (
    <Paper withBorder p="md">
      <LinkText to="/network" search={(before) => ({ ...before, server: server.base })} resetScroll={false} fw={600}>
        <span dir="auto">{server.name}</span>
      </LinkText>
      <Text size="sm" c="dimmed">
        {server.base} · <RoleNames roles={server.roles} />
        {server.version === undefined ? '' : ` · ${server.version}`}
        {server.country === undefined ? '' : ` · ${countryName(server.country)}`}
      </Text>
      <Group mt="sm" align="flex-end">
        <Button loading={admitting.isPending} disabled={isBusy} onClick={() => admitting.mutate()}>
          {t('admit')}
        </Button>
        {reason === undefined ? (
          <Button variant="default" disabled={isBusy} onClick={() => setReason('')}>
            {t('refuse')}
          </Button>
        ) : (
          <Group align="flex-end" component="form" onSubmit={(event) => submitted(event, () => refusing.mutate())}>
            <TextInput
              label={t('refuse-reason')}
              description={t('refuse-reason-text')}
              value={reason}
              onChange={({ currentTarget }) => setReason(currentTarget.value)}
              required
              w={{ base: '100%', xs: 360 }}
              dir="auto"
              data-autofocus
              autoFocus
            />
            <Button
              type="submit"
              variant="default"
              loading={refusing.isPending}
              disabled={isBusy || reason.trim() === ''}
            >
              {t('refuse')}
            </Button>
            <Button variant="subtle" onClick={() => setReason(undefined)}>
              {t('cancel')}
            </Button>
          </Group>
        )}
      </Group>
      {error === null ? null : <Problem error={error} />}
    </Paper>
  );
}

function submitted(event: { preventDefault(): void }, act: () => void): void {
  event.preventDefault();
  act();
}
