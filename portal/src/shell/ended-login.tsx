/** Says that a login is over, and logs in again in a window of its own: what was typed stays. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { type EndedLogin, logOut, useEndedLogins } from '../server/tokens.ts';

export function EndedLogins(): ReactElement | null {
  const ended = useEndedLogins();
  if (ended.length === 0) return null;
  return (
    <Stack gap="xs" mb="md">
      {ended.map((one) => (
        <Ended key={one.base} ended={one} />
      ))}
    </Stack>
  );
}

function Ended({ ended }: { ended: EndedLogin }): ReactElement {
  const { base, name } = ended;
  const { t } = useTranslation('shell');
  const navigate = useNavigate();
  const again = useMutation({
    mutationFn: async () => (await import('../login/again.ts')).logInAgain(ended),
    onSuccess: (isOpen) => {
      if (!isOpen) void navigate({ to: '/login', search: { at: base } });
    },
  });
  return (
    <Alert color="yellow" variant="outline" role="status" title={t('ended')}>
      <Stack gap="xs">
        <Text dir="auto">{name === undefined ? t('ended-text', { base }) : t('ended-name', { base, name })}</Text>
        <Group gap="xs">
          <Button size="xs" onClick={() => again.mutate()} loading={again.isPending}>
            {t('again')}
          </Button>
          <Button size="xs" variant="default" onClick={() => logOut(base)}>
            {t('go-on-without')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
