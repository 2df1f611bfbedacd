/** Explore. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../part/page-title.tsx';

export function ExplorePage(): ReactElement {
  const { t } = useTranslation('explore');
  return <PageTitle title={t('title')} />;
}
