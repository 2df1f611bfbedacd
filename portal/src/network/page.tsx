/** Network. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../part/page-title.tsx';

export function NetworkPage(): ReactElement {
  const { t } = useTranslation('network');
  return <PageTitle title={t('title')} />;
}
