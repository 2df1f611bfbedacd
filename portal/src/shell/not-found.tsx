/** There is no such page. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../part/empty.tsx';
import { LinkButton } from '../part/link.tsx';

export function NotFound(): ReactElement {
  const { t } = useTranslation('shell');
  return (
    <Empty order={1} title={t('not-found')} text={t('not-found-text')}>
      <LinkButton to="/catalogue">{t('catalogue')}</LinkButton>
    </Empty>
  );
}
