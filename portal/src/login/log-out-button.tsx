/** Logs out at one server, or at all. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Session } from '../server/tokens.ts';
import { logOutOf } from './log-out.ts';

export function LogOutButton({
  sessions,
  isAll = false,
}: {
  sessions: readonly Session[];
  isAll?: boolean;
}): ReactElement {
  const { t } = useTranslation('login');
  const leave = useMutation({ mutationFn: () => logOutOf(sessions) });
  return (
    <Button
      variant="default"
      onClick={() => leave.mutate()}
      loading={leave.isPending}
      w="fit-content"
      {...(isAll ? {} : { 'aria-label': t('log-out-at', { base: sessions[0]?.base }) })}
    >
      {t(isAll ? 'log-out-all' : 'log-out')}
    </Button>
  );
}
