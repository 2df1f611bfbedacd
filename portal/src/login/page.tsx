/** Log in. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../part/page-title.tsx';

export function LoginPage(): ReactElement {
  const { t } = useTranslation('login');
  return <PageTitle title={t('title')} />;
}
