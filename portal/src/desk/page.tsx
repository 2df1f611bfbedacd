/** Steward’s desk. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../part/page-title.tsx';

export function DeskPage(): ReactElement {
  const { t } = useTranslation('desk');
  return <PageTitle title={t('title')} />;
}
