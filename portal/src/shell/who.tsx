/** Who is logged in, and the way to log in. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '../part/link.tsx';
import { useSessions } from '../server/tokens.ts';

export function Who(): ReactElement {
  const { t } = useTranslation('shell');
  const [first, ...others] = useSessions();
  const name = first === undefined ? t('log-in') : (first.name ?? t('logged-in'));
  return (
    <LinkButton to="/login" variant={first === undefined ? 'filled' : 'default'} size="compact-md">
      {others.length === 0 ? name : `${name} +${others.length}`}
    </LinkButton>
  );
}
