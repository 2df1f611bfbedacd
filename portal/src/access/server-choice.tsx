/** The server that one asks something of: one of those where one is logged in, or home. It stands in the address. */
import { NativeSelect } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { home } from '../server/home.ts';
import { useSessions } from '../server/tokens.ts';

/** Base of the chosen server. */
export function useChosenServer(): string {
  const { at } = useSearch({ from: '/access' });
  const sessions = useSessions();
  return typeof at === 'string' ? at : (sessions[0]?.base ?? home);
}

export function ServerChoice(): ReactElement {
  const { t } = useTranslation('access-committee');
  const chosen = useChosenServer();
  const navigate = useNavigate();
  const bases = [...new Set([chosen, ...useSessions().map(({ base }) => base), home])];
  return (
    <NativeSelect
      label={t('server')}
      data={bases}
      value={chosen}
      onChange={({ currentTarget }) =>
        void navigate({ to: '/access', search: (last) => ({ ...last, at: currentTarget.value, page: undefined }) })
      }
      maw={480}
    />
  );
}
