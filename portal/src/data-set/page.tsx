/** Data set. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../part/page-title.tsx';

export function DataSetPage(): ReactElement {
  const { t } = useTranslation('data-set');
  return <PageTitle title={t('title')} />;
}
