/** The start page: what this is, and a question to begin with. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../part/page-title.tsx';

export function WelcomePage(): ReactElement {
  const { t } = useTranslation('ask');
  return <PageTitle title={t('title')} />;
}
