/** Ask. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../part/page-title.tsx';

export function AskPage(): ReactElement {
  const { t } = useTranslation('ask');
  return <PageTitle title={t('title')} />;
}
