/** Catalogue. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../part/page-title.tsx';

export function CataloguePage(): ReactElement {
  const { t } = useTranslation('catalogue');
  return <PageTitle title={t('title')} />;
}
