/** Access. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../part/page-title.tsx';

export function AccessPage(): ReactElement {
  const { t } = useTranslation('access');
  return <PageTitle title={t('title')} />;
}
